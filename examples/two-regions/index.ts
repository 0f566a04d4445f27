import * as pulumi from "@pulumi/pulumi";
import { ClassicLink, ClassicLinks, Provider } from "pulumi-classiclink";

const config = new pulumi.Config();

// Two regions of the account that the stack is configured for. Each resource names its region.
const hangzhou = new ClassicLinks("hangzhou", {
  regionId: "cn-hangzhou",
  vpcId: "vpc-hz",
  instanceIds: ["i-hz1", "i-hz2"],
});
const beijing = new ClassicLinks("beijing", {
  regionId: "cn-beijing",
  vpcId: "vpc-bj",
  instanceIds: ["i-bj1", "i-bj2"],
});

// Another account: a provider with its own credentials. Its links name no region, so they use the provider's.
const partner = new Provider("partner", {
  region: "cn-hangzhou",
  accessKey: config.require("partnerAccessKey"),
  secretKey: config.requireSecret("partnerSecretKey"),
  // For a private cloud, or the emulator. Without it, the region's public address is used.
  endpoint: config.get("partnerEndpoint") ?? "",
});
const db = new ClassicLink("db", { instanceId: "i-db", vpcId: "vpc-partner" }, { provider: partner });

export const links = [hangzhou.id, beijing.id, db.id];
