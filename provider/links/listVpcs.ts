/** Lists the VPCs of an account, so that the links of all can be listed. */

import { readAllPages } from "../ecs/pages";
import type { Vpc, VpcClient } from "../ecs/vpcClient";
import { type CallContext, Operation, Task } from "./operation";

/** How long a listing may take by default, in ms. Several windows of a quota that is counted by the minute. */
const LIST_TIMEOUT_MS = 300_000;

/** How long the check of one VPC's switch may take, in ms. It is asked only about what ECS refused to list. */
const CHECK_TIMEOUT_MS = 30_000;

/**
 * Lists the ids of the VPCs in a region, all pages of them, in order.
 *
 * Source: DescribeVpcs.
 *
 * @throws {ClassicLinkError} when the answer would not be complete.
 */
export async function listVpcs(
  client: VpcClient,
  regionId: string,
  context: CallContext = {},
): Promise<readonly string[]> {
  const operation = new Operation(`list the VPCs in ${regionId}`, context, LIST_TIMEOUT_MS);
  const task = new Task(operation);
  const read = (pageNumber: number) => client.describeVpcs({ regionId, pageNumber }, task);
  const vpcIds = await operation.run(() => readAllPages(task, "DescribeVpcs", read, (vpcId) => vpcId), task);
  return [...vpcIds].sort();
}

/**
 * Whether ClassicLink is disabled on a VPC. Such a VPC has no link, because ClassicLink cannot be disabled before the
 * last one is gone. False where ECS does not say.
 *
 * Source: DescribeVpcAttribute; DisableVpcClassicLink, `InvalidAction`.
 */
export async function isClassicLinkOff(client: VpcClient, vpc: Vpc): Promise<boolean> {
  const operation = new Operation(`read the switch of ${vpc.vpcId} in ${vpc.regionId}`, {}, CHECK_TIMEOUT_MS);
  const task = new Task(operation);
  try {
    return await operation.run(() => task.retry(async () => !(await client.isClassicLinkEnabled(vpc, task))));
  } catch {
    // The caller has an error of its own, which says more.
    return false;
  }
}
