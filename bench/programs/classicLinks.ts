/** One `ClassicLinks` for all instances, in the dynamic host. */

import { ClassicLinks } from "pulumi-classiclink";
import { instanceIds, regionId, vpcId } from "./fleet";

new ClassicLinks("fleet", { instanceIds, vpcId, regionId });
