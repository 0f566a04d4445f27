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
    `the scope of ${what} is ${nameOf(scopeOf(state))}, but ${nameOf(current)} is configured. Nothing was changed. Set ` +
      "organizationId and resourceSetId back, or run pulumi up without --refresh, which adopts what it sees under the new scope; " +
      "change the VPC or the region in a later update",
  );
}

/**
 * The error of an update that does not see a link under the scope that is configured now.
 *
 * @param why the error of the read, if ECS refused it.
 */
export function notSeen(what: string, state: Properties, current: Scope, why?: string): ClassicLinkError {
  const found = why === undefined ? ", ECS lists no such link" : `: ${why}`;
  return new ClassicLinkError(
    `the scope of ${what} is ${nameOf(scopeOf(state))}. Under ${nameOf(current)}, which is configured now${found}. Nothing was ` +
      "changed. Set organizationId and resourceSetId back, or check that the key may see the instance there",
  );
}

/**
 * Waits for a read under another scope than that of the state.
 *
 * @throws {ClassicLinkError} that names both scopes, if the read fails.
 */
export async function readElsewhere<T>(
  what: string,
  state: Properties,
  current: Scope,
  reading: Promise<T>,
): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof ClassicLinkError ? notSeen(what, state, current, error.message) : error;
  }
}

/** The scope in a state. */
export function scopeOf(state: Properties): Scope {
  const members = new Map<string, unknown>(Object.entries(state[hidden.scope] ?? {}));
  const [organizationId, resourceSetId] = [members.get("organizationId"), members.get("resourceSetId")];
  return {
    ...(typeof organizationId === "string" ? { organizationId } : {}),
    ...(typeof resourceSetId === "string" ? { resourceSetId } : {}),
  };
}

/** A scope in words. */
export function nameOf({ organizationId, resourceSetId }: Scope): string {
  if (organizationId === undefined) return "no organization";
  const set = resourceSetId === undefined ? "no resource set" : `resource set ${resourceSetId}`;
  return `organization ${organizationId} and ${set}`;
}
