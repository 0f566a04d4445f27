/** Measures how long it takes to wait for a quota, for locked instances and for released ones. The clock is simulated. */

import { fleetAfterQuiet, listingUnderQuota, lockedFleet, releasedFleet } from "../tests/support/fleetCases";
import { type Circumstances, QUOTA_CASES, runQuotaCase } from "../tests/support/quotaCases";

/** The result of a case, over all its runs. Each pair has the lowest and the highest value. */
export interface Waiting {
  readonly name: string;
  readonly idealMs: readonly [number, number] | undefined;
  readonly ms: readonly [number, number];
  /** The ceiling, in ms. */
  readonly mostMs: number;
  /** The other limits, and their values. */
  readonly also: string;
  readonly holds: boolean;
}

/** The runs of each case: the windows of the quota begin at different moments, and a refusal has `x-acs-retry-after` or not. */
const CIRCUMSTANCES: readonly Circumstances[] = Array.from({ length: 12 }, (_, n) => n).flatMap((n) =>
  [false, true].map((tellsRetryAfter) => ({ phase: n / 12, seed: n, tellsRetryAfter })),
);

export async function measureWaiting(): Promise<readonly Waiting[]> {
  const results: Waiting[] = [];
  for (const asked of QUOTA_CASES) {
    const runs = await each((circumstances) => runQuotaCase(asked, circumstances));
    const refused = Math.max(...runs.map((run) => run.refused));
    const untold = runs.filter((_, n) => !CIRCUMSTANCES[n]?.tellsRetryAfter);
    const silenceMs = Math.max(...untold.map((run) => run.silenceMs));
    const also = `at most ${refused} refused (≤ ${asked.mostRefused}), ${inSeconds(silenceMs)} s without a call (≤ ${inSeconds(asked.mostSilenceMs)})`;
    const holds = refused <= asked.mostRefused && silenceMs <= asked.mostSilenceMs;
    results.push(waiting(asked.name, runs, asked.mostMs, also, holds));
  }
  const quiet = await each(fleetAfterQuiet);
  const made = Math.min(...quiet.map(({ linked }) => linked));
  results.push(
    waiting(
      "a fleet of 1000, 100 a minute, after one call and 8 min of quiet",
      quiet,
      660_000,
      `${made} linked`,
      made === 1_000,
    ),
  );
  const locked = await each(lockedFleet);
  const most = Math.max(...locked.map(({ mostForOneLocked }) => mostForOneLocked));
  const others = locked.map(({ othersDoneMs, idealMs }) => ({ ms: othersDoneMs, idealMs }));
  results.push(
    waiting(
      "a fleet of 500, every second one locked permanently, 100 a minute: the others",
      others,
      1.5 * Math.max(...others.map(({ idealMs }) => idealMs)),
      `at most ${most} calls for a locked one in 10 min (≤ 20)`,
      most <= 20,
    ),
  );
  for (const mayListInstances of [true, false]) {
    const { ms, calls, left } = await releasedFleet({ mayListInstances });
    const allowed = mayListInstances ? "DescribeInstances allowed" : "without DescribeInstances";
    const also = `${calls} calls${mayListInstances ? " (≤ 60)" : ""}`;
    const holds = Array.isArray(left) && left.length === 0 && (!mayListInstances || calls <= 60);
    results.push(
      waiting(`refresh of a fleet of 1000 released instances, ${allowed}`, [{ ms }], 1_300_000, also, holds),
    );
  }
  const listings = await each(listingUnderQuota);
  const passed = Math.max(...listings.map((listing) => listing.passed));
  results.push(
    waiting(
      "a listing of 1000 links, 9 Describe a minute",
      listings,
      75_000,
      `${passed} Describe that passed (10 pages)`,
      passed === 10,
    ),
  );
  return results;
}

/** Runs a case under all circumstances, one after the other, because they share the simulated clock. */
async function each<T>(run: (circumstances: Circumstances) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (const circumstances of CIRCUMSTANCES) results.push(await run(circumstances));
  return results;
}

function waiting(
  name: string,
  runs: readonly { readonly ms: number; readonly idealMs?: number }[],
  mostMs: number,
  also: string,
  holds: boolean,
): Waiting {
  const ideals = runs.flatMap(({ idealMs }) => (idealMs === undefined ? [] : [idealMs]));
  const ms = rangeOf(runs.map((run) => run.ms));
  const idealMs = ideals.length === 0 ? undefined : rangeOf(ideals);
  return { name, idealMs, ms, mostMs, also, holds: holds && ms[1] <= mostMs };
}

function rangeOf(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function inSeconds(ms: number): string {
  return (ms / 1_000).toFixed(0);
}
