/** What waiting for a quota should cost: cases for the tests and the bench, on a simulated clock. */

import { setMaxListeners } from "node:events";
import type { EcsClient } from "../../provider/ecs/client";
import { rateLimited } from "../../provider/ecs/rateLimiter";
import { onSimulatedClock } from "./simulatedClock";
import { type Quota, SimulatedEcs } from "./simulatedEcs";

export const SECOND = 1_000;
export const MINUTE = 60_000;

/** So many attaches under quotas, perhaps after something else. */
export interface QuotaCase {
  readonly name: string;
  readonly attaches: number;
  readonly quotas: readonly Quota[];
  /** What is done, and waited for, before the clock of the case starts. */
  readonly before?: { readonly attaches: number; readonly thenQuietMs: number };
  /** How long it may take, in ms. */
  readonly mostMs: number;
  /** How many calls may be refused. */
  readonly mostRefused: number;
  /** The longest time without a call, in ms, where ECS does not say how long to wait. */
  readonly mostSilenceMs: number;
}

const inWindows = (windows: number) => 16 + 8 * windows;

const QUICK = {
  attaches: 60,
  quotas: [{ calls: 20, windowMs: 5 * SECOND }],
  mostMs: 1.5 * 15 * SECOND,
  mostRefused: 3 * inWindows(1),
  mostSilenceMs: 10 * SECOND,
};
const SLOW = { quotas: [{ calls: 100, windowMs: MINUTE }], mostRefused: 4 * inWindows(1), mostSilenceMs: 11 * SECOND };

export const QUOTA_CASES: readonly QuotaCase[] = [
  { ...QUICK, name: "60 attaches, 20 in 5 s" },
  {
    ...QUICK,
    name: "60 attaches, 20 in 5 s, after 60 others and 40 s of quiet",
    before: { attaches: 60, thenQuietMs: 40 * SECOND },
  },
  {
    ...SLOW,
    name: "1000 attaches, 100 a minute, after one call and 8 min of quiet",
    attaches: 1_000,
    before: { attaches: 1, thenQuietMs: 8 * MINUTE },
    mostMs: 10 * MINUTE,
    mostRefused: 10 * inWindows(1),
  },
  {
    name: "90 attaches, 30 in 10 s and 6 a second",
    attaches: 90,
    quotas: [
      { calls: 30, windowMs: 10 * SECOND },
      { calls: 6, windowMs: SECOND },
    ],
    mostMs: 60 * SECOND,
    mostRefused: inWindows(4),
    mostSilenceMs: 11 * SECOND,
  },
  {
    ...SLOW,
    name: "300 attaches, 100 a minute and 10 a second",
    attaches: 300,
    quotas: [...SLOW.quotas, { calls: 10, windowMs: SECOND }],
    mostMs: 1.5 * 120 * SECOND,
  },
  { ...SLOW, name: "300 attaches, 100 a minute", attaches: 300, mostMs: 1.1 * 120 * SECOND },
];

/** How a case went. */
export interface QuotaResult {
  readonly ms: number;
  /** What it would have taken to call at each moment at which a call would pass, in ms. */
  readonly idealMs: number;
  readonly refused: number;
  readonly silenceMs: number;
}

/** How a run differs from others of the same case. */
export interface Circumstances {
  /** How much of the first window of each quota is over when the run begins, from 0 to 1. */
  readonly phase: number;
  readonly tellsRetryAfter: boolean;
  readonly seed: number;
}

/** Runs a case. Quotas of different length begin at different moments. */
export async function runQuotaCase(asked: QuotaCase, circumstances: Circumstances): Promise<QuotaResult> {
  const { phase, tellsRetryAfter, seed } = circumstances;
  const quotas = asked.quotas.map((quota, index) => ({
    ...quota,
    beginsMs: -((phase * (1 + index * 0.37)) % 1) * quota.windowMs,
  }));
  return await onSimulatedClock(async () => {
    const ecs = new SimulatedEcs({ quotas: { AttachClassicLinkVpc: quotas }, tellsRetryAfter, seed });
    const client = rateLimited(ecs);
    if (asked.before !== undefined) {
      await attachAll(client, "before", asked.before.attaches);
      await new Promise((resolve) => setTimeout(resolve, asked.before?.thenQuietMs));
    }
    const begunAt = performance.now();
    const refusedBefore = ecs.throttled("AttachClassicLinkVpc").length;
    await attachAll(client, "i", asked.attaches);
    const times = [begunAt, ...ecs.calls.map(({ at }) => at).filter((at) => at >= begunAt)].sort((a, b) => a - b);
    return {
      ms: performance.now() - begunAt,
      idealMs: idealMs(quotas, asked.attaches, begunAt),
      refused: ecs.throttled("AttachClassicLinkVpc").length - refusedBefore,
      silenceMs: Math.max(...times.map((at, index) => at - (times[index - 1] ?? at))),
    };
  });
}

async function attachAll(client: EcsClient, name: string, count: number): Promise<void> {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const links = Array.from({ length: count }, (_, n) => ({
    regionId: "cn-hangzhou",
    instanceId: `${name}-${n}`,
    vpcId: "vpc-1",
  }));
  await Promise.all(links.map((link) => client.attach(link, { signal })));
}

/** When the last of so many calls would pass if each were made as early as the quotas allow, in ms from the begin. */
export function idealMs(quotas: readonly Quota[], calls: number, begunAt: number): number {
  const passed = quotas.map(() => ({ window: Number.NaN, calls: 0 }));
  let at = begunAt;
  for (let n = 0; n < calls; ) {
    const restMs = quotas.map(({ calls: most, windowMs, beginsMs = 0 }, index) => {
      const window = Math.floor((at - beginsMs) / windowMs);
      const count = passed[index];
      if (count === undefined || count.window !== window) passed[index] = { window, calls: 0 };
      return (passed[index]?.calls ?? 0) < most ? 0 : beginsMs + (window + 1) * windowMs - at;
    });
    const waitMs = Math.max(...restMs);
    if (waitMs > 0) at += waitMs;
    else {
      for (const count of passed) count.calls += 1;
      n += 1;
    }
  }
  return at - begunAt;
}
