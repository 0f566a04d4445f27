/** The client of the VPC service. Only commands that list VPCs need it. */

import type { Caller } from "./client";
import { fault } from "./errorCodes";
import type { Page } from "./pages";
import { createCall, type PopCoreClientOptions, readIdPage } from "./popCoreClient";

/** A VPC. */
export interface Vpc {
  readonly regionId: string;
  readonly vpcId: string;
}

/** The largest page that the API returns. Source: DescribeVpcs, `PageSize`. */
const PAGE_SIZE = 50;

/** Calls of the VPC API. Each is one request, and throws as those of `EcsClient` do. */
export interface VpcClient {
  /** Lists the ids of the account's VPCs, one page. Pages begin at 1. Source: DescribeVpcs (VPC API 2016-04-28). */
  describeVpcs(
    query: { readonly regionId: string; readonly pageNumber: number },
    caller?: Caller,
  ): Promise<Page<string>>;
  /** Whether ClassicLink is enabled on a VPC. Source: DescribeVpcAttribute, `ClassicLinkEnabled`. */
  isClassicLinkEnabled(vpc: Vpc, caller?: Caller): Promise<boolean>;
}

/** Creates the client. Source: VPC API reference, version 2016-04-28. */
export function createVpcClient(options: PopCoreClientOptions): VpcClient {
  const call = createCall({ product: "Vpc", version: "2016-04-28" }, options);
  return {
    async describeVpcs({ regionId, pageNumber }, caller) {
      const params = { RegionId: regionId, PageNumber: String(pageNumber), PageSize: String(PAGE_SIZE) };
      return readIdPage("DescribeVpcs", await call("DescribeVpcs", params, caller), ["Vpcs", "Vpc", "VpcId"]);
    },

    async isClassicLinkEnabled({ regionId, vpcId }, caller) {
      const { ClassicLinkEnabled } = await call("DescribeVpcAttribute", { RegionId: regionId, VpcId: vpcId }, caller);
      if (typeof ClassicLinkEnabled === "boolean") return ClassicLinkEnabled;
      throw fault("DescribeVpcAttribute", "UnreadableAnswer", "an answer without ClassicLinkEnabled");
    },
  };
}
