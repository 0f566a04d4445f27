/** Which errors are retried, how long, and how a budget ends waits. */

import { describe, expect, jest, test } from "@jest/globals";
import { Budget, OutOfTime, sleep } from "../../provider/ecs/budget";
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
  test.each([
    ["busy", busy],
    ["transient", transient],
  ])("an error of kind %s is retried until it has passed", async (_, error) => {
    expect(await tried([error, error, error])).toMatchObject({ value: "answer", waits: [500, 800, 1_280] });
  });

  // A throttled call is made again by the rate limiter.
  const codes = ["Throttling.User", "InvalidInstanceId.NotFound", "QuotaExceeded", "Forbidden.RAM", "SomethingNew"];
  const final = codes.map((code): [string, Error] => [code, refusal("attach", code)]);
  test.each([...final, ["TypeError", new TypeError("fetch failed")]])("%s is not retried", async (_, error) => {
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
      const { error, afterMs, at } = await tried([busy], { ...forEver, random });
      expect(at.length).toBeLessThanOrEqual(most);
      expect(at.length).toBeGreaterThan(15);
      expect(error).toBeInstanceOf(OutOfTime);
      expect(afterMs).toBe(600_000);
    },
  );

  test("no wait after a fault is longer than ten seconds", async () => {
    const { waits } = await tried(Array(12).fill(transient), { random: 1 });
    expect(waits).toHaveLength(12);
    expect(Math.max(...waits)).toBeLessThan(10_000);
  });

  test("another kind of error begins with short waits again", async () => {
    expect((await tried([busy, busy, transient, busy])).waits).toEqual([500, 800, 500, 500]);
  });

  // Node runs a timer of 2 ** 33 ms at once.
  test.each([
    [12_345, 12_345],
    [0, 500],
    [2 ** 33, 120_000],
  ])("an x-acs-retry-after of %d is a wait of %d ms", async (askedMs, ms) => {
    expect((await tried([asking(askedMs)])).waits).toEqual([ms]);
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

  test("the time that an instance was locked does not count as time that it was starting", async () => {
    const starting = refusal("attach", "InvalidStatus.InstanceStatus");
    expect(await tried([...Array(14).fill(busy), starting])).toMatchObject({ value: "answer" });
  });
});

describe("when time is over", () => {
  const last = asking(50_000);

  test("[13] the budget ends a wait exactly, and the last error is kept", async () => {
    const { error, afterMs } = await tried([last], { totalMs: 7_000 });
    expect(error).toMatchObject({ name: "OutOfTime", last });
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
    const { error, afterMs } = await tried([last], { signal: cancel.signal });
    expect(error).toMatchObject({ name: "OutOfTime", last });
    expect(afterMs).toBe(2_000);
  });

  test("[14] nothing is called when the cancel came before", async () => {
    const { error, at } = await tried([], { signal: AbortSignal.abort() });
    expect(error).toBeInstanceOf(OutOfTime);
    expect(at).toEqual([]);
  });

  test("[13] a budget of many days is not over at once, though a timer takes at most 24 days", async () => {
    const budget = new Budget(1_000 * 3_600_000);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(budget.signal.aborted).toBe(false);
    budget.close();
  });

  test("a budget that is closed ends the waits that are left, and no longer listens to its caller", async () => {
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, "removeEventListener");
    const budget = new Budget(1_000, signal);
    const left = expect(sleep(500, budget.signal)).rejects.toBeInstanceOf(OutOfTime);
    budget.close();
    await left;
    expect(removed).toHaveBeenCalledTimes(1);
  });

  test.each([
    [0, 800],
    [1, 1_200],
  ])("with jitter %d, a pause of 1000 ms takes %d, so that many do not poll at one moment", async (random, ms) => {
    jest.spyOn(Math, "random").mockReturnValue(random);
    const budget = new Budget(60_000);
    const removed = jest.spyOn(budget.signal, "removeEventListener");
    expect((await run(pause(1_000, budget).finally(() => budget.close()))).afterMs).toBe(ms);
    expect(removed).toHaveBeenCalledTimes(1);
  });
});
