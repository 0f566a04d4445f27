/** One `ClassicLink` for each instance, through the dynamic door: what a user writes. */

import { ClassicLink } from "pulumi-classiclink";
import { instanceIds, regionId, vpcId } from "./fleet";

for (const instanceId of instanceIds) new ClassicLink(instanceId, { instanceId, vpcId, regionId });
