import * as alicloud from "@pulumi/alicloud";
import * as pulumi from "@pulumi/pulumi";
import { ClassicLink, ClassicLinks } from "pulumi-classiclink";
import { waves } from "./waves";

const config = new pulumi.Config();

/** The number of retired waves. One more is the next step. One less rolls the last wave back. */
const retired = config.getNumber("retired") ?? 0;
const members = waves.slice(retired).flat();
const batchReleased = config.getBoolean("batchReleased") ?? false;

/** Whether ClassicLink is enabled on the VPC. Disable it after the last link is removed. */
const classicLinkEnabled = config.get("classicLink") !== "off";
if (!classicLinkEnabled && (members.length > 0 || !batchReleased)) {
  throw new pulumi.RunError(
    "instances are still linked; retire every wave and release batch before you set classicLink to off",
  );
}

const vpc = new alicloud.vpc.Network("shop", { vpcName: "shop", cidrBlock: "172.16.0.0/12", classicLinkEnabled });

// Protected until the last wave: you can remove members, but not all of them at once by mistake.
const fleet = new ClassicLinks("fleet", { vpcId: vpc.id, instanceIds: members }, { protect: members.length > 0 });

// The link ends with its instance, which this program releases. So no Detach is sent.
if (!batchReleased) {
  const batch = new alicloud.ecs.Instance("batch", {
    instanceType: config.require("instanceType"),
    imageId: config.require("imageId"),
    securityGroups: [config.require("securityGroup")],
  });
  new ClassicLink("batch", { instanceId: batch.id, vpcId: vpc.id }, { deletedWith: batch });
}

// A link that another team will manage. When the program drops it, it leaves the state and stays in the cloud.
if (!config.getBoolean("gatewayHandedOver")) {
  new ClassicLink("gateway", { instanceId: "i-gateway", vpcId: "vpc-shared" }, { retainOnDelete: true });
}

export const linked = fleet.instanceIds;
