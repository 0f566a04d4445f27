/** All instances in one resource, through the plugin, declared as the SDK that Pulumi generates does it. */

import * as pulumi from "@pulumi/pulumi";
import { instanceIds, regionId, vpcId } from "./fleet";

class ClassicLinks extends pulumi.CustomResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("classiclink:index:ClassicLinks", name, { movedAway: undefined, ...args });
  }
}

new ClassicLinks("fleet", { instanceIds, vpcId, regionId });
