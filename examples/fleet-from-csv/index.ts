import { ClassicLinks, linksFromFile } from "pulumi-classiclink";

const fleet = linksFromFile("fleet.csv");

// One resource for each VPC. The name is the VPC's id, so it stays when members come and go.
for (const { vpcId, regionId, instanceIds } of fleet) new ClassicLinks(vpcId, { vpcId, regionId, instanceIds });

/** VPC → the number of its linked instances. */
export const linked = Object.fromEntries(fleet.map(({ vpcId, instanceIds }) => [vpcId, instanceIds.length]));
