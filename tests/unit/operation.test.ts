import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { ClassicLinkError, HalfMadeError } from "../../provider/classicLinkError";
import { type CallContext, formatDuration, Operation } from "../../provider/operation";
import { done, fault, refusal, run } from "../support/scriptedEcs";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const ASKED = "link i-a to vpc-b in cn-hangzhou";

/** Runs a call as an operation, and gives what it told and the sentence it failed with. */
async function operate(call: () => Promise<unknown>, context: CallContext = {}, defaultMs = 600_000) {
  const told: [seconds: number, message: string][] = [];
  const from = performance.now();
  const report = (message: string) => void told.push([Math.round((performance.now() - from) / 1000), message]);
  const operation = new Operation(ASKED, { report, ...context }, defaultMs);
  const failing = operation.retry(call).catch((error) => {
    throw operation.failure(error);
  });
  const { error, afterMs } = await run(failing.finally(() => operation.close()));
  return { told, afterMs, sentence: error?.message, error };
}

const throwing = (error: Error) => async () => {
  throw error;
};

describe("what is told while waiting", () => {
  test("the first wait is told at once, then one at most every 10 s, with tries and time", async () => {
    jest.spyOn(Math, "random").mockReturnValue(1);
    const { told } = await operate(throwing(refusal("attach", "InvalidStatus.InstanceLocked")), {}, 45_000);
    expect(told).toEqual([
      [0, "locked, 1 try, 0 s of 45 s"],
      [16, "locked, 6 tries, 16 s of 45 s"],
      [32, "locked, 8 tries, 32 s of 45 s"],
    ]);
  });

  const reasons: [reason: string, error: Error][] = [
    ["locked", refusal("attach", "InvalidStatus.InstanceLocked")],
    ["throttled", refusal("attach", "Throttling.User")],
    ["OperationConflict", refusal("attach", "OperationConflict")],
    ["ConnectionLost", fault("attach", "ConnectionLost")],
  ];
  test.each(reasons)("the reason is in it: %s", async (reason, error) => {
    const { told } = await operate(throwing(error), {}, 1_000);
    expect(told[0]?.[1]).toMatch(new RegExp(`${reason}.*, 1 try, 0 s of 1 s$`));
  });

  test("what never waits tells nothing", async () => {
    expect((await operate(async () => "answer")).told).toEqual([]);
  });

  test("an awaited answer is looked for less and less often, and told in the same rhythm", async () => {
    jest.spyOn(Math, "random").mockReturnValue(0.5);
    const told: string[] = [];
    const lookedAt: number[] = [];
    const from = performance.now();
    const operation = new Operation(ASKED, { report: (message) => void told.push(message) }, 60_000);
    const isListed = async () => lookedAt.push(performance.now() - from) === 8;
    const until = operation.until(["i-a"], isListed, "not listed yet");
    await run(until.finally(() => operation.close()));
    expect(lookedAt).toEqual([0, 250, 750, 1_750, 3_750, 6_750, 9_750, 12_750]);
    expect(told).toEqual([expect.stringMatching(/^not listed yet.* 0 s of 1 min$/)]);
  });
});

describe("[13] the sentence of a failure", () => {
  test("a refusal: what was asked, code, words, request id, calls, time, and what to do", async () => {
    const { sentence } = await operate(throwing(refusal("attach", "QuotaExceeded", "too many")));
    expect(sentence).toBe(
      `cannot ${ASKED}: AttachClassicLinkVpc: QuotaExceeded ("too many"), request R-1, after 1 call in 0 s; ` +
        "remove links from the VPC; a VPC takes at most 1000",
    );
  });

  test("out of time: the limit, calls, time, the last error, and its advice", async () => {
    const locked = refusal("attach", "InvalidStatus.InstanceLocked", "locked", { retryAfterMs: 4_000 });
    const { sentence, afterMs } = await operate(throwing(locked), { timeoutMs: 10_000 });
    expect(afterMs).toBe(10_000);
    expect(sentence).toMatch(/^cannot link i-a to vpc-b in cn-hangzhou: not done within 10 s.* 3 calls in 10 s; /);
    expect(sentence).toMatch(/InvalidStatus.InstanceLocked \("locked"\), request R-1.* wait until the instance/);
  });

  test("cancelled: says so, and how far it came", async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 90_000);
    const locked = refusal("attach", "InvalidStatus.InstanceLocked", "", { retryAfterMs: 60_000 });
    const { sentence } = await operate(throwing(locked), { signal: cancel.signal });
    expect(sentence).toMatch(/^cannot link .*: cancelled.* after 2 calls in 1 min 30 s; the last error was .*Locked/);
  });

  test("out of time before anything answered: no last error is made up", async () => {
    const cancel = AbortSignal.abort();
    const { sentence } = await operate(async () => "never called", { signal: cancel });
    expect(sentence).toMatch(/^cannot link .*: cancelled.* after 0 calls in 0 s$/);
  });

  test("anything else keeps its own words", async () => {
    const { sentence, error } = await operate(throwing(new Error("profile: it has no keys")));
    expect(error).toBeInstanceOf(ClassicLinkError);
    expect(sentence).toBe(`cannot ${ASKED}: profile: it has no keys`);
  });

  test("many that are awaited are looked at until each is there, and the rest are counted", async () => {
    const told: string[] = [];
    const looks = new Map<string, number>();
    const operation = new Operation(ASKED, { report: (message) => void told.push(message) }, 60_000);
    const isListed = async (item: string) => {
      const seen = (looks.get(item) ?? 0) + 1;
      looks.set(item, seen);
      return seen === (item === "a" ? 1 : 3);
    };
    const until = operation.until(["a", "b", "c"], isListed, "not listed yet");
    await done(until.finally(() => operation.close()));
    expect(Object.fromEntries(looks)).toEqual({ a: 1, b: 3, c: 3 });
    expect(told).toEqual([expect.stringMatching(/^not listed yet \(2 of 3\).* 0 s of 1 min$/)]);
  });

  test("of a thousand that are awaited, a look that fails is made anew, and no other", async () => {
    const looks: string[] = [];
    const items = Array.from({ length: 1_000 }, (_, n) => `i-${n}`);
    const operation = new Operation(ASKED, {}, 60_000);
    const isListed = async (item: string) => {
      looks.push(item);
      if (item === "i-450" && looks.filter((look) => look === item).length === 1)
        throw refusal("describe", "Throttling");
      return true;
    };
    const until = operation.until(items, isListed, "not listed yet");
    await done(until.finally(() => operation.close()));
    expect(new Set(looks).size).toBe(1_000);
    expect(looks).toHaveLength(1_001);
  });

  test("where one look passes at a time, many that are awaited are all answered in the end", async () => {
    const operation = new Operation(ASKED, {}, 60_000);
    let atOnce = 0;
    const isListed = async () => {
      atOnce += 1;
      await Promise.resolve();
      if (atOnce-- > 1) throw refusal("describe", "Throttling");
      return true;
    };
    const until = operation.until(["a", "b", "c", "d"], isListed, "not listed yet");
    await done(until.finally(() => operation.close()));
  });

  test("the time that ran out while waiting for an answer is told together with what was awaited", async () => {
    const operation = new Operation(ASKED, {}, 5_000);
    const until = operation.until(["i-a"], async () => false, "attached, not listed yet");
    const { error } = await run(until.finally(() => operation.close()));
    expect(operation.explain(error)).toContain("not listed yet");
  });
});

describe("errors for people", () => {
  test("a ClassicLinkError shows nothing but its sentence, on one line, in each form that the host prints", () => {
    const error = new ClassicLinkError("cannot do it; do that");
    expect(`${error}: ${error.stack}`).toBe("pulumi-classiclink: cannot do it; do that");
    expect(Object.keys(error).filter((key) => ["code", "details", "metadata"].includes(key))).toEqual([]);
  });

  test("a HalfMadeError carries id, properties and reasons", () => {
    const error = new HalfMadeError("r:i-a", { vpcId: "vpc-b" }, ["first", "second"]);
    expect(error).toMatchObject({
      name: "HalfMadeError",
      id: "r:i-a",
      properties: { vpcId: "vpc-b" },
      reasons: ["first", "second"],
      message: "first\nsecond",
    });
    expect(error).toBeInstanceOf(ClassicLinkError);
  });

  test("a failure that is told already is not told twice", () => {
    const operation = new Operation(ASKED, {}, 1_000);
    const error = new ClassicLinkError("told");
    expect(operation.failure(error)).toBe(error);
    operation.close();
  });
});

const durations: [ms: number, told: string][] = [
  [0, "0 s"],
  [49, "0 s"],
  [51, "0.1 s"],
  [850, "0.9 s"],
  [1_000, "1 s"],
  [9_949, "9.9 s"],
  [9_950, "10 s"],
  [59_499, "59 s"],
  [59_500, "1 min"],
  [60_000, "1 min"],
  [90_000, "1 min 30 s"],
  [119_600, "2 min"],
  [600_000, "10 min"],
  [3_601_000, "60 min 1 s"],
];
test.each(durations)("%d ms is told as %s", (ms, told) => {
  expect(formatDuration(ms)).toBe(told);
});
