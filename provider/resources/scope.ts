/** The scope of a resource on a private cloud: its organization and resource set, which the state keeps. */

import type { Scope } from "../ecs/privateCloud";
import { ClassicLinkError } from "../links/errors";
import { hidden } from "./hidden";
import type { Properties } from "./inputs";

/** The outputs that keep a scope. None on the public cloud. */
export function toOutputs(scope: Scope): Properties {
  return Object.keys(scope).length === 0 ? {} : { [hidden.scope]: { ...scope } };
}

/** Whether a state was written under another scope than the current one. A state without a scope was written without one. */
export function isOtherScope(state: Properties, current: Scope): boolean {
  const { organizationId, resourceSetId } = scopeOf(state);
  return organizationId !== current.organizationId || resourceSetId !== current.resourceSetId;
}

/**
 * Refuses to read under another scope, which may not list links that exist.
 *
 * @param what names the links, as in "the link of i-a".
 * @throws {ClassicLinkError} that names both scopes.
 */
export function requireSameScope(what: string, state: Properties, current: Scope): void {
  if (!isOtherScope(state, current)) return;
  throw new ClassicLinkError(
    `${what} belongs to ${nameOf(scopeOf(state))}, but ${nameOf(current)} is configured. Nothing was changed. Set ` +
      "organizationId and resourceSetId back, or run pulumi up without --refresh to manage it from now on under what is configured",
  );
}

/** The error of an update that does not see a link under the scope that is configured now. */
export function notSeen(what: string, state: Properties, current: Scope): ClassicLinkError {
  return new ClassicLinkError(
    `${what} belongs to ${nameOf(scopeOf(state))} and is not listed under ${nameOf(current)}, which is configured now. Nothing was ` +
      "changed. Set organizationId and resourceSetId back, or check that the key may see the instance there",
  );
}

function scopeOf(state: Properties): Scope {
  const members = new Map<string, unknown>(Object.entries(state[hidden.scope] ?? {}));
  const [organizationId, resourceSetId] = [members.get("organizationId"), members.get("resourceSetId")];
  return {
    ...(typeof organizationId === "string" ? { organizationId } : {}),
    ...(typeof resourceSetId === "string" ? { resourceSetId } : {}),
  };
}

function nameOf({ organizationId, resourceSetId }: Scope): string {
  if (organizationId === undefined) return "no organization";
  const set = resourceSetId === undefined ? "no resource set" : `resource set ${resourceSetId}`;
  return `organization ${organizationId} and ${set}`;
}
