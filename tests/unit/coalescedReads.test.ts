/** What reads of many links cost, and what they prove, on a simulated clock. */

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

/** A VPC with so many links, and its reader. Half of a second passes in 300 ms latency and the like. */
function cloud(links: number, options: SimulatedEcsOptions = {}) {
  const ecs = new SimulatedEcs({ latencyMs: [300, 300], ...options });
  const reads = Array.from({ length: links }, (_, n) => ({ regionId, instanceId: `i-${n}`, vpcId: "vpc-1" }));
  for (const { instanceId } of reads) ecs.links.set(instanceId, "vpc-1");
  return { ecs, reads, reader: new LinkReader(rateLimited(ecs)) };
}

/** Reads all, and says of each where it is linked, or "gone", or what failed. */
async function readAll(
  reader: LinkReader,
  reads: readonly { readonly instanceId: string; readonly regionId: string }[],
) {
  const settled = await Promise.allSettled(reads.map((read) => reader.vpcOf(read, caller)));
  return settled.map((outcome) =>
    outcome.status === "fulfilled"
      ? outcome.value
      : outcome.reason instanceof EcsError
        ? outcome.reason.kind
        : outcome.reason,
  );
}

function release(ecs: SimulatedEcs, instanceIds: readonly string[]): void {
  for (const instanceId of instanceIds) {
    ecs.released.add(instanceId);
    ecs.links.delete(instanceId);
  }
}

const namesFrom = (first: number, last: number) => Array.from({ length: last - first }, (_, n) => `i-${first + n}`);

describe("released instances", () => {
  test("1000 of them are found in at most 60 calls where DescribeInstances is allowed", async () => {
    await onSimulatedClock(async () => {
      const { ecs, reads, reader } = cloud(1_000);
      release(ecs, namesFrom(0, 1_000));
      expect(new Set(await readAll(reader, reads))).toEqual(new Set(["gone"]));
      expect(ecs.calls.length).toBeLessThanOrEqual(60);
      expect(performance.now()).toBeLessThan(30_000);
    });
  });

  test("500 of 1000 do not hide the links of the others", async () => {
    await onSimulatedClock(async () => {
      const { ecs, reads, reader } = cloud(1_000);
      release(ecs, namesFrom(250, 750));
      const answers = await readAll(reader, reads);
      expect(answers.map((answer) => answer === "gone")).toEqual(reads.map((_, n) => n >= 250 && n < 750));
      expect(ecs.calls.length).toBeLessThanOrEqual(60);
    });
  });

  test("where DescribeInstances is refused, are found by halving, and it is not called again", async () => {
    await onSimulatedClock(async () => {
      const { ecs, reads, reader } = cloud(1_000);
      ecs.mayListInstances = false;
      release(ecs, namesFrom(0, 1_000));
      expect(new Set(await readAll(reader, reads))).toEqual(new Set(["gone"]));
      expect(ecs.count("DescribeInstances")).toBeLessThanOrEqual(2);
    });
  });

  test("are found by halving under any quota, however often a call has to wait", async () => {
    await onSimulatedClock(async () => {
      const quotas = { DescribeClassicLinkInstances: [{ calls: 1, windowMs: 10_000 }] };
      const { ecs, reads, reader } = cloud(20, { quotas });
      ecs.mayListInstances = false;
      release(ecs, ["i-7"]);
      expect(await readAll(reader, reads)).toEqual(reads.map((_, n) => (n === 7 ? "gone" : "vpc-1")));
    });
  });

  test("without a VPC to list are each asked for alone, which proves it", async () => {
    await onSimulatedClock(async () => {
      const { ecs, reads, reader } = cloud(50);
      release(ecs, namesFrom(10, 20));
      ecs.hidden.add("i-30");
      const lookups = reads.map(({ instanceId }) => ({ regionId, instanceId }));
      expect(await readAll(reader, lookups)).toEqual(reads.map((_, n) => (n >= 10 && n < 20 ? "gone" : "vpc-1")));
    });
  });
});

describe("an instance that DescribeInstances does not show to the key is not gone", () => {
  test("when the key sees no instance at all", async () => {
    await onSimulatedClock(async () => {
      const { ecs, reads, reader } = cloud(90);
      release(ecs, ["i-89"]);
      for (const { instanceId } of reads) ecs.hidden.add(instanceId);
      expect(await readAll(reader, reads)).toEqual(reads.map((_, n) => (n === 89 ? "gone" : "vpc-1")));
    });
  });

  test("when another one of its list is released", async () => {
    await onSimulatedClock(async () => {
      const { ecs, reads, reader } = cloud(90);
      release(ecs, ["i-0"]);
      ecs.hidden.add("i-5");
      expect(await readAll(reader, reads)).toEqual(reads.map((_, n) => (n === 0 ? "gone" : "vpc-1")));
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
      const { reads, reader } = cloud(300);
      const listing = reader.listed(regionId, "vpc-1", ["i-1", "i-2"], caller);
      setTimeout(() => reader.changed(regionId, "i-1"), 10);
      expect([...(await listing)]).toEqual(["i-2"]);
      expect(reads).toHaveLength(300);
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

describe("the checks of 1000 links that an engine makes one by one", () => {
  test.each([
    [8, 0.5],
    [16, 0.5],
  ])("%d at a time: cost no time, and at most %d Describe each", async (parallel, most) => {
    const unchecked = await makeLikeTheEngine(parallel, false);
    const checked = await makeLikeTheEngine(parallel, true);
    expect(checked.ms).toBeLessThan(1.03 * unchecked.ms);
    expect(checked.describes).toBeLessThanOrEqual(most);
  });
});

test("each caller counts a call once, however many of its reads wait for it", async () => {
  await onSimulatedClock(async () => {
    const { ecs, reads, reader } = cloud(1_000);
    const counted: string[] = [];
    const callers = ["a", "b"].map((name) => ({ ...caller, onRequest: () => void counted.push(name) }));
    await Promise.all(reads.flatMap((read) => callers.map((one) => reader.vpcOf({ ...read, fresh: true }, one))));
    expect(counted.filter((name) => name === "a").length).toBeLessThanOrEqual(ecs.calls.length);
    expect(counted).toContain("b");
  });
});
