/** Sends a change of one link until ECS accepts it. Never sends it again without a check if it may have succeeded. */

import type { Link } from "../ecs/client";
import { EcsError, type EcsErrorKind } from "../ecs/errors";
import { type Connection, LISTING_LAG_MS } from "./connection";
import { NotChecked } from "./errors";
import type { Task } from "./operation";

/** The first and the longest pause while ECS denies what it lists, in ms. */
const DENIED_POLL_MS = { first: 500, longest: 8_000 } as const;

/** The pause between two tries for a link that is not listed yet, in ms. */
const LATE_POLL_MS = 5_000;

/** A change of one link. */
export interface Request<Result> {
  /** Sends it. Returns when ECS has accepted it. */
  send(): Promise<Result>;
  /**
   * Reads the link. Undefined if the change is still needed.
   *
   * @param isDenied whether ECS has just said that the link is, or is not, as the change needs it.
   */
  check(isDenied: boolean): Promise<Result | undefined>;
  /** Whether to check before the first try. */
  readonly checkFirst?: boolean;
  /** Whether the link may exist without being listed. Then no check can end the change. */
  readonly mayBeLate?: () => boolean;
  /** The refusals that say: the link is, or is not, as the change needs it. A listing may contradict them for a while. */
  readonly denials: readonly EcsErrorKind[];
  /** The refusals that need no check. */
  readonly final?: readonly EcsErrorKind[];
  /** What the change waits for while a check contradicts a denial. */
  readonly contradiction: string;
}

/**
 * Sends a change, with all its tries.
 *
 * 1. Retries transient failures, and waits while the instance is busy.
 * 2. If the change may have succeeded, checks before the next try. A busy instance is checked once, because it may be as wanted.
 * 3. If ECS refuses permanently, checks whether the link is as wanted nevertheless. If the listing contradicts the refusal,
 *    retries as long as a listing may be late.
 *
 * @throws {EcsError} the refusal. {@link NotChecked} if the check is refused too.
 */
export async function untilAccepted<Result>(
  { reader }: Connection,
  { regionId, instanceId }: Link,
  request: Request<Result>,
  task: Task,
): Promise<Result> {
  const { mayBeLate = () => false, final = [] } = request;
  let { checkFirst = false } = request;
  let hasChecked = false;
  const check = (isDenied = false) => request.check(isDenied);

  async function once(): Promise<Result> {
    const known = checkFirst && !mayBeLate() ? await check() : undefined;
    if (known !== undefined) return known;
    checkFirst = false;
    try {
      return await request.send();
    } catch (error) {
      if (!(error instanceof EcsError)) throw error;
      checkFirst = error.facts.mayHaveSucceeded;
      if (error.kind !== "busy" || hasChecked || mayBeLate()) throw error;
      hasChecked = true;
      const found = await orNotChecked(error, check);
      if (found === undefined) throw error;
      return found;
    } finally {
      reader.changed(regionId, instanceId);
    }
  }

  let contradictedAt: number | undefined;
  for (let pauseMs: number = DENIED_POLL_MS.first; ; pauseMs = Math.min(pauseMs * 2, DENIED_POLL_MS.longest)) {
    let refusal: EcsError;
    try {
      return await task.retry(once);
    } catch (error) {
      if (!(error instanceof EcsError) || error.kind === "transient" || final.includes(error.kind)) throw error;
      refusal = error;
    }
    const isDenied = request.denials.includes(refusal.kind);
    if (isDenied && mayBeLate()) {
      task.waits("attached less than 2 min ago, may be listed late");
      await task.pause(LATE_POLL_MS, refusal);
      continue;
    }
    const found = await orNotChecked(refusal, () => task.retry(() => check(isDenied)));
    if (found !== undefined && !mayBeLate()) return found;
    contradictedAt ??= performance.now();
    if (!isDenied || performance.now() - contradictedAt >= LISTING_LAG_MS) throw refusal;
    task.waits(request.contradiction);
    await task.pause(pauseMs, refusal);
  }
}

/** Checks the listing. If that fails permanently too, throws both errors, or the first one if the same advice helps. */
async function orNotChecked<T>(refusal: EcsError, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof EcsError) || error.kind === "transient") throw error;
    const isSame = error.facts.advice === refusal.facts.advice && error.kind !== "retired";
    throw isSame ? refusal : new NotChecked(refusal, error);
  }
}
