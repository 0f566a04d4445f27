/** The settings of a command, from its options and the environment, and its regions. */

import { faultOfId } from "../provider/resources/ids";
import { Settings } from "../provider/settings";
import { quote } from "../provider/quote";
import type { CloudOptions } from "./program";

/** The number of listings at a time. The rate limiter bounds the calls, so this only bounds how many wait for it. */
export const LISTINGS_AT_A_TIME = 8;

/** The option for the key of a setting. A key without an option cannot be set on the command line, so no message names it. */
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

/** The settings. Options win over the environment. The configuration of a stack is not read. */
export function settingsOf(options: CloudOptions): Settings {
  return new Settings(
    (key) => OPTIONS.get(key)?.of(options),
    undefined,
    (key) => OPTIONS.get(key)?.flag,
  );
}

/**
 * The regions: those that are named, else the configured one.
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
