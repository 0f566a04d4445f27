/** The differences between the declared links and the existing ones. */

import type { Link } from "../../provider/ecs/client";
import type { Links } from "../../provider/links/links";
import { readLinks } from "../../provider/resources/getLinks";
import { LISTINGS_AT_A_TIME } from "../cloud";
import { forEachOf } from "../inTurn";
import type { Progress } from "../progress";
import type { Declaration } from "./declared";

/** One difference. A VPC that is null: not declared, or not linked. */
export interface Drift {
  readonly regionId: string;
  readonly instanceId: string;
  readonly declared: string | null;
  readonly found: string | null;
  /** `missing`: not linked. `moved`: linked to another VPC. `undeclared`: linked to a declared VPC, and not in the list. */
  readonly drift: "missing" | "moved" | "undeclared";
}

/**
 * Lists each declared VPC, and checks each declared instance that is in no listing.
 *
 * @throws {ClassicLinkError} when something cannot be read.
 */
export async function findDrift(
  steps: Links,
  { links, vpcs, elsewhere }: Declaration,
  progress: Progress,
): Promise<readonly Drift[]> {
  const contextOf = (what: string) => ({ report: (message: string) => progress.note(`${what}: ${message}`) });
  const listed = new Map<string, Link>();
  progress.begin(vpcs.length, "VPCs");
  await forEachOf(vpcs, LISTINGS_AT_A_TIME, async ({ regionId, vpcId }) => {
    const found = await readLinks(steps, { regionId, vpcId }, contextOf(vpcId));
    for (const link of found) listed.set(keyOf(link), link);
    progress.step(found.length);
  });
  const lost = links.filter((link) => !listed.has(keyOf(link)));
  for (const [regionId, instanceIds] of byRegion(lost)) {
    for (const link of await readLinks(steps, { regionId, instanceIds }, contextOf(regionId)))
      listed.set(keyOf(link), link);
  }
  const declared = new Map(links.map((link) => [keyOf(link), link]));
  for (const link of elsewhere) {
    const isListed = listed.get(keyOf(link))?.vpcId === link.vpcId;
    if (isListed && !declared.has(keyOf(link))) listed.delete(keyOf(link));
  }
  const all = [...new Set([...declared.keys(), ...listed.keys()])].sort();
  return all.flatMap((key) => difference(declared.get(key), listed.get(key)) ?? []);
}

function difference(declared: Link | undefined, found: Link | undefined): Drift | undefined {
  const link = declared ?? found;
  if (link === undefined || declared?.vpcId === found?.vpcId) return undefined;
  return {
    regionId: link.regionId,
    instanceId: link.instanceId,
    declared: declared?.vpcId ?? null,
    found: found?.vpcId ?? null,
    drift: declared === undefined ? "undeclared" : found === undefined ? "missing" : "moved",
  };
}

function byRegion(links: readonly Link[]): ReadonlyMap<string, readonly string[]> {
  const regions = new Map<string, string[]>();
  for (const { regionId, instanceId } of links) regions.set(regionId, [...(regions.get(regionId) ?? []), instanceId]);
  return regions;
}

function keyOf({ regionId, instanceId }: Link): string {
  return `${regionId}:${instanceId}`;
}
