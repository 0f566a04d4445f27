/** Which resources links become, and what each is called. */

import type { Link } from "../../provider/ecs/client";
import type { Declared } from "../../provider/resources/members";
import type { Shape } from "../program";
import { identifiersOf, namesOf } from "./names";

/** A resource of the program that adopts links. */
export type Resource = {
  /** Its name in the program and in URNs. */
  readonly name: string;
  /** What a TypeScript program calls it. */
  readonly identifier: string;
} & (
  | { readonly type: "ClassicLink"; readonly args: Link }
  | { readonly type: "ClassicLinks"; readonly args: Declared }
);

/**
 * Makes resources of links: a `ClassicLink` each, or a `ClassicLinks` for each VPC.
 *
 * @param links in the order in which the program shall declare them.
 */
export function resourcesOf(links: readonly Link[], per: Shape): readonly Resource[] {
  if (per === "link") {
    return named(links, ({ instanceId }) => instanceId).map((one) => ({ type: "ClassicLink" as const, ...one }));
  }
  const fleets = new Map<string, Declared>();
  for (const { regionId, vpcId, instanceId } of links) {
    const key = `${regionId}:${vpcId}`;
    const instanceIds = [...(fleets.get(key)?.instanceIds ?? []), instanceId];
    fleets.set(key, { regionId, vpcId, instanceIds });
  }
  return named([...fleets.values()], ({ vpcId }) => vpcId).map((one) => ({ type: "ClassicLinks" as const, ...one }));
}

interface Named<Args> {
  readonly name: string;
  readonly identifier: string;
  readonly args: Args;
}

function named<Args extends { readonly regionId: string }>(
  all: readonly Args[],
  idOf: (args: Args) => string,
): readonly Named<Args>[] {
  const names = namesOf(all.map((args) => ({ regionId: args.regionId, id: idOf(args) })));
  const identifiers = identifiersOf(names);
  return all.map((args, index) => ({ name: names[index] ?? "", identifier: identifiers[index] ?? "", args }));
}
