/** Credentials: which source has keys, and when they expire. */

import type { InspectedCredentials } from "../../provider/ecs/credentials/createProvider";
import { formatDuration } from "../../provider/links/operation";
import { type Asked, type Finding, ok, problem, warning } from "./finding";

/** Keys that end sooner than this may end in the middle of an update, in ms. */
const SOON_MS = 15 * 60_000;

const DAY_MS = 24 * 3_600_000;

/** @param now in ms since 1970. */
export function checkCredentials({ answer, error }: Asked<InspectedCredentials>, now: number): readonly Finding[] {
  if (error !== undefined) return [problem("There are no credentials", error.message)];
  const { from, expiresAt } = answer;
  if (expiresAt === undefined) return [ok(`Requests are signed with ${from}, which names no expiry`)];
  const left = expiresAt - now;
  if (left <= 0)
    return [problem(`Requests are signed with ${from}, whose keys have expired`, "log in again, or renew them there")];
  const text = `Requests are signed with ${from}, whose keys expire ${left < DAY_MS ? `in ${formatDuration(left)}` : `on ${new Date(expiresAt).toISOString().slice(0, 10)}`}`;
  return [left > SOON_MS ? ok(text) : warning(text, "an update that takes longer needs a source that renews them")];
}
