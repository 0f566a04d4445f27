/** All instances in one `ClassicLinks`, through the dynamic door: what a user writes. */

import { ClassicLinks } from "pulumi-classiclink";
import { instanceIds, regionId, vpcId } from "./fleet";

new ClassicLinks("fleet", { instanceIds, vpcId, regionId });
