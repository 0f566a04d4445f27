/** The members of a resource of many links, as data: what is declared, what is found, and what differs. */

import { isHalfMade } from "./classicLinkError";
import type { Link } from "./ecs/client";
import {
  type CheckFailure,
  type CheckResult,
  checkId,
  checkNames,
  checkRegion,
  type Properties,
  UNKNOWN,
} from "./inputs";
import { shown } from "./shown";

/** The inputs of the resource. A change of `vpcId` or `regionId` replaces it; members come and go in place. */
export const LINKS_PROPERTIES = ["vpcId", "instanceIds", "regionId"] as const;

/** How many links a VPC takes. Source: AttachClassicLinkVpc, `QuotaExceeded`. */
export const MOST_LINKS = 1000;

/** The members that a program declares. */
export interface Declared {
  readonly regionId: string;
  readonly vpcId: string;
  /** Instance ids. The order means nothing. */
  readonly instanceIds: readonly string[];
}

/** The outputs: the members that are linked to the VPC, and where declared ones are that are linked elsewhere. */
export interface Members extends Declared {
  /** Instance id → VPC id. Empty when all is well. */
  readonly movedAway: Readonly<Record<string, string>>;
}

/** Checks the inputs, and fills in the configured region where they name none. Unknowns pass, whole or one by one. */
export function checkLinks(news: Properties, defaultRegion: () => string): CheckResult {
  const failures: (CheckFailure | undefined)[] = [
    checkId("vpcId", news.vpcId, "vpc-bp1abc"),
    ...checkMembers(news.instanceIds),
    ...checkNames(news, LINKS_PROPERTIES),
  ];
  const { inputs, failure } = checkRegion(news.regionId, defaultRegion);
  return {
    inputs: { ...news, ...inputs },
    failures: [...failures, failure].filter((found) => found !== undefined),
  };
}

function checkMembers(instanceIds: unknown): (CheckFailure | undefined)[] {
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
      reason: `names ${shown(String(id))} again, after ${property}[${first}]; name each instance once`,
    };
  });
}

/** Marks inputs that a refresh has returned with what it found to have moved away. A program's inputs never have it. */
const FOUND_AWAY = "__movedAway";

/** The inputs that a refresh returns, so that the next refresh has nothing to show again. */
export function toInputs({ movedAway, ...declared }: Members): Properties {
  return Object.keys(movedAway).length === 0 ? { ...declared } : { ...declared, [FOUND_AWAY]: movedAway };
}

/** What a change means: properties that replace the resource, and properties that are changed in place. */
export function diffLinks(olds: Properties, news: Properties): { replaces: string[]; updates: string[] } {
  const replaces = ["vpcId", "regionId"].filter((name) => news[name] === UNKNOWN || olds[name] !== news[name]);
  const updates = [
    ...(sameMembers(olds.instanceIds, news.instanceIds) ? [] : ["instanceIds"]),
    // What has moved away is put back by an update, which a program asks for, and not by another refresh.
    ...(Object.keys(olds.movedAway ?? {}).length === 0 || news[FOUND_AWAY] !== undefined ? [] : ["movedAway"]),
    ...(isHalfMade(olds) ? ["instanceIds"] : []),
  ];
  return { replaces, updates: [...new Set(updates)] };
}

/** The links of members that a resource has and goes on to declare. See `keptLink`. */
export function keptLinks(olds: Properties, news: Properties): Link[] {
  const { regionId, vpcId, instanceIds } = news;
  if (typeof regionId !== "string" || typeof vpcId !== "string" || !Array.isArray(instanceIds)) return [];
  if (diffLinks(olds, news).replaces.length > 0) return [];
  const had = new Set<unknown>(Array.isArray(olds.instanceIds) ? olds.instanceIds : []);
  const kept = instanceIds.filter((id: unknown) => had.has(id)).map(String);
  return linksTo(vpcId, { regionId }, kept);
}

function sameMembers(olds: unknown, news: unknown): boolean {
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
  const movedAway = Object.entries(state.movedAway ?? {}).map(([id, vpcId]) => [id, String(vpcId)] as const);
  return { ...toDeclared(state), movedAway: Object.fromEntries(movedAway) };
}

/** The links of instances to a VPC. */
export function linksTo(
  vpcId: string,
  { regionId }: { readonly regionId: string },
  instanceIds: readonly string[],
): Link[] {
  return instanceIds.map((instanceId) => ({ regionId, instanceId, vpcId }));
}
