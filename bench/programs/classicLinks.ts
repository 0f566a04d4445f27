/** All instances in one `ClassicLinks`, in the dynamic host, as a user writes it. */

import { ClassicLinks } from "pulumi-classiclink";
import { instanceIds, regionId, vpcId } from "./fleet";

new ClassicLinks("fleet", { instanceIds, vpcId, regionId });
