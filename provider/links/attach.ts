/** Attaches one link: asks ECS until it accepts, or until the link exists. */

import { OutOfTime } from "../ecs/budget";
import type { Link } from "../ecs/client";
import { EcsError } from "../ecs/errors";
import { detachUntilGone, orNotChecked } from "./detach";
import { SETTLE_POLL_MS } from "./ledger";
import { type Connection, currentVpc, isTransient, LISTING_LAG_MS } from "./connection";
import type { Task } from "./operation";
import { LinkedElsewhere } from "./errors";

/**
 * A resource that this run checks later may no longer declare its link to another VPC. So an attach waits until the run has
 * checked nothing for `quiet` ms, and at most `most` ms.
 */
const HANDOVER_MS = { quiet: 3_000, most: 60_000 } as const;

/** An attach that succeeded. */
export interface Attached {
  /** Whether it is listed. Otherwise it is only accepted. */
  readonly isListed: boolean;
  /** Whether it existed before this operation. */
  readonly isAdopted: boolean;
}

/** An attach that failed. */
export class AttachFailed extends Error {
  override readonly name = "AttachFailed";

  /**
   * @param isAbsent whether the link is proven not to exist.
   * @param mayBeLinked whether the attach may have succeeded. Then the state must have the link.
   */
  constructor(
    override readonly cause: unknown,
    readonly isAbsent: boolean,
    readonly mayBeLinked: boolean,
  ) {
    super("the attach failed");
  }
}

/**
 * Attaches a link.
 *
 * 1. Waits while this run removes a link of the instance.
 * 2. Asks ECS. If an attach may have succeeded, checks before it asks again.
 * 3. Detaches a link to another VPC if a resource of this run had it and no longer declares it, or if only the state has it.
 *    Otherwise fails.
 *
 * @param checkFirst for a link that may exist.
 * @throws {AttachFailed} if there is no link, or it cannot be checked.
 */
export async function attach(connection: Connection, link: Link, task: Task, checkFirst: boolean): Promise<Attached> {
  const asking = new Asking(connection, link, task, checkFirst);
  const begunAt = performance.now();
  const mayBeGivenUp = () => {
    const elapsedMs = performance.now() - begunAt;
    return elapsedMs < HANDOVER_MS.most && Math.min(elapsedMs, connection.ledger.sinceCheckMs()) < HANDOVER_MS.quiet;
  };
  try {
    for (;;) {
      while (connection.ledger.isRemoving(link)) {
        task.waits("detached by another resource");
        await task.pause(SETTLE_POLL_MS);
      }
      try {
        const attached = await asking.untilAccepted();
        connection.ledger.made(link);
        return attached;
      } catch (error) {
        if (!(error instanceof LinkedElsewhere)) throw error;
        const other = { ...link, vpcId: error.vpcId };
        if (!connection.ledger.isGivenUp(other)) {
          if (mayBeGivenUp()) {
            task.waits("linked elsewhere");
            await task.pause(HANDOVER_MS.quiet / 6);
            continue;
          }
          if (!connection.ledger.isLeftOver(other)) throw error;
        }
        await detachUntilGone(connection, other, task);
      }
    }
  } catch (error) {
    const isAbsent = provesNoLink(error);
    throw new AttachFailed(error, isAbsent, asking.mayBeLinked && !isAbsent);
  }
}

/** One attach, with all its tries. */
class Asking {
  /** True from the first request on, until ECS answers that it did nothing. */
  mayBeLinked = false;
  readonly #connection: Connection;
  readonly #link: Link;
  readonly #task: Task;
  #checkFirst: boolean;
  #hasChecked = false;

  constructor(connection: Connection, link: Link, task: Task, checkFirst: boolean) {
    this.#connection = connection;
    this.#link = link;
    this.#task = task;
    this.#checkFirst = checkFirst;
  }

  async untilAccepted(): Promise<Attached> {
    let contradictedAt: number | undefined;
    for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 8_000)) {
      const wasSent = this.mayBeLinked;
      try {
        return await this.#task.retry(() => this.#once());
      } catch (refusal) {
        if (!(refusal instanceof EcsError) || isTransient(refusal) || refusal.kind === "gone") throw refusal;
        // ECS may refuse because the link exists.
        if (await orNotChecked(refusal, () => this.#task.retry(() => this.#isThere())))
          return { isListed: true, isAdopted: !wasSent };
        contradictedAt ??= performance.now();
        if (refusal.kind !== "conflict" || performance.now() - contradictedAt >= LISTING_LAG_MS) throw refusal;
        this.#task.waits("ECS denies the link, but lists none");
        await this.#task.pause(pauseMs, refusal);
      }
    }
  }

  async #once(): Promise<Attached> {
    const { client, reader } = this.#connection;
    if (this.#checkFirst && (await this.#isThere())) return { isListed: true, isAdopted: false };
    this.#checkFirst = false;
    const before = this.mayBeLinked;
    const { calls } = this.#task;
    this.mayBeLinked = true;
    try {
      await client.attach(this.#link, this.#task);
      return { isListed: false, isAdopted: false };
    } catch (error) {
      const nothingCameOfIt =
        error instanceof OutOfTime ? error.neverSent : error instanceof EcsError && !error.facts.mayHaveSucceeded;
      // Without credentials, for one, nothing is sent.
      if (nothingCameOfIt || this.#task.calls === calls) this.mayBeLinked = before;
      if (!(error instanceof EcsError)) throw error;
      this.#checkFirst = error.facts.mayHaveSucceeded;
      // A busy instance may be linked already, so check once.
      const isFirstLock = error.kind === "busy" && !this.#hasChecked;
      if (isFirstLock && (await orNotChecked(error, () => this.#isThere())))
        return { isListed: true, isAdopted: !before };
      throw error;
    } finally {
      reader.changed(this.#link.regionId, this.#link.instanceId);
    }
  }

  async #isThere(): Promise<boolean> {
    this.#hasChecked = true;
    const vpcId = await currentVpc(this.#connection, this.#link, this.#task);
    if (vpcId !== undefined && vpcId !== this.#link.vpcId) throw new LinkedElsewhere(vpcId);
    return vpcId !== undefined;
  }
}

/** Whether an error proves that there is no such link. */
function provesNoLink(error: unknown): boolean {
  return error instanceof LinkedElsewhere || (error instanceof EcsError && error.kind === "gone");
}
