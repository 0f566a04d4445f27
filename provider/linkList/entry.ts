/** An entry of a list of links, before its ids are checked. */

/** An entry. It has one instance or, like `ClassicLinks`, several instances of one VPC. */
export interface Entry {
  readonly instanceId?: unknown;
  readonly instanceIds?: unknown;
  readonly vpcId?: unknown;
  readonly regionId?: unknown;
}

/** An entry, and its place in the list for errors, such as `links[3].` */
export type PlacedEntry = readonly [where: string, entry: Entry];

export const MEMBERS = ["instanceId", "vpcId", "regionId"] as const;

const NAMES: ReadonlyMap<string, keyof Entry> = new Map(
  [...MEMBERS, "instanceIds" as const].map((member) => [member.toLowerCase(), member]),
);

/** The member for a name in any common spelling: `InstanceId`, `instance_id` and `Instance ID` are `instanceId`. */
export function memberNamed(name: string): keyof Entry | undefined {
  return NAMES.get(name.replaceAll(/[\s_-]/g, "").toLowerCase());
}

/** Reads an object as an entry. Other members are left out. */
export function entryOf(value: Readonly<Record<string, unknown>>): Entry {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const known = memberNamed(name);
      return known === undefined || member === null ? [] : [[known, member]];
    }),
  );
}
