/** `pulumi-classiclink discover`: a table, or JSON, of which instances are linked to which VPCs. */

import { plural } from "../provider/links/operation";
import type { DiscoverOptions } from "./program";
import { type Scan, scan } from "./scan";
import { coloured, table } from "./terminal";

/** Prints the links on standard output, and how many on standard error. Resolves with the exit code. */
export async function discover(options: DiscoverOptions): Promise<number> {
  const found = await scan(options);
  const complete = found.failures.length === 0;
  if (!options.json) process.stdout.write(asTable(found));
  // A program would take an incomplete list for all links.
  else if (complete) process.stdout.write(asJson(found));
  reportFailures(found);
  process.stderr.write(`${summaryOf(found)}\n`);
  if (!complete) return 1;
  return found.links.length > 0 ? 0 : 2;
}

/** Prints what could not be read. */
export function reportFailures({ failures }: Scan): void {
  const label = coloured("red", "error:", process.stderr);
  for (const failure of failures) process.stderr.write(`${label} ${failure}\n`);
}

/** The number of links, and what was checked. */
export function summaryOf({ links, checked, failures }: Scan): string {
  const vpcs = new Set(links.map(({ regionId, vpcId }) => `${regionId}:${vpcId}`)).size;
  const where = vpcs === 0 ? "" : ` to ${plural(vpcs, "VPC", "VPCs")}`;
  const caution = failures.length === 0 ? "" : ", not all of which could be read";
  return `${plural(links.length, "link", "links")}${where}; checked ${checked}${caution}`;
}

function asTable({ links }: Scan): string {
  if (links.length === 0) return "";
  const rows = links.map(({ regionId, vpcId, instanceId }) => [
    regionId,
    { text: vpcId, style: "cyan" as const },
    instanceId,
  ]);
  return table(["REGION", "VPC", "INSTANCE"], rows);
}

/** With the members in the order in which people read them. */
function asJson({ links }: Scan): string {
  const ordered = links.map(({ regionId, vpcId, instanceId }) => ({ regionId, vpcId, instanceId }));
  return `${JSON.stringify({ links: ordered }, null, 2)}\n`;
}
