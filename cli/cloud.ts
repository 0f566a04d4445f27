/** Where a command looks: the settings that its options and the environment make, and the regions that it names. */

import { faultOfId } from "../provider/resources/ids";
import { Settings } from "../provider/settings";
import { quote } from "../provider/quote";
import type { CloudOptions } from "./program";

/** So many listings are under way at a time. The rate limiter below bounds the calls of one region, so this only bounds what waits for its turn. */
export const LISTINGS_AT_A_TIME = 8;

/** The options of a setting's key. A key without one cannot be set on the command line, so no message names it. */
const OPTIONS: ReadonlyMap<
  string,
  { readonly flag: string; readonly of: (options: CloudOptions) => string | undefined }
> = new Map([
  ["classiclink:region", { flag: "--region", of: ({ region }) => region?.[0] }],
  ["classiclink:profile", { flag: "--profile", of: ({ profile }) => profile }],
  ["classiclink:endpoint", { flag: "--endpoint", of: ({ endpoint }) => endpoint }],
  ["classiclink:vpcEndpoint", { flag: "--vpc-endpoint", of: ({ vpcEndpoint }) => vpcEndpoint }],
  ["classiclink:protocol", { flag: "--protocol", of: ({ protocol }) => protocol }],
  ["classiclink:organizationId", { flag: "--organization", of: ({ organization }) => organization }],
  ["classiclink:resourceSetId", { flag: "--resource-set", of: ({ resourceSet }) => resourceSet }],
  ["classiclink:insecure", { flag: "--insecure", of: ({ insecure }) => (insecure ? "true" : undefined) }],
]);

/** The settings: what the options say wins over the environment. The configuration of a stack is not read. */
export function settingsOf(options: CloudOptions): Settings {
  return new Settings(
    (key) => OPTIONS.get(key)?.of(options),
    undefined,
    (key) => OPTIONS.get(key)?.flag,
  );
}

/**
 * The regions to look in: those that are named, else the configured one.
 *
 * @throws {SettingError} when there is none.
 */
export function regionsOf({ region }: CloudOptions, settings: Settings): readonly string[] {
  if (region === undefined) return [settings.defaultRegion()];
  for (const id of region) {
    const fault = faultOfId(id);
    if (fault !== undefined)
      throw new Error(`--region "${quote(id)}" ${fault}; give one region, and repeat --region for more`);
  }
  return [...new Set(region)];
}
