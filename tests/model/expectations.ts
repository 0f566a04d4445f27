/** What an update has to come to, given what its state knows and what the cloud holds. */

import { type Known, ownedBy, pair } from "./knowledge";
import { declaredBy, type Links, type Program } from "./program";

/** What an update of a state that is in step with the cloud has to come to. */
export type Expected =
  | { readonly kind: "fails"; readonly because: string }
  | { readonly kind: "succeeds"; readonly links: Links }
  /** Two resources meet on an instance that others have moved: it depends on which of them comes first. */
  | { readonly kind: "depends" };

/** The links in the end; or why one that is declared cannot be made, such as one in its way that this update does not give up in time. */
export function expectedOf(program: Program, state: readonly Known[], cloud: Links, isRefreshed: boolean): Expected {
  const declared = declaredBy(program);
  if (state.some((known) => isTakenFromOthers(known, program))) return { kind: "depends" };
  // A replacement that was made only in part keeps what it replaces in the state, and does not know what that had.
  if (new Set(state.map(({ name }) => name)).size < state.length) return { kind: "depends" };
  for (const [instanceId, vpcId] of Object.entries(declared)) {
    const linkedTo = cloud[instanceId];
    if (program.released.has(instanceId)) return { kind: "fails", because: `${instanceId} is declared, and released` };
    if (linkedTo === undefined || linkedTo === vpcId) continue;
    const isKnown = isRefreshed && state.some((known) => hasLink(known, instanceId, linkedTo));
    if (!isKnown && !state.some((known) => givesUp(known, program, instanceId, linkedTo))) {
      return { kind: "fails", because: `${instanceId} is linked to ${linkedTo}, and declared to be to ${vpcId}` };
    }
  }
  const owned = ownedBy(state);
  const stays = Object.entries(cloud).filter(([instanceId, vpcId]) => !owned.has(pair(instanceId, vpcId)));
  return { kind: "succeeds", links: { ...Object.fromEntries(stays), ...declared } };
}

/**
 * Whether a link that others have moved is deleted while the program declares its instance. Then the delete detaches it, if the
 * resource that declares the instance is checked by then. Otherwise that resource finds it in its way.
 */
function isTakenFromOthers({ kind, name, vpcId, movedFrom, movedAway, instanceIds }: Known, program: Program): boolean {
  const declared = declaredBy(program);
  if (kind === "fleet") {
    const isDeleted = program.fleets.get(name)?.vpcId !== vpcId;
    return isDeleted && Object.keys(movedAway).some((instanceId) => declared[instanceId] !== undefined);
  }
  const [instanceId = ""] = instanceIds;
  const isDeclared = declared[instanceId] !== undefined;
  return movedFrom !== undefined && isDeclared && program.links.get(name)?.instanceId !== instanceId;
}

/** Whether a resource of the state has this link. A refresh of the same run shows it to the resource that declares the instance. */
function hasLink(known: Known, instanceId: string, vpcId: string): boolean {
  return (known.vpcId === vpcId && known.instanceIds.includes(instanceId)) || known.movedAway[instanceId] === vpcId;
}

/** Whether a resource of the state takes this link away early enough for another one. */
function givesUp(known: Known, program: Program, instanceId: string, vpcId: string): boolean {
  if (known.kind === "link") {
    // What is replaced is deleted first; what is only deleted is deleted last.
    return known.instanceIds[0] === instanceId && known.vpcId === vpcId && program.links.has(known.name);
  }
  const fleet = program.fleets.get(known.name);
  if (fleet === undefined) return false;
  if (known.vpcId === vpcId) return known.instanceIds.includes(instanceId);
  const isPutBack = fleet.vpcId === known.vpcId && fleet.instanceIds.includes(instanceId);
  return known.movedAway[instanceId] === vpcId && isPutBack;
}

/**
 * The links that are there, and that the resource that has them goes on to declare. A link that another resource has too, and
 * gives up, may be detached before the one that goes on to declare it is checked. Then it is put back.
 */
export function keptBy({ links, fleets }: Program, state: readonly Known[], cloud: Links): Set<string> {
  const declares = ({ kind, name }: Known, id: string, vpcId: string) => {
    const link = links.get(name);
    const goesOn = kind === "fleet" ? fleets.get(name) : link && { ...link, instanceIds: [link.instanceId] };
    return goesOn?.vpcId === vpcId && goesOn.instanceIds.includes(id);
  };
  const isGivenUp = (id: string, vpcId: string) =>
    state.some((known) => hasLink(known, id, vpcId) && !declares(known, id, vpcId));
  return new Set(
    state.flatMap((known) => {
      const { vpcId, instanceIds } = known;
      const kept = instanceIds.filter((id) => declares(known, id, vpcId) && !isGivenUp(id, vpcId));
      return kept.filter((id) => cloud[id] === vpcId).map((id) => pair(id, vpcId));
    }),
  );
}

/** What the state has to know in the end. */
export function knownOf({ host, links, fleets }: Program): Known[] {
  const rest = { host, movedAway: {}, isPartiallyCreated: false };
  return [
    ...[...links].map(([name, { instanceId, vpcId }]) => ({
      kind: "link" as const,
      name,
      vpcId,
      instanceIds: [instanceId],
      ...rest,
    })),
    ...[...fleets].map(([name, fleet]) => ({ kind: "fleet" as const, name, ...fleet, ...rest })),
  ];
}
