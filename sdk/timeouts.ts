/** Reads `customTimeouts` for the dynamic host. Pulumi does not pass them to it. */

import { type CustomTimeouts, RunError } from "@pulumi/pulumi";

/** Timeouts in seconds. */
export type Timeouts = Readonly<Record<string, number>>;

/** The calls that can have a timeout. */
const CALLS = ["create", "read", "update", "delete"];

const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };

/**
 * Reads timeouts such as `{ create: "2m", delete: "1h30m" }`. Source: Go's notation of durations, which Pulumi uses.
 *
 * @param where the resource, for the error.
 * @returns seconds for each call. Undefined if there is no timeout.
 * @throws {RunError} for a timeout that cannot be read.
 */
export function toTimeouts(where: string, given: CustomTimeouts | undefined): Timeouts | undefined {
  const misspelt = Object.keys(given ?? {}).find((call) => !CALLS.includes(call));
  if (misspelt !== undefined)
    throw new RunError(`${where}: customTimeouts has no ${misspelt}; it has ${CALLS.join(", ")}`);
  const timeouts = Object.entries(given ?? {})
    .filter(([, text]) => text !== undefined)
    .map(([call, text]) => [call, toSeconds(`${where}: customTimeouts.${call}`, text)] as const)
    // For Pulumi, 0 means the default.
    .filter(([, seconds]) => seconds > 0);
  return timeouts.length === 0 ? undefined : Object.fromEntries(timeouts);
}

function toSeconds(what: string, text: unknown): number {
  const wrong = new RunError(`${what} is ${JSON.stringify(text)}; use a duration such as "90s", "10m" or "1h30m"`);
  if (text === "0") return 0;
  if (typeof text !== "string" || !/^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(text)) throw wrong;
  let seconds = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)([a-zµ]+)/g)) {
    seconds += Number(amount) * (SECONDS[unit] ?? Number.NaN);
  }
  return seconds;
}
