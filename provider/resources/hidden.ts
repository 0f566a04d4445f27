/** Hidden properties of the state. Pulumi hides names that begin with two underscores. The names never change. */

import type { Properties } from "./inputs";

export const hidden = {
  /** `true` while a resource is partially created. A refresh that does not find its link yet would drop it otherwise. */
  partiallyCreated: "__halfMade",
  /** When the last attach of a partially created resource may have been sent, in ms since 1970. */
  attachedAt: "__attachedAt",
  /** The organization and the resource set under which the links were made or adopted. */
  scope: "__scope",
  /** The VPC to which this stack linked the instance, if a refresh has found it linked to another VPC. */
  movedFrom: "__movedFrom",
  /** In the inputs that a refresh of a fleet returns: instance id → the VPC where that member is now. */
  movedAway: "__movedAway",
} as const;

/** Whether Pulumi hides a property of that name. */
export function isHidden(name: string): boolean {
  return name.startsWith("__");
}

/** Whether the state is that of a partially created resource. */
export function isPartiallyCreated(state: Properties): boolean {
  return state[hidden.partiallyCreated] === true;
}

/**
 * When the links of a partially created resource may have been attached, in ms since 1970. Now for states of 0.1.0, which do
 * not say. Undefined for a complete resource.
 */
export function attachedAt(state: Properties): number | undefined {
  if (!isPartiallyCreated(state)) return undefined;
  const at = state[hidden.attachedAt];
  return typeof at === "number" ? at : Date.now();
}

/** The marks of a state that is, and stays, partially created. */
export function marksOf(state: Properties): Properties {
  return isPartiallyCreated(state) ? { [hidden.partiallyCreated]: true, [hidden.attachedAt]: attachedAt(state) } : {};
}
