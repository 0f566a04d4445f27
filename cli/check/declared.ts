/** Reads a declared list of links: a file of one's own, or what Pulumi says of a stack. */

import { parse } from "yaml";
import type { Link } from "../../provider/ecs/client";
import { faultOfId } from "../../provider/resources/ids";
import { isCsv, linksInCsv } from "./csv";

/** What is declared. */
export interface Declaration {
  readonly links: readonly Link[];
  /** The VPCs that are declared, some perhaps without a link. */
  readonly vpcs: readonly { readonly regionId: string; readonly vpcId: string }[];
}

/** An entry as it stands in a list. `instanceIds` belong to one VPC, as those of a `ClassicLinks`. */
export interface Entry {
  readonly instanceId?: unknown;
  readonly instanceIds?: unknown;
  readonly vpcId?: unknown;
  readonly regionId?: unknown;
}

/** The types of resources that are links, through either door. */
const TYPE = /^(pulumi-nodejs:dynamic\/classiclink|classiclink:index):ClassicLinks?$/;

/**
 * Reads the text of a list.
 *
 * @param name what to call it in errors.
 * @param defaultRegion asked for entries that name no region; may throw.
 * @throws when it holds no link, or an entry that cannot be understood.
 */
export function readDeclaration(text: string, name: string, defaultRegion: () => string): Declaration {
  const entries = entriesIn(text, name);
  const vpcs = new Map<string, { regionId: string; vpcId: string }>();
  const links = new Map<string, Link>();
  for (const [where, entry] of entries) {
    const at = `${name}: ${where}`;
    const vpcId = idOf(entry.vpcId, `${at}vpcId`);
    const regionId = entry.regionId === undefined ? defaultRegion() : idOf(entry.regionId, `${at}regionId`);
    vpcs.set(`${regionId}:${vpcId}`, { regionId, vpcId });
    for (const [member, property] of membersOf(entry, at)) {
      const instanceId = idOf(member, property);
      const key = `${regionId}:${instanceId}`;
      const other = links.get(key);
      if (other !== undefined && other.vpcId !== vpcId) {
        throw new Error(
          `${name} declares ${instanceId} for ${other.vpcId} and for ${vpcId}; an instance has at most one link`,
        );
      }
      links.set(key, { regionId, instanceId, vpcId });
    }
  }
  return { links: [...links.values()], vpcs: [...vpcs.values()] };
}

/** An entry, and what stands before its members in an error, as in `links[3].` */
type Placed = readonly [where: string, entry: Entry];

function entriesIn(text: string, name: string): readonly Placed[] {
  const entries = isCsv(text) ? linksInCsv(text, name) : [...entriesOf(parsed(text, name), "")];
  if (entries.length > 0) return entries;
  throw new Error(
    `${name} declares no links; give instanceId (or instanceIds) and vpcId of each in JSON, YAML or CSV, whose first line ` +
      "names the columns, or what pulumi stack export prints",
  );
}

function parsed(text: string, name: string): unknown {
  try {
    return parse(text, { logLevel: "error" });
  } catch (error) {
    // Below the first line the message quotes the text.
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new Error(`${name} is neither JSON nor YAML (${reason?.replace(/:$/, "")}); correct it there`);
  }
}

function* entriesOf(value: unknown, where: string): Generator<Placed> {
  const deployed = resourcesOfState(value);
  if (deployed !== undefined) {
    yield* deployed;
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* entriesOf(item, `${where}[${index}]`);
  } else if (isObject(value)) {
    const isLink = value.vpcId !== undefined && (value.instanceId !== undefined || value.instanceIds !== undefined);
    // In a list that is a link with a half missing. Elsewhere, as among a stack's outputs, it may be anything.
    const isHalf = value.instanceId !== undefined && where.endsWith("]");
    if (isLink || isHalf) {
      yield [where === "" ? "" : `${where}.`, value];
      return;
    }
    for (const [key, member] of Object.entries(value)) yield* entriesOf(member, where === "" ? key : `${where}.${key}`);
  }
}

/**
 * The links in what `pulumi stack export` prints. Their inputs are what the program declared; outputs follow the cloud.
 * External ones are those that it only looks up.
 */
function resourcesOfState(value: unknown): readonly Placed[] | undefined {
  const resources = isObject(value) && isObject(value.deployment) ? value.deployment.resources : undefined;
  if (!Array.isArray(resources)) return undefined;
  return resources.filter(isObject).flatMap(({ type, urn, inputs, external }): Placed[] => {
    if (external === true) return [];
    return typeof type === "string" && TYPE.test(type) && isObject(inputs) ? [[`${urn}.`, inputs]] : [];
  });
}

function membersOf({ instanceId, instanceIds }: Entry, at: string): (readonly [member: unknown, property: string])[] {
  if (instanceIds === undefined) return [[instanceId, `${at}instanceId`]];
  if (!Array.isArray(instanceIds)) throw new Error(`${at}instanceIds is not a list; give a list of ids`);
  return instanceIds.map((member: unknown, index) => [member, `${at}instanceIds[${index}]`]);
}

function idOf(value: unknown, where: string): string {
  if (value === "[secret]" || isObject(value)) {
    throw new Error(`${where} is secret; add --show-secrets to the pulumi command`);
  }
  const fault = typeof value === "string" ? faultOfId(value) : value === undefined ? "is missing" : "is not text";
  if (fault !== undefined || typeof value !== "string") throw new Error(`${where} ${fault}; give one id`);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
