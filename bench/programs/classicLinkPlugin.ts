/** One link for each instance, through the plugin, declared as the SDK that Pulumi generates does it. */

import * as pulumi from "@pulumi/pulumi";
import { instanceIds, regionId, vpcId } from "./fleet";

class ClassicLink extends pulumi.CustomResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("classiclink:index:ClassicLink", name, args);
  }
}

for (const instanceId of instanceIds) new ClassicLink(instanceId, { instanceId, vpcId, regionId });
