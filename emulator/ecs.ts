/** The operations of ECS for ClassicLink: what they do and when they refuse. Sources: the three pages of the ECS API reference. */
import { Refusal, type WireFields } from "./answers";
import { type Action, type Generation, lists, statusOf } from "./errorTable";
import type { CalledFor, Faults } from "./faults";
import { instanceIdsOf, type Params, required, wholeNumber } from "./request";
import { createVpcOperations } from "./vpc";
import { type Instance, SELF, type Vpc, type World } from "./world";

/** Answers to what the reference leaves open; run tests against both. */
export interface Undocumented {
  /** Attach of a link that exists already. Default `"denied"` (`OperationDenied`). */
  readonly attachAgain?: "denied" | "ok" | undefined;
  /** Detach of an instance that is not linked to that VPC; `"ok"` changes nothing. Default `"denied"`. */
  readonly detachUnlinked?: "denied" | "ok" | undefined;
  /** Describe naming an instance that has no link; `"error"` is `InvalidInstanceId.NotFound`. Default `"empty"`. */
  readonly describeUnlinked?: "empty" | "error" | undefined;
  /** Describe naming an instance that does not exist. Default `"error"`, as documented: `InvalidInstanceId.NotFound`. */
  readonly describeReleased?: "empty" | "error" | undefined;
  /** Describe naming a VPC that does not exist; `"error"` is `InvalidVpc.NotBelong`. Default `"empty"`. */
  readonly describeUnknownVpc?: "empty" | "error" | undefined;
  /** Describe naming a VPC whose ClassicLink is off; `"error"` is `OperationDenied`. Default `"empty"`. */
  readonly describeDisabledVpc?: "empty" | "error" | undefined;
}

/** What decides the answers besides the world. */
export interface Rules {
  readonly generation: Generation;
  /** Links a VPC may hold. */
  readonly quota: number;
  /** Regions that never had the classic network. */
  readonly limitedRegions: ReadonlySet<string>;
  readonly undocumented: Undocumented;
}

export type Operations = Readonly<Record<Action, (params: Params) => WireFields>>;

/** The operations over one world. Each returns its answer without the RequestId, or throws an `Refusal`. */
export function createOperations(world: World, faults: Faults, rules: Rules): Operations {
  const { generation, undocumented } = rules;

  function refusals(action: Action) {
    return (code: string, message: string) => new Refusal(code, statusOf(action, code, generation), message);
  }

  function region(action: Action, params: Params): string {
    const regionId = required(params, "RegionId");
    if (world.knowsRegion(regionId)) return regionId;
    const absent = "InvalidRegionId.NotFound";
    const wellFormed = /^[a-z]{2}(-[a-z0-9]+)+$/.test(regionId);
    const code = wellFormed && lists(action, absent, generation) ? absent : "InvalidRegionId.Malformed";
    throw refusals(action)(code, "RegionId is not a region that this account can use.");
  }

  /** What Attach and Detach have in common: an instance in a fit state, and a VPC. */
  function pair(action: "AttachClassicLinkVpc" | "DetachClassicLinkVpc", params: Params): [Instance, Vpc] {
    const refuse = refusals(action);
    const regionId = region(action, params);
    if (!params.get("InstanceId") && !params.get("VpcId")) {
      throw refuse("InvalidParameter.InvalidInstanceIdAndVpcId", "InstanceId and VpcId are both empty.");
    }
    const instance = world.instance(required(params, "InstanceId"), regionId);
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
    faults.unlocked(calledFor(action, params));
    const vpc = world.vpc(vpcId, regionId);
    if (vpc?.owner !== SELF) throw refuse("InvalidVpcId.Malformed", "VpcId is not a VPC of the region.");
    return [instance, vpc];
  }

  return {
    ...createVpcOperations(world, generation),

    AttachClassicLinkVpc(params) {
      const refuse = refusals("AttachClassicLinkVpc");
      const [{ instanceId }, { vpcId, classicLinkEnabled }] = pair("AttachClassicLinkVpc", params);
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
        throw refuse("QuotaExceeded", `The VPC holds its ${rules.quota} links.`);
      }
      world.link(instanceId, vpcId, faults.delay(calledFor("AttachClassicLinkVpc", params)));
      return {};
    },

    DetachClassicLinkVpc(params) {
      const [{ instanceId }, { vpcId }] = pair("DetachClassicLinkVpc", params);
      if (world.vpcOf(instanceId) === vpcId)
        world.unlink(instanceId, faults.delay(calledFor("DetachClassicLinkVpc", params)));
      else if (undocumented.detachUnlinked !== "ok") {
        throw refusals("DetachClassicLinkVpc")(
          "OperationDenied",
          "The instance is not allowed to detach from the VPC.",
        );
      }
      return {};
    },

    DescribeClassicLinkInstances(params) {
      const refuse = refusals("DescribeClassicLinkInstances");
      const regionId = region("DescribeClassicLinkInstances", params);
      const vpcId = params.get("VpcId") || undefined;
      const instanceIds = new Set(instanceIdsOf(params));
      if (!vpcId && instanceIds.size === 0) {
        throw refuse("InvalidParameter.InvalidInstanceIdAndVpcId", "InstanceId and VpcId are both empty.");
      }
      if (instanceIds.size > 100) {
        throw refuse("InvalidParameter.ToManyInstanceIds", "InstanceId takes at most 100 instances.");
      }
      const pageNumber = wholeNumber(params, "PageNumber", 1, Number.MAX_SAFE_INTEGER);
      const pageSize = wholeNumber(params, "PageSize", 10, 100);
      if (vpcId) {
        const vpc = world.vpc(vpcId, regionId);
        if (vpc ? vpc.owner !== SELF : undocumented.describeUnknownVpc === "error") {
          throw refuse("InvalidVpc.NotBelong", "The VPC does not belong to this account.");
        }
        if (vpc?.classicLinkEnabled === false && undocumented.describeDisabledVpc === "error") {
          throw refuse("OperationDenied", "ClassicLink is off for the VPC.");
        }
      }
      for (const id of instanceIds) {
        const instance = world.instance(id, regionId);
        if (instance && instance.owner !== SELF) {
          throw refuse("InvalidInstanceId.NotBelong", "The instance belongs to another account.");
        }
        if (!instance && undocumented.describeReleased !== "empty") {
          throw refuse("InvalidInstanceId.NotFound", "There is no such instance in the region.");
        }
      }
      const named = instanceIds.size > 0;
      const found = world.listed(regionId, named ? undefined : vpcId, named ? instanceIds : undefined);
      if (undocumented.describeUnlinked === "error" && found.length < instanceIds.size) {
        throw refuse("InvalidInstanceId.NotFound", "One of the instances has no link.");
      }
      const links = vpcId ? found.filter((link) => link.vpcId === vpcId) : found;
      const page = links.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);
      return {
        TotalCount: links.length,
        PageNumber: pageNumber,
        PageSize: pageSize,
        Links: { Link: page.map((link) => ({ InstanceId: link.instanceId, VpcId: link.vpcId })) },
      };
    },
  };
}

/** What fault rules are matched with. */
export function calledFor(action: Action, params: Params): CalledFor {
  return { action, regionId: params.get("RegionId") ?? "", instanceIds: instanceIdsOf(params) };
}
