import { join } from "node:path";
import { ClassicLinks } from "pulumi-classiclink";
import { readFleet } from "./fleet";

const fleet = readFleet(join(__dirname, "fleet.csv"));

// One resource for each VPC, named after it: the name stays when members come and go.
for (const [vpcId, instanceIds] of fleet) new ClassicLinks(vpcId, { vpcId, instanceIds: [...instanceIds] });

/** VPC → how many instances are linked to it. */
export const linked = Object.fromEntries([...fleet].map(([vpcId, instanceIds]) => [vpcId, instanceIds.length]));
