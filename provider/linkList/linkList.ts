/** Reads a list of links: a user's file, the output of a command, or Pulumi's output for a stack. */

import { faultOfId } from "../resources/ids";
import { delimiterOf, entriesInCsv } from "./csv";
import { type AcceptState, entriesInDocuments, isObject, type StateOfLinks, statesIn } from "./documents";
import type { Entry, PlacedEntry } from "./entry";

/** A VPC, and the instances that are declared for it. */
export interface ListedVpc<Region> {
  readonly regionId: Region;
  readonly vpcId: string;
  /** In the order of the list. */
  readonly instanceIds: readonly string[];
}

/**
 * Reads the text of a list.
 *
 * @param name the name of the list in errors.
 * @param defaultRegion called for entries without a region. It may throw.
 * @param accept which link resources count, if the list is the output of `pulumi stack export`.
 * @throws if an entry is wrong, or the list declares an instance for two VPCs.
 */
export function readLinkList<Region>(
  text: string,
  name: string,
  defaultRegion: () => Region,
  accept: AcceptState = () => true,
): readonly ListedVpc<string | Region>[] {
  const vpcs = new Map<string, { regionId: string | Region; vpcId: string; instanceIds: string[] }>();
  const vpcOf = new Map<string, string>();
  for (const [where, entry] of entriesIn(text, name, accept)) {
    const at = `${name}: ${where}`;
    const vpcId = idOf(entry.vpcId, `${at}vpcId`);
    const regionId = entry.regionId === undefined ? defaultRegion() : idOf(entry.regionId, `${at}regionId`);
    const vpc = vpcs.get(`${regionId}:${vpcId}`) ?? { regionId, vpcId, instanceIds: [] };
    vpcs.set(`${regionId}:${vpcId}`, vpc);
    for (const [member, property] of membersOf(entry, at)) {
      const instanceId = idOf(member, property);
      const other = vpcOf.get(`${regionId}:${instanceId}`);
      if (other === vpcId) continue;
      if (other !== undefined) {
        throw new Error(
          `${property} declares ${instanceId} for ${vpcId}, but an earlier entry declares it for ${other}; ` +
            "an instance has at most one link",
        );
      }
      vpcOf.set(`${regionId}:${instanceId}`, vpcId);
      vpc.instanceIds.push(instanceId);
    }
  }
  return [...vpcs.values()];
}

/** The link resources in a list that is the output of `pulumi stack export`. */
export function statesInList(text: string, name: string): readonly StateOfLinks[] {
  return delimiterOf(text) === undefined ? statesIn(text, name) : [];
}

function entriesIn(text: string, name: string, accept: AcceptState): readonly PlacedEntry[] {
  const delimiter = delimiterOf(text);
  if (delimiter !== undefined) return entriesInCsv(text, delimiter, name);
  return entriesInDocuments(text, name, accept);
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
