/** Lists the links of a VPC or of instances: `getLinks` in each host. */

import { readAllPages } from "../ecs/pages";
import type { Link } from "../ecs/client";
import type { Links } from "../links/links";
import { type CallContext, Operation, plural, Task } from "../links/operation";
import { type CheckFailure, checkId, checkNames, checkRegion, failuresOf, type Properties } from "./inputs";

/** How long a listing may take by default, in ms. Several windows of a quota that is counted by the minute. */
const LIST_TIMEOUT_MS = 300_000;

/** How much longer it may take for each instance that is asked for, in ms: one that was released may cost a call of its own, or two. */
const LIST_INSTANCE_MS = 1_000;

const FILTERS = ["vpcId", "instanceIds", "regionId"] as const;

/** Which links to list. At least one of `vpcId` and `instanceIds` is set; with both, a link must match both. */
export interface LinkFilter {
  readonly regionId: string;
  readonly vpcId?: string;
  readonly instanceIds?: readonly string[];
}

/** A filter that may be wrong: what is wrong with it, or the filter. */
export type CheckedFilter =
  | { readonly failures: readonly CheckFailure[]; readonly filter?: never }
  | { readonly failures?: never; readonly filter: LinkFilter };

/**
 * Checks the arguments of `getLinks`.
 *
 * @param args the arguments, of any type.
 * @param defaultRegion gives the region if `regionId` is absent. Its error becomes a failure of `regionId`.
 */
export function checkFilter(args: Properties, defaultRegion: () => string): CheckedFilter {
  const { vpcId, instanceIds } = args;
  const { inputs, failure } = checkRegion(args.regionId, defaultRegion);
  const failures = failuresOf(
    ...checkNames(args, FILTERS),
    isAbsent(vpcId) && isAbsent(instanceIds)
      ? { property: "vpcId", reason: "is missing, and so is instanceIds; give one of them or both" }
      : undefined,
    isAbsent(vpcId) ? undefined : checkId("vpcId", vpcId, "vpc-bp1abc"),
    ...checkIds(instanceIds),
    failure,
  );
  const { regionId } = inputs;
  if (failures.length > 0 || typeof regionId !== "string") return { failures };
  return {
    filter: {
      regionId,
      ...(typeof vpcId === "string" ? { vpcId } : {}),
      ...(Array.isArray(instanceIds) ? { instanceIds: [...new Set(instanceIds.map(String))] } : {}),
    },
  };
}

function checkIds(instanceIds: unknown): (CheckFailure | undefined)[] {
  if (isAbsent(instanceIds)) return [];
  if (Array.isArray(instanceIds)) {
    return instanceIds.map((id, index) => checkId(`instanceIds[${index}]`, id, "i-bp1abc"));
  }
  return [{ property: "instanceIds", reason: `is of type ${typeof instanceIds}; set it to a list of ids` }];
}

/**
 * Lists links, all pages of them, in the order of their instance ids.
 *
 * Source: DescribeClassicLinkInstances.
 *
 * @throws {ClassicLinkError} if the answer is not complete.
 */
export async function readLinks(links: Links, filter: LinkFilter, context: CallContext = {}): Promise<readonly Link[]> {
  const { regionId, vpcId, instanceIds } = filter;
  const what =
    instanceIds === undefined
      ? `the links to ${vpcId}`
      : `the links of ${plural(instanceIds.length, "instance", "instances")}`;
  const timeoutMs = LIST_TIMEOUT_MS + (instanceIds?.length ?? 0) * LIST_INSTANCE_MS;
  const operation = new Operation(`list ${what} in ${regionId}`, context, timeoutMs);
  const task = new Task(operation);
  const found = await operation.run<readonly (Link | undefined)[]>(
    () =>
      instanceIds === undefined
        ? linksOfVpc(links, regionId, vpcId ?? "", task)
        : // Read one by one: the reads are coalesced, and one released instance does not affect the others.
          Promise.all(instanceIds.map((instanceId) => linkOf(links, { regionId, instanceId }, task))),
    task,
  );
  return found
    .filter((link) => link !== undefined)
    .filter((link) => vpcId === undefined || link.vpcId === vpcId)
    .sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
}

async function linkOf(links: Links, instance: Omit<Link, "vpcId">, task: Task): Promise<Link | undefined> {
  const vpcId = await links.read(instance, task);
  return vpcId === undefined ? undefined : { ...instance, vpcId };
}

async function linksOfVpc(links: Links, regionId: string, vpcId: string, task: Task): Promise<readonly Link[]> {
  const read = async (pageNumber: number) => {
    const page = await links.page({ regionId, vpcId, pageNumber }, task);
    return { items: page.links, totalCount: page.totalCount };
  };
  return await readAllPages(task, "DescribeClassicLinkInstances", read, ({ instanceId }) => instanceId);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
