/** Finds instances that a program links twice, which would be one link with two owners. */

import { RunError, runtime } from "@pulumi/pulumi";

/** By run of a program, the resources that declare an instance. A process may run several programs, each with its stack. */
const declaredIn = new WeakMap<object, Map<string, string>>();

/**
 * Checks that no other ClassicLink of this program declares the instance. Says nothing of ids that are not known yet.
 *
 * @throws {RunError} that names both resources.
 */
export function checkDeclaredOnce(where: string, instanceId: unknown, regionId: unknown): void {
  const stack = runtime.getStackResource();
  const isPlain = typeof instanceId === "string" && (regionId === undefined || typeof regionId === "string");
  if (stack === undefined || !isPlain) return;
  const declared = declaredIn.get(stack) ?? new Map<string, string>();
  declaredIn.set(stack, declared);
  const key = JSON.stringify([regionId, instanceId]);
  const other = declared.get(key);
  if (other !== undefined) {
    throw new RunError(`${where}: ${instanceId} is declared by ${other} already; an instance has at most one link`);
  }
  declared.set(key, where);
}
