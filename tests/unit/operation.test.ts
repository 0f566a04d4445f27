/** What an operation reports while it waits, and the sentence of its failure. */

import { describe, expect, jest, test } from "@jest/globals";
import { LinkReader } from "../../provider/ecs/linkReader";
import { rateLimited } from "../../provider/ecs/rateLimiter";
import { ClassicLinkError } from "../../provider/links/errors";
import { type CallContext, formatDuration, Operation, Task } from "../../provider/links/operation";
import { simulateClock } from "../support/clock";
import { fails, fault, refusal, run, ScriptedEcs } from "../support/scriptedEcs";

simulateClock();

const ASKED = "link i-a to vpc-b in cn-hangzhou";
const locked = (retryAfterMs = 0) => refusal("attach", "InvalidStatus.InstanceLocked", "said", { retryAfterMs });

/** Runs a call as an operation until it succeeds, and gives what it reported and how it failed. */
async function operate(call: (task: Task) => Promise<unknown>, context: CallContext = {}, defaultMs = 600_000) {
  const reported: [seconds: number, message: string][] = [];
  const from = performance.now();
  const report = (message: string) => void reported.push([Math.round((performance.now() - from) / 1000), message]);
  const operation = new Operation(ASKED, { report, ...context }, defaultMs);
  const task = new Task(operation);
  const { error, afterMs } = await run(operation.run(() => task.retry(() => call(task)), task));
  return { reported, afterMs, sentence: error?.message, error };
}

/** Sends a call that fails. */
const throwing = (error: Error) => async (task: Task) => {
  task.onRequest();
  throw error;
};

describe("[34] progress", () => {
  test("the first wait is reported at once, then one at most every 10 s, with calls and time", async () => {
    jest.spyOn(Math, "random").mockReturnValue(0.5);
    const { reported } = await operate(throwing(locked()), {}, 45_000);
    expect(reported).toEqual([
      [0, "locked, 0 s of at most 45 s, 1 call"],
      [13, "locked, 13 s of at most 45 s, 7 calls"],
      [35, "locked, 35 s of at most 45 s, 9 calls"],
    ]);
  });

  test.each([
    ["locked", locked()],
    ["not now (OperationConflict)", refusal("attach", "OperationConflict")],
    ["no usable answer (ConnectionLost; retries for at most 2 min)", fault("attach", "ConnectionLost")],
  ])("begins with the reason: %s", async (reason, error) => {
    const { reported } = await operate(throwing(error), {}, 1_000);
    expect(reported[0]?.[1]).toBe(`${reason}, 0 s of at most 1 s, 1 call`);
  });

  test("[13] begins with how long ^C waits where ^C does not end the wait: Pulumi cuts the end of a long line", async () => {
    const { reported } = await operate(throwing(locked()), { ignoresCancel: true }, 1_000);
    expect(reported[0]?.[1]).toBe("^C waits at most 1 s; locked, 0 s, 1 call");
  });

  test("a status line says when a throttled call is tried next, and is not written again while it is the same", async () => {
    const progress = jest.fn();
    const operation = new Operation(ASKED, { progress }, 60_000);
    operation.throttled(2_000);
    for (const state of ["1/2 linked", "1/2 linked"]) operation.progress(state);
    await operation.run(async () => "answer");
    expect(progress.mock.calls).toEqual([["1/2 linked, throttled, next try in 2 s, 0 s of at most 1 min"]]);
  });

  test("an operation that never waits reports nothing, and leaves no timer", async () => {
    const report = jest.fn();
    await new Operation(ASKED, { report }, 600_000).run(async () => "answer");
    expect([report.mock.calls, jest.getTimerCount()]).toEqual([[], 0]);
  });
});

describe("[13] [34] the sentence of a failure", () => {
  test("a refusal: what was asked, code, words, request id, calls, time, and what to do", async () => {
    const { sentence } = await operate(throwing(refusal("attach", "QuotaExceeded", "too many")));
    expect(sentence).toBe(
      `cannot ${ASKED}: AttachClassicLinkVpc: QuotaExceeded ("too many"), request R-1, after 1 call in 0 s; ` +
        "remove links from the VPC; a VPC can have at most 1000",
    );
  });

  test("out of time: the limit, calls, time, the last error, and its advice", async () => {
    const { sentence, afterMs } = await operate(throwing(locked(4_000)), { timeoutMs: 10_000 });
    expect(afterMs).toBe(10_000);
    expect(sentence).toMatch(/^cannot link i-a to vpc-b in cn-hangzhou: not done within 10 s.* 3 calls in 10 s; /);
    expect(sentence).toMatch(/InvalidStatus.InstanceLocked \("said"\), request R-1.* wait until the instance/);
  });

  test("cancelled: says so, and how far it came", async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 90_000);
    const { sentence } = await operate(throwing(locked(60_000)), { signal: cancel.signal });
    expect(sentence).toMatch(/^cannot link .*: cancelled.* after 2 calls in 1 min 30 s; the last error was .*Locked/);
  });

  test("cancelled before anything answered: no last error is made up", async () => {
    const { sentence } = await operate(async () => "never called", { signal: AbortSignal.abort() });
    expect(sentence).toMatch(/^cannot link .*: cancelled.* after 0 calls in 0 s$/);
  });

  test("out of time while a read that others share is throttled: quotes the refusal", async () => {
    const ecs = new ScriptedEcs();
    ecs.always("describe", fails(refusal("describe", "Throttling.User", "too many")));
    const reader = new LinkReader(rateLimited(ecs));
    const read = (task: Task) => reader.vpcOf({ regionId: "cn-hangzhou", instanceId: "i-a" }, task);
    const { sentence, reported } = await operate(read, { timeoutMs: 20_000 });
    expect(reported[0]?.[1]).toBe("throttled, next try in 1 s, 0 s of at most 20 s, 1 call");
    expect(sentence).toMatch(/^cannot link .*not done within 20 s \(throttled\).*Throttling\.User \("too many"\)/);
  });

  test("anything else keeps its own words", async () => {
    const { sentence, error } = await operate(throwing(new Error("profile: it has no keys")));
    expect(error).toBeInstanceOf(ClassicLinkError);
    expect(sentence).toBe(`cannot ${ASKED}: profile: it has no keys`);
  });
});

test("a ClassicLinkError shows nothing but its sentence, on one line, in each form that the host prints", () => {
  const error = new ClassicLinkError("cannot do it; do that");
  expect(`${error}: ${error.stack}`).toBe("pulumi-classiclink: cannot do it; do that");
  expect(Object.keys(error).filter((key) => ["code", "details", "metadata"].includes(key))).toEqual([]);
});

test.each([
  [0, "0 s"],
  [51, "0.1 s"],
  [9_950, "10 s"],
  [59_500, "1 min"],
  [119_600, "2 min"],
  [3_601_000, "60 min 1 s"],
])("%d ms is written as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
