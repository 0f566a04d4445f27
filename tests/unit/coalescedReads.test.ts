/** What reads of many links cost where instances are released, pages fail and quotas are small, on a simulated clock. */

import { setMaxListeners } from "node:events";
import { describe, expect, test } from "@jest/globals";
import type { Caller } from "../../provider/ecs/client";
import { EcsError } from "../../provider/ecs/errors";
import { LinkReader } from "../../provider/ecs/linkReader";
import { rateLimited } from "../../provider/ecs/rateLimiter";
import { onSimulatedClock } from "../support/simulatedClock";
import { SimulatedEcs, type SimulatedEcsOptions } from "../support/simulatedEcs";

const regionId = "cn-hangzhou";
const caller: Caller = { signal: new AbortController().signal };
setMaxListeners(0, caller.signal);

/** A VPC with so many links, and its reader. */
function cloud(links: number, options: SimulatedEcsOptions = {}) {
  const ecs = new SimulatedEcs({ latencyMs: [300, 300], ...options });
  const reads = Array.from({ length: links }, (_, n) => ({ regionId, instanceId: `i-${n}`, vpcId: "vpc-1" }));
  for (const { instanceId } of reads) ecs.links.set(instanceId, "vpc-1");
  return { ecs, reads, reader: new LinkReader(rateLimited(ecs)) };
}

/** Reads all, and says of each where it is linked, or how the read fails. */
async function readAll(reader: LinkReader, reads: readonly { instanceId: string; regionId: string }[]) {
  const kindOf = (error: unknown) => (error instanceof EcsError ? error.kind : error);
  return await Promise.all(reads.map((read) => reader.vpcOf(read, caller).catch(kindOf)));
}

interface Circumstances {
  readonly links: number;
  /** From the first to before the last. */
  readonly released: readonly [first: number, last: number];
  /** The instances that DescribeInstances does not show to the key. */
  readonly hidden?: readonly number[];
  readonly mayListInstances?: boolean;
  readonly quotas?: SimulatedEcsOptions["quotas"];
  /** Whether the reads are lookups, which name no VPC. */
  readonly withoutVpc?: boolean;
  readonly mostCalls?: number;
}

const ALL = Array.from({ length: 90 }, (_, n) => n);

describe("[9] released instances are found, and no other one is called gone:", () => {
  test.each<[what: string, circumstances: Circumstances]>([
    ["1000, in at most 60 calls", { links: 1_000, released: [0, 1_000], mostCalls: 60 }],
    ["500 of 1000, in at most 60 calls", { links: 1_000, released: [250, 750], mostCalls: 60 }],
    [
      "1000 where DescribeInstances is refused, by halving",
      { links: 1_000, released: [0, 1_000], mayListInstances: false },
    ],
    [
      "one under a quota of six calls a minute, by halving",
      {
        links: 20,
        released: [7, 8],
        mayListInstances: false,
        quotas: { DescribeClassicLinkInstances: [{ calls: 1, windowMs: 10_000 }] },
      },
    ],
    ["without a VPC to list, each alone", { links: 50, released: [10, 20], hidden: [30], withoutVpc: true }],
    ["one, where the key sees no instance at all", { links: 90, released: [89, 90], hidden: ALL }],
    ["one, where the key does not see another one", { links: 90, released: [0, 1], hidden: [5] }],
  ])("%s", async (_, { links, released: [first, last], hidden = [], mayListInstances = true, ...more }) => {
    await onSimulatedClock(async () => {
      const { ecs, reads, reader } = cloud(links, more.quotas ? { quotas: more.quotas } : {});
      ecs.mayListInstances = mayListInstances;
      for (const n of hidden) ecs.hidden.add(`i-${n}`);
      for (const { instanceId } of reads.slice(first, last)) {
        ecs.released.add(instanceId);
        ecs.links.delete(instanceId);
      }
      const asked = more.withoutVpc ? reads.map(({ instanceId }) => ({ regionId, instanceId })) : reads;
      const answers = reads.map((_, n) => (n >= first && n < last ? "gone" : "vpc-1"));
      expect(await readAll(reader, asked)).toEqual(answers);
      expect(ecs.calls.length).toBeLessThanOrEqual(more.mostCalls ?? Number.POSITIVE_INFINITY);
      if (!mayListInstances || hidden === ALL) expect(ecs.count("DescribeInstances")).toBeLessThanOrEqual(2);
    });
  });
});

describe("a listing", () => {
  test("of 1000 links at 9 Describe a minute costs a pause and no page twice", async () => {
    await onSimulatedClock(async () => {
      const quotas = { DescribeClassicLinkInstances: [{ calls: 9, windowMs: 60_000 }] };
      const { ecs, reads, reader } = cloud(1_000, { quotas });
      expect(new Set(await readAll(reader, reads))).toEqual(new Set(["vpc-1"]));
      expect(ecs.count("DescribeClassicLinkInstances") - ecs.throttled("DescribeClassicLinkInstances").length).toBe(10);
      expect(performance.now()).toBeLessThan(75_000);
    });
  });

  test("of which a page fails reads only that page again", async () => {
    await onSimulatedClock(async () => {
      const { ecs, reads, reader } = cloud(300);
      ecs.failNext("DescribeClassicLinkInstances", 2);
      expect(new Set(await readAll(reader, reads))).toEqual(new Set(["vpc-1", "transient"]));
      expect(new Set(await readAll(reader, reads))).toEqual(new Set(["vpc-1"]));
      expect(ecs.calls).toHaveLength(4);
    });
  });

  test("answers a refresh of 1000 links that takes a minute, in 12 calls", async () => {
    await onSimulatedClock(async () => {
      const { ecs, reads, reader } = cloud(1_000);
      const left = reads.values();
      const engine = async () => {
        for (const read of left) {
          expect(await reader.vpcOf(read, caller)).toBe("vpc-1");
          await new Promise((resolve) => setTimeout(resolve, 450));
        }
      };
      await Promise.all(Array.from({ length: 8 }, engine));
      expect(performance.now()).toBeGreaterThan(50_000);
      expect(ecs.calls).toHaveLength(12);
    });
  });

  test("does not show what changed while it was read", async () => {
    await onSimulatedClock(async () => {
      const { reader } = cloud(300);
      const listing = reader.listed(regionId, "vpc-1", ["i-1", "i-2"], caller);
      setTimeout(() => reader.changed(regionId, "i-1"), 10);
      expect([...(await listing)]).toEqual(["i-2"]);
    });
  });
});

/**
 * Makes links as the engine does: so many at a time, with a write of the state before and after each, one write at a time,
 * which takes longer the larger the state is. Gives how long all of it takes, in ms, and the Describes for each link.
 */
async function makeLikeTheEngine(parallel: number, isChecked: boolean) {
  return await onSimulatedClock(async () => {
    const { ecs, reads, reader } = cloud(1_000, { latencyMs: [30, 34] });
    const left = reads.values();
    let made = 0;
    let writing = Promise.resolve();
    const write = () => {
      writing = writing.then(() => new Promise<void>((resolve) => setTimeout(resolve, 2 + made * 0.042)));
      return writing;
    };
    const worker = async () => {
      for (const read of left) {
        await write();
        await new Promise((resolve) => setTimeout(resolve, 30));
        if (isChecked) await reader.vpcOf({ ...read, fresh: true }, caller);
        await write();
        made += 1;
      }
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    return { ms: performance.now(), describes: ecs.calls.length / reads.length };
  });
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

test.each([true, false])("each caller counts a call once, however many of its reads wait, fresh: %s", async (fresh) => {
  await onSimulatedClock(async () => {
    const { ecs, reads, reader } = cloud(1_000);
    const counted: string[] = [];
    const callers = ["a", "b"].map((name) => ({ ...caller, onRequest: () => void counted.push(name) }));
    await Promise.all(reads.flatMap((read) => callers.map((one) => reader.vpcOf({ ...read, fresh }, one))));
    const counts = ["a", "b"].map((name) => counted.filter((one) => one === name).length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(ecs.calls.length);
    expect(Math.min(...counts)).toBeGreaterThan(ecs.calls.length / 2);
  });
});
