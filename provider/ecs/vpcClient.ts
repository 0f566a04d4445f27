/** The interface to the VPC service: the list of VPCs, and whether ClassicLink is enabled on one. In plain data, as `client.ts`. */

import type { Caller } from "./client";

/** A VPC. */
export interface Vpc {
  readonly regionId: string;
  readonly vpcId: string;
}

/** One page of at most {@link VPC_PAGE_SIZE} VPCs. */
export interface VpcPage {
  readonly vpcIds: readonly string[];
  /** How many VPCs there are in all pages together. */
  readonly totalCount: number;
}

/** The largest page that the API gives. Source: DescribeVpcs, `PageSize`. */
export const VPC_PAGE_SIZE = 50;

/** Two calls of the VPC API. Each is one request and throws as those of `EcsClient` do. */
export interface VpcClient {
  /** Lists the account's VPCs, one page, from 1. Source: DescribeVpcs (VPC API 2016-04-28). */
  describeVpcs(query: { readonly regionId: string; readonly pageNumber: number }, caller?: Caller): Promise<VpcPage>;
  /** Whether ClassicLink is enabled. Source: DescribeVpcAttribute, `ClassicLinkEnabled`. */
  isClassicLinkEnabled(vpc: Vpc, caller?: Caller): Promise<boolean>;
}
