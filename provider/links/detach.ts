/** Detaches one link: asks ECS until it accepts, or until the link is gone. */

import type { Link } from "../ecs/client";
import { type Connection, currentVpc, LISTING_LAG_MS } from "./connection";
import { NotChecked } from "./errors";
import type { Task } from "./operation";
import { type Request, untilAccepted } from "./request";

/** The outcome of a detach. */
export type DetachOutcome =
  /** `elsewhere` is the other VPC that the instance is linked to, if that is known. */
  | { readonly state: "unlinked"; readonly elsewhere?: string }
  /** This run declares the link, or has made or adopted it. */
  | { readonly state: "stays" }
  /** ECS no longer offers ClassicLink, and the settings allow to drop such links. Nobody can know whether the link exists. */
  | { readonly state: "forgotten"; readonly code: string }
  | { readonly state: "failed"; readonly reason: string };

/**
 * Detaches a link. A link to another VPC is not touched.
 *
 * @param attachedAt when its attach was sent, in ms since 1970. A link attached less than two minutes ago can exist without
 * being listed, so neither "not linked" nor an empty listing proves that it is gone.
 * @returns "accepted" if the link may still be listed.
 * @throws {EcsError} if ECS refuses permanently, and the link exists.
 */
export async function detach(
  connection: Connection,
  link: Link,
  task: Task,
  attachedAt?: number,
): Promise<DetachOutcome | "accepted"> {
  const isLateUntil = attachedAt === undefined ? 0 : Math.min(attachedAt, Date.now()) + LISTING_LAG_MS;
  const request: Request<DetachOutcome | "accepted"> = {
    async send() {
      await connection.client.detach(link, task);
      return "accepted";
    },
    async check() {
      const vpcId = await currentVpc(connection, link, task);
      if (vpcId === link.vpcId) return undefined;
      return vpcId === undefined ? { state: "unlinked" } : { state: "unlinked", elsewhere: vpcId };
    },
    mayBeLate: () => Date.now() < isLateUntil && !connection.ledger.isGone(link),
    denials: ["conflict", "gone"],
    contradiction: "ECS denies this, but lists the link",
  };
  try {
    return await untilAccepted(connection, link, request, task);
  } catch (error) {
    const code = error instanceof NotChecked ? error.retiredCode : undefined;
    if (code !== undefined && connection.mayForgetRetired()) return { state: "forgotten", code };
    throw error;
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
