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

/** The refusals that the limiter may need in a window of each quota. */
const inWindows = (windows: number) => 16 + 8 * windows;

export const QUOTA_CASES: readonly QuotaCase[] = [
  {
    name: "60 attaches, 20 in 5 s",
    attaches: 60,
    quotas: [{ calls: 20, windowMs: 5 * SECOND }],
    mostMs: 1.5 * 15 * SECOND,
    mostRefused: 3 * inWindows(1),
    mostSilenceMs: 10 * SECOND,
  },
  {
    name: "1000 attaches, 100 a minute, after one call and 8 min of quiet",
    attaches: 1_000,
    quotas: [{ calls: 100, windowMs: MINUTE }],
    before: { attaches: 1, thenQuietMs: 8 * MINUTE },
    mostMs: 10 * MINUTE,
    mostRefused: 10 * inWindows(1),
    mostSilenceMs: 11 * SECOND,
  },
  {
    name: "300 attaches, 100 a minute and 10 a second",
    attaches: 300,
    quotas: [
      { calls: 100, windowMs: MINUTE },
      { calls: 10, windowMs: SECOND },
    ],
    mostMs: 1.5 * 120 * SECOND,
    mostRefused: 4 * inWindows(1),
    mostSilenceMs: 11 * SECOND,
  },
];

/** How a case went. */
export interface QuotaResult {
  readonly ms: number;
  /** The quotas, with the moments at which their windows began. */
  readonly quotas: readonly Quota[];
  readonly begunAt: number;
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
      quotas,
      begunAt,
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
