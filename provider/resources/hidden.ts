/** Properties of the state that Pulumi does not show: their names begin with two underscores. The names never change. */

import type { Properties } from "./inputs";

export const hidden = {
  /** `true` while a resource is partially created. A refresh that does not find its link yet would drop it otherwise. */
  partiallyCreated: "__halfMade",
  /** When the last attach of a partially created resource may have been sent, in ms since 1970. */
  attachedAt: "__attachedAt",
  /** The organization and the resource set under which the links were made or adopted. */
  scope: "__scope",
  /** The VPC to which this stack linked the instance, where a refresh has found it linked to another VPC. */
  movedFrom: "__movedFrom",
  /** In the inputs that a refresh of a fleet returns: instance id → the VPC where that member is now. */
  movedAway: "__movedAway",
} as const;

/** Whether a name is one that Pulumi does not show. */
export function isHidden(name: string): boolean {
  return name.startsWith("__");
}

/** The hidden input that says the same as an output, as `__movedAway` does of `movedAway`. */
export function hiddenTwin(output: string): string {
  return `__${output}`;
}

/** Whether the state is that of a partially created resource. */
export function isPartiallyCreated(state: Properties): boolean {
  return state[hidden.partiallyCreated] === true;
}

/**
 * When the links of a partially created resource may have been attached, in ms since 1970. States of 0.1.0 do not say, so
 * it may have been now. Undefined for a resource that is complete.
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
