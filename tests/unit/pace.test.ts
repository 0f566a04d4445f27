/** The gate of calls under the throttle's minute rule, on a clock that the tests move. */

import { setMaxListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { ClassicLinkLifecycle } from "../../provider/classicLink";
import { ClassicLinksLifecycle } from "../../provider/classicLinks";
import { Budget, OutOfTime } from "../../provider/ecs/budget";
import type { EcsClient, Link } from "../../provider/ecs/client";
import { LinkReader } from "../../provider/ecs/linkReader";
import { MAX_IN_FLIGHT, paced } from "../../provider/ecs/pace";
import { retry } from "../../provider/ecs/retry";
import { LinkSteps } from "../../provider/linkSteps";
import { done, failed, fails, fault, hangsAfterWork, refusal, run, ScriptedEcs } from "../support/scriptedEcs";

const MINUTE = 60_000;
/** While the gate seeks the end of a window it sends one probe after 1 s, 2 s, 4 s … up to 32 s: at most six a minute. */
const MOST_PROBES = 6;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const link = (n: number, regionId = "cn-hangzhou"): Link => ({ regionId, instanceId: `i-${n}`, vpcId: "vpc-1" });
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const throttled = (retryAfterMs?: number) =>
  refusal("attach", "Throttling.User", "", retryAfterMs === undefined ? {} : { retryAfterMs });

/** How ECS counts: so many calls of an operation pass in a window, the others are refused until it ends. */
interface MinuteRule {
  readonly quota: number;
  readonly windowMs: number;
  /** When windows begin: with the first call after the last one ended, or on the clock, so many ms after the test began. */
  readonly begins: "first call" | number;
  readonly tellsHowLong: boolean;
}

/** A cloud that throttles attaches. Counts what it refused, window by window. */
function throttling({ quota, windowMs, begins, tellsHowLong }: MinuteRule) {
  const ecs = new ScriptedEcs();
  ecs.latencyMs = 100;
  const origin = performance.now() + (begins === "first call" ? 0 : begins - windowMs);
  const windows: { readonly start: number; passed: number; refused: number }[] = [];
  const windowAt = (now: number) => {
    const start = begins === "first call" ? now : origin + Math.floor((now - origin) / windowMs) * windowMs;
    const last = windows.at(-1);
    if (last !== undefined && now < last.start + windowMs) return last;
    const window = { start, passed: 0, refused: 0 };
    windows.push(window);
    return window;
  };
  ecs.always("attach", (work) => {
    const now = performance.now();
    const window = windowAt(now);
    if (window.passed >= quota) {
      window.refused += 1;
      throw throttled(tellsHowLong ? window.start + windowMs - now : undefined);
    }
    window.passed += 1;
    return work();
  });
  return { ecs, windows };
}

/** Attaches so many instances, each tried again while it is throttled, as an operation does. */
async function attachAll(client: EcsClient, count: number): Promise<void> {
  const budget = new Budget(24 * 60 * MINUTE);
  try {
    await Promise.all(upTo(count).map((n) => retry(() => client.attach(link(n), budget), budget)));
  } finally {
    budget.close();
  }
}

describe("under the minute rule", () => {
  const fleets: [attaches: number, quota: number][] = [
    [1_000, 100],
    [1_000, 30],
    [250, 100],
    [101, 100],
    [60, 5],
  ];
  const clocks: [name: string, begins: MinuteRule["begins"]][] = [
    ["opened by the first call", "first call"],
    ["on the clock, the first of them nearly over", 1_000],
    ["on the clock, in the middle of one", 30_000],
    ["on the clock, one just begun", 59_000],
  ];
  for (const tellsHowLong of [false, true]) {
    describe(`${tellsHowLong ? "with" : "without"} x-acs-retry-after`, () => {
      for (const [name, begins] of clocks) {
        test.each(fleets)(`%d attaches, %d a minute, windows ${name}`, async (attaches, quota) => {
          const { ecs, windows } = throttling({ quota, windowMs: MINUTE, begins, tellsHowLong });
          const { error, afterMs } = await run(attachAll(paced(ecs), attaches));
          expect(error).toBeUndefined();
          expect(ecs.links.size).toBe(attaches);
          expect(afterMs).toBeLessThanOrEqual((Math.ceil(attaches / quota) + 1) * MINUTE);
          const most = Math.max(...windows.map(({ refused }) => refused));
          expect(most).toBeLessThanOrEqual(MAX_IN_FLIGHT + (tellsHowLong ? 0 : MOST_PROBES));
          expect(ecs.mostAtOnce).toBeLessThanOrEqual(MAX_IN_FLIGHT);
          // Nobody is refused who has not called: each attach passes once.
          const refused = windows.reduce((sum, window) => sum + window.refused, 0);
          expect(ecs.count("attach")).toBe(attaches + refused);
        });
      }
    });
  }
});

describe("a whole resource under the minute rule", () => {
  test("a ClassicLinks of 1000 at 100 attaches a minute is made within eleven minutes, and no member fails", async () => {
    const { ecs } = throttling({ quota: 100, windowMs: MINUTE, begins: "first call", tellsHowLong: false });
    const client = paced(ecs);
    const lifecycle = new ClassicLinksLifecycle(new LinkSteps(client, new LinkReader(client)));
    const instanceIds = upTo(1_000).map((n) => `i-${n}`);
    const made = await run(lifecycle.create({ regionId: "cn-hangzhou", vpcId: "vpc-1", instanceIds }));
    expect(made.error).toBeUndefined();
    expect(ecs.links.size).toBe(1_000);
    expect(made.afterMs).toBeLessThanOrEqual(11 * MINUTE);
  });

  test("1000 reads of links at ten Describes a minute are all answered within three windows", async () => {
    const ecs = new ScriptedEcs();
    for (const n of upTo(1_000)) ecs.links.set(`i-${n}`, "vpc-1");
    let [windowEnds, passed] = [0, 0];
    ecs.always("describe", (work) => {
      const now = performance.now();
      if (now >= windowEnds) [windowEnds, passed] = [now + MINUTE, 0];
      passed += 1;
      if (passed > 10) throw refusal("describe", "Throttling.User");
      return work();
    });
    const client = paced(ecs);
    const lifecycle = new ClassicLinkLifecycle(new LinkSteps(client, new LinkReader(client)));
    const from = performance.now();
    const read = await done(Promise.all(upTo(1_000).map((n) => lifecycle.read(link(n)))));
    expect(read).toEqual(upTo(1_000).map((n) => link(n)));
    expect(performance.now() - from).toBeLessThanOrEqual(3 * MINUTE);
  });
});

/** The times, in ms after the first call, at which attaches were made. */
function timesOf({ calls }: ScriptedEcs): number[] {
  const [first] = calls;
  return calls.map(({ at }) => at - (first?.at ?? 0));
}

/** Attaches in a row of so many, of which those that fail are not tried again. */
const attachOnce = (client: EcsClient, count: number) =>
  Promise.allSettled(upTo(count).map((n) => client.attach(link(n))));

describe("the gate", () => {
  test("lets no more than MAX_IN_FLIGHT calls of one operation and region be under way, in the order in which they came", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 100;
    const { afterMs } = await run(attachOnce(paced(ecs), 3 * MAX_IN_FLIGHT + 5));
    expect(ecs.mostAtOnce).toBe(MAX_IN_FLIGHT);
    expect(afterMs).toBe(400);
    expect(ecs.calls.map(({ query }) => "instanceId" in query && query.instanceId)).toEqual(
      upTo(3 * MAX_IN_FLIGHT + 5).map((n) => `i-${n}`),
    );
  });

  test("does not hold up other operations, nor other regions", async () => {
    const ecs = new ScriptedEcs();
    const client = paced(ecs);
    ecs.next("attach", fails(throttled(30_000)));
    const closing = client.attach(link(2)).catch(() => {});
    await jest.advanceTimersByTimeAsync(0);
    const waiting = client.attach(link(3));
    await Promise.all([client.attach(link(4, "cn-beijing")), client.describe({ regionId: "cn-hangzhou", vpcId: "v" })]);
    expect(ecs.calls.map(({ method, query }) => `${method} ${query.regionId}`)).toEqual([
      "attach cn-hangzhou",
      "attach cn-beijing",
      "describe cn-hangzhou",
    ]);
    const { afterMs } = await run(Promise.all([closing, waiting]));
    expect(afterMs).toBe(30_000);
  });

  test("after a throttled answer pauses for everyone as long as ECS asks, sends one probe, and grows again", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 100;
    ecs.next("attach", fails(throttled(20_000)));
    await run(attachOnce(paced(ecs), 2 * MAX_IN_FLIGHT + 20));
    // As many as may be are under way when the first is refused. Then a probe; each call that passes doubles how many may go.
    const times = timesOf(ecs);
    expect(times.filter((at) => at < 20_100)).toEqual(Array(MAX_IN_FLIGHT).fill(0));
    const rounds = [1, 2, 8, MAX_IN_FLIGHT, 9].map((calls, round) => Array(calls).fill(20_100 + round * 100));
    expect(times.slice(MAX_IN_FLIGHT)).toEqual(rounds.flat());
  });

  test("without x-acs-retry-after probes after 1, 2, 4 … 32 s, and no more often", async () => {
    const ecs = new ScriptedEcs();
    ecs.next("attach", ...Array(8).fill(fails(throttled())));
    const client = paced(ecs);
    const attempts = upTo(10).reduce<Promise<unknown>>(
      (before, n) => before.then(() => client.attach(link(n)).catch(() => {})),
      Promise.resolve(),
    );
    await run(attempts);
    const times = timesOf(ecs);
    expect(times.slice(1, 9).map((at, n) => at - (times[n] ?? 0))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 32_000, 32_000,
    ]);
  });

  test("is closed once by the many refusals of one burst", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 100;
    ecs.next("attach", ...Array(MAX_IN_FLIGHT).fill(fails(throttled())));
    await run(attachOnce(paced(ecs), MAX_IN_FLIGHT + 2));
    expect(timesOf(ecs)).toEqual([...Array(MAX_IN_FLIGHT).fill(0), 1_100, 1_200]);
  });

  test("does not believe a pause of more than two minutes", async () => {
    const ecs = new ScriptedEcs();
    ecs.next("attach", fails(throttled(24 * 3_600_000)));
    const client = paced(ecs);
    const { afterMs } = await run(attachOnce(client, MAX_IN_FLIGHT + 1));
    expect(afterMs).toBe(120_000);
  });

  test.each([
    ["a lock", refusal("attach", "InvalidStatus.InstanceLocked")],
    ["a fault of the service", refusal("attach", "InternalError")],
    ["a lost connection", fault("attach", "ConnectionLost")],
  ])("stays open after %s", async (_, error) => {
    const ecs = new ScriptedEcs();
    ecs.always("attach", fails(error));
    const { afterMs } = await run(attachOnce(paced(ecs), 30));
    expect(afterMs).toBe(0);
    expect(ecs.calls).toHaveLength(30);
  });

  test("whoever is cancelled while waiting leaves the queue at once, without a call, and the others move up", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 1_000;
    const client = paced(ecs);
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 300);
    const others = attachOnce(client, MAX_IN_FLIGHT);
    const waiting = run(client.attach(link(97), cancel));
    const last = client.attach(link(98));
    expect(await waiting).toMatchObject({ error: expect.any(OutOfTime), afterMs: 300 });
    expect((await waiting).error).toMatchObject({ neverSent: true });
    await Promise.all([others, last]);
    expect([...ecs.links.keys()]).toEqual([...upTo(MAX_IN_FLIGHT).map((n) => `i-${n}`), "i-98"]);
  });

  test("whoever comes with a signal that is aborted already makes no call and takes no place", async () => {
    const ecs = new ScriptedEcs();
    const client = paced(ecs);
    expect(await failed(client.attach(link(0), { signal: AbortSignal.abort() }))).toMatchObject({ neverSent: true });
    await done(attachOnce(client, 12));
    expect(ecs.calls).toHaveLength(12);
  });

  test("a call that is cancelled while it is under way gives its place to the next", async () => {
    const ecs = new ScriptedEcs();
    ecs.next("attach", ...Array(MAX_IN_FLIGHT).fill(hangsAfterWork));
    const client = paced(ecs);
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
