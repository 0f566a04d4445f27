import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Budget, OutOfTime, sleep } from "../../provider/ecs/budget";
import type { EcsError, EcsErrorKind } from "../../provider/ecs/errors";
import { pause, retry } from "../../provider/ecs/retry";
import { fault, refusal, run } from "../support/scriptedEcs";

const CODES: Readonly<Record<EcsErrorKind, string>> = {
  throttled: "Throttling.User",
  transient: "InternalError",
  busy: "InvalidStatus.InstanceLocked",
  gone: "InvalidInstanceId.NotFound",
  conflict: "Abs.InvalidInstanceId.MalFormed",
  configuration: "OperationDenied",
  retired: "InvalidInstanceId.LimitedRegion",
  quota: "QuotaExceeded",
  authorisation: "Forbidden.RAM",
  input: "InvalidVpcId.Malformed",
  unknown: "SomethingNew",
};
const of = (kind: EcsErrorKind) => refusal("attach", CODES[kind], kind === "configuration" ? "disabled attach" : "");

beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Fails with the given errors in turn, the last one for ever; or succeeds when they are used up. */
function failing(errors: readonly Error[], forEver = false) {
  const triedAt: number[] = [];
  const from = performance.now();
  return {
    triedAt,
    call: async () => {
      const error = errors[triedAt.length] ?? (forEver ? errors.at(-1) : undefined);
      triedAt.push(performance.now() - from);
      if (error !== undefined) throw error;
      return "answer";
    },
  };
}

/** Retries under a budget of its own, which is closed at the end as its owner does. */
async function tried(call: () => Promise<string>, { totalMs = 600_000, signal }: Partial<Options> = {}) {
  const budget = new Budget(totalMs, signal);
  return await run(retry(call, budget).finally(() => budget.close()));
}
interface Options {
  totalMs: number;
  signal: AbortSignal;
}

const waits = (at: readonly number[]) => at.slice(1).map((time, index) => time - (at[index] ?? 0));

describe("which errors are retried", () => {
  test.each(["busy", "transient"] as const)("%s is, until it has passed", async (kind) => {
    const { call, triedAt } = failing([of(kind), of(kind), of(kind)]);
    expect(await tried(call)).toMatchObject({ value: "answer" });
    expect(triedAt).toHaveLength(4);
  });

  // A throttled call is made again by the rate limiter.
  const permanent = [
    "throttled",
    "gone",
    "conflict",
    "configuration",
    "quota",
    "authorisation",
    "input",
    "unknown",
  ] as const;
  test.each(permanent)("%s is not", async (kind) => {
    const error = of(kind);
    const { call, triedAt } = failing([error]);
    expect(await tried(call)).toEqual({ afterMs: 0, error });
    expect(triedAt).toEqual([0]);
  });

  test.each([new Error("a defect"), new TypeError("a defect"), new TypeError("fetch failed")])(
    "what ECS did not answer, %s, is not",
    async (error) => {
      const { call, triedAt } = failing([error]);
      expect(await tried(call)).toEqual({ afterMs: 0, error });
      expect(triedAt).toHaveLength(1);
    },
  );
});

describe("how long is waited", () => {
  test("a wait is a fifth shorter or longer than 1.6 times the one before", async () => {
    const random = jest.spyOn(Math, "random").mockReturnValue(0.5);
    const { call, triedAt } = failing(Array(4).fill(of("busy")));
    await tried(call);
    expect(waits(triedAt)).toEqual([500, 800, 1280, 2048].map((ms) => expect.closeTo(ms)));
    random.mockReturnValue(1);
    const longer = failing([of("busy")]);
    await tried(longer.call);
    expect(waits(longer.triedAt)).toEqual([600]);
  });

  test("[33] an instance that stays locked is asked at most 20 times in ten minutes", async () => {
    for (const random of [0, 0.5, 1]) {
      jest.spyOn(Math, "random").mockReturnValue(random);
      const { call, triedAt } = failing([of("busy")], true);
      await tried(call, { totalMs: 600_000 });
      expect(triedAt.length).toBeLessThanOrEqual(20 + (random === 0 ? 3 : 0));
    }
  });

  test.each([0, 0.5, 1])(
    "the end of a lock of a few seconds is noticed within three more, with jitter %s",
    async (random) => {
      jest.spyOn(Math, "random").mockReturnValue(random);
      const { call, triedAt } = failing([of("busy")], true);
      void tried(call, { totalMs: 30_000 });
      await jest.runAllTimersAsync();
      const noticedAfterMs = triedAt.find((at) => at >= 5_000) ?? Number.NaN;
      expect(noticedAfterMs).toBeLessThan(8_500);
    },
  );

  test("no wait after a fault is longer than ten seconds", async () => {
    jest.spyOn(Math, "random").mockReturnValue(1);
    const { call, triedAt } = failing(Array(12).fill(of("transient")));
    await tried(call);
    expect(Math.max(...waits(triedAt))).toBeLessThan(10_000);
  });

  test("another kind of error begins with short waits again", async () => {
    jest.spyOn(Math, "random").mockReturnValue(0.5);
    const { call, triedAt } = failing([of("busy"), of("busy"), of("transient"), of("busy")]);
    await tried(call);
    expect(waits(triedAt)).toEqual([500, 800, 500, 500]);
  });

  test("x-acs-retry-after is waited out", async () => {
    const { call, triedAt } = failing([refusal("attach", "InternalError", "", { retryAfterMs: 12_345 })]);
    await tried(call);
    expect(waits(triedAt)).toEqual([12_345]);
  });

  test("an x-acs-retry-after of 0 is no leave to ask again at once for ever", async () => {
    const { call, triedAt } = failing([refusal("attach", "InternalError", "", { retryAfterMs: 0 })], true);
    const budget = new Budget(60_000);
    const trying = retry(
      async () => (triedAt.length < 100 ? await call() : await Promise.reject(new Error("100 calls in no time"))),
      budget,
    );
    const { error } = await run(trying.finally(() => budget.close()));
    expect(error).toBeInstanceOf(OutOfTime);
  });

  test("an x-acs-retry-after beyond what a timer can hold ends with the budget, and not with a storm of calls", async () => {
    const { call, triedAt } = failing([refusal("attach", "InternalError", "", { retryAfterMs: 2 ** 33 })]);
    const { error, afterMs } = await tried(call, { totalMs: 60_000 });
    expect(error).toBeInstanceOf(OutOfTime);
    expect({ afterMs, calls: triedAt.length }).toEqual({ afterMs: 60_000, calls: 1 });
  });

  test("each wait is reported before it begins", async () => {
    const told: [string, number][] = [];
    const budget = new Budget(600_000);
    jest.spyOn(Math, "random").mockReturnValue(0.5);
    const { call } = failing([of("busy"), of("transient")]);
    const trying = retry(call, budget, (error) => told.push([error.kind, budget.elapsedMs]));
    await run(trying.finally(() => budget.close()));
    expect(told).toEqual([
      ["busy", 0],
      ["transient", 500],
    ]);
  });
});

describe("for how long an error is retried", () => {
  test("a fault that lasts two minutes is given up, with the last error and long before the budget", async () => {
    const last = of("transient");
    const { error, afterMs } = await tried(failing([last], true).call);
    expect(error).toBe(last);
    expect(afterMs).toBeGreaterThanOrEqual(120_000);
    expect(afterMs).toBeLessThan(130_000);
  });

  test("a host that cannot be found is reported after half a minute", async () => {
    const { error, afterMs } = await tried(failing([fault("attach", "HostNotFound")], true).call);
    expect(error?.message).toContain("HostNotFound");
    expect(afterMs).toBeLessThan(40_000);
  });

  test("a code that is final, but only when it comes again, is retried as often as it says", async () => {
    const notFound = refusal("attach", "InvalidAction.NotFound");
    const { call, triedAt } = failing([notFound], true);
    const { error, afterMs } = await tried(call);
    expect(error).toBe(notFound);
    expect(triedAt).toHaveLength(1 + (notFound.facts.retryTries ?? Number.NaN));
    expect(afterMs).toBeLessThan(10_000);
  });

  test("a locked instance is waited for as long as the budget lasts", async () => {
    const { error, afterMs } = await tried(failing([of("busy")], true).call);
    expect(error).toBeInstanceOf(OutOfTime);
    expect(afterMs).toBe(600_000);
  });

  test("the time that an instance was locked does not count as time that it was starting", async () => {
    const locked = Array<EcsError>(14).fill(of("busy"));
    const { call } = failing([...locked, refusal("attach", "InvalidStatus.InstanceStatus")]);
    expect(await tried(call)).toMatchObject({ value: "answer" });
  });
});

describe("when time is over", () => {
  test("[13] the budget ends a wait exactly, and the last error is kept", async () => {
    const last = refusal("attach", "InternalError", "slow down", { retryAfterMs: 50_000 });
    const { error, afterMs } = await tried(failing([last]).call, { totalMs: 7_000 });
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
    const waiting = refusal("attach", "InternalError", "", { retryAfterMs: 50_000 });
    const { error, afterMs } = await tried(failing([waiting]).call, { signal: cancel.signal });
    expect(error).toMatchObject({ name: "OutOfTime", last: waiting });
    expect(afterMs).toBe(2_000);
  });

  test("[14] nothing is called when the cancel came before", async () => {
    const { call, triedAt } = failing([]);
    expect((await tried(call, { signal: AbortSignal.abort() })).error).toBeInstanceOf(OutOfTime);
    expect(triedAt).toEqual([]);
  });

  test("[13] a budget of many days is not over at once, though a timer takes at most 24 days", async () => {
    const budget = new Budget(1_000 * 3_600_000);
    await jest.advanceTimersByTimeAsync(60_000);
    const { aborted } = budget.signal;
    budget.close();
    expect(aborted).toBe(false);
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
  test("is a fifth shorter or longer than asked for, so that many do not poll at the same moment", async () => {
    const lengths = [];
    for (const random of [0, 0.5, 1]) {
      jest.spyOn(Math, "random").mockReturnValue(random);
      const budget = new Budget(60_000);
      lengths.push((await run(pause(1_000, budget).finally(() => budget.close()))).afterMs);
    }
    expect(lengths).toEqual([800, 1_000, 1_200]);
  });

  test("ends with the budget", async () => {
    const budget = new Budget(500);
    const { error, afterMs } = await run(pause(10_000, budget).finally(() => budget.close()));
    expect(error).toBeInstanceOf(OutOfTime);
    expect(afterMs).toBe(500);
  });

  test("sleep leaves no listener on a signal that outlives it", async () => {
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, "removeEventListener");
    await run(sleep(10, signal));
    expect(removed).toHaveBeenCalledTimes(1);
  });
});
