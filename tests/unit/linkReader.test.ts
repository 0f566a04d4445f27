/** What coalesced reads cost and prove, how old an answer may be, and how reads fail and end. */

import { setMaxListeners } from "node:events";
import { describe, expect, jest, test } from "@jest/globals";
import {
  type Caller,
  type EcsClient,
  type Link,
  type LinkQuery,
  type LinkRead,
  MAX_INSTANCE_IDS,
} from "../../provider/ecs/client";
import { EcsError } from "../../provider/ecs/errors";
import { LinkReader } from "../../provider/ecs/linkReader";
import { LISTING_IDLE_MS, LISTING_LIFETIME_MS } from "../../provider/ecs/listing";
import { MAX_IN_FLIGHT, rateLimited } from "../../provider/ecs/rateLimiter";
import { simulateClock } from "../support/clock";
import {
  done,
  failed,
  fails,
  fault,
  hangsAfterWork,
  refusal,
  ScriptedEcs,
  SimulatedEcs,
  works,
} from "../support/scriptedEcs";

const REGION = "cn-hangzhou";
const never: Caller = { signal: new AbortController().signal };
setMaxListeners(0, never.signal);
const fresh = { fresh: true };

simulateClock();

const linkOf = (vpcId: string, n: number): Link => ({ regionId: REGION, instanceId: `i-${vpcId}-${n}`, vpcId });

/** A cloud of VPCs with so many links each, and a reader of it. */
function cloud(linksOf: Readonly<Record<string, number>>, ecs = new ScriptedEcs()) {
  const links = Object.entries(linksOf).flatMap(([vpcId, count]) =>
    Array.from({ length: count }, (_, n) => linkOf(vpcId, n)),
  );
  for (const { instanceId, vpcId } of links) ecs.links.set(instanceId, vpcId);
  return { ecs, links, reader: new LinkReader(ecs) };
}

const codeOf = (error: unknown) => (error instanceof EcsError ? error.facts.code : error);

/** Where each instance is linked, or the code of the error. All are read at the same time. */
const read = async (reader: LinkReader, links: readonly LinkRead[], more: { readonly fresh?: boolean } = {}) =>
  await done(Promise.all(links.map((link) => reader.vpcOf({ ...link, ...more }, never).catch(codeOf))));
const readOne = async (reader: LinkReader, link: LinkRead) => (await read(reader, [link]))[0];
const vpcsOf = (links: readonly Link[]) => links.map(({ vpcId }) => vpcId);
const queries = ({ calls }: ScriptedEcs) => calls.map(({ query }) => query);

/** Works on links one after the other, so many at a time. */
async function inTurns(links: readonly Link[], parallelism: number, work: (link: Link) => Promise<void>) {
  const left = links.values();
  const worker = async () => {
    for (const link of left) await work(link);
  };
  await done(Promise.all(Array.from({ length: Math.min(parallelism, links.length) }, worker)));
}
const readInTurns = async (reader: LinkReader, links: readonly Link[], parallelism: number) =>
  await inTurns(links, parallelism, async (link) => expect(await reader.vpcOf(link, never)).toBe(link.vpcId));

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe("how many calls reads cost", () => {
  const tenVpcs = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`vpc-${n}`, 100]));
  test.each([
    ["one link of a VPC of 1000", 1, { "vpc-1": 1_000 }, 1],
    ["2 links of a VPC of 1000", 2, { "vpc-1": 1_000 }, 2],
    ["16 links of a VPC of 1000", 12, { "vpc-1": 1_000 }, 16],
    ["1000 links of one VPC", 12, { "vpc-1": 1_000 }, 1_000],
    ["10 VPCs of 100 links, one after the other or in turns", 30, tenVpcs, 1_000],
  ])("%s cost at most %d, in any number at a time", async (_, most, vpcs, count) => {
    for (const parallelism of [1, 8, 1_000]) {
      for (const step of [1, 101]) {
        const { ecs, links, reader } = cloud(vpcs);
        const last = links.slice(-count);
        const asked = last.map((link, n) => last[(n * step) % count] ?? link);
        await readInTurns(reader, asked, parallelism);
        expect(ecs.calls.length).toBeLessThanOrEqual(most);
      }
    }
  });

  test("1000 links that are waited for are read in calls of 99, two at a time", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 1_000 });
    ecs.latencyMs = 30;
    await read(reader, links, fresh);
    expect(ecs.calls).toHaveLength(Math.ceil(1_000 / MAX_INSTANCE_IDS));
    expect(ecs.mostAtOnce).toBe(2);
  });

  test("the checks of a few links do not wait", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 5 });
    for (const link of links) {
      const askedAt = performance.now();
      await readOne(reader, { ...link, fresh: true });
      expect(performance.now() - askedAt).toBeLessThan(5);
      await jest.advanceTimersByTimeAsync(60);
    }
    expect(ecs.calls).toHaveLength(5);
  });

  /**
   * Makes links as the engine does: so many at a time, with a write of the state before and after each, one write at a time,
   * which takes longer the larger the state is. Gives how long all of it takes, in ms, and the Describes for each link.
   */
  async function makeLikeTheEngine(parallel: number, isChecked: boolean) {
    const { ecs, links, reader } = cloud({ "vpc-1": 1_000 });
    ecs.latencyMs = 32;
    let made = 0;
    let writing = Promise.resolve();
    const write = () => {
      writing = writing.then(() => wait(2 + made * 0.042));
      return writing;
    };
    const from = performance.now();
    await inTurns(links, parallel, async (link) => {
      await write();
      await wait(30);
      if (isChecked) await reader.vpcOf({ ...link, fresh: true }, never);
      await write();
      made += 1;
    });
    return { ms: performance.now() - from, describes: ecs.calls.length / links.length };
  }

  test.each([8, 16])(
    "the checks of 1000 links that an engine makes, %d at a time, cost no time and half a Describe each",
    async (parallel) => {
      const unchecked = await makeLikeTheEngine(parallel, false);
      const checked = await makeLikeTheEngine(parallel, true);
      expect(checked.ms).toBeLessThan(1.03 * unchecked.ms);
      expect(checked.describes).toBeLessThanOrEqual(0.5);
    },
  );

  test("a listing of 1000 links at 9 Describe a minute costs a pause, and no page twice", async () => {
    const quotas = { DescribeClassicLinkInstances: [{ calls: 9, windowMs: 60_000 }] };
    const { ecs, links } = cloud({ "vpc-1": 1_000 }, new SimulatedEcs({ quotas }));
    const from = performance.now();
    expect(await read(new LinkReader(rateLimited(ecs)), links)).toEqual(vpcsOf(links));
    expect(ecs.count("describe") - ecs.throttled("describe").length).toBe(10);
    expect(performance.now() - from).toBeLessThan(75_000);
  });

  test("an instance without a link costs no second call", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 2 });
    ecs.links.delete("i-vpc-1-0");
    expect(await read(reader, links)).toEqual([undefined, "vpc-1"]);
    expect(ecs.calls).toHaveLength(1);
  });

  test("regions are asked apart, and each for an instance once", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 1 });
    const reads = Array.from({ length: 50 }, (_, n) => ({ ...linkOf("vpc-1", 0), regionId: n < 25 ? "cn-a" : "cn-b" }));
    await read(reader, reads, fresh);
    const instanceIds = ["i-vpc-1-0"];
    expect(queries(ecs)).toEqual(["cn-a", "cn-b"].map((regionId) => ({ regionId, instanceIds, pageNumber: 1 })));
  });

  test.each([true, false])("each caller counts a call once, for all of its reads, fresh: %s", async (isFresh) => {
    const { ecs, links, reader } = cloud({ "vpc-1": 1_000 });
    const callers = [1, 2].map(() => ({ ...never, onRequest: jest.fn() }));
    const reads = links.map((link) => ({ ...link, fresh: isFresh }));
    await done(Promise.all(reads.flatMap((one) => callers.map((caller) => reader.vpcOf(one, caller)))));
    for (const { onRequest } of callers) {
      expect(onRequest.mock.calls.length).toBeLessThanOrEqual(ecs.calls.length);
      expect(onRequest.mock.calls.length).toBeGreaterThan(ecs.calls.length / 2);
    }
  });
});

describe("[9] what an answer proves", () => {
  test("an instance that is not in the listing of its VPC is asked for itself before it counts as unlinked", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 300, "vpc-2": 1 });
    await readInTurns(reader, links, 8);
    ecs.calls.length = 0;
    expect(await readOne(reader, { ...linkOf("vpc-2", 0), vpcId: "vpc-1" })).toBe("vpc-2");
    expect(await readOne(reader, linkOf("vpc-1", 999))).toBeUndefined();
    const asked = ["i-vpc-2-0", "i-vpc-1-999"].map((id) => expect.objectContaining({ instanceIds: [id] }));
    expect(queries(ecs)).toEqual(asked);
  });

  test.each<[how: string, count: number, isFresh: boolean]>([
    ["in a listing", 250, false],
    ["by instance", 90, true],
  ])("a link that a shifted page hides is found: %s", async (_, count, isFresh) => {
    const { ecs, links, reader } = cloud({ "vpc-1": count });
    if (isFresh) ecs.pageSize = 50;
    // While the second page is fetched the first link goes away, so the one after the first page is on none.
    ecs.always("describe", (work) => {
      const page = work();
      ecs.links.delete("i-vpc-1-0");
      return page;
    });
    expect(await read(reader, links, { fresh: isFresh })).toEqual(vpcsOf(links));
  });

  // With pages of one, the last links are on more pages than are read.
  test.each([1, 7])("pages of %d, smaller than asked for, lose nothing", async (pageSize) => {
    const { ecs, links, reader } = cloud({ "vpc-1": 230 });
    ecs.pageSize = pageSize;
    expect(await read(reader, links)).toEqual(vpcsOf(links));
    expect(await read(reader, links.slice(0, 30), fresh)).toEqual(vpcsOf(links.slice(0, 30)));
  });

  test.each([
    [0, 2],
    // The same page again is not the rest.
    [1, 2],
    [1, 1e6],
  ])("pages of %d links and a TotalCount of %d prove what is listed, and no absence", async (listed, totalCount) => {
    const { ecs, links, reader } = cloud({ "vpc-1": 300 });
    ecs.always("describe", () => ({ links: links.slice(0, listed), totalCount }));
    const answers = await read(reader, links);
    const unknown = Array(300 - listed).fill("UnreadableAnswer");
    expect(answers).toEqual([...Array(listed).fill("vpc-1"), ...unknown]);
    const { message } = await failed(reader.vpcOf(linkOf("vpc-1", 299), never));
    expect(message).toBe('DescribeClassicLinkInstances: UnreadableAnswer ("fewer links than TotalCount")');
  });

  test("a link of another VPC in a listing proves nothing", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 300 });
    const elsewhere = { links: [{ ...linkOf("vpc-1", 5), vpcId: "vpc-2" }], totalCount: 1 };
    ecs.next("describe", works, works, () => elsewhere);
    await readInTurns(reader, links.slice(0, 3), 1);
    expect(await readOne(reader, linkOf("vpc-1", 5))).toBe("vpc-1");
  });

  const hide = (ecs: ScriptedEcs, numbers: readonly number[]) => {
    for (const n of numbers) ecs.hidden.add(`i-vpc-1-${n}`);
  };
  const refuse = (ecs: ScriptedEcs) => void Object.assign(ecs, { mayListInstances: false });
  const all = Array.from({ length: 90 }, (_, n) => n);
  test.each<[what: string, count: number, released: [number, number], how: (ecs: ScriptedEcs) => void, most: number]>([
    ["500 of 1000", 1_000, [250, 750], () => {}, 60],
    ["1000 where DescribeInstances is refused, by halving", 1_000, [0, 1_000], refuse, 2_000],
    ["one, where the key sees no instance at all", 90, [89, 90], (ecs) => hide(ecs, all), 15],
    ["one, where the key does not see another one", 90, [0, 1], (ecs) => hide(ecs, [5]), 10],
  ])("released instances are found, and no other one is called gone: %s", async (_, count, released, how, most) => {
    for (const isLookup of [false, true]) {
      const { ecs, links, reader } = cloud({ "vpc-1": count });
      how(ecs);
      const gone = links.slice(...released);
      for (const { instanceId } of gone) {
        ecs.released.add(instanceId);
        ecs.links.delete(instanceId);
      }
      const lookups = links.map(({ regionId, instanceId }) => ({ regionId, instanceId }));
      const answers = links.map((link) => (gone.includes(link) ? "InvalidInstanceId.NotFound" : "vpc-1"));
      expect(await read(reader, isLookup ? lookups : links)).toEqual(answers);
      if (!isLookup) expect(ecs.calls.length).toBeLessThanOrEqual(most);
    }
  });
});

describe("what a listing shows", () => {
  const listed = async (reader: LinkReader, vpcId: string, ...ids: string[]) => [
    ...(await done(reader.listed(REGION, vpcId, ids, never))),
  ];

  test("of many instances, in whole pages and no more of them than it takes", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 250, "vpc-2": 1 });
    expect(await listed(reader, "vpc-1", "i-vpc-1-0", "i-vpc-1-99")).toEqual(["i-vpc-1-0", "i-vpc-1-99"]);
    expect(ecs.calls).toHaveLength(1);
    expect(await listed(reader, "vpc-1", "i-vpc-2-0", "i-vpc-1-249")).toEqual(["i-vpc-1-249"]);
    expect(ecs.calls).toHaveLength(1 + 3);
  });

  test("is nothing of a VPC that may not be listed, and an error if ECS throttles", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 1 });
    ecs.fail(refusal("describe", "InvalidVpc.NotBelong"), refusal("describe", "Throttling"));
    expect(await listed(reader, "vpc-1", "i-vpc-1-0")).toEqual([]);
    await expect(listed(reader, "vpc-1", "i-vpc-1-0")).rejects.toMatchObject({ kind: "throttled" });
  });

  test("is no link to another VPC, of a server that does not filter", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 1, "vpc-2": 1 });
    ecs.always("describe", () => ({ links, totalCount: 2 }));
    expect(await listed(reader, "vpc-1", "i-vpc-1-0", "i-vpc-2-0")).toEqual(["i-vpc-1-0"]);
  });

  test("is not what changed while it was read", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 2 });
    ecs.latencyMs = 100;
    setTimeout(() => reader.changed(REGION, "i-vpc-1-0"), 10);
    expect(await listed(reader, "vpc-1", "i-vpc-1-0", "i-vpc-1-1")).toEqual(["i-vpc-1-1"]);
  });
});

describe("how old an answer may be", () => {
  const link = linkOf("vpc-1", 0);

  /** A cloud whose VPC was listed a moment ago. */
  async function listed() {
    const made = cloud({ "vpc-1": 300 });
    await read(made.reader, made.links);
    await jest.advanceTimersByTimeAsync(1);
    made.ecs.calls.length = 0;
    return made;
  }

  test("a listing answers later reads as long as they keep coming, and then no more", async () => {
    const { ecs, reader } = await listed();
    for (let n = 0; n < 4; n += 1) {
      await jest.advanceTimersByTimeAsync(LISTING_IDLE_MS - 2);
      expect(await readOne(reader, link)).toBe("vpc-1");
    }
    expect(ecs.calls).toEqual([]);
    ecs.links.delete(link.instanceId);
    await jest.advanceTimersByTimeAsync(LISTING_IDLE_MS);
    expect(await readOne(reader, link)).toBeUndefined();
  });

  test("no listing answers for longer than its lifetime, however many reads come", async () => {
    const { ecs, reader } = await listed();
    ecs.links.delete(link.instanceId);
    let answeredForMs = 0;
    while ((await readOne(reader, link)) === "vpc-1") {
      await jest.advanceTimersByTimeAsync(1_000);
      answeredForMs += 1_000;
    }
    expect(answeredForMs).toBeGreaterThan(LISTING_IDLE_MS);
    expect(answeredForMs).toBeLessThanOrEqual(LISTING_LIFETIME_MS);
  });

  test("[11] no listing answers a fresh read, nor one after a change of the instance, and it still answers for others", async () => {
    const { ecs, reader, links } = await listed();
    ecs.links.set(link.instanceId, "vpc-2");
    expect(await readOne(reader, { ...link, fresh: true })).toBe("vpc-2");
    ecs.calls.length = 0;
    reader.changed(REGION, link.instanceId);
    await read(reader, links.slice(1));
    expect(ecs.calls).toEqual([]);
    expect(await readOne(reader, link)).toBe("vpc-2");
  });

  test("a change at the very moment a listing begins is newer than the listing", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 300 });
    reader.changed(REGION, link.instanceId);
    ecs.next("describe", (work) => {
      const stale = work();
      ecs.links.delete(link.instanceId);
      return stale;
    });
    expect((await read(reader, links))[0]).toBeUndefined();
  });

  test("a read that begins after a change is not answered by a call that began before it", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 1 });
    ecs.latencyMs = 100;
    const early = reader.vpcOf({ ...link, fresh: true }, never);
    await jest.advanceTimersByTimeAsync(60);
    ecs.links.delete(link.instanceId);
    reader.changed(REGION, link.instanceId);
    expect(await readOne(reader, { ...link, fresh: true })).toBeUndefined();
    expect(await early).toBe("vpc-1");
    expect(ecs.calls).toHaveLength(2);
  });
});

describe("[9] when a call fails", () => {
  /** Refuses each call with this code if it is about a VPC or instances like this. */
  function refuse(ecs: ScriptedEcs, code: string, isRefused: (query: LinkQuery) => boolean): void {
    ecs.always("describe", (work) => {
      if (isRefused(Object(queries(ecs).at(-1)))) throw refusal("describe", code);
      return work();
    });
  }

  test("a page that fails fails its readers, and only it is read again", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 300 });
    ecs.latencyMs = 100;
    ecs.next("describe", works, fails(fault("describe", "ConnectionLost")));
    expect(new Set(await read(reader, links))).toEqual(new Set(["vpc-1", "ConnectionLost"]));
    expect(await read(reader, links)).toEqual(vpcsOf(links));
    expect(ecs.calls).toHaveLength(4);
  });

  test.each(["InvalidVpc.NotBelong", "SomethingNew"])(
    "a VPC that may not be listed, %s, has its instances asked for one by one",
    async (code) => {
      const { ecs, reader, links } = cloud({ "vpc-1": 300 });
      refuse(ecs, code, ({ vpcId }) => vpcId !== undefined);
      expect(await read(reader, links)).toEqual(vpcsOf(links));
      expect(ecs.calls.length).toBeLessThan(10);
    },
  );

  test("a call by instance that fails fails all who share it, and only them", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 3 });
    ecs.fail(fault("describe", "ConnectionLost"));
    expect(await read(reader, links)).toEqual(Array(3).fill("ConnectionLost"));
    expect(ecs.calls).toHaveLength(1);
    expect(await read(reader, links)).toEqual(vpcsOf(links));
  });

  test.each(["InvalidInstanceId.NotBelong", "Forbidden.InstanceNotFound"])(
    "an instance that is refused with %s does not take the others of its call with it",
    async (code) => {
      const { ecs, reader, links } = cloud({ "vpc-1": 99 });
      refuse(ecs, code, ({ instanceIds }) => instanceIds?.includes("i-vpc-1-42") ?? false);
      expect(await read(reader, links, fresh)).toEqual(vpcsOf(links).with(42, code));
      expect(ecs.count("describe")).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(99)));
    },
  );

  test("a list is not split if ECS refuses the region", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 99 });
    const code = "InvalidInstanceId.LimitedRegion";
    ecs.refuse("describe", code);
    expect(await read(reader, links, fresh)).toEqual(links.map(() => code));
    expect(ecs.calls).toHaveLength(1);
  });

  test.each([
    ["a listing of 300 links", 300, false],
    ["one call by instance", 40, true],
  ])("a throttle of %s is reported once to each caller, for all of its reads", async (_, count, isFresh) => {
    const { ecs, links } = cloud({ "vpc-1": count });
    const reader = new LinkReader(rateLimited(ecs));
    ecs.fail(refusal("describe", "Throttling"));
    const callers = [1, 2].map(() => ({ ...never, onThrottled: jest.fn() }));
    const reads = links.map((link) => ({ ...link, fresh: isFresh }));
    await done(Promise.all(reads.flatMap((one) => callers.map((caller) => reader.vpcOf(one, caller)))));
    for (const { onThrottled } of callers) expect(onThrottled).toHaveBeenCalledTimes(1);
  });

  const lost = fault("describe", "ConnectionLost");
  test.each<[what: string, lose: (ecs: ScriptedEcs) => void]>([
    ["DescribeInstances", (ecs) => ecs.fail(fault("existing", "ConnectionLost"))],
    ["the read of one of them alone", (ecs) => ecs.next("describe", works, fails(lost))],
  ])("nothing is known of released instances if %s gets no answer, until they are read again", async (_, lose) => {
    const { ecs, reader, links } = cloud({ "vpc-1": 9 });
    ecs.released.add("i-vpc-1-4");
    lose(ecs);
    expect(await read(reader, links, fresh)).toEqual(links.map(() => "ConnectionLost"));
    expect(await read(reader, links, fresh)).toEqual(vpcsOf(links).with(4, "InvalidInstanceId.NotFound"));
    expect(ecs.count("existing")).toBe(2);
  });

  test("a service that takes fewer instances at a time is asked for fewer", async () => {
    const { ecs, links, reader } = cloud({ "vpc-1": 99 });
    const code = "InvalidParameter.ToManyInstanceIds";
    refuse(ecs, code, ({ instanceIds = [] }) => instanceIds.length > 20);
    expect(await read(reader, links, fresh)).toEqual(vpcsOf(links));
  });
});

describe("[14] when a reader no longer waits", () => {
  const cancelled = new Error("cancelled");

  test("it stops waiting, and the others get their answer from the same call", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 2 });
    ecs.latencyMs = 100;
    const giveUp = new AbortController();
    const given = reader.vpcOf(linkOf("vpc-1", 0), giveUp);
    const kept = reader.vpcOf(linkOf("vpc-1", 1), never);
    await jest.advanceTimersByTimeAsync(1);
    giveUp.abort(cancelled);
    await expect(given).rejects.toBe(cancelled);
    expect(await done(kept)).toBe("vpc-1");
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
    const giveUp = new AbortController();
    setMaxListeners(0, giveUp.signal);
    // A call each, and more of them than the gate lets through.
    const given = Promise.allSettled(
      links.map((link) => reader.listed(REGION, `vpc-${link.instanceId}`, [link.instanceId], giveUp)),
    );
    await jest.advanceTimersByTimeAsync(1);
    expect(ecs.calls).toHaveLength(MAX_IN_FLIGHT);
    giveUp.abort(cancelled);
    await done(given);
    expect(calls).toEqual({ asked: 500, ended: 500 });
    expect(ecs.calls).toHaveLength(MAX_IN_FLIGHT);
    ecs.always("describe", works);
    expect(await readOne(reader, linkOf("vpc-1", 0))).toBe("vpc-1");
  });

  test("no call is made for collected checks when all their callers have given up", async () => {
    const { ecs, reader, links } = cloud({ "vpc-1": 20 });
    const giveUp = new AbortController();
    // Enough checks for the next ones to wait for each other.
    await read(reader, links, fresh);
    ecs.calls.length = 0;
    const given = reader.vpcOf({ ...linkOf("vpc-1", 0), fresh: true }, giveUp);
    await jest.advanceTimersByTimeAsync(1);
    giveUp.abort(cancelled);
    await expect(given).rejects.toBe(cancelled);
    await jest.runAllTimersAsync();
    expect(ecs.calls).toEqual([]);
  });

  test("one that gave up before it asked gets its own reason, even if the call fails", async () => {
    const { ecs, reader } = cloud({ "vpc-1": 1 });
    ecs.fail(fault("describe", "ConnectionLost"));
    const late = reader.vpcOf(linkOf("vpc-1", 0), { signal: AbortSignal.abort(cancelled) });
    await expect(late).rejects.toBe(cancelled);
    await jest.runAllTimersAsync();
  });
});
