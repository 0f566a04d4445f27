/** Which resources links become, and what each is called. */

import type { Link } from "../../provider/ecs/client";
import type { Declared } from "../../provider/resources/fleetMembers";
import type { Shape } from "../program";

/** A resource of the program that adopts links. */
export type Resource = {
  /** Its name in the program and in URNs. */
  readonly name: string;
} & (
  | { readonly type: "ClassicLink"; readonly args: Link }
  | { readonly type: "ClassicLinks"; readonly args: Declared }
);

/** What links become. */
export interface Adoption {
  readonly links: readonly Link[];
  readonly resources: readonly Resource[];
  /** Whether names begin with the region. */
  readonly namesHaveRegion: boolean;
}

/**
 * Makes resources of links: a `ClassicLink` each, or a `ClassicLinks` for each VPC. A name is the id alone, which no two
 * instances or VPCs of a region share. Only where two regions use the same id, as private clouds may, each name begins with
 * its region. A URN allows one colon.
 *
 * @param links in the order in which the program is to declare them.
 */
export function resourcesOf(links: readonly Link[], per: Shape): Adoption {
  const vpcs = new Map<string, Declared>();
  for (const { regionId, vpcId, instanceId } of links) {
    const key = `${regionId}:${vpcId}`;
    vpcs.set(key, { regionId, vpcId, instanceIds: [...(vpcs.get(key)?.instanceIds ?? []), instanceId] });
  }
  const ids = per === "link" ? links.map(({ instanceId }) => instanceId) : [...vpcs.values()].map(({ vpcId }) => vpcId);
  const namesHaveRegion = new Set(ids).size < ids.length;
  const nameOf = (regionId: string, id: string) => (namesHaveRegion ? `${regionId}:${id}` : id);
  const resources: readonly Resource[] =
    per === "link"
      ? links.map((args) => ({ type: "ClassicLink", name: nameOf(args.regionId, args.instanceId), args }))
      : [...vpcs.values()].map((args) => ({ type: "ClassicLinks", name: nameOf(args.regionId, args.vpcId), args }));
  return { links, resources, namesHaveRegion };
}
