/** Finds instances that a program links twice, which would be one link with two owners. */

import { type ProviderResource, RunError, runtime } from "@pulumi/pulumi";

/**
 * By run of a program, or by provider where one is named, the resources that declare an instance. A process may run several
 * programs, each with its stack; and providers may stand for clouds of which each has an instance of that id.
 */
const declaredIn = new WeakMap<object, Map<string, string>>();

/**
 * Checks that no other ClassicLink of this program declares the instance. Says nothing of ids that are not known yet.
 *
 * @throws {RunError} that names both resources.
 */
export function checkDeclaredOnce(
  where: string,
  { instanceId, regionId }: { readonly instanceId?: unknown; readonly regionId?: unknown } = {},
  provider?: ProviderResource,
): void {
  const scope = provider ?? runtime.getStackResource();
  const isPlain = typeof instanceId === "string" && (regionId === undefined || typeof regionId === "string");
  if (scope === undefined || !isPlain) return;
  const declared = declaredIn.get(scope) ?? new Map<string, string>();
  declaredIn.set(scope, declared);
  const key = JSON.stringify([regionId, instanceId]);
  const other = declared.get(key);
  if (other !== undefined) {
    throw new RunError(`${where}: ${instanceId} is declared by ${other} already; an instance has at most one link`);
  }
  declared.set(key, where);
}
