/** The VPC: can instances be linked to it, and reach it? */

import { BlockList, isIPv4 } from "node:net";
import type { InspectedVpc } from "../../provider/ecs/inspectionClient";
import type { Scope } from "../../provider/ecs/privateCloud";
import { isRefusal } from "./calls";
import { type Asked, type Finding, ok, problem, warning } from "./finding";
import { hidingIn } from "./instance";

/** What is known of a VPC. */
export interface VpcFacts {
  readonly vpcId: string;
  readonly regionId: string;
  readonly details: Asked<InspectedVpc>;
  /** How many instances are linked to it. */
  readonly links: Asked<number>;
  /** The scope of the requests. Undefined on the public cloud. */
  readonly scope: Scope | undefined;
}

/** Links that a VPC may have. Source: ECS documentation, ClassicLink, limits. */
const QUOTA = 1000;

export function checkVpc(facts: VpcFacts): readonly Finding[] {
  return [...checkDetails(facts), ...checkLinks(facts.vpcId, facts.links)];
}

function checkDetails(facts: VpcFacts): readonly Finding[] {
  const { vpcId, regionId, scope } = facts;
  const { answer, error } = facts.details;
  if (isRefusal(error)) return [warning(`ClassicLink on ${vpcId} could not be checked`)];
  if (error !== undefined) {
    const { under, check } = hidingIn(scope);
    return [problem(`${regionId} shows no VPC ${vpcId} to this key${under}`, `check the id, the region, and ${check}`)];
  }
  return [checkSwitch(facts, answer.isClassicLinkEnabled), ...checkCidr(vpcId, answer.cidrBlock)];
}

function checkSwitch({ vpcId, regionId, scope }: VpcFacts, isEnabled: boolean | undefined): Finding {
  if (isEnabled === undefined) return warning(`The cloud does not say whether ClassicLink is enabled on ${vpcId}`);
  if (isEnabled) return ok(`ClassicLink is enabled on ${vpcId}`);
  const text = `ClassicLink is not enabled on ${vpcId}`;
  if (scope !== undefined) return problem(text, "enable it on the page of the VPC in the console of the cloud");
  return {
    ...problem(text, "set classicLinkEnabled: true on its alicloud.vpc.Network, or run this command:"),
    command: `aliyun vpc EnableVpcClassicLink --RegionId ${regionId} --VpcId ${vpcId}`,
  };
}

function checkLinks(vpcId: string, { answer, error }: Asked<number>): readonly Finding[] {
  if (error !== undefined) return isRefusal(error) ? [warning(`The links of ${vpcId} could not be counted`)] : [];
  const text = `${answer} of at most ${QUOTA} instances are linked to ${vpcId}`;
  if (answer < QUOTA) return [answer > QUOTA * 0.95 ? warning(text) : ok(text)];
  return [problem(text, "detach some of them, or use another VPC")];
}

/** What the documents require for each range. Source: ECS documentation, ClassicLink, prerequisites. */
const RANGES: readonly (readonly [network: string, bits: number, requirement: string])[] = [
  ["172.16.0.0", 12, "it must have no custom route to 10.0.0.0/8"],
  ["10.0.0.0", 8, "its vSwitch must lie in 10.111.0.0/16, and it must have no custom route to 10.0.0.0/8"],
  [
    "192.168.0.0",
    16,
    "each instance needs a route to 192.168.0.0/16 through its private network card, in its operating system",
  ],
];

/** Whether classic instances can reach a VPC's addresses. Routes and vSwitches are not checked. */
export function checkCidr(vpcId: string, cidrBlock: string): readonly Finding[] {
  const [address = "", bits = "32"] = cidrBlock.split("/");
  if (!isIPv4(address)) return [];
  const range = RANGES.find(([network, prefix]) => Number(bits) >= prefix && contains(network, prefix, address));
  if (range === undefined) {
    return [
      problem(
        `${vpcId} has ${cidrBlock}, which the classic network cannot reach`,
        "ClassicLink works for VPCs in 172.16.0.0/12, 10.0.0.0/8 and 192.168.0.0/16",
      ),
    ];
  }
  return [warning(`${vpcId} has ${cidrBlock}: ${range[2]}`, "doctor does not check this")];
}

function contains(network: string, bits: number, address: string): boolean {
  const list = new BlockList();
  list.addSubnet(network, bits);
  return list.check(address);
}
