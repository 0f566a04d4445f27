/** What waiting should cost a whole resource, and a listing of the command line, on a simulated clock. */

import { classicLinks } from "../../provider/resources/classicLinks";
import { readLinks } from "../../provider/resources/getLinks";
import { PartiallyCreatedError } from "../../provider/resources/partiallyCreated";
import { Lifecycle, providerOf } from "./lifecycle";
import { type Circumstances, idealMs, MINUTE } from "./quotaCases";
import { onSimulatedClock } from "./simulatedClock";
import { type Quota, type ScriptedCall, SimulatedEcs } from "./simulatedEcs";

const regionId = "cn-hangzhou";
const vpcId = "vpc-1";

/** In each test: when a window of the quota begins, the random latencies, and whether refusals say how long to wait. */
export const CIRCUMSTANCES: readonly Circumstances[] = [0, 0.4, 0.8].flatMap((phase, seed) =>
  [false, true].map((tellsRetryAfter) => ({ phase, seed, tellsRetryAfter })),
);

const names = (count: number) => Array.from({ length: count }, (_, n) => `i-${n}`);
const declare = (instanceIds: readonly string[]) => ({ regionId, vpcId, instanceIds });
const isLinked = ({ method, refused }: ScriptedCall) => method === "attach" && refused === undefined;

/** An ECS with a quota for each minute, of attaches or describes. */
function limited(operation: "Attach" | "Describe", calls: number, { phase, tellsRetryAfter, seed }: Circumstances) {
  const quotas: Quota[] = [{ calls, windowMs: MINUTE, beginsMs: -phase * MINUTE }];
  const limits = operation === "Attach" ? { AttachClassicLinkVpc: quotas } : { DescribeClassicLinkInstances: quotas };
  return { quotas, ecs: new SimulatedEcs({ quotas: limits, tellsRetryAfter, seed }) };
}

/** A fleet whose every second member stays locked, at 100 attaches a minute. */
export async function lockedFleet(circumstances: Circumstances) {
  return await onSimulatedClock(async () => {
    const { quotas, ecs } = limited("Attach", 100, circumstances);
    const members = names(500);
    ecs.lock(...members.filter((_, n) => n % 2 === 0));
    const create = new Lifecycle(ecs, {}, classicLinks).create(declare(members), { timeoutMs: 10 * MINUTE });
    const error: unknown = await create.catch((thrown: unknown) => thrown);
    const asked = new Map<unknown, number>();
    for (const { query, refused } of ecs.calls) {
      const id = "instanceId" in query && refused === "InvalidStatus.InstanceLocked" ? query.instanceId : "others";
      asked.set(id, (asked.get(id) ?? 0) + 1);
    }
    asked.delete("others");
    const linked = error instanceof PartiallyCreatedError ? error.properties.instanceIds : undefined;
    // The attach of a locked member may be under way at the end.
    const ofOthers = ecs.calls.filter(({ query }) => "instanceId" in query && !ecs.refused.has(query.instanceId));
    return {
      othersDoneMs: Math.max(...ofOthers.filter(isLinked).map(({ at }) => at)),
      // Nobody can know which are locked, so each has to be asked once.
      idealMs: idealMs(quotas, members.length, 0),
      linked: Array.isArray(linked) ? linked.length : 0,
      mostForOneLocked: Math.max(...asked.values()),
    };
  });
}

/** A fleet of 1000 at 100 attaches a minute, after one call and 8 minutes of other work. */
export async function fleetAfterQuiet(circumstances: Circumstances) {
  return await onSimulatedClock(async () => {
    const { quotas, ecs } = limited("Attach", 100, circumstances);
    const fleet = new Lifecycle(ecs, {}, classicLinks);
    await fleet.create(declare(["i-before"]));
    await new Promise((resolve) => setTimeout(resolve, 8 * MINUTE));
    const begunAt = performance.now();
    await fleet.create(declare(names(1_000)));
    const linked = ecs.calls.filter(isLinked).length - 1;
    return { ms: performance.now() - begunAt, idealMs: idealMs(quotas, 1_000, begunAt), linked };
  });
}

/** The refresh of a fleet whose 1000 instances were released, 300 ms a call. */
export async function releasedFleet({ mayListInstances }: { readonly mayListInstances: boolean }) {
  return await onSimulatedClock(async () => {
    const ecs = new SimulatedEcs({ latencyMs: [300, 300] });
    ecs.mayListInstances = mayListInstances;
    const members = names(1_000);
    for (const id of members) ecs.released.add(id);
    const read = await new Lifecycle(ecs, {}, classicLinks).read(declare(members));
    return { ms: performance.now(), calls: ecs.calls.length, left: read?.outputs.instanceIds };
  });
}

/** A listing of the command line: a VPC of 1000 links at 9 Describe a minute. */
export async function listingUnderQuota(circumstances: Circumstances) {
  return await onSimulatedClock(async () => {
    const { quotas, ecs } = limited("Describe", 9, circumstances);
    for (const id of names(1_000)) ecs.links.set(id, vpcId);
    const links = await readLinks(await providerOf(ecs).links(), { regionId, vpcId });
    const passed = ecs.count("describe") - ecs.throttled("describe").length;
    return { ms: performance.now(), idealMs: idealMs(quotas, 10, 0), listed: links.length, passed };
  });
}
