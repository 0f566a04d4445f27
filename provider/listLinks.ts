/** Lists the links that exist, of a VPC or of instances: what `getLinks` does in every door. */

import { ClassicLinkLifecycle } from "./classicLink";
import type { Link } from "./ecs/client";
import { type CheckFailure, checkId, checkNames, checkRegion, type Properties } from "./inputs";
import type { LinkSteps } from "./linkSteps";
import { type CallContext, Operation } from "./operation";
import { readAllPages } from "./pages";

/** How long a listing may take by default, in ms. It spans several minutes of a throttle's minute rule. */
const LIST_TIMEOUT_MS = 300_000;

const FILTERS = ["vpcId", "instanceIds", "regionId"] as const;

/** Which links to list. At least one of `vpcId` and `instanceIds` is given; both together mean both must match. */
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
 * @param args may hold anything.
 * @param defaultRegion asked when `regionId` is absent; what it throws becomes a failure of `regionId`.
 */
export function checkFilter(args: Properties, defaultRegion: () => string): CheckedFilter {
  const { vpcId, instanceIds } = args;
  const failures: (CheckFailure | undefined)[] = checkNames(args, FILTERS);
  if (isAbsent(vpcId) && isAbsent(instanceIds)) {
    failures.push({ property: "vpcId", reason: "is missing, and so is instanceIds; give one of them or both" });
  }
  if (!isAbsent(vpcId)) failures.push(checkId("vpcId", vpcId, "vpc-bp1abc"));
  if (Array.isArray(instanceIds)) {
    failures.push(...instanceIds.map((id, index) => checkId(`instanceIds[${index}]`, id, "i-bp1abc")));
  } else if (!isAbsent(instanceIds)) {
    failures.push({ property: "instanceIds", reason: `is of type ${typeof instanceIds}; set it to a list of ids` });
  }
  const { inputs, failure } = checkRegion(args.regionId, defaultRegion);
  failures.push(failure);
  const found = failures.filter((failure) => failure !== undefined);
  const { regionId } = inputs;
  if (found.length > 0 || typeof regionId !== "string") return { failures: found };
  return {
    filter: {
      regionId,
      ...(typeof vpcId === "string" ? { vpcId } : {}),
      ...(Array.isArray(instanceIds) ? { instanceIds: [...new Set(instanceIds.map(String))] } : {}),
    },
  };
}

/**
 * Lists links, all pages of them, in the order of their instance ids.
 *
 * Source: DescribeClassicLinkInstances.
 *
 * @throws {ClassicLinkError} when the answer would not be complete.
 */
export async function listLinks(
  steps: LinkSteps,
  filter: LinkFilter,
  context: CallContext = {},
): Promise<readonly Link[]> {
  const { regionId, vpcId, instanceIds } = filter;
  const one = new ClassicLinkLifecycle(steps);
  const links =
    instanceIds === undefined
      ? await linksOfVpc(steps, regionId, vpcId ?? "", context)
      : // Read one by one: the reads gather themselves into few calls, and one released instance does not spoil the others.
        await Promise.all(instanceIds.map((instanceId) => one.read({ regionId, instanceId }, context)));
  return links
    .filter((link) => link !== undefined)
    .filter((link) => vpcId === undefined || link.vpcId === vpcId)
    .sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
}

async function linksOfVpc(
  steps: LinkSteps,
  regionId: string,
  vpcId: string,
  context: CallContext,
): Promise<readonly Link[]> {
  const operation = new Operation(`list the links to ${vpcId} in ${regionId}`, context, LIST_TIMEOUT_MS);
  const read = async (pageNumber: number) => {
    const { links, totalCount } = await steps.page({ regionId, vpcId, pageNumber }, operation.signal);
    return { items: links, totalCount };
  };
  try {
    return await readAllPages(operation, "DescribeClassicLinkInstances", read, ({ instanceId }) => instanceId);
  } catch (error) {
    throw operation.failure(error);
  } finally {
    operation.close();
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
