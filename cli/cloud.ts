/** The settings of a command, from its options and the environment, and its regions. */

import { isLoopback } from "../provider/ecs/endpoint";
import { faultOfId } from "../provider/resources/ids";
import { nameOf } from "../provider/resources/scope";
import { INSECURE_WARNING, SettingError, Settings } from "../provider/settings";
import { quote } from "../provider/quote";
import type { CloudOptions } from "./program";
import { coloured } from "./terminal";

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

/**
 * The settings. Options win over the environment. The configuration of a stack is not read.
 *
 * @throws when --region cannot be the id of a region.
 */
export function settingsOf(options: CloudOptions): Settings {
  for (const id of options.region ?? []) {
    const fault = faultOfId(id);
    if (fault !== undefined) throw new Error(`--region "${quote(id)}" ${fault}; give one region`);
  }
  return new Settings(
    (key) => OPTIONS.get(key)?.of(options),
    undefined,
    (key) => OPTIONS.get(key)?.flag,
  );
}

/** The scope of requests, as in " under organization 26 and resource set 97". Empty on the public cloud. */
export function underScope(settings: Settings, regionId: string): string {
  const scope = settings.scope();
  // The emulator needs no organization.
  const isHere = isLoopback(new URL(settings.endpointOf(regionId)).hostname);
  const isPlain = !settings.isPrivate(regionId) || (isHere && scope.organizationId === undefined);
  return isPlain ? "" : ` under ${nameOf(scope)}`;
}

/** Warns on standard error about insecure connections. Call it once in each command. */
export function warnOfConnection(settings: Settings): void {
  if (!isInsecure(settings)) return;
  process.stderr.write(`${coloured("yellow", "warning:", process.stderr)} ${INSECURE_WARNING}\n`);
}

/** False for settings that are wrong: the command reports those. */
function isInsecure(settings: Settings): boolean {
  try {
    return settings.insecure();
  } catch (error) {
    if (error instanceof SettingError) return false;
    throw error;
  }
}

/**
 * The regions: those that are named, else the configured one.
 *
 * @throws {SettingError} when there is none.
 */
export function regionsOf({ region }: CloudOptions, settings: Settings): readonly string[] {
  if (region === undefined) return [settings.defaultRegion()];
  return [...new Set(region)];
}

/**
 * Reads the id in an option.
 *
 * @throws an error that names the option, and gives an example.
 */
export function idOf<Id>(option: keyof typeof EXAMPLES, id: string, parse: () => Id, mayRepeat = true): Id {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const more = mayRepeat ? `, and repeat ${option} for more` : "";
    throw new Error(`${option} "${quote(id)}" is not one id; give it as ${EXAMPLES[option]}${more}`);
  }
}

const EXAMPLES = {
  "--instance": "i-bp1web or cn-hangzhou:i-bp1web",
  "--vpc": "vpc-bp1shop or cn-hangzhou:vpc-bp1shop",
} as const;
