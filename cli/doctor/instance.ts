/** The instance: can it be linked? */

import type { InspectedInstance } from "../../provider/ecs/inspectionClient";
import type { Scope } from "../../provider/ecs/privateCloud";
import { nameOf } from "../../provider/resources/scope";
import { isHiding, isRefusal } from "./calls";
import { type Asked, type Finding, ok, problem, warning } from "./finding";

/** What is known of an instance. */
export interface InstanceFacts {
  readonly instanceId: string;
  readonly regionId: string;
  readonly details: Asked<InspectedInstance | undefined>;
  /** The VPC that it is linked to. */
  readonly linkedTo: Asked<string | undefined>;
  /** The VPC that it is to be linked to, if one is named. */
  readonly wantedVpc: string | undefined;
  /** The scope of the requests. Undefined on the public cloud. */
  readonly scope: Scope | undefined;
}

/** The words for something that is not shown: under which scope, and what else to check. */
export function hidingIn(scope: Scope | undefined): { readonly under: string; readonly check: string } {
  if (scope === undefined) return { under: "", check: "whose key this is" };
  return { under: ` under ${nameOf(scope)}`, check: "--organization and --resource-set" };
}

/** States in which ECS links an instance. Source: AttachClassicLinkVpc. */
const LINKABLE = ["Running", "Stopped"];

export function checkInstance(facts: InstanceFacts): readonly Finding[] {
  return [...checkDetails(facts), ...checkLink(facts)];
}

function checkDetails({ instanceId, regionId, details, scope }: InstanceFacts): readonly Finding[] {
  if (isRefusal(details.error)) return [warning(`${instanceId} could not be checked`)];
  const { answer: instance } = details;
  if (instance === undefined) {
    const { under, check } = hidingIn(scope);
    return [
      problem(
        `${regionId} shows no instance ${instanceId} to this key${under}`,
        `it may be released; check the id, the region, and ${check}`,
      ),
    ];
  }
  const { networkType, status, vpcId, locks } = instance;
  return [
    networkType === "classic" || networkType === ""
      ? ok(`${instanceId} is in the classic network`)
      : problem(
          `${instanceId} is in the VPC ${vpcId}, not in the classic network`,
          "it needs no ClassicLink to reach that VPC; for another one, join the VPCs (CEN, peering)",
        ),
    LINKABLE.includes(status)
      ? ok(`${instanceId} is ${status}`)
      : problem(`${instanceId} is ${status}, and ECS links it when Running or Stopped`, "wait, or start it"),
    ...locks.map((lock) =>
      problem(
        `${instanceId} is locked (${lock})`,
        "ECS refuses changes until it is unlocked; pay the bill, or ask support",
      ),
    ),
  ];
}

function checkLink({ instanceId, linkedTo, wantedVpc }: InstanceFacts): readonly Finding[] {
  if (isRefusal(linkedTo.error) || isHiding(linkedTo.error))
    return [warning(`The link of ${instanceId} could not be checked`)];
  const { answer: vpcId } = linkedTo;
  if (vpcId === undefined) return [ok(`${instanceId} is not linked`)];
  if (wantedVpc === undefined || wantedVpc === vpcId) return [ok(`${instanceId} is linked to ${vpcId}`)];
  return [
    problem(
      `${instanceId} is linked to ${vpcId}, not to ${wantedVpc}`,
      "an instance has at most one link: detach that one first, or declare it with this VPC",
    ),
  ];
}
