/**
 * The floor: the same resources, with a provider that does nothing. The name of its file makes the stored line as long as this
 * package's.
 */

import * as pulumi from "@pulumi/pulumi";
import { instanceIds, regionId, vpcId } from "./fleet";

const STORED_LINE =
  'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("./provider-of-the-floor.js")';

class Floor extends pulumi.CustomResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("pulumi-nodejs:dynamic/classiclink:ClassicLink", name, { ...args, __provider: STORED_LINE });
  }
}

for (const instanceId of instanceIds) new Floor(instanceId, { instanceId, vpcId, regionId });
