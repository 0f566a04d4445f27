import { setMaxListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type Caller, type EcsClient, type LinkQuery, MAX_INSTANCE_IDS } from "../../provider/ecs/client";
import { EcsError } from "../../provider/ecs/errors";
import { LinkReader } from "../../provider/ecs/linkReader";
import { LISTING_IDLE_MS, LISTING_LIFETIME_MS } from "../../provider/ecs/listing";
import { MAX_IN_FLIGHT, rateLimited } from "../../provider/ecs/rateLimiter";
import { done, fails, fault, hangsAfterWork, refusal, ScriptedEcs, works } from "../support/scriptedEcs";

const REGION = "cn-hangzhou";
const never: Caller = { signal: new AbortController().signal };
setMaxListeners(0, never.signal);

// Time stands still unless a test moves it; turns of the event loop are real.
beforeEach(() => void jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] }));
afterEach(() => void jest.useRealTimers());

/** A cloud of VPCs with so many links each, and a reader of it. */
function cloud(linksOf: Readonly<Record<string, number>>) {
  const ecs = new ScriptedEcs();
  const links: { regionId: string; instanceId: string; vpcId: string }[] = [];
  for (const [vpcId, count] of Object.entries(linksOf)) {
    for (let n = 0; n < count; n += 1) {
      links.push({ regionId: REGION, instanceId: `i-${vpcId}-${n}`, vpcId });
      ecs.links.set(`i-${vpcId}-${n}`, vpcId);
    }
  }
  return { ecs, links, reader: new LinkReader(ecs) };
}

const instances = (instanceIds: readonly string[]) =>
  instanceIds.map((instanceId) => ({ regionId: REGION, instanceId }));

/** Does something with each item, so many at a time, and gives the results in order. */
async function atOnce<T, R>(items: readonly T[], parallelism: number, act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallelism, items.length) }, worker));
  return results;
}

describe("how many calls reads cost", () => {
  const fleets: [name: string, vpcs: Readonly<Record<string, number>>, read: number, most: number][] = [
    ["one link", { "vpc-1": 1 }, 1, 1],
    ["one link of a VPC of 1000", { "vpc-1": 1_000 }, 1, 1],
    ["16 links of a VPC of 1000", { "vpc-1": 1_000 }, 16, 12],
    ["1000 links of one VPC", { "vpc-1": 1_000 }, 1_000, 12],
    ["10 VPCs of 100 links", Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`vpc-${n}`, 100])), 1_000, 30],
  ];
  for (const parallelism of [1, 8, Number.POSITIVE_INFINITY]) {
    test.each(fleets)(`${parallelism} at a time: %s`, async (_, vpcs, read, most) => {
      const { ecs, links, reader } = cloud(vpcs);
      const wanted = links.slice(0, read);
      const vpcIds = await atOnce(wanted, parallelism, (link) => reader.vpcOf(link, never));
      expect(vpcIds).toEqual(wanted.map(({ vpcId }) => vpcId));
      expect(ecs.calls.length).toBeLessThanOrEqual(most);
    });
  }

  test("10 VPCs read in turns cost no more than one after the other", async () => {
    const { ecs, links, reader } = cloud(Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`vpc-${n}`, 100])));
    const shuffled = links.map((_, n) => links[(n * 101) % 1_000] ?? links[0]).filter((link) => link !== undefined);
    await atOnce(shuffled, 8, (link) => reader.vpcOf(link, never));
    expect(new Set(shuffled).size).toBe(1_000);
    expect(ecs.calls.length).toBeLessThanOrEqual(30);
  });

  test("200 reads without a VPC, as lookups and imports are, share calls of 99", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 200 });
    const lookups = links.map(({ regionId, instanceId }) => ({ regionId, instanceId }));
    await Promise.all(lookups.map((lookup) => reader.vpcOf(lookup, never)));
    expect(ecs.calls.map(({ query }) => ("instanceIds" in query ? query.instanceIds?.length : 0))).toEqual([99, 99, 2]);
  });

  test("many reads of one instance ask for it once", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 1 });
    const [link] = links;
    if (link === undefined) throw new Error("no link");
    await Promise.all(Array.from({ length: 50 }, () => reader.vpcOf({ ...link, fresh: true }, never)));
    expect(ecs.calls.map(({ query }) => query)).toEqual([
      { regionId: REGION, instanceIds: ["i-vpc-1-0"], pageNumber: 1 },
    ]);
  });

  test("1000 links that are waited for are read in calls of 99", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 1_000 });
    await Promise.all(links.map((link) => reader.vpcOf({ ...link, fresh: true }, never)));
    expect(ecs.calls).toHaveLength(Math.ceil(1_000 / MAX_INSTANCE_IDS));
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

  test("no more than two calls run at a time", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 1_000, "vpc-2": 1_000 });
    ecs.latencyMs = 30;
    jest.useFakeTimers();
    await done(Promise.all(links.map((link) => reader.vpcOf({ ...link, fresh: true }, never))));
    expect(ecs.mostAtOnce).toBe(2);
  });

  test("regions are asked apart", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 2 });
    const reads = [REGION, "cn-beijing"].map((regionId) => reader.vpcOf({ regionId, instanceId: "i-vpc-1-0" }, never));
    await Promise.all(reads);
    expect(ecs.calls.map(({ query }) => query.regionId)).toEqual([REGION, "cn-beijing"]);
  });
});

describe("[9] what an answer proves", () => {
  test("a listed link is where it is listed, also when another VPC was expected", async () => {
    const { reader } = cloud({ "vpc-1": 1, "vpc-2": 1 });
    const read = { regionId: REGION, instanceId: "i-vpc-1-0", vpcId: "vpc-2" };
    expect(await reader.vpcOf(read, never)).toBe("vpc-1");
  });

  test("an instance that is not in the listing of its VPC is asked for itself before it counts as unlinked", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 300, "vpc-2": 1 });
    await atOnce(links, 8, (link) => reader.vpcOf(link, never));
    const before = ecs.calls.length;
    const moved = { regionId: REGION, instanceId: "i-vpc-2-0", vpcId: "vpc-1" };
    const absent = { regionId: REGION, instanceId: "i-none", vpcId: "vpc-1" };
    expect(await reader.vpcOf(moved, never)).toBe("vpc-2");
    expect(await reader.vpcOf(absent, never)).toBeUndefined();
    expect(ecs.calls.slice(before).map(({ query }) => query)).toEqual([
      expect.objectContaining({ instanceIds: ["i-vpc-2-0"] }),
      expect.objectContaining({ instanceIds: ["i-none"] }),
    ]);
  });

  test("a link that a shifted page of the listing hides is found by instance", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 250 });
    // While the second page is fetched the first link goes away, so the one after the first page is on none.
    ecs.always("describe", (work) => {
      const page = work();
      ecs.links.delete("i-vpc-1-0");
      return page;
    });
    const vpcIds = await Promise.all(links.map((link) => reader.vpcOf(link, never)));
    expect(vpcIds.filter((vpcId) => vpcId === undefined)).toEqual([]);
  });

  test.each([1, 7, 10, 50])("pages of %d, smaller than asked for, lose nothing", async (pageSize) => {
    const { ecs, links, reader } = cloud({ "vpc-1": 230 });
    ecs.pageSize = pageSize;
    const vpcIds = await Promise.all(links.map((link) => reader.vpcOf(link, never)));
    expect(new Set(vpcIds)).toEqual(new Set(["vpc-1"]));
    const byInstance = links.slice(0, 30).map((link) => reader.vpcOf({ ...link, fresh: true }, never));
    expect(new Set(await Promise.all(byInstance))).toEqual(new Set(["vpc-1"]));
  });

  test.each([1e6, Number.MAX_SAFE_INTEGER])(
    "pages that never end, of a TotalCount of %d, are an error",
    async (totalCount) => {
      const { ecs, links, reader } = cloud({ "vpc-1": 300 });
      const [first, second] = links;
      if (first === undefined || second === undefined) throw new Error("no links");
      ecs.always("describe", () => ({ links: [first], totalCount }));
      await expect(reader.vpcOf(second, never)).rejects.toThrow("fewer links than TotalCount");
      const readings = await Promise.allSettled(links.map((link) => reader.vpcOf(link, never)));
      expect(readings.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    },
  );

  test("fewer links than TotalCount are no proof of absence", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 2 });
    ecs.always("describe", () => ({ links: [], totalCount: 2 }));
    const reading = reader.vpcOf({ regionId: REGION, instanceId: "i-vpc-1-0" }, never);
    await expect(reading).rejects.toThrow("fewer links than TotalCount");
  });

  test("a link that is listed is linked, whatever TotalCount says", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 3 });
    ecs.always("describe", (work) => ({ ...work(), totalCount: 250 }));
    const vpcIds = await Promise.all(links.map((link) => reader.vpcOf(link, never)));
    expect(vpcIds).toEqual(["vpc-1", "vpc-1", "vpc-1"]);
  });

  test("a link that a shifted page hides, of several for one call by instance, is found", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 90 });
    ecs.pageSize = 50;
    // While the second page is fetched the first link goes away, so the one after the first page is on none.
    ecs.always("describe", (work) => {
      const page = work();
      ecs.links.delete("i-vpc-1-0");
      return page;
    });
    const vpcIds = await Promise.all(links.map((link) => reader.vpcOf({ ...link, fresh: true }, never)));
    expect(vpcIds).toEqual(links.map(() => "vpc-1"));
  });

  test("a server that gives its first page whichever is asked for hides no link", async () => {
    const { ecs, links } = cloud({ "vpc-1": 90 });
    ecs.pageSize = 50;
    const describe = ecs.describe.bind(ecs);
    const firstPages = new LinkReader(
      Object.assign(ecs, { describe: (query: LinkQuery) => describe({ ...query, pageNumber: 1 }) }),
    );
    const vpcIds = await Promise.all(links.map((link) => firstPages.vpcOf({ ...link, fresh: true }, never)));
    expect(vpcIds).toEqual(links.map(() => "vpc-1"));
  });

  test("a link of another VPC in a listing proves nothing", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 300 });
    ecs.next("describe", works, works, () => ({
      links: [{ regionId: REGION, instanceId: "i-vpc-1-5", vpcId: "vpc-2" }],
      totalCount: 1,
    }));
    await atOnce(links.slice(0, 3), 1, (link) => reader.vpcOf(link, never));
    const fifth = links[5];
    if (fifth === undefined) throw new Error("no link");
    expect(await reader.vpcOf(fifth, never)).toBe("vpc-1");
  });
});

describe("what a listing shows", () => {
  test("of many instances, in whole pages and no more of them than it takes", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 250, "vpc-2": 1 });
    const shown = await reader.listed(REGION, "vpc-1", ["i-vpc-1-0", "i-vpc-1-99"], never);
    expect([...shown]).toEqual(["i-vpc-1-0", "i-vpc-1-99"]);
    expect(ecs.calls).toHaveLength(1);
    expect([...(await reader.listed(REGION, "vpc-1", ["i-vpc-2-0", "i-vpc-1-249"], never))]).toEqual(["i-vpc-1-249"]);
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
  async function listed() {
    const made = cloud({ "vpc-1": 300 });
    await Promise.all(made.links.map((link) => made.reader.vpcOf(link, never)));
    await jest.advanceTimersByTimeAsync(1);
    const [link] = made.links;
    if (link === undefined) throw new Error("no link");
    return { ...made, link, before: made.ecs.calls.length };
  }

  test("a listing answers later reads as long as they keep coming, and then no more", async () => {
    const { ecs, reader, link, before } = await listed();
    for (let n = 0; n < 4; n += 1) {
      await jest.advanceTimersByTimeAsync(LISTING_IDLE_MS - 2);
      expect(await reader.vpcOf(link, never)).toBe("vpc-1");
    }
    expect(ecs.calls).toHaveLength(before);
    ecs.links.delete(link.instanceId);
    await jest.advanceTimersByTimeAsync(LISTING_IDLE_MS);
    expect(await reader.vpcOf(link, never)).toBeUndefined();
  });

  test("no listing answers for longer than its lifetime, however many reads come", async () => {
    const { ecs, reader, link } = await listed();
    ecs.links.delete(link.instanceId);
    let answeredForMs = 0;
    while ((await reader.vpcOf(link, never)) === "vpc-1") {
      await jest.advanceTimersByTimeAsync(1_000);
      answeredForMs += 1_000;
    }
    expect(answeredForMs).toBeLessThanOrEqual(LISTING_LIFETIME_MS);
  });

  test("[11] a read after a change of the instance never comes from an older listing", async () => {
    const { ecs, reader, link } = await listed();
    ecs.links.set(link.instanceId, "vpc-2");
    reader.changed(REGION, link.instanceId);
    expect(await reader.vpcOf(link, never)).toBe("vpc-2");
  });

  test("a change of one instance does not age the listing for the others", async () => {
    const { ecs, reader, links, link, before } = await listed();
    reader.changed(REGION, link.instanceId);
    await Promise.all(links.slice(1).map((other) => reader.vpcOf(other, never)));
    expect(ecs.calls).toHaveLength(before);
  });

  test("a change at the very moment a listing begins is newer than the listing", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 300 });
    reader.changed(REGION, "i-vpc-1-0");
    ecs.next("describe", (work) => {
      const stale = work();
      ecs.links.delete("i-vpc-1-0");
      return stale;
    });
    const vpcIds = await Promise.all(links.map((link) => reader.vpcOf(link, never)));
    expect(vpcIds[0]).toBeUndefined();
  });

  test("a fresh read never comes from a listing", async () => {
    const { ecs, reader, link } = await listed();
    ecs.links.delete(link.instanceId);
    expect(await reader.vpcOf({ ...link, fresh: true }, never)).toBeUndefined();
  });

  test("a read that begins after a change is not answered by a call that began before it", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 1 });
    const read = { regionId: REGION, instanceId: "i-vpc-1-0", fresh: true };
    ecs.latencyMs = 100;
    const early = reader.vpcOf(read, never);
    await turn();
    ecs.always("describe", (work) => work());
    await jest.advanceTimersByTimeAsync(50);
    ecs.links.delete("i-vpc-1-0");
    reader.changed(REGION, "i-vpc-1-0");
    const late = reader.vpcOf(read, never);
    await jest.runAllTimersAsync();
    expect(await late).toBeUndefined();
    await early;
    expect(ecs.calls).toHaveLength(2);
  });
});

describe("when a call fails", () => {
  test("a listing that fails in passing fails its readers, and is not kept", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 300 });
    ecs.next("describe", works, works, fails(refusal("describe", "Throttling.User")));
    const outcomes = await Promise.allSettled(links.map((link) => reader.vpcOf(link, never)));
    const failed = outcomes.filter(({ status }) => status === "rejected");
    expect(failed.length).toBeGreaterThan(0);
    for (const outcome of failed) expect(outcome).toMatchObject({ reason: { kind: "throttled" } });
    const again = await Promise.all(links.map((link) => reader.vpcOf(link, never)));
    expect(new Set(again)).toEqual(new Set(["vpc-1"]));
  });

  test.each(["InvalidVpc.NotBelong", "Forbidden.RAM", "InvalidVpcId.Malformed", "SomethingNew"])(
    "[9] a VPC that may not be listed, %s, has its instances asked for one by one",
    async (code) => {
      const { ecs, reader, links } = cloud({ "vpc-1": 300 });
      ecs.always("describe", (work) => {
        const query = ecs.calls.at(-1)?.query;
        if (query !== undefined && "vpcId" in query && query.vpcId !== undefined) throw refusal("describe", code);
        return work();
      });
      const vpcIds = await Promise.all(links.map((link) => reader.vpcOf(link, never)));
      expect(new Set(vpcIds)).toEqual(new Set(["vpc-1"]));
      expect(ecs.calls.length).toBeLessThan(10);
    },
  );

  test("[9] a call by instance that fails fails all who share it, and only them", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 3 });
    ecs.next("describe", fails(fault("describe", "ConnectionLost")));
    const outcomes = await Promise.allSettled(links.map((link) => reader.vpcOf(link, never)));
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(ecs.calls).toHaveLength(1);
    expect(await Promise.all(links.map((link) => reader.vpcOf(link, never)))).toEqual(["vpc-1", "vpc-1", "vpc-1"]);
  });

  test("[9] a released instance does not take the others of its call with it", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 99 });
    ecs.released.add("i-vpc-1-42");
    ecs.links.delete("i-vpc-1-42");
    const outcomes = await Promise.allSettled(links.map((link) => reader.vpcOf(link, never)));
    expect(outcomes.flatMap(({ status }, n) => (status === "rejected" ? [n] : []))).toEqual([42]);
    expect(outcomes[42]).toMatchObject({ reason: { kind: "gone" } });
    expect(ecs.calls.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(99)));
  });

  test("[9] an instance of another account does not take the others with it either", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 20 });
    ecs.always("describe", (work) => {
      const query = ecs.calls.at(-1)?.query;
      const named = query !== undefined && "instanceIds" in query ? query.instanceIds : undefined;
      if (named?.includes("i-vpc-1-7")) throw refusal("describe", "InvalidInstanceId.NotBelong");
      return work();
    });
    const outcomes = await Promise.allSettled(links.map((link) => reader.vpcOf({ ...link, fresh: true }, never)));
    expect(outcomes.flatMap(({ status }, n) => (status === "rejected" ? [n] : []))).toEqual([7]);
  });

  test("[9] a service that takes fewer instances at a time is asked for fewer", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 99 });
    const describe = ecs.describe.bind(ecs);
    ecs.describe = async (query) => {
      if ((query.instanceIds?.length ?? 0) <= 20) return await describe(query);
      throw refusal("describe", "InvalidParameter.ToManyInstanceIds");
    };
    const vpcIds = await Promise.all(links.map((link) => reader.vpcOf({ ...link, fresh: true }, never)));
    expect(vpcIds).toEqual(links.map(() => "vpc-1"));
  });

  test("many released instances are found without a storm of calls", async () => {
    const { ecs } = cloud({});
    const reader = new LinkReader(rateLimited(ecs));
    const reads = instances(Array.from({ length: 99 }, (_, n) => `i-gone-${n}`));
    for (const { instanceId } of reads) ecs.released.add(instanceId);
    ecs.latencyMs = 30;
    jest.useFakeTimers();
    const outcomes = await done(Promise.allSettled(reads.map((read) => reader.vpcOf(read, never))));
    expect(outcomes.every((outcome) => outcome.status === "rejected" && outcome.reason instanceof EcsError)).toBe(true);
    expect(ecs.mostAtOnce).toBeLessThanOrEqual(MAX_IN_FLIGHT);
  });
});

describe("[14] when a reader no longer waits", () => {
  test("it stops waiting, and the others get their answer from the same call", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 2 });
    ecs.latencyMs = 100;
    const giveUp = new AbortController();
    const [first, second] = links;
    if (first === undefined || second === undefined) throw new Error("no links");
    const given = reader.vpcOf(first, giveUp);
    const kept = reader.vpcOf(second, never);
    await turn();
    giveUp.abort(new Error("cancelled"));
    await expect(given).rejects.toThrow("cancelled");
    await jest.advanceTimersByTimeAsync(100);
    expect(await kept).toBe("vpc-1");
    expect(ecs.calls).toHaveLength(1);
  });

  test("calls that nobody waits for any more end, those that wait for their turn too, and the next reader gets an answer", async () => {
    const { ecs, links } = cloud({ "vpc-1": 500 });
    ecs.always("describe", hangsAfterWork);
    const calls = new Map<string, number>();
    const count = (what: string) => calls.set(what, (calls.get(what) ?? 0) + 1);
    const client = rateLimited(ecs);
    const describe: EcsClient["describe"] = async (query, signal) => {
      count("asked");
      return await client.describe(query, signal).finally(() => count("ended"));
    };
    const reader = new LinkReader({ ...client, describe });
    const giveUp = new AbortController();
    setMaxListeners(0, giveUp.signal);
    // A call each, and more of them than the gate lets through.
    const given = Promise.allSettled(
      links.map((link) => reader.listed(REGION, `vpc-${link.instanceId}`, [link.instanceId], giveUp)),
    );
    await turn();
    expect(ecs.calls).toHaveLength(MAX_IN_FLIGHT);
    giveUp.abort(new Error("cancelled"));
    await given;
    await turn();
    expect(Object.fromEntries(calls)).toEqual({ asked: 500, ended: 500 });
    expect(ecs.calls).toHaveLength(MAX_IN_FLIGHT);
    ecs.always("describe", works);
    const [link] = links;
    if (link === undefined) throw new Error("no links");
    expect(await reader.vpcOf(link, never)).toBe("vpc-1");
  });

  test("no call is made for collected checks when all their callers have given up", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 20 });
    const giveUp = new AbortController();
    setMaxListeners(0, giveUp.signal);
    // Enough looks for the next ones to wait for each other.
    for (const link of links.slice(0, 6)) await reader.vpcOf({ ...link, fresh: true }, never);
    ecs.calls.length = 0;
    const given = Promise.allSettled(links.map((link) => reader.vpcOf({ ...link, fresh: true }, giveUp)));
    await turn();
    giveUp.abort(new Error("cancelled"));
    await given;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(ecs.calls).toEqual([]);
  });

  test("one that comes too late is turned away, whatever becomes of its call", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 1 });
    ecs.always("describe", fails(fault("describe", "ConnectionLost")));
    const late = links.map((link) => reader.vpcOf(link, { signal: AbortSignal.abort(new Error("cancelled")) }));
    await expect(Promise.all(late)).rejects.toThrow("cancelled");
    await turn();
  });

  test("no listener stays behind on a signal that outlives its reads", async () => {
    const { reader, links } = cloud({ "vpc-1": 5 });
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, "addEventListener");
    const removed = jest.spyOn(signal, "removeEventListener");
    await Promise.all(links.map((link) => reader.vpcOf(link, { signal })));
    expect(added).toHaveBeenCalledTimes(5);
    expect(removed).toHaveBeenCalledTimes(5);
  });
});
