/** How the rate limiter finds the rate that ECS allows, and which calls wait. */

import { describe, expect, jest, test } from "@jest/globals";
import { OutOfTime } from "../../provider/ecs/budget";
import type { EcsClient, Link } from "../../provider/ecs/client";
import { MAX_IN_FLIGHT, rateLimited, rateLimitedVpcs } from "../../provider/ecs/rateLimiter";
import { simulateClock } from "../support/clock";
import { QUOTA_CASES, runQuotaCase, SECOND } from "../support/quotaCases";
import { done, fails, fault, refusal, run, ScriptedEcs, type Step } from "../support/scriptedEcs";

const link = (n: number, regionId = "cn-hangzhou"): Link => ({ regionId, instanceId: `i-${n}`, vpcId: "vpc-1" });
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const named = (...numbers: readonly number[]) => numbers.map((n) => `i-${n}`);
const refused = (retryAfterMs?: number) =>
  refusal("attach", "Throttling.User", "", retryAfterMs === undefined ? {} : { retryAfterMs });
const throttled = (retryAfterMs?: number) => fails(refused(retryAfterMs));
const locked = refusal("attach", "InvalidStatus.InstanceLocked");
const lost = fault("attach", "ConnectionLost");

/** ECS behind a rate limiter, with what happens to its first attaches. */
function limited({ latencyMs = 0 }: { readonly latencyMs?: number }, ...steps: readonly Step[]) {
  const ecs = new ScriptedEcs();
  ecs.latencyMs = latencyMs;
  ecs.next("attach", ...steps);
  return { ecs, client: rateLimited(ecs) };
}

/** Attaches in a row of so many. Resolves when all have ended. */
const attachAll = (client: EcsClient, count: number) =>
  Promise.allSettled(upTo(count).map((n) => client.attach(link(n))));

/** The times, in ms after the first call, at which calls were made. */
const timesOf = ({ calls }: ScriptedEcs) => calls.map(({ at }) => at - (calls[0]?.at ?? 0));
const waitsOf = (ecs: ScriptedEcs) =>
  timesOf(ecs)
    .map((at, n, times) => at - (times[n - 1] ?? 0))
    .slice(1);
const attached = ({ calls }: ScriptedEcs) => calls.map(({ query }) => "instanceId" in query && query.instanceId);

describe("[33] under the quotas of ECS, wherever their windows begin", () => {
  for (const tellsRetryAfter of [false, true]) {
    test.each(QUOTA_CASES)(`$name, with x-acs-retry-after: ${tellsRetryAfter}`, async (asked) => {
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
  simulateClock();

  test("lets no more than MAX_IN_FLIGHT calls be under way, in the order in which they came", async () => {
    const { ecs, client } = limited({ latencyMs: 100 });
    const count = 3 * MAX_IN_FLIGHT + 5;
    const { afterMs } = await run(attachAll(client, count));
    expect([ecs.mostAtOnce, afterMs]).toEqual([MAX_IN_FLIGHT, 400]);
    expect(attached(ecs)).toEqual(named(...upTo(count)));
  });

  test("does not hold up other operations, nor other regions", async () => {
    const { ecs, client } = limited({}, throttled(30_000));
    const waiting = client.attach(link(1));
    await jest.advanceTimersByTimeAsync(0);
    const regionId = "cn-hangzhou";
    const reads = [client.describe({ regionId, vpcId: "v" }), client.existing(regionId, ["i-3"])];
    await Promise.all([client.attach(link(2, "cn-beijing")), ...reads]);
    expect(ecs.called).toEqual(["attach", "describe", "existing", "attach"]);
    expect((await run(waiting)).afterMs).toBe(30_000);
  });

  test("makes a throttled call again by itself, before those that came later", async () => {
    const { ecs, client } = limited({}, throttled());
    await done(attachAll(client, MAX_IN_FLIGHT + 2));
    expect(attached(ecs).slice(MAX_IN_FLIGHT)).toEqual(named(0, MAX_IN_FLIGHT, MAX_IN_FLIGHT + 1));
  });

  test("makes every other throttled call again too, also of the VPC service", async () => {
    const { ecs, client } = limited({});
    for (const method of ["detach", "describe", "existing"] as const) ecs.fail(refusal(method, "Throttling"));
    ecs.links.set("i-0", "vpc-1");
    const isClassicLinkEnabled = jest.fn(async () => true).mockRejectedValueOnce(refused());
    const describeVpcs = jest.fn(async () => ({ items: [], totalCount: 0 })).mockRejectedValueOnce(refused());
    const vpcs = rateLimitedVpcs({ describeVpcs, isClassicLinkEnabled });
    const place = { regionId: "cn-hangzhou", vpcId: "vpc-1" };
    await done(Promise.all([client.detach(link(0)), client.describe(place), client.existing("cn-hangzhou", ["i-0"])]));
    await done(Promise.all([vpcs.describeVpcs({ ...place, pageNumber: 1 }), vpcs.isClassicLinkEnabled(place)]));
    expect(ecs.called.sort()).toEqual(["describe", "describe", "detach", "detach", "existing", "existing"]);
  });

  test("waits as long as ECS asks, sends one probe, and lets one more be under way with each call that passes", async () => {
    const { ecs, client } = limited({ latencyMs: 100 }, throttled(20_000));
    await run(attachAll(client, MAX_IN_FLIGHT + 30));
    const rounds = [1, 2, 4, 8, 16].map((calls, round) => Array(calls).fill(20_100 + round * 100));
    expect(timesOf(ecs).slice(MAX_IN_FLIGHT)).toEqual(rounds.flat());
  });

  test("[33] without x-acs-retry-after probes after 1, 2, 4, 8 and then every 10 s", async () => {
    const { ecs, client } = limited({}, ...Array(7).fill(throttled()));
    await done(client.attach(link(0)));
    expect(waitsOf(ecs)).toEqual([1, 2, 4, 8, 10, 10, 10].map((seconds) => seconds * SECOND));
  });

  test("is closed once by the many refusals of one burst", async () => {
    const { ecs, client } = limited({ latencyMs: 100 }, ...Array(MAX_IN_FLIGHT).fill(throttled()));
    await run(attachAll(client, MAX_IN_FLIGHT));
    expect(timesOf(ecs).slice(0, MAX_IN_FLIGHT + 1)).toEqual([...Array(MAX_IN_FLIGHT).fill(0), 1_100]);
  });

  test("stays open after a refusal for another reason", async () => {
    const { ecs, client } = limited({}, ...Array(30).fill(fails(locked)));
    expect((await run(attachAll(client, 30))).afterMs).toBe(0);
    expect(ecs.calls).toHaveLength(30);
  });

  test.each([
    ["gets no answer sends one more at once: that says nothing of the rate", lost, [1, 2, 3, 3]],
    ["is refused for another reason opens: the rate was allowed", locked, [1, 2, 2, 3]],
  ])("whose probe %s", async (_, error, tenths) => {
    const { ecs, client } = limited({ latencyMs: 100 }, ...Array(4).fill(throttled(20_000)), fails(error));
    await done(attachAll(client, 4));
    expect(timesOf(ecs).slice(4)).toEqual(tenths.map((tenth) => 20_000 + tenth * 100));
  });

  test("after a second in which 15 calls passed sends as many in the next, and then a tenth more with each second without a refusal", async () => {
    const { ecs, client } = limited({}, throttled());
    await done(attachAll(client, 80));
    const inSecond = (second: number) => timesOf(ecs).filter((at) => Math.floor(at / SECOND) === second).length;
    expect(upTo(4).map(inSecond)).toEqual([16, 15, 17, 19]);
  });

  test("allows no more calls a second after seconds with fewer calls than it allows", async () => {
    const { ecs, client } = limited({}, throttled());
    await done(attachAll(client, 16));
    for (const n of upTo(14)) {
      await jest.advanceTimersByTimeAsync(SECOND / 2);
      await client.attach(link(n + 16));
    }
    ecs.calls.length = 0;
    await done(attachAll(client, 40));
    const inSecond = (second: number) => timesOf(ecs).filter((at) => at === second * SECOND).length;
    expect(upTo(3).map(inSecond)).toEqual([15, 17, 8]);
  });

  test("lets others go before an instance that was busy when it was asked last", async () => {
    const { ecs, client } = limited({ latencyMs: 100 }, fails(locked));
    await run(client.attach(link(0)));
    const ones = (from: number) => upTo(MAX_IN_FLIGHT).map((n) => client.attach(link(from + n)));
    await done(Promise.all([...ones(100), client.attach(link(0)), ...ones(200)]));
    expect(attached(ecs).at(-1)).toBe("i-0");
  });

  test("does not keep a command alive that has ended", async () => {
    const timers = jest.spyOn(globalThis, "setTimeout");
    const { client } = limited({}, throttled(100_000));
    const cancel = new AbortController();
    const attaching = client.attach(link(0), cancel).catch(() => {});
    await jest.advanceTimersByTimeAsync(0);
    cancel.abort();
    await attaching;
    expect(timers.mock.results.map(({ value }) => Object(value).hasRef())).toEqual([false]);
    jest.clearAllTimers();
  });

  test("[34] reports the time until the next try, once for each refusal, and to a caller who comes later", async () => {
    const caller = () => ({ signal: new AbortController().signal, onThrottled: jest.fn() });
    const [first, late, last] = [caller(), caller(), caller()];
    const { client } = limited({}, throttled(), throttled());
    const calls = [client.attach(link(0), first)];
    await jest.advanceTimersByTimeAsync(400);
    calls.push(client.attach(link(1), late));
    await done(Promise.all(calls));
    expect(first.onThrottled.mock.calls).toEqual([1_000, 2_000].map((ms) => [refused(), ms]));
    expect(late.onThrottled.mock.calls).toEqual([600, 2_000].map((ms) => [refused(), ms]));
    await done(client.attach(link(2), last));
    expect(last.onThrottled).not.toHaveBeenCalled();
  });
});

describe("a caller that gives up", () => {
  simulateClock();

  test("before its call, or while it waits, makes no call, and the others move up", async () => {
    const { ecs, client } = limited({ latencyMs: 1_000 });
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 300);
    const others = attachAll(client, MAX_IN_FLIGHT);
    const early = client.attach(link(96), { signal: AbortSignal.abort() });
    await expect(early).rejects.toMatchObject({ neverSent: true });
    const waiting = run(client.attach(link(97), cancel));
    const last = client.attach(link(98));
    expect(await waiting).toMatchObject({ error: expect.any(OutOfTime), afterMs: 300 });
    expect((await waiting).error).toMatchObject({ neverSent: true });
    await Promise.all([others, last]);
    expect([...ecs.links.keys()]).toEqual(named(...upTo(MAX_IN_FLIGHT), 98));
  });

  test("after a refusal gets the error that nothing was sent, with the refusal", async () => {
    const { client } = limited({}, ...Array(99).fill(throttled()));
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 60_000);
    const { error } = await run(client.attach(link(0), cancel));
    expect(error).toMatchObject({ neverSent: true, last: { kind: "throttled" } });
  });
});
