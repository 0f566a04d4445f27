import { setMaxListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { OutOfTime } from "../../provider/ecs/budget";
import type { EcsClient, Link } from "../../provider/ecs/client";
import { MAX_IN_FLIGHT, rateLimited } from "../../provider/ecs/rateLimiter";
import { QUOTA_CASES, runQuotaCase, SECOND } from "../support/quotaCases";
import { done, fails, fault, hangsAfterWork, refusal, run, ScriptedEcs } from "../support/scriptedEcs";

const link = (n: number, regionId = "cn-hangzhou"): Link => ({ regionId, instanceId: `i-${n}`, vpcId: "vpc-1" });
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const throttled = (retryAfterMs?: number) =>
  refusal("attach", "Throttling.User", "", retryAfterMs === undefined ? {} : { retryAfterMs });

/** Attaches in a row of so many. Resolves when all have ended. */
const attachAll = (client: EcsClient, count: number) =>
  Promise.allSettled(upTo(count).map((n) => client.attach(link(n))));

/** The times, in ms after the first call, at which calls were made. */
const timesOf = ({ calls }: ScriptedEcs) => calls.map(({ at }) => at - (calls[0]?.at ?? 0));

const attached = ({ calls }: ScriptedEcs) => calls.map(({ query }) => "instanceId" in query && query.instanceId);

describe("[33] under the quotas of ECS, wherever their windows begin", () => {
  for (const tellsRetryAfter of [false, true]) {
    const told = tellsRetryAfter ? "with" : "without";
    test.each(QUOTA_CASES)(`$name, ${told} x-acs-retry-after`, async (asked) => {
      for (const seed of upTo(8)) {
        const result = await runQuotaCase(asked, { phase: seed / 8, tellsRetryAfter, seed });
        expect(result.ms).toBeLessThanOrEqual(asked.mostMs);
        expect(result.refused).toBeLessThanOrEqual(asked.mostRefused);
        if (!tellsRetryAfter) expect(result.silenceMs).toBeLessThanOrEqual(asked.mostSilenceMs);
      }
    });
  }
});

describe("a rate limiter", () => {
  // p-queue takes the next call in a microtask, which has to come by itself.
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ["queueMicrotask", "nextTick"] }));
  afterEach(() => void jest.useRealTimers());

  test("lets no more than MAX_IN_FLIGHT calls be under way, in the order in which they came", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 100;
    const { afterMs } = await run(attachAll(rateLimited(ecs), 3 * MAX_IN_FLIGHT + 5));
    expect(ecs.mostAtOnce).toBe(MAX_IN_FLIGHT);
    expect(afterMs).toBe(400);
    expect(attached(ecs)).toEqual(upTo(3 * MAX_IN_FLIGHT + 5).map((n) => `i-${n}`));
  });

  test("does not hold up other operations, nor other regions", async () => {
    const ecs = new ScriptedEcs();
    const client = rateLimited(ecs);
    ecs.next("attach", fails(throttled(30_000)));
    const waiting = client.attach(link(1));
    await jest.advanceTimersByTimeAsync(0);
    await Promise.all([client.attach(link(2, "cn-beijing")), client.describe({ regionId: "cn-hangzhou", vpcId: "v" })]);
    expect(ecs.calls.map(({ method, query }) => `${method} ${query.regionId}`)).toEqual([
      "attach cn-hangzhou",
      "attach cn-beijing",
      "describe cn-hangzhou",
    ]);
    expect((await run(waiting)).afterMs).toBe(30_000);
  });

  test("makes a throttled call again by itself, before those that came later", async () => {
    const ecs = new ScriptedEcs();
    ecs.next("attach", fails(throttled()));
    await done(attachAll(rateLimited(ecs), MAX_IN_FLIGHT + 2));
    expect(attached(ecs).slice(MAX_IN_FLIGHT)).toEqual(["i-0", "i-16", "i-17"]);
  });

  test("waits as long as ECS asks, sends one probe, and lets one more be under way with each call that passes", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 100;
    ecs.next("attach", fails(throttled(20_000)));
    await run(attachAll(rateLimited(ecs), MAX_IN_FLIGHT + 30));
    const rounds = [1, 2, 4, 8, 16].map((calls, round) => Array(calls).fill(20_100 + round * 100));
    expect(timesOf(ecs).slice(MAX_IN_FLIGHT)).toEqual(rounds.flat());
  });

  test("[33] without x-acs-retry-after probes after 1, 2, 4, 8 and then every 10 s", async () => {
    const ecs = new ScriptedEcs();
    ecs.next("attach", ...Array(7).fill(fails(throttled())));
    await done(rateLimited(ecs).attach(link(0)));
    const times = timesOf(ecs);
    expect(times.slice(1).map((at, n) => at - (times[n] ?? 0))).toEqual(
      [1, 2, 4, 8, 10, 10, 10].map((seconds) => seconds * SECOND),
    );
  });

  test("is closed once by the many refusals of one burst", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 100;
    ecs.next("attach", ...Array(MAX_IN_FLIGHT).fill(fails(throttled())));
    await run(attachAll(rateLimited(ecs), MAX_IN_FLIGHT));
    expect(timesOf(ecs).slice(0, MAX_IN_FLIGHT + 1)).toEqual([...Array(MAX_IN_FLIGHT).fill(0), 1_100]);
  });

  test("does not believe a wait of more than two minutes", async () => {
    const ecs = new ScriptedEcs();
    ecs.next("attach", fails(throttled(24 * 3_600_000)));
    expect((await run(rateLimited(ecs).attach(link(0)))).afterMs).toBe(120_000);
  });

  test.each([
    ["a lock", refusal("attach", "InvalidStatus.InstanceLocked")],
    ["a fault of the service", refusal("attach", "InternalError")],
    ["a lost connection", fault("attach", "ConnectionLost")],
  ])("stays open after %s", async (_, error) => {
    const ecs = new ScriptedEcs();
    ecs.always("attach", fails(error));
    const { afterMs } = await run(attachAll(rateLimited(ecs), 30));
    expect(afterMs).toBe(0);
    expect(ecs.calls).toHaveLength(30);
  });

  test("sends the next probe at once when one gets no answer, which says nothing of the pace", async () => {
    const ecs = new ScriptedEcs();
    ecs.next("attach", fails(throttled()), fails(fault("attach", "ConnectionLost")));
    await done(attachAll(rateLimited(ecs), 2));
    expect(timesOf(ecs)).toEqual([0, 0, 1_000]);
  });

  test("lets others go before an instance that was busy when it was asked last", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 100;
    const client = rateLimited(ecs);
    ecs.next("attach", fails(refusal("attach", "InvalidStatus.InstanceLocked")));
    await run(client.attach(link(0)));
    const before = upTo(MAX_IN_FLIGHT).map((n) => client.attach(link(100 + n)));
    const busy = client.attach(link(0));
    const after = upTo(MAX_IN_FLIGHT).map((n) => client.attach(link(200 + n)));
    await done(Promise.all([...before, busy, ...after]));
    expect(attached(ecs).at(-1)).toBe("i-0");
  });

  describe("[34] reports who waits", () => {
    test("the time until the next try, each caller once for each refusal", async () => {
      const ecs = new ScriptedEcs();
      ecs.next("attach", fails(throttled()), fails(throttled()));
      const client = rateLimited(ecs);
      const onThrottled = jest.fn();
      const caller = { signal: new AbortController().signal, onThrottled };
      setMaxListeners(0, caller.signal);
      await done(client.attach(link(0), caller));
      expect(onThrottled.mock.calls.map(([, nextTryMs]) => nextTryMs)).toEqual([1_000, 2_000]);
    });

    test("also when it comes while others wait already", async () => {
      const ecs = new ScriptedEcs();
      ecs.next("attach", fails(throttled(20_000)));
      const client = rateLimited(ecs);
      const first = client.attach(link(0));
      await jest.advanceTimersByTimeAsync(5_000);
      const onThrottled = jest.fn();
      const second = client.attach(link(1), { signal: new AbortController().signal, onThrottled });
      expect(onThrottled.mock.calls).toEqual([[throttled(20_000), 15_000]]);
      await done(Promise.all([first, second]));
    });
  });

  describe("whoever gives up", () => {
    test("while it waits leaves at once, without a call, and the others move up", async () => {
      const ecs = new ScriptedEcs();
      ecs.latencyMs = 1_000;
      const client = rateLimited(ecs);
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 300);
      const others = attachAll(client, MAX_IN_FLIGHT);
      const waiting = run(client.attach(link(97), cancel));
      const last = client.attach(link(98));
      expect(await waiting).toMatchObject({ error: expect.any(OutOfTime), afterMs: 300 });
      expect((await waiting).error).toMatchObject({ neverSent: true });
      await Promise.all([others, last]);
      expect([...ecs.links.keys()]).toEqual([...upTo(MAX_IN_FLIGHT).map((n) => `i-${n}`), "i-98"]);
    });

    test("after a refusal learns that nothing came of its call, and what the refusal was", async () => {
      const ecs = new ScriptedEcs();
      ecs.always("attach", fails(throttled()));
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 60_000);
      const { error } = await run(rateLimited(ecs).attach(link(0), cancel));
      expect(error).toMatchObject({ neverSent: true, last: { kind: "throttled" } });
    });

    test("before it comes makes no call and takes no place", async () => {
      const ecs = new ScriptedEcs();
      const client = rateLimited(ecs);
      const { error } = await run(client.attach(link(0), { signal: AbortSignal.abort() }));
      expect(error).toMatchObject({ neverSent: true });
      await done(attachAll(client, 12));
      expect(ecs.calls).toHaveLength(12);
    });

    test("while its call is under way gives its place to the next", async () => {
      const ecs = new ScriptedEcs();
      ecs.next("attach", ...Array(MAX_IN_FLIGHT).fill(hangsAfterWork));
      const client = rateLimited(ecs);
      const cancel = new AbortController();
      setMaxListeners(0, cancel.signal);
      const hanging = upTo(MAX_IN_FLIGHT).map((n) => client.attach(link(n), cancel).catch(() => {}));
      const last = client.attach(link(99));
      await jest.advanceTimersByTimeAsync(0);
      expect(ecs.links.has("i-99")).toBe(false);
      cancel.abort();
      await done(Promise.all([...hanging, last]));
      expect(ecs.links.get("i-99")).toBe("vpc-1");
    });
  });
});

test("a rate limiter that waits does not keep a command alive that has ended", async () => {
  const timers = jest.spyOn(globalThis, "setTimeout");
  const ecs = new ScriptedEcs();
  ecs.next("attach", fails(throttled(100_000)));
  const cancel = new AbortController();
  const attaching = rateLimited(ecs)
    .attach(link(0), cancel)
    .catch(() => {});
  await new Promise(setImmediate);
  cancel.abort();
  await attaching;
  expect(timers.mock.results.map(({ value }) => Object(value).hasRef())).toEqual([false]);
  timers.mockRestore();
});
