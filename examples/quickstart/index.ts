import * as pulumi from "@pulumi/pulumi";
import { ClassicLink } from "pulumi-classiclink";

// The VPC to link to. `pulumi config set vpcId vpc-…` chooses another one.
const vpcId = new pulumi.Config().get("vpcId") ?? "vpc-shop";

const web = new ClassicLink("web", { instanceId: "i-web", vpcId });
const db = new ClassicLink("db", { instanceId: "i-db", vpcId });
const cache = new ClassicLink("cache", { instanceId: "i-cache", vpcId }, { customTimeouts: { create: "2m" } });

export const links = [web.id, db.id, cache.id];
