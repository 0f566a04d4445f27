/** What a state knows of links, read from what the engine keeps, and what a refresh has to make of it. */

import { hidden } from "../../provider/resources/hidden";
import type { ResourceState } from "../engine/state";
import type { Host } from "../support/shop";
import type { Links } from "./program";

/** One resource in a state. */
export interface Known {
  /** Whose resource it is. What leaves the state is deleted by the host that made it. */
  readonly host: Host;
  readonly kind: "link" | "fleet";
  readonly name: string;
  readonly vpcId: string;
  /** The members that it holds to be linked to `vpcId`; of a single link the one instance, wherever it is linked. */
  readonly instanceIds: readonly string[];
  /** Members of a fleet that are linked elsewhere. */
  readonly movedAway: Links;
  readonly isPartiallyCreated: boolean;
  /** Whether the next update replaces it, whatever has changed. It stays so until a replacement succeeds. */
  readonly isTainted?: boolean;
  /** Of a link that others have moved: the VPC where it was made. */
  readonly movedFrom?: string | undefined;
}

/** The resources of ours in a state. */
export function knownIn(resources: Iterable<ResourceState>): Known[] {
  return [...resources]
    .filter(({ type }) => /:ClassicLinks?$/.test(type))
    .map(({ urn, type, outputs, initErrors, taint }): Known => {
      const host = type.startsWith("pulumi-nodejs:") ? "dynamic" : "plugin";
      const { instanceId, instanceIds, vpcId, movedAway } = outputs;
      const kind = type.endsWith("s") ? "fleet" : "link";
      return {
        host,
        kind,
        name: urn.split("::").at(-1) ?? "",
        vpcId: String(vpcId),
        instanceIds: Array.isArray(instanceIds) ? instanceIds.map(String) : [String(instanceId)],
        movedAway: Object.fromEntries(Object.entries(movedAway ?? {}).map(([id, vpc]) => [id, String(vpc)])),
        isPartiallyCreated: outputs[hidden.partiallyCreated] === true || initErrors !== undefined,
        isTainted: taint === true,
        movedFrom: typeof outputs[hidden.movedFrom] === "string" ? String(outputs[hidden.movedFrom]) : undefined,
      };
    });
}

/** The links that a state names as made by it, as "i-a→vpc-1". What has moved away is not among them. */
export function ownedBy(state: readonly Known[]): Set<string> {
  return new Set(
    ours(state).flatMap(({ instanceIds, vpcId }) => instanceIds.map((instanceId) => pair(instanceId, vpcId))),
  );
}

const ours = (state: readonly Known[]) => state.filter(({ movedFrom }) => movedFrom === undefined);

/** Where links and members of fleets are linked instead, as far as a state knows. */
export function awayIn(state: readonly Known[]): Set<string> {
  const links = state.filter(({ movedFrom }) => movedFrom !== undefined);
  return new Set([
    ...links.flatMap(({ instanceIds, vpcId }) => instanceIds.map((id) => pair(id, vpcId))),
    ...state.flatMap(({ movedAway }) => Object.entries(movedAway).map(([id, vpcId]) => pair(id, vpcId))),
  ]);
}

export const pair = (instanceId: string, vpcId: string): string => `${instanceId}→${vpcId}`;

/** What a refresh has to make of a state. What is partially created may be listed yet, so its absence is no news. */
export function refreshed(state: readonly Known[], cloud: Links): Known[] {
  return state.flatMap((known): Known[] => {
    const { kind, vpcId, instanceIds, movedAway, isPartiallyCreated } = known;
    if (kind === "link") {
      const linkedTo = cloud[instanceIds[0] ?? ""];
      if (linkedTo === undefined) return isPartiallyCreated ? [known] : [];
      // What was never finished is not taken back from whoever has the instance now.
      return isPartiallyCreated && linkedTo !== vpcId ? [] : [moved(known, linkedTo)];
    }
    const members = [...new Set([...instanceIds, ...Object.keys(movedAway)])];
    const away = members.filter((id) => cloud[id] !== undefined && cloud[id] !== vpcId);
    return [
      {
        ...known,
        instanceIds: members.filter((id) => cloud[id] === vpcId || (isPartiallyCreated && cloud[id] === undefined)),
        movedAway: Object.fromEntries(away.map((id) => [id, cloud[id] ?? ""])),
      },
    ];
  });
}

function moved(known: Known, vpcId: string): Known {
  const madeTo = known.movedFrom ?? known.vpcId;
  return { ...known, vpcId, isPartiallyCreated: false, movedFrom: madeTo === vpcId ? undefined : madeTo };
}

/** A state in one spelling, to be compared. */
export function told(state: readonly Known[]): string[] {
  return state
    .map(({ kind, name, vpcId, instanceIds, movedAway }) => {
      const away = Object.entries(movedAway).map(([id, vpc]) => pair(id, vpc));
      return `${kind} ${name}: ${[...instanceIds].sort().join(",")}→${vpcId} ${away.sort().join(",")}`.trim();
    })
    .sort();
}
