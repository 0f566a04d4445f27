/** The operations of the VPC service. Sources: VPC API reference, DescribeVpcs and DescribeVpcAttribute. */
import { Refusal, type WireFields } from "./answers";
import { type ActionOf, type Generation, statusOf } from "./errorTable";
import { type Params, required, wholeNumber } from "./request";
import { SELF, type Vpc, type World } from "./world";

type VpcAction = ActionOf<"vpc">;

/** The VPC operations over one world. They see the account's own VPCs. */
export function createVpcOperations(
  world: World,
  generation: Generation,
): Readonly<Record<VpcAction, (params: Params) => WireFields>> {
  const refusal = (action: VpcAction, code: string, message: string) =>
    new Refusal(code, statusOf(action, code, generation), message);

  function region(action: VpcAction, params: Params): string {
    const regionId = required(params, "RegionId");
    if (world.knowsRegion(regionId)) return regionId;
    throw refusal(action, "InvalidRegionId.NotFound", "There is no such region.");
  }

  return {
    DescribeVpcs(params) {
      const regionId = region("DescribeVpcs", params);
      const pageNumber = wholeNumber(params, "PageNumber", 1, Number.MAX_SAFE_INTEGER);
      const pageSize = wholeNumber(params, "PageSize", 10, 50);
      const vpcs = world.vpcs(regionId).filter(({ owner }) => owner === SELF);
      const page = vpcs.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);
      return {
        TotalCount: vpcs.length,
        PageNumber: pageNumber,
        PageSize: pageSize,
        Vpcs: { Vpc: page.map(fieldsOf) },
      };
    },

    DescribeVpcAttribute(params) {
      const regionId = region("DescribeVpcAttribute", params);
      const vpc = world.vpc(required(params, "VpcId"), regionId);
      if (vpc?.owner !== SELF) throw refusal("DescribeVpcAttribute", "InvalidVpcId.NotFound", "There is no such VPC.");
      // Only this operation has the switch.
      return { ...fieldsOf(vpc), ClassicLinkEnabled: vpc.classicLinkEnabled };
    },
  };
}

function fieldsOf({ vpcId, regionId }: Vpc): WireFields {
  return { VpcId: vpcId, RegionId: regionId, Status: "Available", CidrBlock: "192.168.0.0/16", IsDefault: false };
}
