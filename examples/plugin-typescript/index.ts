import * as classiclink from "@pulumi-classiclink/classiclink";

// A provider with its own region. Its credentials come from the environment.
const provider = new classiclink.Provider("hangzhou", { region: "cn-hangzhou" });

// One link.
const web = new classiclink.ClassicLink(
  "web",
  { instanceId: "i-web", vpcId: "vpc-shop" },
  { provider, customTimeouts: { create: "2m", delete: "5m" } },
);

// Many links to one VPC, as one resource.
const workers = new classiclink.ClassicLinks(
  "workers",
  { vpcId: "vpc-jobs", instanceIds: ["i-worker1", "i-worker2"] },
  { provider },
);

// All links to that VPC, whether Pulumi manages them or not.
const found = classiclink.getLinksOutput({ vpcId: workers.vpcId }, { provider });

export const ids = [web.id, workers.id];
export const linked = found.links.apply((links) => links.map(({ instanceId }) => instanceId));
