/** What is tried again, and when: p-retry, with an allow-list by kind of error. */

import pRetry from "p-retry";
import { type Budget, OutOfTime, sleep } from "./budget";
import { EcsError, type EcsErrorKind } from "./errors";

interface Backoff {
  /** The longest first wait, in ms. It doubles with each try. */
  readonly firstMs: number;
  /** The longest wait of all, in ms. */
  readonly mostMs: number;
}

/** The kinds that pass by themselves. What is not here is permanent and never tried again. */
const RETRIED: Readonly<Partial<Record<EcsErrorKind, Backoff>>> = {
  busy: { firstMs: 500, mostMs: 8_000 },
  transient: { firstMs: 500, mostMs: 8_000 },
  // The long wait for the next window is the gate's, for all callers together. See pace.ts.
  throttled: { firstMs: 200, mostMs: 2_000 },
};

/** The longest wait that ECS may ask for, in ms: two windows of the throttle's minute rule. */
const LONGEST_RETRY_AFTER_MS = 120_000;

/** How long ECS asks to wait, in ms; 0 when it does not. A nonsensical answer must not stop us, nor make us hurry. */
export function retryAfterMs({ facts }: EcsError): number {
  return Math.min(facts.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
}

/** Called before each wait. */
export type OnWait = (error: EcsError) => void;

/**
 * Runs `attempt` until it succeeds, fails with an error that does not pass by itself, or the budget ends. Waits between
 * tries are exponential with full jitter, and at least as long as ECS asks for with `x-acs-retry-after`.
 *
 * @param attempt throws `EcsError` for what ECS refused; anything else it throws ends the retrying.
 * @throws {OutOfTime} when the budget ends first.
 * @throws {EcsError} the last one, when it does not pass by itself, or has not passed in the time its kind is given.
 */
export async function retry<T>(attempt: () => Promise<T>, budget: Budget, onWait: OnWait = () => {}): Promise<T> {
  let last: EcsError | undefined;
  let same = { code: "", tries: 0, since: 0 };

  async function waitFor(error: EcsError): Promise<boolean> {
    const backoff = RETRIED[error.kind];
    if (backoff === undefined) return false;
    const { code } = error.facts;
    if (same.code !== code) same = { code, tries: 0, since: budget.elapsedMs };
    if (budget.elapsedMs - same.since >= (error.facts.retryForMs ?? Number.POSITIVE_INFINITY)) return false;
    const waitMs = Math.random() * Math.min(backoff.mostMs, backoff.firstMs * 2 ** same.tries);
    same.tries += 1;
    onWait(error);
    await sleep(Math.max(waitMs, retryAfterMs(error)), budget.signal);
    return true;
  }

  try {
    return await pRetry(attempt, {
      // The budget bounds the tries; the waiting is done in shouldRetry, because p-retry's own jitter only lengthens.
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
    throw error instanceof OutOfTime ? new OutOfTime(last) : error;
  }
}

/**
 * Waits between two looks at something that is awaited.
 *
 * @param ms how long, in ms. A fifth more or less, so that many who wait do not look in step.
 * @throws {OutOfTime} when the budget ends first.
 */
export async function pause(ms: number, budget: Budget): Promise<void> {
  await sleep(ms * (0.8 + Math.random() * 0.4), budget.signal);
}
