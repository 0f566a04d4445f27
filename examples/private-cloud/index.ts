import * as alibabacloudstack from "@pulumi/alibabacloudstack";
import * as pulumi from "@pulumi/pulumi";
import { ClassicLink } from "pulumi-classiclink";

/** Classic instances by name. None in the first update: you can enable ClassicLink only on a VPC that exists. */
const instances = new pulumi.Config().getObject<Readonly<Record<string, string>>>("instances") ?? {};

const vpc = new alibabacloudstack.Vpc("shop", {
  vpcName: "shop",
  // Classic instances reach this range without an extra route.
  cidrBlock: "172.16.0.0/12",
});

// Links read the alibabacloudstack:* keys too, so they need no provider. They use the VPC's id, so they are removed before it.
const links = Object.entries(instances).map(
  ([name, instanceId]) => new ClassicLink(name, { instanceId, vpcId: vpc.id }),
);

export const vpcId = vpc.id;
export const linkIds = links.map((link) => link.id);
