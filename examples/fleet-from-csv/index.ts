import { ClassicLinks, linksFromFile } from "pulumi-classiclink";

const fleet = linksFromFile("fleet.csv");

// One resource for each VPC, named after it: the name stays when members come and go.
for (const links of fleet) new ClassicLinks(links.vpcId, links);

/** VPC → how many instances are linked to it. */
export const linked = Object.fromEntries(fleet.map(({ vpcId, instanceIds }) => [vpcId, instanceIds.length]));
