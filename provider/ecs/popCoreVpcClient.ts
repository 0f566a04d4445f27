/** The client of the VPC service, made of the same calls as that of ECS. */

import { countOf, type Fields, fieldsOf } from "./answerFields";
import { fault } from "./errorCodes";
import { createCall, type PopCoreClientOptions } from "./popCoreClient";
import { VPC_PAGE_SIZE, type VpcClient, type VpcPage } from "./vpcClient";

/** Makes the client. Source: VPC API reference, version 2016-04-28. */
export function createPopCoreVpcClient(options: PopCoreClientOptions): VpcClient {
  const call = createCall({ product: "Vpc", version: "2016-04-28" }, options);
  return {
    async describeVpcs({ regionId, pageNumber }, caller) {
      const params = { RegionId: regionId, PageNumber: String(pageNumber), PageSize: String(VPC_PAGE_SIZE) };
      return readPage(await call("DescribeVpcs", params, caller));
    },

    async isClassicLinkEnabled({ regionId, vpcId }, caller) {
      const { ClassicLinkEnabled } = await call("DescribeVpcAttribute", { RegionId: regionId, VpcId: vpcId }, caller);
      if (typeof ClassicLinkEnabled === "boolean") return ClassicLinkEnabled;
      throw fault("DescribeVpcAttribute", "UnreadableAnswer", "an answer without ClassicLinkEnabled");
    },
  };
}

/** An answer that does not prove which VPCs there are is an error: links in a VPC that is left out would not be found. */
function readPage(body: Fields): VpcPage {
  const totalCount = countOf(body.TotalCount);
  const listed = fieldsOf(body.Vpcs).Vpc;
  const unreadable = (what: string) => fault("DescribeVpcs", "UnreadableAnswer", what);
  if (totalCount === undefined) throw unreadable("an answer without TotalCount");
  if (!Array.isArray(listed)) throw unreadable("an answer without Vpcs");
  const vpcIds = listed.map((item: unknown) => {
    const { VpcId: vpcId } = fieldsOf(item);
    if (typeof vpcId !== "string" || vpcId === "") throw unreadable("a VPC without VpcId");
    return vpcId;
  });
  return { vpcIds, totalCount };
}
