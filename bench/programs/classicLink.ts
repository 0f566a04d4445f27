/** One `ClassicLink` for each instance, in the dynamic host. */

import { ClassicLink } from "pulumi-classiclink";
import { instanceIds, regionId, vpcId } from "./fleet";

for (const instanceId of instanceIds) new ClassicLink(instanceId, { instanceId, vpcId, regionId });
