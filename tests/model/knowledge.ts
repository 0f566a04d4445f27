/** What a state knows of links, read from what the engine keeps, and what a refresh has to make of it. */

import { hidden } from "../../provider/resources/hidden";
import type { ResourceState } from "../engine/state";
import type { Declared, Links } from "./program";

/** One resource in a state. Its instances are those that are linked to its VPC. */
export interface Known extends Declared {
  readonly name: string;
  /** Instances that others have moved, and where to. */
  readonly movedAway: Links;
  readonly isPartiallyCreated: boolean;
  /** Whether the next update replaces it, whatever has changed. It stays so until a replacement succeeds. */
  readonly isTainted: boolean;
}

/** The resources of ours in a state. */
export function knownIn(resources: Iterable<ResourceState>): Known[] {
  return [...resources]
    .filter(({ type }) => /:ClassicLinks?$/.test(type))
    .map(({ urn, type, outputs, initErrors, taint }): Known => {
      const { instanceId, instanceIds, vpcId, movedAway, [hidden.movedFrom]: movedFrom } = outputs;
      const about = {
        name: urn.split("::").at(-1) ?? "",
        isPartiallyCreated: outputs[hidden.partiallyCreated] === true || initErrors !== undefined,
        isTainted: taint === true,
      };
      if (type.endsWith("s")) {
        const members = Array.isArray(instanceIds) ? instanceIds.map(String) : [];
        const away = Object.fromEntries(Object.entries(movedAway ?? {}).map(([id, vpc]) => [id, String(vpc)]));
        return { ...about, kind: "fleet", vpcId: String(vpcId), instanceIds: members, movedAway: away };
      }
      const [id, vpc] = [String(instanceId), String(vpcId)];
      if (typeof movedFrom !== "string")
        return { ...about, kind: "link", vpcId: vpc, instanceIds: [id], movedAway: {} };
      return { ...about, kind: "link", vpcId: movedFrom, instanceIds: [], movedAway: { [id]: vpc } };
    });
}

/** The links that a state names as made by it, as "i-a→vpc-1". What has moved away is not among them. */
export const ownedBy = (state: readonly Known[]): Set<string> =>
  new Set(state.flatMap(({ instanceIds, vpcId }) => instanceIds.map((instanceId) => pair(instanceId, vpcId))));

/** Where links and members of fleets are linked instead, as far as a state knows. */
export const awayIn = (state: readonly Known[]): Set<string> =>
  new Set(state.flatMap(({ movedAway }) => pairsOf(movedAway)));

export const pair = (instanceId: string, vpcId: string): string => `${instanceId}→${vpcId}`;

export const pairsOf = (links: Links): string[] =>
  Object.entries(links)
    .map(([instanceId, vpcId]) => pair(instanceId, vpcId))
    .sort();

/** What a refresh has to make of a state. What is partially created may be listed yet, so its absence is no news. */
export function refreshed(state: readonly Known[], cloud: Links): Known[] {
  return state.flatMap((known): Known[] => {
    const { kind, vpcId, isPartiallyCreated } = known;
    const members = [...new Set([...known.instanceIds, ...Object.keys(known.movedAway)])];
    const instanceIds = members.filter((id) => cloud[id] === vpcId || (isPartiallyCreated && cloud[id] === undefined));
    const away = members.filter((id) => cloud[id] !== undefined && cloud[id] !== vpcId);
    // A link that was never finished is not taken from the VPC that has the instance now.
    const isGone = away.length === 0 ? instanceIds.length === 0 : isPartiallyCreated;
    if (kind === "link" && isGone) return [];
    return [{ ...known, instanceIds, movedAway: Object.fromEntries(away.map((id) => [id, cloud[id] ?? ""])) }];
  });
}

/** A state in one spelling, to be compared. */
export function inWords(state: readonly (Declared & Pick<Known, "name" | "movedAway">)[]): string[] {
  return state
    .map(({ kind, name, vpcId, instanceIds, movedAway }) => {
      const [away = "", ...others] = pairsOf(movedAway);
      // Of a link, the state says where it is linked now.
      if (kind === "link" && away !== "") return `link ${name}: ${away}`;
      return `${kind} ${name}: ${[...instanceIds].sort().join(",")}→${vpcId} ${[away, ...others].join(",")}`.trim();
    })
    .sort();
}
