/** The limits that the package promises, and whether a result meets them. */

import { milliseconds, seconds, megabytes, times } from "./report/units";
import { find, type Measurement, type OperationName, type Result } from "./result";
import { FLOOR, LINK_DYNAMIC, LINK_PLUGIN, LINKS_DYNAMIC, LINKS_PLUGIN } from "./subjects";

/** The number of links that the limits are for. */
export const PROMISED_LINKS = 1000;

const MB = 1_000_000;

/** A ceiling, and the measured value. */
export interface Verdict {
  readonly claim: string;
  readonly ceiling: string;
  readonly measured: string;
  readonly outcome: "HOLDS" | "MISSED" | "not measured";
}

/** Compares a result with each ceiling. */
export function judge(result: Result): Verdict[] {
  const { startTimes, latencyMs, inFlight } = result;
  const of = (subject: string, operation: OperationName) => find(result, subject, PROMISED_LINKS, operation);
  const floor = (operation: OperationName) => of(FLOOR, operation)?.wallMs;
  const linkHosts = [LINK_DYNAMIC, LINK_PLUGIN];
  const waiting = Math.ceil(PROMISED_LINKS / inFlight) * latencyMs;
  return [
    ...linkHosts.map((host) =>
      atMost(
        `${host}: refresh of ${PROMISED_LINKS}, at most 1.3 × the floor`,
        scaled(floor("refresh"), 1.3),
        of(host, "refresh")?.wallMs,
        seconds,
      ),
    ),
    ...linkHosts.map((host) =>
      atMost(
        `${host}: up of ${PROMISED_LINKS}, at most 1.1 × the floor + ⌈${PROMISED_LINKS} / ${inFlight}⌉ × ${latencyMs} ms`,
        scaled(floor("up"), 1.1, waiting),
        of(host, "up")?.wallMs,
        seconds,
      ),
    ),
    ...ofMany(LINKS_DYNAMIC, of(LINKS_DYNAMIC, "up"), of(LINK_DYNAMIC, "up")),
    ...ofMany(LINKS_PLUGIN, of(LINKS_PLUGIN, "up"), of(LINK_PLUGIN, "up")),
    atMost(
      "dynamic host: peak memory, without that of an empty host",
      40 * MB,
      difference(peakOf(result, LINK_DYNAMIC, LINKS_DYNAMIC), startTimes.bareHostBytes),
      megabytes,
    ),
    atMost("plugin: peak memory", 110 * MB, peakOf(result, LINK_PLUGIN, LINKS_PLUGIN), megabytes),
    atMost(
      `${LINK_DYNAMIC}: state of ${PROMISED_LINKS}`,
      2.5 * MB,
      of(LINK_DYNAMIC, "up")?.state.exportBytes,
      megabytes,
    ),
    atMost(`${LINK_PLUGIN}: state of ${PROMISED_LINKS}`, 2.2 * MB, of(LINK_PLUGIN, "up")?.state.exportBytes, megabytes),
    atMost("importing `pulumi-classiclink` adds to a program", 60, startTimes.importMs, milliseconds),
    atMost("loading `pulumi-classiclink/dynamic`", 150, startTimes.dynamicMs, milliseconds),
    atMost("plugin: from start to port", 250, startTimes.pluginMs, milliseconds),
  ];
}

/** The ceilings of `ClassicLinks`. @param ofSingle the measurement of the same links, with one resource each, in the same host. */
function ofMany(host: string, up: Measurement | undefined, ofSingle: Measurement | undefined): Verdict[] {
  const faster = up === undefined || ofSingle === undefined ? undefined : ofSingle.wallMs / up.wallMs;
  const claim = `${host}: up of ${PROMISED_LINKS}`;
  const count = (calls: number) => String(calls);
  return [
    atMost(`${claim}, Attach calls`, 1000, callsOf(up, "AttachClassicLinkVpc"), count),
    atMost(`${claim}, Describe calls`, 25, callsOf(up, "DescribeClassicLinkInstances"), count),
    atMost(`${claim}, state`, 120_000, up?.state.exportBytes, megabytes),
    verdict(
      `${claim}, faster than ${PROMISED_LINKS} ClassicLinks in the same host`,
      `≥ ${times(10)}`,
      faster === undefined ? undefined : times(faster),
      faster !== undefined && faster >= 10,
    ),
  ];
}

function atMost(
  claim: string,
  ceiling: number | undefined,
  measured: number | undefined,
  show: (value: number) => string,
): Verdict {
  const known = ceiling !== undefined && measured !== undefined;
  return verdict(
    claim,
    ceiling === undefined ? "?" : `≤ ${show(ceiling)}`,
    known ? show(measured) : undefined,
    known && measured <= ceiling,
  );
}

function verdict(claim: string, ceiling: string, measured: string | undefined, holds: boolean): Verdict {
  const outcome = holds ? "HOLDS" : "MISSED";
  return measured === undefined
    ? { claim, ceiling, measured: "–", outcome: "not measured" }
    : { claim, ceiling, measured, outcome };
}

function scaled(value: number | undefined, factor: number, more = 0): number | undefined {
  return value === undefined ? undefined : value * factor + more;
}

function difference(value: number | undefined, less: number): number | undefined {
  return value === undefined ? undefined : value - less;
}

function callsOf(measurement: Measurement | undefined, action: string): number | undefined {
  return measurement === undefined ? undefined : (measurement.calls[action] ?? 0);
}

/** The highest peak memory of the subjects, in all operations. */
function peakOf({ measurements }: Result, ...subjects: readonly string[]): number | undefined {
  const ofThese = measurements.filter(({ subject, links }) => subjects.includes(subject) && links === PROMISED_LINKS);
  return ofThese.length === 0 ? undefined : Math.max(...ofThese.map(({ provider }) => provider.peakBytes));
}
