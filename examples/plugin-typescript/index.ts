import * as classiclink from "@pulumi-classiclink/classiclink";

// A region of its own, whatever the stack is configured for. Credentials come from the environment.
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

// What is linked to that VPC, whoever linked it.
const found = classiclink.getLinksOutput({ vpcId: workers.vpcId }, { provider });

export const ids = [web.id, workers.id];
export const linked = found.links.apply((links) => links.map(({ instanceId }) => instanceId));
