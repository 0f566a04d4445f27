import * as pulumi from "@pulumi/pulumi";
import { ClassicLink } from "pulumi-classiclink";

const config = new pulumi.Config();

/** The name of each link, and its instance. */
const instances = config.requireObject<Record<string, string>>("instances");
const vpcId = config.require("vpcId");

export const links = Object.entries(instances).map(([name, instanceId]) => {
  // Databases are not unlinked by a slip of the configuration.
  return new ClassicLink(name, { instanceId, vpcId }, { protect: name.startsWith("db") }).id;
});
