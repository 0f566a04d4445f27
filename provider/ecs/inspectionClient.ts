/** Reads an instance and a VPC for `doctor`. Changes nothing. */

import { type Fields, fieldsOf, textOf } from "./answerFields";
import { fault } from "./errorCodes";
import { createCall, type PopCoreClientOptions } from "./popCoreClient";

/** An instance, as DescribeInstances has it. */
export interface InspectedInstance {
  /** `classic` or `vpc`. */
  readonly networkType: string;
  /** `Running`, `Stopped` and others. */
  readonly status: string;
  /** The VPC that it is in, if it is in one. */
  readonly vpcId: string;
  /** Why it is locked, if it is, as `financial`. */
  readonly locks: readonly string[];
}

/** A VPC, as DescribeVpcAttribute has it. */
export interface InspectedVpc {
  /** Its primary CIDR block. */
  readonly cidrBlock: string;
  /** Undefined where the answer does not say. */
  readonly isClassicLinkEnabled: boolean | undefined;
}

/** Two calls. Each is one request and throws as those of `EcsClient` do. */
export interface InspectionClient {
  /** Source: DescribeInstances (ECS API 2014-05-26). Undefined for one that this key does not see. */
  instance(regionId: string, instanceId: string): Promise<InspectedInstance | undefined>;
  /** Source: DescribeVpcAttribute (VPC API 2016-04-28). */
  vpc(regionId: string, vpcId: string): Promise<InspectedVpc>;
}

/** Makes the client of the options for ECS and of those for the VPC service. */
export function createInspectionClient(ofEcs: PopCoreClientOptions, ofVpcs: PopCoreClientOptions): InspectionClient {
  const callEcs = createCall({ product: "Ecs", version: "2014-05-26" }, ofEcs);
  const callVpcs = createCall({ product: "Vpc", version: "2016-04-28" }, ofVpcs);
  return {
    async instance(regionId, instanceId) {
      const params = { RegionId: regionId, InstanceIds: JSON.stringify([instanceId]) };
      const listed = fieldsOf((await callEcs("DescribeInstances", params)).Instances).Instance;
      if (!Array.isArray(listed)) throw fault("DescribeInstances", "UnreadableAnswer", "an answer without Instances");
      const found = listed.map(fieldsOf).find(({ InstanceId }) => InstanceId === instanceId);
      return found === undefined ? undefined : instanceOf(found);
    },

    async vpc(regionId, vpcId) {
      const { CidrBlock, ClassicLinkEnabled } = await callVpcs("DescribeVpcAttribute", {
        RegionId: regionId,
        VpcId: vpcId,
      });
      const isClassicLinkEnabled = typeof ClassicLinkEnabled === "boolean" ? ClassicLinkEnabled : undefined;
      return { cidrBlock: textOf(CidrBlock), isClassicLinkEnabled };
    },
  };
}

function instanceOf(instance: Fields): InspectedInstance {
  const reasons = fieldsOf(instance.OperationLocks).LockReason;
  return {
    networkType: textOf(instance.InstanceNetworkType),
    status: textOf(instance.Status),
    vpcId: textOf(fieldsOf(instance.VpcAttributes).VpcId),
    locks: Array.isArray(reasons) ? reasons.map((reason) => textOf(fieldsOf(reason).LockReason)) : [],
  };
}
