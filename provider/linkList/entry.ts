/** An entry of a list of links, before its ids are checked. */

/** The members that an entry may have. `instanceIds` belong to one VPC, as those of a `ClassicLinks`. */
export interface Entry {
  readonly instanceId?: unknown;
  readonly instanceIds?: unknown;
  readonly vpcId?: unknown;
  readonly regionId?: unknown;
}

/** An entry, and what stands before its members in an error, as in `links[3].` */
export type PlacedEntry = readonly [where: string, entry: Entry];

export const MEMBERS = ["instanceId", "vpcId", "regionId"] as const;

const NAMES: ReadonlyMap<string, keyof Entry> = new Map(
  [...MEMBERS, "instanceIds" as const].map((member) => [member.toLowerCase(), member]),
);

/** The member that a name stands for: `InstanceId`, `instance_id` and `Instance ID` are `instanceId`. */
export function memberNamed(name: string): keyof Entry | undefined {
  return NAMES.get(name.replaceAll(/[\s_-]/g, "").toLowerCase());
}

/** An object with its members under their own names. */
export function entryOf(value: Readonly<Record<string, unknown>>): Entry {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const known = memberNamed(name);
      return known === undefined || member === null ? [] : [[known, member]];
    }),
  );
}
