/** The operations of the VPC service and of STS. Sources: VPC API reference, STS API reference. */
import { randomBytes } from "node:crypto";
import { type Fields, Refusal } from "./answers";
import { ACCOUNT_ID, type Keys } from "./authentication";
import type { Operation, OperationCall } from "./call";
import { type ActionOf, type Generation, statusOf } from "./errorTable";
import { pageOf, required, wholeNumber } from "./requests";
import type { Vpc } from "./types";
import { SELF, type World } from "./world";

type VpcAction = ActionOf<"vpc">;
const DEFAULT_CIDR = "172.16.0.0/12";

/** The VPC operations. They see the account's own VPCs. */
export function createVpcOperations(world: World, generation: Generation): Readonly<Record<VpcAction, Operation>> {
  const refusal = (action: VpcAction, code: string, message: string) =>
    new Refusal(code, statusOf(action, code, generation), message);

  function region(action: VpcAction, { params }: OperationCall): string {
    const regionId = required(params, "RegionId");
    if (world.knowsRegion(regionId)) return regionId;
    throw refusal(action, "InvalidRegionId.NotFound", "There is no such region.");
  }

  function named(action: VpcAction, call: OperationCall): Vpc {
    const vpc = call.view.vpc(required(call.params, "VpcId"), region(action, call));
    if (vpc?.owner === SELF) return vpc;
    throw refusal(action, "InvalidVpcId.NotFound", "There is no such VPC.");
  }

  return {
    CreateVpc(call) {
      const { params, view, commit } = call;
      const regionId = region("CreateVpc", call);
      const cidrBlock = params.get("CidrBlock") || DEFAULT_CIDR;
      if (!/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(cidrBlock)) {
        throw refusal("CreateVpc", "InvalidCidrBlock.Malformed", "CidrBlock is not a CIDR block.");
      }
      const vpcId = `vpc-${randomBytes(8).toString("hex")}`;
      const [name, description] = [params.get("VpcName"), params.get("Description")];
      // A new VPC has no ClassicLink until it is enabled.
      const vpc = { vpcId, regionId, cidrBlock, name, description, classicLinkEnabled: false, ...view.scope };
      commit(() => world.putVpc(vpc));
      return { VpcId: vpcId, VRouterId: routerOf(vpcId), RouteTableId: routeTableOf(vpcId) };
    },

    DescribeVpcs(call) {
      const { params, view } = call;
      const regionId = region("DescribeVpcs", call);
      const ids = params.get("VpcId")?.split(",");
      const vpcs = view.vpcs(regionId).filter(({ vpcId }) => !ids || ids.includes(vpcId));
      const page = pageOf(params, vpcs, 50);
      return { ...page.fields, Vpcs: { Vpc: page.items.map(fieldsOf) } };
    },

    DescribeVpcAttribute(call) {
      const vpc = named("DescribeVpcAttribute", call);
      // Only this operation returns whether ClassicLink is enabled.
      return { ...fieldsOf(vpc), ClassicLinkEnabled: vpc.classicLinkEnabled };
    },

    ModifyVpcAttribute(call) {
      const { vpcId } = named("ModifyVpcAttribute", call);
      const [name, description] = [call.params.get("VpcName"), call.params.get("Description")];
      call.commit(() => world.putVpc({ vpcId, name, description }));
      return {};
    },

    DeleteVpc(call) {
      const { vpcId } = named("DeleteVpc", call);
      if (world.count(vpcId) > 0) {
        throw refusal("DeleteVpc", "DependencyViolation.ClassicLink", "The VPC still has links.");
      }
      call.commit(() => world.removeVpc(vpcId));
      return {};
    },

    EnableVpcClassicLink(call) {
      const { vpcId } = named("EnableVpcClassicLink", call);
      call.commit(() => world.putVpc({ vpcId, classicLinkEnabled: true }));
      return {};
    },

    DisableVpcClassicLink(call) {
      const { vpcId } = named("DisableVpcClassicLink", call);
      if (world.count(vpcId) > 0) {
        const code = "OperationDenied.ClassicLinkInstanceExist";
        throw refusal("DisableVpcClassicLink", code, "The VPC still has links.");
      }
      call.commit(() => world.putVpc({ vpcId, classicLinkEnabled: false }));
      return {};
    },

    // The vendor's provider reads the system route table of each VPC.
    DescribeRouteTables(call) {
      const regionId = region("DescribeRouteTables", call);
      const router = call.params.get("VRouterId");
      const tables = call.view.vpcs(regionId).filter(({ vpcId }) => !router || routerOf(vpcId) === router);
      const RouteTable = tables.map(({ vpcId }) => ({
        VRouterId: routerOf(vpcId),
        RouteTableId: routeTableOf(vpcId),
        RouteTableType: "System",
      }));
      return { TotalCount: tables.length, PageNumber: 1, PageSize: 50, RouteTables: { RouteTable } };
    },
  };
}

const routerOf = (vpcId: string) => vpcId.replace(/^vpc-/, "vrt-");
const routeTableOf = (vpcId: string) => vpcId.replace(/^vpc-/, "vtb-");

function fieldsOf({ vpcId, regionId, name = "", description = "", cidrBlock = DEFAULT_CIDR }: Vpc): Fields {
  return {
    VpcId: vpcId,
    RegionId: regionId,
    Status: "Available",
    VpcName: name,
    Description: description,
    CidrBlock: cidrBlock,
    IsDefault: false,
    VRouterId: routerOf(vpcId),
    RouterTableIds: { RouterTableIds: [routeTableOf(vpcId)] },
  };
}

/** The STS operations. Each key may assume each role. */
export function createStsOperations(keys: Keys): Readonly<Record<ActionOf<"sts">, Operation>> {
  return {
    AssumeRole({ params, key }): Fields {
      const roleArn = required(params, "RoleArn");
      const session = required(params, "RoleSessionName");
      const [, account, role] = /^acs:ram::(\d{5,20}):role\/([\w.-]{1,64})$/.exec(roleArn) ?? [];
      if (!account || !role) throw new Refusal("InvalidParameter.RoleArn", 400, "RoleArn is not the ARN of a role.");
      if (!/^[\w.@-]{2,64}$/.test(session)) {
        throw new Refusal(
          "InvalidParameter.RoleSessionName",
          400,
          "RoleSessionName has characters that it may not have.",
        );
      }
      const seconds = wholeNumber(params, "DurationSeconds", 3600, 43_200);
      if (seconds < 900) throw new Refusal("InvalidParameter.DurationSeconds", 400, "The minimum is 900 seconds.");
      const arn = `acs:ram::${account}:assumed-role/${role}/${session}`;
      const issued = keys.issue(arn, key.organizationId, seconds);
      return {
        AssumedRoleUser: { Arn: arn, AssumedRoleId: `300000000000000001:${session}` },
        Credentials: {
          AccessKeyId: issued.accessKeyId,
          AccessKeySecret: issued.accessKeySecret,
          SecurityToken: issued.securityToken ?? "",
          Expiration: new Date(issued.expiresAt).toISOString().replace(/\.\d+/, ""),
        },
      };
    },

    GetCallerIdentity: ({ key }) => ({
      AccountId: /^acs:ram::(\d+)/.exec(key.arn)?.[1] ?? ACCOUNT_ID,
      Arn: key.arn,
      IdentityType: key.arn.includes(":assumed-role/") ? "AssumedRoleUser" : "RAMUser",
      PrincipalId: "200000000000000001",
    }),
  };
}
