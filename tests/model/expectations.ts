/** What an update has to come to, given what its state knows and what the cloud holds. */

import { type Known, ownedBy, pair } from "./knowledge";
import { declaredBy, type Links, type Program } from "./program";

/** What an update of a state that is in step with the cloud has to come to. */
type Expected =
  | { readonly kind: "fails"; readonly because: string }
  | { readonly kind: "succeeds"; readonly links: Links }
  /** Two resources meet on an instance that others have moved: it depends on which of them comes first. */
  | { readonly kind: "depends" };

/** The links in the end; or why one that is declared cannot be made, such as another link that this update does not remove in time. */
export function expectedOf(program: Program, state: readonly Known[], cloud: Links, isRefreshed: boolean): Expected {
  const declared = declaredBy(program.resources.values());
  if (state.some((known) => isTakenFromOthers(known, program))) return { kind: "depends" };
  // A replacement that was made only in part keeps what it replaces in the state, and does not know what that had.
  if (new Set(state.map(({ name }) => name)).size < state.length) return { kind: "depends" };
  for (const [instanceId, vpcId] of Object.entries(declared)) {
    const linkedTo = cloud[instanceId];
    if (program.released.has(instanceId)) return { kind: "fails", because: `${instanceId} is declared, and released` };
    if (linkedTo === undefined || linkedTo === vpcId) continue;
    const isKnown = isRefreshed && state.some((known) => hasLink(known, instanceId, linkedTo));
    if (!isKnown && !state.some((known) => removes(known, program, instanceId, linkedTo))) {
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
function isTakenFromOthers({ kind, name, vpcId, movedAway }: Known, { resources }: Program): boolean {
  const declared = declaredBy(resources.values());
  const next = resources.get(name);
  const isDeleted = (id: string) => (kind === "link" ? !next?.instanceIds.includes(id) : next?.vpcId !== vpcId);
  return Object.keys(movedAway).some((id) => declared[id] !== undefined && isDeleted(id));
}

/** Whether a resource of the state has this link. A refresh of the same run shows it to the resource that declares the instance. */
const hasLink = (known: Known, instanceId: string, vpcId: string): boolean =>
  (known.vpcId === vpcId && known.instanceIds.includes(instanceId)) || known.movedAway[instanceId] === vpcId;

/** Whether a resource of the state removes this link early enough for another one. */
function removes(known: Known, { resources }: Program, instanceId: string, vpcId: string): boolean {
  const next = resources.get(known.name);
  // What is replaced is deleted first; what is only deleted is deleted last.
  if (next === undefined || !hasLink(known, instanceId, vpcId)) return false;
  const isPutBack = next.vpcId === known.vpcId && next.instanceIds.includes(instanceId);
  return known.kind === "link" || known.instanceIds.includes(instanceId) || isPutBack;
}

/**
 * The links that are there, and that the resource that has them goes on to declare. A link that another resource has too, and
 * drops, may be detached before the one that goes on to declare it is checked. Then it is put back.
 */
export function keptBy({ resources }: Program, state: readonly Known[], cloud: Links): Set<string> {
  const declares = ({ name }: Known, id: string, vpcId: string) => {
    const next = resources.get(name);
    return next?.vpcId === vpcId && next.instanceIds.includes(id);
  };
  const isDropped = (id: string, vpcId: string) =>
    state.some((known) => hasLink(known, id, vpcId) && !declares(known, id, vpcId));
  return new Set(
    state.flatMap((known) => {
      const away = known.kind === "link" ? known.movedAway : {};
      const links = Object.entries({ ...declaredBy([known]), ...away });
      const kept = links.filter(([id, vpcId]) => declares(known, id, vpcId) && !isDropped(id, vpcId));
      return kept.filter(([id, vpcId]) => cloud[id] === vpcId).map(([id, vpcId]) => pair(id, vpcId));
    }),
  );
}

/** What the state has to know in the end. */
export const knownOf = ({ resources }: Program) =>
  [...resources].map(([name, declared]) => ({ name, ...declared, movedAway: {} }));
