import * as alicloud from "@pulumi/alicloud";
import * as pulumi from "@pulumi/pulumi";
import { ClassicLink } from "pulumi-classiclink";

/** Classic instances that are there already, by name, and the security group that they are in. */
interface Existing {
  readonly securityGroup: string;
  readonly instances: Readonly<Record<string, string>>;
}

const config = new pulumi.Config();
const existing = config.getObject<Existing>("existing");

// Its id is known once ClassicLink is on. What uses the id is made after that, and removed before the VPC.
const vpc = new alicloud.vpc.Network("shop", {
  vpcName: "shop",
  // The range that classic instances reach without a route of their own.
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

// A link alone lets nothing through: security groups decide, each side for itself.
const vpcGroup = new alicloud.ecs.SecurityGroup("vpc", { securityGroupName: "shop-vpc", vpcId: vpc.id });

// Into the VPC: classic instances may use its MySQL.
new alicloud.ecs.SecurityGroupRule("mysql-from-classic", {
  type: "ingress",
  ipProtocol: "tcp",
  portRange: "3306/3306",
  // Required between a classic group and one of a VPC. The VPC's ClassicLink must be on, which its id stands for here too.
  nicType: "intranet",
  securityGroupId: vpcGroup.id,
  sourceSecurityGroupId: classicGroup.id,
});

// Into the classic network: instances of the VPC may ask the classic ones for their metrics.
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
