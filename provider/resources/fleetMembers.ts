/** The members of a fleet, as data: declared, found, and different ones. */

import type { Link } from "../ecs/client";
import { quote } from "../quote";
import { hidden } from "./hidden";
import { type CheckFailure, checkId, type Properties, UNKNOWN } from "./inputs";

/** How many links a VPC takes. Source: AttachClassicLinkVpc, `QuotaExceeded`. */
export const MOST_LINKS = 1000;

/** The members that a program declares. */
export interface Declared {
  readonly regionId: string;
  readonly vpcId: string;
  /** Instance ids. The order means nothing. */
  readonly instanceIds: readonly string[];
}

/** The outputs: the members that are linked to the VPC, and the VPC of each that is linked elsewhere. */
export interface Members extends Declared {
  /** Instance id → VPC id. Empty without drift. */
  readonly movedAway: Readonly<Record<string, string>>;
}

/** Checks a list of members. Unknowns pass, whole or one by one. */
export function checkMembers(instanceIds: unknown): (CheckFailure | undefined)[] {
  const property = "instanceIds";
  if (instanceIds === UNKNOWN) return [];
  if (!Array.isArray(instanceIds)) {
    return [{ property, reason: 'is not a list; set it to a list of ids such as ["i-bp1abc"]; it may be empty' }];
  }
  if (instanceIds.length > MOST_LINKS) {
    return [{ property, reason: `has ${instanceIds.length} members; a VPC takes at most ${MOST_LINKS} links` }];
  }
  const seen = new Map<unknown, number>();
  return instanceIds.map((id: unknown, index) => {
    const where = `${property}[${index}]`;
    const first = id === UNKNOWN ? undefined : seen.get(id);
    seen.set(id, index);
    if (first === undefined) return checkId(where, id, "i-bp1abc");
    return {
      property: where,
      reason: `names ${quote(String(id))} again, after ${property}[${first}]; name each instance once`,
    };
  });
}

/** Whether two lists have the same members, in any order. */
export function sameMembers(olds: unknown, news: unknown): boolean {
  if (!Array.isArray(olds) || !Array.isArray(news)) return false;
  const members = new Set<unknown>(olds);
  return news.length === members.size && news.every((id) => members.has(id));
}

/** Narrows inputs that `check` has passed. */
export function toDeclared({ regionId, vpcId, instanceIds }: Properties): Declared {
  if (typeof regionId === "string" && typeof vpcId === "string" && Array.isArray(instanceIds)) {
    return { regionId, vpcId, instanceIds: instanceIds.map(String) };
  }
  throw new TypeError("links need regionId, vpcId and instanceIds");
}

/** Narrows the outputs in a state. */
export function toMembers(state: Properties): Members {
  return { ...toDeclared(state), movedAway: toMovedAway(state.movedAway) };
}

/** The inputs that a refresh returns, so that the next refresh finds no difference. */
export function toInputs({ movedAway, ...declared }: Members): Properties {
  return Object.keys(movedAway).length === 0 ? { ...declared } : { ...declared, [hidden.movedAway]: movedAway };
}

/** The links that inputs declare, if their ids are known. */
export function linksOf({ regionId, vpcId, instanceIds, ...others }: Properties): Link[] {
  const areKnown = typeof regionId === "string" && typeof vpcId === "string" && Array.isArray(instanceIds);
  if (!areKnown || [regionId, vpcId].includes(UNKNOWN)) return [];
  const ids = instanceIds.filter((id: unknown): id is string => typeof id === "string" && id !== UNKNOWN);
  const away = Object.entries(toMovedAway(others[hidden.movedAway]));
  return [...linksTo(vpcId, regionId, ids), ...away.flatMap(([id, elsewhere]) => linksTo(elsewhere, regionId, [id]))];
}

/** The links of instances to a VPC. */
export function linksTo(vpcId: string, regionId: string, instanceIds: readonly string[]): Link[] {
  return instanceIds.map((instanceId) => ({ regionId, instanceId, vpcId }));
}

function toMovedAway(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(value ?? {}).map(([id, vpcId]) => [id, String(vpcId)]));
}
