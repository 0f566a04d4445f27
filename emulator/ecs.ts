/** The operations of ECS. Source: ECS API reference, the pages of the operations. */
import { type Fields, Refusal } from "./answers";
import type { Operation, OperationCall } from "./call";
import { type ActionOf, type Generation, lists, statusOf } from "./errorTable";
import type { Faults } from "./faults";
import { pageOf, required } from "./requests";
import type { Instance, Undocumented, Vpc } from "./types";
import { SELF, type World } from "./world";

/** Options that change the answers. */
export interface Rules {
  readonly generation: Generation;
  /** Links that a VPC may have. */
  readonly quota: number;
  /** Regions that never had the classic network. */
  readonly limitedRegions: ReadonlySet<string>;
  readonly undocumented: Undocumented;
}

type EcsAction = ActionOf<"ecs">;

/** The ECS operations. */
export function createEcsOperations(
  world: World,
  faults: Faults,
  rules: Rules,
): Readonly<Record<EcsAction, Operation>> {
  const { generation, undocumented } = rules;

  function refusals(action: EcsAction) {
    return (code: string, message: string) => new Refusal(code, statusOf(action, code, generation), message);
  }

  function region(action: EcsAction, { params }: OperationCall): string {
    const regionId = required(params, "RegionId");
    if (world.knowsRegion(regionId)) return regionId;
    const absent = "InvalidRegionId.NotFound";
    const wellFormed = /^[a-z]{2}(-[a-z0-9]+)+$/.test(regionId);
    const code = wellFormed && lists(action, absent, generation) ? absent : "InvalidRegionId.Malformed";
    throw refusals(action)(code, "RegionId is not a region that this account can use.");
  }

  /** Checks an Attach or a Detach. Returns its instance and its VPC. */
  function pair(action: "AttachClassicLinkVpc" | "DetachClassicLinkVpc", call: OperationCall): [Instance, Vpc] {
    const { params, view } = call;
    const refuse = refusals(action);
    const regionId = region(action, call);
    if (!params.get("InstanceId") && !params.get("VpcId")) {
      throw refuse("InvalidParameter.InvalidInstanceIdAndVpcId", "InstanceId and VpcId are both empty.");
    }
    const instance = view.instance(required(params, "InstanceId"), regionId);
    const vpcId = required(params, "VpcId");
    if (rules.limitedRegions.has(regionId) && action === "AttachClassicLinkVpc") {
      throw refuse("InvalidInstanceId.LimitedRegion", "The operation is not offered in the region of the instance.");
    }
    if (!instance) throw refuse("InvalidInstanceId.NotFound", "There is no such instance in the region.");
    if (instance.owner !== SELF) {
      throw refuse("InvalidInstanceId.NotBelong", "The instance belongs to another account.");
    }
    if (instance.networkType !== "classic") {
      throw refuse("InvalidInstanceId.MalFormed", "The instance is not of the classic network type.");
    }
    if (instance.status !== "Running" && instance.status !== "Stopped") {
      throw refuse("InvalidStatus.InstanceStatus", "The status of the instance must be Running or Stopped.");
    }
    if (instance.lockReason) throw refuse("InvalidStatus.InstanceLocked", "The instance is locked.");
    faults.unlocked(call);
    const vpc = view.vpc(vpcId, regionId);
    if (vpc?.owner !== SELF) throw refuse("InvalidVpcId.Malformed", "VpcId is not a VPC of the region.");
    return [instance, vpc];
  }

  return {
    AttachClassicLinkVpc(call) {
      const refuse = refusals("AttachClassicLinkVpc");
      const [{ instanceId }, { vpcId, classicLinkEnabled }] = pair("AttachClassicLinkVpc", call);
      if (!classicLinkEnabled) {
        const keyword = generation === "A" ? "unable to attach" : "disabled attach";
        throw refuse("OperationDenied", `ClassicLink is off, the VPC has ${keyword}.`);
      }
      const linked = world.vpcOf(instanceId);
      if (linked === vpcId) {
        if (undocumented.attachAgain === "ok") return {};
        throw refuse("OperationDenied", "The instance is not allow link, it is linked.");
      }
      if (linked !== undefined) {
        const renamed = "Abs.InvalidInstanceId.MalFormed";
        if (lists("AttachClassicLinkVpc", renamed, generation)) throw refuse(renamed, "Linked to a different VPC.");
        throw refuse("OperationDenied", "The instance is linked to other vpc.");
      }
      if (world.count(vpcId) >= rules.quota) {
        throw refuse("QuotaExceeded", `The VPC has the maximum of ${rules.quota} links.`);
      }
      call.commit(() => world.link(instanceId, vpcId, faults.delay(call)));
      return {};
    },

    DetachClassicLinkVpc(call) {
      const [{ instanceId }, { vpcId }] = pair("DetachClassicLinkVpc", call);
      if (world.vpcOf(instanceId) === vpcId) call.commit(() => world.unlink(instanceId, faults.delay(call)));
      else if (undocumented.detachUnlinked !== "ok") {
        throw refusals("DetachClassicLinkVpc")(
          "OperationDenied",
          "The instance is not allowed to detach from the VPC.",
        );
      }
      return {};
    },

    DescribeClassicLinkInstances(call) {
      const { params, view } = call;
      const refuse = refusals("DescribeClassicLinkInstances");
      const regionId = region("DescribeClassicLinkInstances", call);
      const vpcId = params.get("VpcId") || undefined;
      const instanceIds = new Set(call.instanceIds);
      if (!vpcId && instanceIds.size === 0) {
        throw refuse("InvalidParameter.InvalidInstanceIdAndVpcId", "InstanceId and VpcId are both empty.");
      }
      if (instanceIds.size > 100) {
        throw refuse("InvalidParameter.ToManyInstanceIds", "InstanceId takes at most 100 instances.");
      }
      if (vpcId) {
        const vpc = view.vpc(vpcId, regionId);
        if (vpc ? vpc.owner !== SELF : undocumented.describeUnknownVpc === "error") {
          throw refuse("InvalidVpc.NotBelong", "The VPC does not belong to this account.");
        }
        if (vpc?.classicLinkEnabled === false && undocumented.describeDisabledVpc === "error") {
          throw refuse("OperationDenied", "ClassicLink is off for the VPC.");
        }
      }
      for (const id of instanceIds) {
        if (view.omits(id)) continue;
        const instance = view.instance(id, regionId);
        if (instance && instance.owner !== SELF) {
          throw refuse("InvalidInstanceId.NotBelong", "The instance belongs to another account.");
        }
        if (!instance && undocumented.describeReleased !== "empty") {
          throw refuse("InvalidInstanceId.NotFound", "There is no such instance in the region.");
        }
      }
      const named = instanceIds.size > 0;
      const found = view.listed(regionId, named ? undefined : vpcId, named ? instanceIds : undefined);
      if (undocumented.describeUnlinked === "error" && found.length < instanceIds.size) {
        throw refuse("InvalidInstanceId.NotFound", "One of the instances has no link.");
      }
      const links = vpcId ? found.filter((link) => link.vpcId === vpcId) : found;
      const page = pageOf(params, links, 100);
      const Link = page.items.map((link) => ({ InstanceId: link.instanceId, VpcId: link.vpcId }));
      return { ...page.fields, Links: { Link } };
    },

    // Unknown ids are left out, without an error. Source: ECS API reference, DescribeInstances.
    DescribeInstances(call) {
      const { params, view } = call;
      const regionId = region("DescribeInstances", call);
      const named = params.get("InstanceIds") ? new Set(readIds(params.get("InstanceIds") ?? "")) : undefined;
      const networkType = params.get("InstanceNetworkType");
      const instances = view
        .instances(regionId)
        .filter((one) => named?.has(one.instanceId) ?? true)
        .filter((one) => !networkType || one.networkType === networkType);
      const page = pageOf(params, instances, 100);
      return { ...page.fields, Instances: { Instance: page.items.map(fieldsOf) } };
    },
  };
}

function fieldsOf({ instanceId, regionId, status, networkType, lockReason, ...scope }: Instance): Fields {
  return {
    InstanceId: instanceId,
    RegionId: regionId,
    Status: status,
    InstanceNetworkType: networkType,
    OperationLocks: { LockReason: lockReason ? [{ LockReason: lockReason }] : [] },
    VpcAttributes: { VpcId: "" },
    ...(scope.organizationId === undefined ? {} : { Department: scope.organizationId }),
    ...(scope.resourceSetId === undefined ? {} : { ResourceGroup: scope.resourceSetId }),
  };
}

/** A JSON array of at most 100 ids. */
function readIds(text: string): string[] {
  let ids: unknown;
  try {
    ids = JSON.parse(text);
  } catch {
    ids = undefined;
  }
  if (Array.isArray(ids) && ids.length <= 100 && ids.every((id) => typeof id === "string")) return ids;
  throw new Refusal("InvalidParameter", 400, "InstanceIds must be a JSON array of at most 100 ids.");
}
