import * as alibabacloudstack from "@pulumi/alibabacloudstack";
import * as pulumi from "@pulumi/pulumi";
import { ClassicLink } from "pulumi-classiclink";

/** Classic instances by name. The first up makes the VPC without any: only a VPC that exists can get ClassicLink. */
const instances = new pulumi.Config().getObject<Readonly<Record<string, string>>>("instances") ?? {};

const vpc = new alibabacloudstack.Vpc("shop", {
  vpcName: "shop",
  // The range that classic instances reach without a route of their own.
  cidrBlock: "172.16.0.0/12",
});

// Links read the alibabacloudstack:* keys too, so they need no provider. They go before the VPC, whose id they use.
const links = Object.entries(instances).map(
  ([name, instanceId]) => new ClassicLink(name, { instanceId, vpcId: vpc.id }),
);

export const vpcId = vpc.id;
export const linkIds = links.map((link) => link.id);
