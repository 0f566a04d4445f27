/** Retries with p-retry, for an allow-list of error kinds. */

import pRetry from "p-retry";
import { type Budget, OutOfTime, sleep } from "./budget";
import { EcsError, type EcsErrorKind } from "./errors";

interface Backoff {
  /** The first wait, in ms. */
  readonly firstMs: number;
  /** The longest wait, in ms. */
  readonly mostMs: number;
}

/** Each wait is this many times as long as the one before. */
const GROWTH = 1.6;

/**
 * The transient kinds. Other kinds are final, unless the code has a number of retries. The rate limiter repeats throttled calls
 * itself.
 */
const RETRIED: Readonly<Partial<Record<EcsErrorKind, Backoff>>> = {
  // The end of a short lock is noticed within seconds. A lasting lock costs about 20 calls in ten minutes, which count for the quota.
  busy: { firstMs: 500, mostMs: 60_000 },
  transient: { firstMs: 500, mostMs: 8_000 },
};

/** For a code that is final only if it comes again. */
const BEFORE_BELIEVED: Backoff = { firstMs: 1_000, mostMs: 8_000 };

/** The longest wait that ECS may request, in ms: two windows of a quota for each minute. */
const LONGEST_RETRY_AFTER_MS = 120_000;

/** How long ECS asks to wait, in ms. 0 if it does not. A wrong value neither stops the retry nor shortens the wait. */
export function retryAfterMs({ facts }: EcsError): number {
  return Math.min(facts.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
}

/** Called before each wait. */
export type OnWait = (error: EcsError) => void;

/**
 * Runs `attempt` until it succeeds, fails with an error that is final, or the budget ends. Waits grow with each try, and are
 * at least as long as ECS asks for with `x-acs-retry-after`.
 *
 * @param attempt throws `EcsError` for what ECS refused; anything else that it throws ends the retrying.
 * @throws {OutOfTime} when the budget ends first.
 * @throws {EcsError} the last one, if it is final, or has used up the time or the tries of its code.
 */
export async function retry<T>(attempt: () => Promise<T>, budget: Budget, onWait: OnWait = () => {}): Promise<T> {
  let last: EcsError | undefined;
  let same = { code: "", tries: 0, since: 0 };

  async function waitFor(error: EcsError): Promise<boolean> {
    const { code, retryForMs = Number.POSITIVE_INFINITY, retryTries } = error.facts;
    const backoff = retryTries === undefined ? RETRIED[error.kind] : BEFORE_BELIEVED;
    if (backoff === undefined) return false;
    if (same.code !== code) same = { code, tries: 0, since: budget.elapsedMs };
    if (budget.elapsedMs - same.since >= retryForMs || same.tries >= (retryTries ?? Number.POSITIVE_INFINITY))
      return false;
    const waitMs = jittered(Math.min(backoff.mostMs, backoff.firstMs * GROWTH ** same.tries));
    same.tries += 1;
    onWait(error);
    await sleep(Math.max(waitMs, retryAfterMs(error)), budget.signal);
    return true;
  }

  try {
    return await pRetry(attempt, {
      // The budget bounds the tries. shouldRetry waits itself, because p-retry does not know x-acs-retry-after.
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 0,
      signal: budget.signal,
      shouldRetry: async ({ error }) => {
        if (!(error instanceof EcsError)) return false;
        last = error;
        return await waitFor(error);
      },
    });
  } catch (error) {
    throw error instanceof OutOfTime ? new OutOfTime(error.last ?? last, error) : error;
  }
}

/**
 * Waits between two polls.
 *
 * @throws {OutOfTime} when the budget ends first.
 */
export async function pause(ms: number, budget: Budget): Promise<void> {
  await sleep(jittered(ms), budget.signal);
}

/** Plus or minus a fifth, so that many callers do not retry at the same moment. */
function jittered(ms: number): number {
  return ms * (0.8 + Math.random() * 0.4);
}
