/** Finds drift in the events of a refresh: links that differ from the state. */

import type { EngineEvent } from "@pulumi/pulumi/automation";

/** A link that was removed, or moved to another VPC. */
export interface Drift {
  /** The name of the resource in the program. */
  readonly resource: string;
  readonly instanceId: string;
  /** The VPC that the state names. */
  readonly was: string;
  /** The VPC that the instance is linked to now. Absent if it has no link. */
  readonly now?: string;
}

/** The drift that an event reports. Most events report none. */
export function driftIn({ resOutputsEvent }: EngineEvent): Drift[] {
  const { op, urn = "", old, new: found } = resOutputsEvent?.metadata ?? {};
  if (!/:ClassicLinks?::/.test(urn) || (op !== "update" && op !== "delete")) return [];
  const resource = urn.split("::").at(-1) ?? "";
  const was = String(old?.outputs.vpcId);
  const moved = (instanceId: string, now: unknown): Drift[] => {
    if (now === was) return [];
    return [{ resource, instanceId, was, ...(typeof now === "string" ? { now } : {}) }];
  };
  const { instanceId, instanceIds } = old?.outputs ?? {};
  if (typeof instanceId === "string") return moved(instanceId, found?.outputs.vpcId);
  const left = new Set<unknown>(found?.outputs.instanceIds);
  const away = found?.outputs.movedAway ?? {};
  return listOf(instanceIds).flatMap((member) => (left.has(member) ? [] : moved(member, away[member])));
}

/** The drift as a sentence. */
export function sentenceOf({ resource, instanceId, was, now }: Drift): string {
  const where = now === undefined ? "is not linked any more" : `is linked to ${now}`;
  return `${resource}: ${instanceId} ${where}, it was linked to ${was}`;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
