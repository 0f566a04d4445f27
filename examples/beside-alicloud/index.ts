import * as alicloud from "@pulumi/alicloud";
import * as pulumi from "@pulumi/pulumi";
import { ClassicLink } from "pulumi-classiclink";

/** Existing classic instances by name, and their security group. */
interface Existing {
  readonly securityGroup: string;
  readonly instances: Readonly<Record<string, string>>;
}

const config = new pulumi.Config();
const existing = config.getObject<Existing>("existing");

// Alicloud enables ClassicLink before it returns the id. The links use the id, so Pulumi creates them later and removes them earlier.
const vpc = new alicloud.vpc.Network("shop", {
  vpcName: "shop",
  // Classic instances reach this range without an extra route.
  cidrBlock: "172.16.0.0/12",
  classicLinkEnabled: true,
});

// A group without a vpcId, and an instance without a vswitchId, are in the classic network.
const classicGroup = existing
  ? alicloud.ecs.SecurityGroup.get("classic", existing.securityGroup)
  : new alicloud.ecs.SecurityGroup("classic", { securityGroupName: "shop-classic" });

const instances = existing
  ? Object.entries(existing.instances).map(([name, id]) => ({ name, id: alicloud.ecs.Instance.get(name, id).id }))
  : ["web", "worker"].map((name) => ({ name, id: declareInstance(name).id }));

const links = instances.map(({ name, id }) => new ClassicLink(name, { instanceId: id, vpcId: vpc.id }));

// A link alone lets no traffic through. The security groups of both sides decide.
const vpcGroup = new alicloud.ecs.SecurityGroup("vpc", { securityGroupName: "shop-vpc", vpcId: vpc.id });

// Into the VPC: classic instances may use its MySQL.
new alicloud.ecs.SecurityGroupRule("mysql-from-classic", {
  type: "ingress",
  ipProtocol: "tcp",
  portRange: "3306/3306",
  // Required between a classic group and a group of a VPC. ClassicLink must be enabled on the VPC.
  nicType: "intranet",
  securityGroupId: vpcGroup.id,
  sourceSecurityGroupId: classicGroup.id,
});

// Into the classic network: instances of the VPC may read the metrics of the classic ones.
new alicloud.ecs.SecurityGroupRule("metrics-from-vpc", {
  type: "ingress",
  ipProtocol: "tcp",
  portRange: "9100/9100",
  nicType: "intranet",
  securityGroupId: classicGroup.id,
  sourceSecurityGroupId: vpcGroup.id,
});

export const vpcId = vpc.id;
export const linkIds = links.map((link) => link.id);

function declareInstance(name: string): alicloud.ecs.Instance {
  return new alicloud.ecs.Instance(name, {
    instanceName: `shop-${name}`,
    instanceType: config.require("instanceType"),
    imageId: config.require("imageId"),
    securityGroups: [classicGroup.id],
  });
}
