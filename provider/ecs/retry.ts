/** What is retried, and when: p-retry, with an allow-list by kind of error. */

import pRetry from "p-retry";
import { type Budget, OutOfTime, sleep } from "./budget";
import { EcsError, type EcsErrorKind } from "./errors";

interface Backoff {
  /** The first wait, in ms. */
  readonly firstMs: number;
  /** The longest wait, in ms. */
  readonly mostMs: number;
}

/** Each wait is so many times as long as the one before. */
const GROWTH = 1.6;

/**
 * The kinds that pass by themselves. What is not here is final, unless its code says how often it is retried. A throttled
 * call never gets here: the rate limiter makes it again.
 */
const RETRIED: Readonly<Partial<Record<EcsErrorKind, Backoff>>> = {
  // A short lock is noticed within seconds. A lasting one costs about 20 calls in ten minutes, because they count for the quota.
  busy: { firstMs: 500, mostMs: 60_000 },
  transient: { firstMs: 500, mostMs: 8_000 },
};

/** For a code that is final, but only when it comes again. */
const BEFORE_BELIEVED: Backoff = { firstMs: 1_000, mostMs: 8_000 };

/** The longest wait that ECS may ask for, in ms: two windows of a quota that is counted by the minute. */
const LONGEST_RETRY_AFTER_MS = 120_000;

/** How long ECS asks to wait, in ms; 0 when it does not. A nonsensical answer must not stop us, nor make us hurry. */
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
 * @throws {EcsError} the last one, when it is final, or has not passed in the time or the tries that its code is given.
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
      // The budget bounds the tries. The waiting is done in shouldRetry, where p-retry knows nothing of x-acs-retry-after.
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
 * Waits between two polls of something that is awaited.
 *
 * @throws {OutOfTime} when the budget ends first.
 */
export async function pause(ms: number, budget: Budget): Promise<void> {
  await sleep(jittered(ms), budget.signal);
}

/** A fifth more or less, so that many who wait do not call in step. */
function jittered(ms: number): number {
  return ms * (0.8 + Math.random() * 0.4);
}
