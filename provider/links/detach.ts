/** Detaches one link: asks ECS until it accepts, or until the link is gone. */

import type { Link } from "../ecs/client";
import { EcsError } from "../ecs/errors";
import { type Connection, currentVpc, isTransient, LISTING_LAG_MS } from "./connection";
import type { Task } from "./operation";
import { NotChecked } from "./errors";

/** The pause between two tries for a link that is not listed yet, in ms. */
const LATE_POLL_MS = 5_000;

/** The result of a detach. */
export type Detached =
  /** ECS has accepted it. The link may still be listed. */
  | { readonly state: "accepted" }
  /** There is no such link. The instance may be linked to another VPC. */
  | { readonly state: "absent"; readonly elsewhere?: string }
  /** ECS no longer offers ClassicLink, and the settings allow to drop such links. */
  | { readonly state: "forgotten"; readonly code: string };

/**
 * Detaches a link. A link to another VPC is not touched.
 *
 * @param attachedAt when its attach was sent, in ms since 1970. A link attached less than two minutes ago can exist without
 * being listed, so neither "not linked" nor an empty listing proves that it is gone.
 * @throws {EcsError} if ECS refuses permanently, and the link exists.
 */
export async function detach(connection: Connection, link: Link, task: Task, attachedAt?: number): Promise<Detached> {
  const { client, reader } = connection;
  const isLateUntil = attachedAt === undefined ? 0 : Math.min(attachedAt, Date.now()) + LISTING_LAG_MS;
  const mayBeLate = () => Date.now() < isLateUntil && !connection.ledger.isGone(link);
  let vpcId: string | undefined;
  const isThere = async () => {
    vpcId = await currentVpc(connection, link, task);
    return vpcId === link.vpcId;
  };
  const absent = (): Detached => (vpcId === undefined ? { state: "absent" } : { state: "absent", elsewhere: vpcId });
  let checkFirst = false;
  let hasChecked = false;

  async function once(): Promise<Detached> {
    if (checkFirst && !mayBeLate() && !(await isThere())) return absent();
    checkFirst = false;
    try {
      await client.detach(link, task);
      return { state: "accepted" };
    } catch (error) {
      if (!(error instanceof EcsError)) throw error;
      checkFirst = error.facts.mayHaveSucceeded;
      // A locked instance may have no link any more, so check once. Otherwise a destroy would wait for the lock.
      if (error.kind === "busy" && !hasChecked && !mayBeLate()) {
        hasChecked = true;
        if (!(await orNotChecked(error, isThere))) return absent();
      }
      throw error;
    } finally {
      reader.changed(link.regionId, link.instanceId);
    }
  }

  let contradictedAt: number | undefined;
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 8_000)) {
    let refusal: EcsError;
    try {
      return await task.retry(once);
    } catch (error) {
      if (!(error instanceof EcsError) || isTransient(error)) throw error;
      refusal = error;
    }
    const deniesLink = refusal.kind === "conflict" || refusal.kind === "gone";
    if (deniesLink && mayBeLate()) {
      task.waits("attached less than 2 min ago, may be listed late");
      await task.pause(LATE_POLL_MS, refusal);
      continue;
    }
    // Refused permanently. That matters only if the link exists.
    const left = await orForgotten(connection, refusal, () => orNotChecked(refusal, () => task.retry(isThere)));
    if (typeof left !== "boolean") return left;
    if (!left && !mayBeLate()) return absent();
    contradictedAt ??= performance.now();
    if (!deniesLink || performance.now() - contradictedAt >= LISTING_LAG_MS) throw refusal;
    task.waits("ECS denies this, but lists the link");
    await task.pause(pauseMs, refusal);
  }
}

/** Detaches a link that another resource of this run no longer declares, and waits until it is gone. */
export async function detachUntilGone(connection: Connection, link: Link, task: Task): Promise<void> {
  if (!connection.ledger.beginRemoval(link)) return;
  try {
    await detach(connection, link, task);
    for (;;) {
      if ((await task.retry(() => currentVpc(connection, link, task))) !== link.vpcId) return;
      task.waits("detached, still listed");
      await task.pause(1_000);
    }
  } finally {
    connection.ledger.endRemoval(link);
  }
}

/** Whether the link exists. "Forgotten" if ClassicLink is retired there and the settings allow to drop the link. */
async function orForgotten(
  connection: Connection,
  refusal: EcsError,
  check: () => Promise<boolean>,
): Promise<boolean | Detached> {
  try {
    return await check();
  } catch (error) {
    const isRetired = refusal.kind === "retired" && error instanceof NotChecked && error.check.kind === "retired";
    if (isRetired && connection.mayForgetRetired()) return { state: "forgotten", code: error.check.facts.code };
    throw error;
  }
}

/** Checks the listing. If that fails permanently too, throws both errors, or the first one if the same advice helps. */
export async function orNotChecked(refusal: EcsError, check: () => Promise<boolean>): Promise<boolean> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof EcsError) || isTransient(error)) throw error;
    const isSame = error.facts.advice === refusal.facts.advice && error.kind !== "retired";
    throw isSame ? refusal : new NotChecked(refusal, error);
  }
}
