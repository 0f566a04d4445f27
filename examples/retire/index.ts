import * as alicloud from "@pulumi/alicloud";
import * as pulumi from "@pulumi/pulumi";
import { ClassicLink, ClassicLinks } from "pulumi-classiclink";
import { waves } from "./waves";

const config = new pulumi.Config();

/** How many waves are retired. One more is the next step; one less rolls the last one back. */
const retired = config.getNumber("retired") ?? 0;
const members = waves.slice(retired).flat();
const batchReleased = config.getBoolean("batchReleased") ?? false;

/** The VPC's switch, turned off once nothing is linked any more. */
const classicLinkEnabled = config.get("classicLink") !== "off";
if (!classicLinkEnabled && (members.length > 0 || !batchReleased)) {
  throw new pulumi.RunError(
    "instances are still linked; retire every wave and release batch before classicLink is off",
  );
}

const vpc = new alicloud.vpc.Network("shop", { vpcName: "shop", cidrBlock: "172.16.0.0/12", classicLinkEnabled });

// Protected until the last wave: members come and go, but no mistake removes all of them at once.
const fleet = new ClassicLinks("fleet", { vpcId: vpc.id, instanceIds: members }, { protect: members.length > 0 });

// An instance that this program releases takes its link along: no Detach is needed, and none is sent.
if (!batchReleased) {
  const batch = new alicloud.ecs.Instance("batch", {
    instanceType: config.require("instanceType"),
    imageId: config.require("imageId"),
    securityGroups: [config.require("securityGroup")],
  });
  new ClassicLink("batch", { instanceId: batch.id, vpcId: vpc.id }, { deletedWith: batch });
}

// To a VPC of another team, which takes this link over: out of the program it is out of the state, and still in the cloud.
if (!config.getBoolean("gatewayHandedOver")) {
  new ClassicLink("gateway", { instanceId: "i-gateway", vpcId: "vpc-shared" }, { retainOnDelete: true });
}

export const linked = fleet.instanceIds;
