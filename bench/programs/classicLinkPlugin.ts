/** One `ClassicLink` for each instance, in the plugin host. It is declared as in the generated SDK. */

import * as pulumi from "@pulumi/pulumi";
import { instanceIds, regionId, vpcId } from "./fleet";

class ClassicLink extends pulumi.CustomResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("classiclink:index:ClassicLink", name, args);
  }
}

for (const instanceId of instanceIds) new ClassicLink(instanceId, { instanceId, vpcId, regionId });
