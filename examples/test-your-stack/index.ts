import * as pulumi from "@pulumi/pulumi";
import { ClassicLink } from "pulumi-classiclink";

const config = new pulumi.Config();

/** The name of each link, and its instance. */
const instances = config.requireObject<Record<string, string>>("instances");
const vpcId = config.require("vpcId");

export const links = Object.entries(instances).map(([name, instanceId]) => {
  // A mistake in the configuration must not unlink a database.
  return new ClassicLink(name, { instanceId, vpcId }, { protect: name.startsWith("db") }).id;
});
