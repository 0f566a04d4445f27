/** One `ClassicLinks` for all instances, in the plugin host. It is declared as in the generated SDK. */

import * as pulumi from "@pulumi/pulumi";
import { instanceIds, regionId, vpcId } from "./fleet";

class ClassicLinks extends pulumi.CustomResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("classiclink:index:ClassicLinks", name, { movedAway: undefined, ...args });
  }
}

new ClassicLinks("fleet", { instanceIds, vpcId, regionId });
