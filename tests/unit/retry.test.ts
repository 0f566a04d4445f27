/** Which errors are retried, how long, and how a budget ends waits. */

import { describe, expect, jest, test } from "@jest/globals";
import { Budget, OutOfTime, sleep } from "../../provider/ecs/budget";
import type { EcsErrorKind } from "../../provider/ecs/errors";
import { pause, retry } from "../../provider/ecs/retry";
import { simulateClock } from "../support/clock";
import { fault, refusal, run } from "../support/scriptedEcs";

simulateClock();

const busy = refusal("attach", "InvalidStatus.InstanceLocked");
const transient = refusal("attach", "InternalError");
const asking = (retryAfterMs: number) => refusal("attach", "InternalError", "", { retryAfterMs });

interface Circumstances {
  /** Whether the last error is thrown for ever. Otherwise, the call succeeds after it. */
  readonly forEver?: boolean;
  readonly totalMs?: number;
  readonly signal?: AbortSignal;
  /** From 0, the shortest waits, to 1. */
  readonly random?: number;
}

/** Retries a call that throws these errors in turn. */
async function tried(errors: readonly Error[], { totalMs = 600_000, random = 0.5, ...more }: Circumstances = {}) {
  jest.spyOn(Math, "random").mockReturnValue(random);
  const at: number[] = [];
  const from = performance.now();
  const budget = new Budget(totalMs, more.signal);
  const call = async () => {
    const error = errors[at.length] ?? (more.forEver ? errors.at(-1) : undefined);
    at.push(performance.now() - from);
    if (error !== undefined) throw error;
    return "answer";
  };
  const outcome = await run(retry(call, budget).finally(() => budget.close()));
  return { ...outcome, at, waits: at.slice(1).map((time, index) => time - (at[index] ?? 0)) };
}
const forEver = { forEver: true };

describe("which errors are retried", () => {
  test.each([busy, transient])("$kind is, until it has passed", async (error) => {
    expect(await tried([error, error, error])).toMatchObject({ value: "answer", waits: [500, 800, 1_280] });
  });

  const permanent: Partial<Record<EcsErrorKind, string>> = {
    // A throttled call is made again by the rate limiter.
    throttled: "Throttling.User",
    gone: "InvalidInstanceId.NotFound",
    conflict: "Abs.InvalidInstanceId.MalFormed",
    configuration: "InvalidVersion",
    quota: "QuotaExceeded",
    authorisation: "Forbidden.RAM",
    input: "InvalidVpcId.Malformed",
    unknown: "SomethingNew",
  };
  test.each([
    ...Object.entries(permanent).map(([kind, code]) => [kind, refusal("attach", code)] as const),
    ["a defect", new TypeError("fetch failed")] as const,
  ])("%s is not", async (kind, error) => {
    if ("kind" in error) expect(error.kind).toBe(kind);
    expect(await tried([error])).toEqual({ afterMs: 0, error, at: [0], waits: [] });
  });
});

describe("how long is waited", () => {
  test("a wait is a fifth shorter or longer than 1.6 times the one before", async () => {
    const waits = [500, 800, 1_280, 2_048].map((ms) => expect.closeTo(ms));
    expect((await tried(Array(4).fill(busy))).waits).toEqual(waits);
    expect((await tried([busy], { random: 1 })).waits).toEqual([600]);
    expect((await tried([busy], { random: 0 })).waits).toEqual([400]);
  });

  test.each([
    [0, 23],
    [0.5, 20],
    [1, 20],
  ])(
    "[33] an instance that stays locked is asked some 20 times in ten minutes, with jitter %d",
    async (random, most) => {
      expect((await tried([busy], { ...forEver, random })).at.length).toBeLessThanOrEqual(most);
    },
  );

  test.each([0, 0.5, 1])("the end of a lock is noticed within three seconds, with jitter %s", async (random) => {
    const { at } = await tried([busy], { ...forEver, random, totalMs: 30_000 });
    expect(at.find((ms) => ms >= 5_000)).toBeLessThan(8_500);
  });

  test("no wait after a fault is longer than ten seconds", async () => {
    const { waits } = await tried(Array(12).fill(transient), { random: 1 });
    expect(Math.max(...waits)).toBeLessThan(10_000);
  });

  test("another kind of error begins with short waits again", async () => {
    expect((await tried([busy, busy, transient, busy])).waits).toEqual([500, 800, 500, 500]);
  });

  test("x-acs-retry-after is waited out", async () => {
    expect((await tried([asking(12_345)])).waits).toEqual([12_345]);
  });

  test("an x-acs-retry-after of 0 is no leave to ask again at once for ever", async () => {
    const { error, at } = await tried([asking(0)], { ...forEver, totalMs: 60_000 });
    expect(error).toBeInstanceOf(OutOfTime);
    expect(at.length).toBeLessThan(100);
  });

  test("an x-acs-retry-after beyond what a timer can hold ends with the budget, and not with a storm of calls", async () => {
    const { error, afterMs, at } = await tried([asking(2 ** 33)], { totalMs: 60_000 });
    expect(error).toBeInstanceOf(OutOfTime);
    expect([afterMs, at]).toEqual([60_000, [0]]);
  });

  test("each wait is reported before it begins", async () => {
    jest.spyOn(Math, "random").mockReturnValue(0.5);
    const budget = new Budget(600_000);
    const errors = [busy, transient];
    const reported: [string, number][] = [];
    const call = async () => {
      const error = errors.shift();
      if (error !== undefined) throw error;
    };
    const onWait = (error: { kind: string }) => void reported.push([error.kind, budget.elapsedMs]);
    await run(retry(call, budget, onWait).finally(() => budget.close()));
    expect(reported).toEqual([
      ["busy", 0],
      ["transient", 500],
    ]);
  });
});

describe("for how long an error is retried", () => {
  test.each([
    ["a fault that lasts two minutes is given up long before the budget", transient, 120_000, 130_000],
    ["a host that cannot be found is reported after half a minute", fault("attach", "HostNotFound"), 30_000, 40_000],
  ])("%s, with the last error", async (_, last, least, most) => {
    const { error, afterMs } = await tried([last], forEver);
    expect(error).toBe(last);
    expect(afterMs).toBeGreaterThanOrEqual(least);
    expect(afterMs).toBeLessThan(most);
  });

  test("a code that is final, but only when it comes again, is retried as often as it says", async () => {
    const notFound = refusal("attach", "InvalidAction.NotFound");
    const { error, at, afterMs } = await tried([notFound], forEver);
    expect(error).toBe(notFound);
    expect(at).toHaveLength(1 + (notFound.facts.retryTries ?? Number.NaN));
    expect(afterMs).toBeLessThan(10_000);
  });

  test("a locked instance is waited for as long as the budget lasts", async () => {
    const { error, afterMs } = await tried([busy], forEver);
    expect(error).toBeInstanceOf(OutOfTime);
    expect(afterMs).toBe(600_000);
  });

  test("the time that an instance was locked does not count as time that it was starting", async () => {
    const starting = refusal("attach", "InvalidStatus.InstanceStatus");
    expect(await tried([...Array(14).fill(busy), starting])).toMatchObject({ value: "answer" });
  });
});

describe("when time is over", () => {
  test("[13] the budget ends a wait exactly, and the last error is kept", async () => {
    const last = asking(50_000);
    const { error, afterMs } = await tried([last], { totalMs: 7_000 });
    expect(error).toBeInstanceOf(OutOfTime);
    expect(error).toMatchObject({ last });
    expect(afterMs).toBe(7_000);
  });

  test("[13] a call that hangs ends with the budget", async () => {
    const budget = new Budget(7_000);
    const hanging = () =>
      new Promise<string>((_, reject) => budget.signal.addEventListener("abort", () => reject(budget.signal.reason)));
    const { error, afterMs } = await run(retry(hanging, budget).finally(() => budget.close()));
    expect(error).toMatchObject({ name: "OutOfTime", last: undefined });
    expect(afterMs).toBe(7_000);
  });

  test("[14] a cancel ends a wait at once", async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 2_000);
    const last = asking(50_000);
    const { error, afterMs } = await tried([last], { signal: cancel.signal });
    expect(error).toMatchObject({ name: "OutOfTime", last });
    expect(afterMs).toBe(2_000);
  });

  test("[14] nothing is called when the cancel came before", async () => {
    const { error, at } = await tried([], { signal: AbortSignal.abort() });
    expect(error).toBeInstanceOf(OutOfTime);
    expect(at).toEqual([]);
  });
});

describe("a budget", () => {
  test("ends when its time is over, which is no cancel", async () => {
    const budget = new Budget(1_000);
    await jest.advanceTimersByTimeAsync(999);
    expect(budget.signal.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(budget).toMatchObject({ signal: { aborted: true }, cancelled: false, elapsedMs: 1_000, totalMs: 1_000 });
  });

  test("[13] of many days is not over at once, though a timer takes at most 24 days", async () => {
    const budget = new Budget(1_000 * 3_600_000);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(budget.signal.aborted).toBe(false);
    budget.close();
  });

  test("ends with its caller's cancel", () => {
    const cancel = new AbortController();
    const budget = new Budget(1_000, cancel.signal);
    cancel.abort();
    expect(budget).toMatchObject({ signal: { aborted: true }, cancelled: true });
    budget.close();
  });

  test("that is closed holds no timer, ends the waits that are left, and no longer listens to its caller", async () => {
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, "removeEventListener");
    const budget = new Budget(1_000, signal);
    const left = expect(sleep(500, budget.signal)).rejects.toBeInstanceOf(OutOfTime);
    budget.close();
    await left;
    expect(jest.getTimerCount()).toBe(0);
    expect(removed).toHaveBeenCalledTimes(1);
  });
});

describe("a pause", () => {
  test.each([
    ["is a fifth shorter than asked for", 0, 60_000, 800],
    ["is a fifth longer, so that many do not poll at the same moment", 1, 60_000, 1_200],
    ["ends with the budget", 0.5, 500, 500],
  ])("%s", async (_, random, totalMs, ms) => {
    jest.spyOn(Math, "random").mockReturnValue(random);
    const budget = new Budget(totalMs);
    const { error, afterMs } = await run(pause(1_000, budget).finally(() => budget.close()));
    expect(afterMs).toBe(ms);
    expect(error instanceof OutOfTime).toBe(totalMs < 1_000);
  });

  test("leaves no listener on a signal that outlives it", async () => {
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, "removeEventListener");
    await run(sleep(10, signal));
    expect(removed).toHaveBeenCalledTimes(1);
  });
});
