/** Hidden properties of the state. Pulumi hides names that begin with two underscores. The names never change. */

import type { Properties } from "./inputs";

export const hidden = {
  /** `true` while a resource is partially created. A refresh that does not find its link yet would drop it otherwise. */
  partiallyCreated: "__halfMade",
  /**
   * When the attach of a partially created link may have been sent, in ms since 1970. For a fleet: instance id → that time, of
   * each member that may be listed late.
   */
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

/** When the attach of each instance may have been sent whose link may be listed late, in ms since 1970. */
export type AttachTimes = (instanceId: string) => number | undefined;

/** The times in a state. None for a complete resource. Now for states of 0.1.0, which do not say. */
export function attachTimesOf(state: Properties): AttachTimes {
  if (!isPartiallyCreated(state)) return () => undefined;
  const at = state[hidden.attachedAt] ?? Date.now();
  if (typeof at === "number") return () => at;
  const times = new Map<string, unknown>(Object.entries(at));
  return (instanceId) => {
    const time = times.get(instanceId);
    return typeof time === "number" ? time : undefined;
  };
}

/** The marks of a state that is, and stays, partially created. */
export function marksOf(state: Properties): Properties {
  if (!isPartiallyCreated(state)) return {};
  return { [hidden.partiallyCreated]: true, [hidden.attachedAt]: state[hidden.attachedAt] ?? Date.now() };
}
