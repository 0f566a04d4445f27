/** One `ClassicLink` for each instance, in the dynamic host, as a user writes it. */

import { ClassicLink } from "pulumi-classiclink";
import { instanceIds, regionId, vpcId } from "./fleet";

for (const instanceId of instanceIds) new ClassicLink(instanceId, { instanceId, vpcId, regionId });
