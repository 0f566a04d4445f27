/** What coalesced reads prove, how old an answer may be, and how reads fail and end. What they cost: coalescedReads.test.ts. */

import { setMaxListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type Caller, type EcsClient, type Link, type LinkQuery, MAX_INSTANCE_IDS } from "../../provider/ecs/client";
import { LinkReader } from "../../provider/ecs/linkReader";
import { LISTING_IDLE_MS, LISTING_LIFETIME_MS } from "../../provider/ecs/listing";
import { MAX_IN_FLIGHT, rateLimited } from "../../provider/ecs/rateLimiter";
import { done, fails, fault, hangsAfterWork, refusal, ScriptedEcs, type Step, works } from "../support/scriptedEcs";

const REGION = "cn-hangzhou";
const never: Caller = { signal: new AbortController().signal };
setMaxListeners(0, never.signal);

// Time stands still unless a test moves it; turns of the event loop are real.
beforeEach(() => void jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] }));
afterEach(() => void jest.useRealTimers());

const linkOf = (vpcId: string, n: number): Link => ({ regionId: REGION, instanceId: `i-${vpcId}-${n}`, vpcId });

/** A cloud of VPCs with so many links each, and a reader of it. */
function cloud(linksOf: Readonly<Record<string, number>>) {
  const ecs = new ScriptedEcs();
  const links = Object.entries(linksOf).flatMap(([vpcId, count]) =>
    Array.from({ length: count }, (_, n) => linkOf(vpcId, n)),
  );
  for (const { instanceId, vpcId } of links) ecs.links.set(instanceId, vpcId);
  return { ecs, links, reader: new LinkReader(ecs) };
}

const readAll = async (reader: LinkReader, links: readonly Link[], more: { fresh?: boolean } = {}) =>
  await Promise.all(links.map((link) => reader.vpcOf({ ...link, ...more }, never)));
const settleAll = async (reader: LinkReader, links: readonly Link[], caller = never, more: { fresh?: boolean } = {}) =>
  await Promise.allSettled(links.map((link) => reader.vpcOf({ ...link, ...more }, caller)));
const fresh = { fresh: true };
const vpcsOf = (links: readonly Link[]) => links.map(({ vpcId }) => vpcId);
const queries = ({ calls }: ScriptedEcs) => calls.map(({ query }): LinkQuery => query);

/** Reads one after the other by so many workers. */
async function readInTurns(reader: LinkReader, links: readonly Link[], parallelism: number) {
  const left = links.values();
  const worker = async () => {
    for (const link of left) expect(await reader.vpcOf(link, never)).toBe(link.vpcId);
  };
  await Promise.all(Array.from({ length: Math.min(parallelism, links.length) }, worker));
}

const tenVpcs = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`vpc-${n}`, 100]));

describe("how many calls reads cost", () => {
  test.each([
    ["one link of a VPC of 1000", { "vpc-1": 1_000 }, 1, 1],
    ["16 links of a VPC of 1000", { "vpc-1": 1_000 }, 16, 12],
    ["1000 links of one VPC", { "vpc-1": 1_000 }, 1_000, 12],
    ["10 VPCs of 100 links, one after the other or in turns", tenVpcs, 1_000, 30],
  ])("%s, in any number at a time", async (_, vpcs, read, most) => {
    for (const parallelism of [1, 8, 1_000]) {
      for (const step of [1, 101]) {
        const { ecs, links, reader } = cloud(vpcs);
        const asked = links.slice(0, read).map((link, n) => links[(n * step) % read] ?? link);
        await readInTurns(reader, asked, parallelism);
        expect(ecs.calls.length).toBeLessThanOrEqual(most);
      }
    }
  });

  test("200 reads without a VPC, as lookups and imports are, share calls of 99", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 200 });
    await Promise.all(links.map(({ regionId, instanceId }) => reader.vpcOf({ regionId, instanceId }, never)));
    expect(queries(ecs).map(({ instanceIds }) => instanceIds?.length)).toEqual([99, 99, 2]);
  });

  test("1000 links that are waited for are read in calls of 99, two at a time", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 1_000 });
    ecs.latencyMs = 30;
    jest.useFakeTimers();
    await done(readAll(reader, links, fresh));
    expect(ecs.calls).toHaveLength(Math.ceil(1_000 / MAX_INSTANCE_IDS));
    expect(ecs.mostAtOnce).toBe(2);
  });

  test("the checks of a few links do not wait", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 5 });
    jest.useFakeTimers();
    for (const link of links) {
      const askedAt = performance.now();
      await done(reader.vpcOf({ ...link, fresh: true }, never));
      expect(performance.now() - askedAt).toBeLessThan(5);
      await jest.advanceTimersByTimeAsync(60);
    }
    expect(ecs.calls).toHaveLength(5);
  });

  test("regions are asked apart, and each for an instance once", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 1 });
    const reads = Array.from({ length: 50 }, (_, n) => ({ ...linkOf("vpc-1", 0), regionId: n < 25 ? "cn-a" : "cn-b" }));
    await readAll(reader, reads, fresh);
    const instanceIds = ["i-vpc-1-0"];
    expect(queries(ecs)).toEqual(["cn-a", "cn-b"].map((regionId) => ({ regionId, instanceIds, pageNumber: 1 })));
  });
});

describe("[9] what an answer proves", () => {
  test("a listed link is where it is listed, also when another VPC was expected", async () => {
    const { reader } = cloud({ "vpc-1": 1, "vpc-2": 1 });
    expect(await reader.vpcOf({ ...linkOf("vpc-1", 0), vpcId: "vpc-2" }, never)).toBe("vpc-1");
  });

  test("an instance that is not in the listing of its VPC is asked for itself before it counts as unlinked", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 300, "vpc-2": 1 });
    await readInTurns(reader, links, 8);
    ecs.calls.length = 0;
    expect(await reader.vpcOf({ ...linkOf("vpc-2", 0), vpcId: "vpc-1" }, never)).toBe("vpc-2");
    expect(await reader.vpcOf(linkOf("vpc-1", 999), never)).toBeUndefined();
    expect(queries(ecs).map(({ instanceIds }) => instanceIds)).toEqual([["i-vpc-2-0"], ["i-vpc-1-999"]]);
  });

  const shifting: [how: string, links: number, fresh: boolean][] = [
    ["in a listing", 250, false],
    ["by instance", 90, true],
  ];
  test.each(shifting)("a link that a shifted page hides is found: %s", async (_, count, isFresh) => {
    const { ecs, links, reader } = cloud({ "vpc-1": count });
    if (isFresh) ecs.pageSize = 50;
    // While the second page is fetched the first link goes away, so the one after the first page is on none.
    ecs.always("describe", (work) => {
      const page = work();
      ecs.links.delete("i-vpc-1-0");
      return page;
    });
    expect(await readAll(reader, links, { fresh: isFresh })).toEqual(vpcsOf(links));
  });

  test.each([1, 7, 10, 50])("pages of %d, smaller than asked for, lose nothing", async (pageSize) => {
    const { ecs, links, reader } = cloud({ "vpc-1": 230 });
    ecs.pageSize = pageSize;
    expect(await readAll(reader, links)).toEqual(vpcsOf(links));
    expect(new Set(await readAll(reader, links.slice(0, 30), fresh))).toEqual(new Set(["vpc-1"]));
  });

  test("a server that gives its first page whichever is asked for hides no link", async () => {
    const { ecs, links } = cloud({ "vpc-1": 90 });
    ecs.pageSize = 50;
    const describe: EcsClient["describe"] = (query) => ecs.describe({ ...query, pageNumber: 1 });
    const existing: EcsClient["existing"] = (...asked) => ecs.existing(...asked);
    const reader = new LinkReader({ attach: ecs.attach, detach: ecs.detach, describe, existing });
    expect(await readAll(reader, links, fresh)).toEqual(vpcsOf(links));
  });

  test.each([
    [0, 2],
    [1, 1e6],
    [1, Number.MAX_SAFE_INTEGER],
  ])("pages of %d links and a TotalCount of %d are no proof of absence", async (listed, totalCount) => {
    const { ecs, links, reader } = cloud({ "vpc-1": 300 });
    ecs.always("describe", () => ({ links: links.slice(0, listed), totalCount }));
    await expect(reader.vpcOf(linkOf("vpc-1", 1), never)).rejects.toThrow("fewer links than TotalCount");
    const outcomes = await settleAll(reader, links);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(listed);
  });

  test("a link that is listed is linked, whatever TotalCount says", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 3 });
    ecs.always("describe", (work) => ({ ...work(), totalCount: 250 }));
    expect(await readAll(reader, links)).toEqual(vpcsOf(links));
  });

  test("a link of another VPC in a listing proves nothing", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 300 });
    const elsewhere = { links: [{ ...linkOf("vpc-1", 5), vpcId: "vpc-2" }], totalCount: 1 };
    ecs.next("describe", works, works, () => elsewhere);
    await readInTurns(reader, links.slice(0, 3), 1);
    expect(await reader.vpcOf(linkOf("vpc-1", 5), never)).toBe("vpc-1");
  });
});

describe("what a listing shows", () => {
  test("of many instances, in whole pages and no more of them than it takes", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 250, "vpc-2": 1 });
    const listed = async (...ids: string[]) => [...(await reader.listed(REGION, "vpc-1", ids, never))];
    expect(await listed("i-vpc-1-0", "i-vpc-1-99")).toEqual(["i-vpc-1-0", "i-vpc-1-99"]);
    expect(ecs.calls).toHaveLength(1);
    expect(await listed("i-vpc-2-0", "i-vpc-1-249")).toEqual(["i-vpc-1-249"]);
    expect(ecs.calls).toHaveLength(1 + 3);
  });

  test("is nothing of a VPC that may not be listed, and an error when it fails in passing", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 1 });
    ecs.next("describe", fails(refusal("describe", "InvalidVpc.NotBelong")), fails(refusal("describe", "Throttling")));
    expect((await reader.listed(REGION, "vpc-1", ["i-vpc-1-0"], never)).size).toBe(0);
    await expect(reader.listed(REGION, "vpc-1", ["i-vpc-1-0"], never)).rejects.toMatchObject({ kind: "throttled" });
  });
});

describe("how old an answer may be", () => {
  const link = linkOf("vpc-1", 0);

  /** A cloud whose VPC was listed a moment ago. */
  async function listed() {
    const made = cloud({ "vpc-1": 300 });
    await readAll(made.reader, made.links);
    await jest.advanceTimersByTimeAsync(1);
    made.ecs.calls.length = 0;
    return made;
  }

  test("a listing answers later reads as long as they keep coming, and then no more", async () => {
    const { ecs, reader } = await listed();
    for (let n = 0; n < 4; n += 1) {
      await jest.advanceTimersByTimeAsync(LISTING_IDLE_MS - 2);
      expect(await reader.vpcOf(link, never)).toBe("vpc-1");
    }
    expect(ecs.calls).toEqual([]);
    ecs.links.delete(link.instanceId);
    await jest.advanceTimersByTimeAsync(LISTING_IDLE_MS);
    expect(await reader.vpcOf(link, never)).toBeUndefined();
  });

  test("no listing answers for longer than its lifetime, however many reads come", async () => {
    const { ecs, reader } = await listed();
    ecs.links.delete(link.instanceId);
    let answeredForMs = 0;
    while ((await reader.vpcOf(link, never)) === "vpc-1") {
      await jest.advanceTimersByTimeAsync(1_000);
      answeredForMs += 1_000;
    }
    expect(answeredForMs).toBeLessThanOrEqual(LISTING_LIFETIME_MS);
  });

  test("[11] a read after a change of the instance never comes from an older listing, which still answers for others", async () => {
    const { ecs, reader, links } = await listed();
    ecs.links.set(link.instanceId, "vpc-2");
    reader.changed(REGION, link.instanceId);
    await readAll(reader, links.slice(1));
    expect(ecs.calls).toEqual([]);
    expect(await reader.vpcOf(link, never)).toBe("vpc-2");
  });

  test("a change at the very moment a listing begins is newer than the listing", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 300 });
    reader.changed(REGION, link.instanceId);
    ecs.next("describe", (work) => {
      const stale = work();
      ecs.links.delete(link.instanceId);
      return stale;
    });
    expect((await readAll(reader, links))[0]).toBeUndefined();
  });

  test("a fresh read never comes from a listing", async () => {
    const { ecs, reader } = await listed();
    ecs.links.delete(link.instanceId);
    expect(await reader.vpcOf({ ...link, fresh: true }, never)).toBeUndefined();
  });

  test("a read that begins after a change is not answered by a call that began before it", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 1 });
    ecs.latencyMs = 100;
    const early = reader.vpcOf({ ...link, fresh: true }, never);
    await turn();
    await jest.advanceTimersByTimeAsync(50);
    ecs.links.delete(link.instanceId);
    reader.changed(REGION, link.instanceId);
    const late = reader.vpcOf({ ...link, fresh: true }, never);
    await jest.runAllTimersAsync();
    expect(await late).toBeUndefined();
    await early;
    expect(ecs.calls).toHaveLength(2);
  });
});

describe("[9] when a call fails", () => {
  /** Refuses each call with this code if it is about a VPC or instances like this. */
  const refusing =
    (ecs: ScriptedEcs, code: string, isRefused: (query: LinkQuery) => boolean): Step =>
    (work) => {
      if (isRefused(queries(ecs).at(-1) ?? { regionId: REGION })) throw refusal("describe", code);
      return work();
    };
  const failedOnes = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
    outcomes.flatMap(({ status }, n) => (status === "rejected" ? [n] : []));

  test("a listing that fails in passing fails its readers, and is not kept", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 300 });
    ecs.next("describe", works, works, fails(refusal("describe", "Throttling.User")));
    const outcomes = await settleAll(reader, links);
    const failed = outcomes.filter(({ status }) => status === "rejected");
    expect(failed.length).toBeGreaterThan(0);
    for (const outcome of failed) expect(outcome).toMatchObject({ reason: { kind: "throttled" } });
    expect(await readAll(reader, links)).toEqual(vpcsOf(links));
  });

  test.each(["InvalidVpc.NotBelong", "Forbidden.RAM", "InvalidVpcId.Malformed", "SomethingNew"])(
    "a VPC that may not be listed, %s, has its instances asked for one by one",
    async (code) => {
      const { ecs, reader, links } = cloud({ "vpc-1": 300 });
      ecs.always(
        "describe",
        refusing(ecs, code, ({ vpcId }) => vpcId !== undefined),
      );
      expect(await readAll(reader, links)).toEqual(vpcsOf(links));
      expect(ecs.calls.length).toBeLessThan(10);
    },
  );

  test("a call by instance that fails fails all who share it, and only them", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 3 });
    ecs.next("describe", fails(fault("describe", "ConnectionLost")));
    expect(failedOnes(await settleAll(reader, links))).toEqual([0, 1, 2]);
    expect(ecs.calls).toHaveLength(1);
    expect(await readAll(reader, links)).toEqual(vpcsOf(links));
  });

  test.each(["InvalidInstanceId.NotFound", "InvalidInstanceId.NotBelong"])(
    "an instance that is refused, %s, does not take the others of its call with it",
    async (code) => {
      const { ecs, reader, links } = cloud({ "vpc-1": 99 });
      if (code.endsWith("NotFound")) ecs.released.add("i-vpc-1-42");
      ecs.always(
        "describe",
        refusing(ecs, code, ({ instanceIds }) => instanceIds?.includes("i-vpc-1-42") ?? false),
      );
      const outcomes = await settleAll(reader, links, never, fresh);
      expect(failedOnes(outcomes)).toEqual([42]);
      expect(outcomes[42]).toMatchObject({ reason: { facts: { code } } });
      expect(ecs.calls.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(99)));
    },
  );

  test("a service that takes fewer instances at a time is asked for fewer", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 99 });
    const code = "InvalidParameter.ToManyInstanceIds";
    ecs.always(
      "describe",
      refusing(ecs, code, ({ instanceIds = [] }) => instanceIds.length > 20),
    );
    expect(await readAll(reader, links, fresh)).toEqual(vpcsOf(links));
  });
});

describe("[14] when a reader no longer waits", () => {
  const giveUpSoon = () => {
    const giveUp = new AbortController();
    setMaxListeners(0, giveUp.signal);
    return Object.assign(giveUp, { now: () => giveUp.abort(new Error("cancelled")) });
  };

  test("it stops waiting, and the others get their answer from the same call", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 2 });
    ecs.latencyMs = 100;
    const giveUp = giveUpSoon();
    const given = reader.vpcOf(linkOf("vpc-1", 0), giveUp);
    const kept = reader.vpcOf(linkOf("vpc-1", 1), never);
    await turn();
    giveUp.now();
    await expect(given).rejects.toThrow("cancelled");
    await jest.advanceTimersByTimeAsync(100);
    expect(await kept).toBe("vpc-1");
    expect(ecs.calls).toHaveLength(1);
  });

  test("calls that nobody waits for end, those that wait for their turn too, and the next reader gets an answer", async () => {
    const { ecs, links } = cloud({ "vpc-1": 500 });
    ecs.always("describe", hangsAfterWork);
    const calls = { asked: 0, ended: 0 };
    const client = rateLimited(ecs);
    const describe: EcsClient["describe"] = async (query, signal) => {
      calls.asked += 1;
      return await client.describe(query, signal).finally(() => (calls.ended += 1));
    };
    const reader = new LinkReader({ ...client, describe });
    const giveUp = giveUpSoon();
    // A call each, and more of them than the gate lets through.
    const given = Promise.allSettled(
      links.map((link) => reader.listed(REGION, `vpc-${link.instanceId}`, [link.instanceId], giveUp)),
    );
    await turn();
    expect(ecs.calls).toHaveLength(MAX_IN_FLIGHT);
    giveUp.now();
    await given;
    await turn();
    expect(calls).toEqual({ asked: 500, ended: 500 });
    expect(ecs.calls).toHaveLength(MAX_IN_FLIGHT);
    ecs.always("describe", works);
    expect(await reader.vpcOf(linkOf("vpc-1", 0), never)).toBe("vpc-1");
  });

  test("no call is made for collected checks when all their callers have given up", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 20 });
    const giveUp = giveUpSoon();
    // Enough checks for the next ones to wait for each other.
    for (const link of links.slice(0, 6)) await reader.vpcOf({ ...link, fresh: true }, never);
    ecs.calls.length = 0;
    const given = settleAll(reader, links, giveUp, fresh);
    await turn();
    giveUp.now();
    await given;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(ecs.calls).toEqual([]);
  });

  test("one that comes too late is turned away, whatever becomes of its call", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 1 });
    ecs.always("describe", fails(fault("describe", "ConnectionLost")));
    const late = reader.vpcOf(linkOf("vpc-1", 0), { signal: AbortSignal.abort(new Error("cancelled")) });
    await expect(late).rejects.toThrow("cancelled");
    await turn();
  });

  test("no listener stays behind on a signal that outlives its reads", async () => {
    const { reader, links } = cloud({ "vpc-1": 5 });
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, "addEventListener");
    const removed = jest.spyOn(signal, "removeEventListener");
    await settleAll(reader, links, { signal });
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([5, 5]);
  });
});
