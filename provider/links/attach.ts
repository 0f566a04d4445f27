/** Attaches one link: asks ECS until it accepts, or until the link exists. */

import { OutOfTime } from "../ecs/budget";
import type { Link } from "../ecs/client";
import { EcsError } from "../ecs/errors";
import { detachUntilGone } from "./detach";
import { SETTLE_POLL_MS } from "./ledger";
import { type Connection, currentVpc } from "./connection";
import { LinkedElsewhere } from "./errors";
import type { Task } from "./operation";
import { type Request, untilAccepted } from "./request";

/**
 * A resource that this run checks later may no longer declare its link to another VPC. So an attach waits until the run has
 * checked nothing for `quiet` ms, and at most `most` ms.
 */
const HANDOVER_MS = { quiet: 3_000, most: 60_000 } as const;

/** The outcome of an attach. */
export type AttachOutcome =
  /** It is listed. `isAdopted` says whether it existed before this operation. */
  | { readonly state: "linked"; readonly isAdopted: boolean }
  | {
      readonly state: "failed";
      readonly reason: string;
      /** Whether the link is proven not to exist. */
      readonly isAbsent: boolean;
      /** Whether the link may exist: it did before, or the attach may have succeeded. */
      readonly mayBeLinked: boolean;
      /** Whether the attach may have succeeded. Then the link may be listed late. */
      readonly mayBeNew: boolean;
      /** The other VPC that the instance was moved to, if it was not detached from there. */
      readonly stillMovedTo?: string | undefined;
    };

/** How an attach is done. */
export interface AttachOptions {
  /** Whether to check before the first request, for a link that may exist. */
  readonly checkFirst: boolean;
  /** The VPC that others moved the instance to. It is detached from there first. */
  readonly movedTo?: string | undefined;
  /** Whether other links to the VPC are being detached. Until then, a full VPC is waited for. */
  readonly mayGetRoom?: (() => boolean) | undefined;
}

/** The first and the longest pause before a full VPC is tried again, in ms. */
const FULL_POLL_MS = { first: 2_000, longest: 32_000 } as const;

/**
 * Attaches a link.
 *
 * 1. Detaches the link to the VPC that others moved the instance to.
 * 2. Waits while this run removes a link of the instance.
 * 3. Asks ECS, see {@link untilAccepted}.
 * 4. Waits for room in a full VPC while other links to it are being detached.
 * 5. Detaches a link to another VPC if a resource of this run had it and no longer declares it, or if only the state has it.
 *    Otherwise fails.
 *
 * @returns "accepted" if the link is not listed yet. Never throws.
 */
export async function attach(
  connection: Connection,
  link: Link,
  task: Task,
  { checkFirst, movedTo, mayGetRoom = () => false }: AttachOptions,
): Promise<AttachOutcome | "accepted"> {
  let stillMovedTo = movedTo;
  const { client, ledger } = connection;
  /** True from the first request on, until ECS answers that it did nothing. */
  let mayBeNew = false;
  const request: Request<AttachOutcome | "accepted"> = {
    checkFirst,
    async send() {
      const before = mayBeNew;
      const { calls } = task;
      mayBeNew = true;
      try {
        await client.attach(link, task);
        return "accepted";
      } catch (error) {
        // Without credentials, for one, nothing is sent.
        if (didNothing(error) || task.calls === calls) mayBeNew = before;
        throw error;
      }
    },
    async check(isDenied) {
      const vpcId = await currentVpc(connection, link, task);
      if (vpcId !== undefined && vpcId !== link.vpcId) throw new LinkedElsewhere(vpcId);
      // A link that was removed less than two minutes ago may still be listed. Then only ECS's refusal proves it.
      const isProven = vpcId !== undefined && (isDenied || !ledger.isTouched(link));
      return isProven ? { state: "linked", isAdopted: !mayBeNew } : undefined;
    },
    denials: ["conflict"],
    final: ["gone"],
    contradiction: "ECS denies the link, but lists none",
  };
  let fullPollMs: number = FULL_POLL_MS.first;
  const begunAt = performance.now();
  const mayBeGivenUp = () => {
    const elapsedMs = performance.now() - begunAt;
    return elapsedMs < HANDOVER_MS.most && Math.min(elapsedMs, ledger.sinceCheckMs()) < HANDOVER_MS.quiet;
  };
  try {
    if (movedTo !== undefined) await detachUntilGone(connection, { ...link, vpcId: movedTo }, task);
    stillMovedTo = undefined;
    for (;;) {
      while (ledger.isRemoving(link)) {
        task.waits("detached by another resource");
        await task.pause(SETTLE_POLL_MS);
      }
      const mayHaveRoomLater = mayGetRoom();
      try {
        const attached = await untilAccepted(connection, link, request, task);
        ledger.made(link);
        return attached;
      } catch (error) {
        if (error instanceof EcsError && error.kind === "quota" && mayHaveRoomLater) {
          task.waits("the VPC is full until other members are unlinked");
          await task.pause(fullPollMs, error);
          fullPollMs = Math.min(fullPollMs * 2, FULL_POLL_MS.longest);
          continue;
        }
        if (!(error instanceof LinkedElsewhere)) throw error;
        const other = { ...link, vpcId: error.vpcId };
        if (!ledger.isGivenUp(other)) {
          if (mayBeGivenUp()) {
            task.waits("linked elsewhere");
            await task.pause(HANDOVER_MS.quiet / 6);
            continue;
          }
          if (!ledger.isLeftOver(other)) throw error;
        }
        await detachUntilGone(connection, other, task);
      }
    }
  } catch (error) {
    return attachFailed(connection, link, task, error, { mayBeNew, stillMovedTo });
  }
}

/** The outcome of an attach that ended with an error. */
export function attachFailed(
  { ledger }: Connection,
  link: Link,
  task: Task,
  error: unknown,
  { mayBeNew, stillMovedTo }: { readonly mayBeNew: boolean; readonly stillMovedTo?: string | undefined },
): AttachOutcome {
  const isAbsent = provesNoLink(error);
  const isNew = mayBeNew && !isAbsent;
  // A link that another resource of this run had exists, until its absence is proven.
  const mayBeLinked = isNew || (!isAbsent && ledger.mayExist(link));
  return { state: "failed", reason: task.explain(error), isAbsent, mayBeLinked, mayBeNew: isNew, stillMovedTo };
}

/** Whether an error proves that the attach did nothing. */
function didNothing(error: unknown): boolean {
  return error instanceof OutOfTime ? error.neverSent : error instanceof EcsError && !error.facts.mayHaveSucceeded;
}

/** Whether an error proves that there is no such link. */
function provesNoLink(error: unknown): boolean {
  return error instanceof LinkedElsewhere || (error instanceof EcsError && error.kind === "gone");
}
