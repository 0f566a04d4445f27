/** Attaches one link: asks ECS until it has accepted it, or the link turns out to be there. */

import { OutOfTime } from "../ecs/budget";
import type { Link } from "../ecs/client";
import { EcsError } from "../ecs/errors";
import { detachUntilGone, orNotChecked } from "./detach";
import { SETTLE_POLL_MS } from "./ledger";
import { type Connection, currentVpc, isTransient, LISTING_LAG_MS } from "./connection";
import type { Task } from "./operation";
import { LinkedElsewhere } from "./errors";

/**
 * A link that is in the way may still be given up by a resource that this run checks later. So an attach waits until the
 * run has checked nothing for so long, and no longer than the second, in ms.
 */
const HANDOVER_MS = { quiet: 3_000, most: 60_000 } as const;

/** What came of asking. */
export interface Attached {
  /** Listed already, or only accepted. */
  readonly isListed: boolean;
  /** It was there before this operation asked for it. */
  readonly isAdopted: boolean;
}

/** An attach that failed. */
export class AttachFailed extends Error {
  override readonly name = "AttachFailed";

  /**
   * @param isAbsent whether it is proven that there is no such link.
   * @param mayBeLinked whether the link may have been made all the same. Then the state has to know of it.
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
 * 2. Asks ECS. In doubt, checks before it asks again.
 * 3. A link to another VPC is detached when a resource of this run gives it up; else it ends the attach.
 *
 * @param checkFirst for a link that may be there.
 * @throws {AttachFailed} when there is no link, or nobody can know.
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
        if (connection.ledger.isGivenUp(other)) {
          await detachUntilGone(connection, other, task);
        } else if (mayBeGivenUp()) {
          task.waits("linked elsewhere");
          await task.pause(HANDOVER_MS.quiet / 6);
        } else {
          throw error;
        }
      }
    }
  } catch (error) {
    const isAbsent = provesNoLink(error);
    throw new AttachFailed(error, isAbsent, asking.mayBeLinked && !isAbsent);
  }
}

/** One attach, over all its tries. */
class Asking {
  /** From the moment that a request is sent until ECS has said that nothing came of it. */
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
        // A refusal for good may be about the link being there.
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
    this.mayBeLinked = true;
    try {
      await client.attach(this.#link, this.#task);
      return { isListed: false, isAdopted: false };
    } catch (error) {
      const nothingCameOfIt =
        error instanceof OutOfTime ? error.neverSent : error instanceof EcsError && !error.facts.mayHaveSucceeded;
      if (nothingCameOfIt) this.mayBeLinked = before;
      if (!(error instanceof EcsError)) throw error;
      this.#checkFirst = error.facts.mayHaveSucceeded;
      // A busy instance may be linked already. One check tells.
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

/** Whether an attach ended in a way that leaves no doubt: there is no such link. */
function provesNoLink(error: unknown): boolean {
  return error instanceof LinkedElsewhere || (error instanceof EcsError && error.kind === "gone");
}
