/** Where a command looks: the settings that its options and the environment make, and the regions that it names. */

import { faultOfId } from "../provider/resources/ids";
import { SettingError, Settings } from "../provider/settings";
import { quote } from "../provider/quote";
import type { CloudOptions } from "./program";

/** So many listings are under way at a time. The rate limiter below bounds the calls of one region, so this only bounds what waits for its turn. */
export const LISTINGS_AT_A_TIME = 8;

/** The settings: what the options say wins over the environment. */
export function settingsOf({ region, profile, endpoint }: CloudOptions): Settings {
  const given = new Map([
    ["classiclink:region", region?.[0]],
    ["classiclink:profile", profile],
    ["classiclink:endpoint", endpoint],
  ]);
  return new Settings((key) => given.get(key));
}

/**
 * The regions to look in: those that are named, else the configured one.
 *
 * @throws {SettingError} when there is none.
 */
export function regionsOf({ region }: CloudOptions, settings: Settings): readonly string[] {
  if (region === undefined) return [configuredRegion(settings)];
  for (const id of region) {
    const fault = faultOfId(id);
    if (fault !== undefined)
      throw new Error(`--region "${quote(id)}" ${fault}; give one region, and repeat --region for more`);
  }
  return [...new Set(region)];
}

/** @throws {SettingError} when there is none. */
export function configuredRegion(settings: Settings): string {
  try {
    return settings.defaultRegion();
  } catch (error) {
    if (error instanceof SettingError) throw new SettingError(`${error.message}, or give --region`);
    throw error;
  }
}
