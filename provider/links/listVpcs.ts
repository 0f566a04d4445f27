/** Lists the VPCs of an account, so that links can be looked for in all of them. */

import type { Vpc, VpcClient } from "./ecs/vpcClient";
import { type CallContext, Operation } from "./operation";
import { readAllPages } from "./pages";

/** How long a listing may take by default, in ms. It spans several minutes of a throttle's minute rule. */
const LIST_TIMEOUT_MS = 300_000;

/** How long the look at one VPC's switch may take, in ms. It is asked only about what ECS refused to list. */
const LOOK_TIMEOUT_MS = 30_000;

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
  const read = async (pageNumber: number) => {
    const { vpcIds, totalCount } = await client.describeVpcs({ regionId, pageNumber }, operation.caller);
    return { items: vpcIds, totalCount };
  };
  try {
    const vpcIds = await readAllPages(operation, "DescribeVpcs", read, (vpcId) => vpcId);
    return [...vpcIds].sort();
  } catch (error) {
    throw operation.failure(error);
  } finally {
    operation.close();
  }
}

/**
 * Whether ClassicLink is switched off for a VPC. Such a VPC holds no link, because it cannot be switched off before the
 * last one is gone. False where that cannot be told.
 *
 * Source: DescribeVpcAttribute; DisableVpcClassicLink, `InvalidAction`.
 */
export async function isClassicLinkOff(client: VpcClient, vpc: Vpc): Promise<boolean> {
  const operation = new Operation(`look at ${vpc.vpcId} in ${vpc.regionId}`, {}, LOOK_TIMEOUT_MS);
  try {
    return await operation.retry(async () => !(await client.isClassicLinkEnabled(vpc, operation.caller)));
  } catch {
    // Whoever asks has an error of its own to tell, which says more.
    return false;
  } finally {
    operation.close();
  }
}
