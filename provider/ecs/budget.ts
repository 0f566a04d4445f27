/** The time limit of an operation, and the signal that ends it. */

import { setMaxListeners } from "node:events";
import type { EcsError } from "./errors";

/** An operation has reached its time limit or was cancelled, without an answer. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
  /** The last error that was retried, if there was one. */
  readonly last: EcsError | undefined;
  /** Whether the request was not sent. */
  readonly neverSent: boolean;

  constructor(last?: EcsError, { neverSent = false }: { readonly neverSent?: boolean } = {}) {
    super("the time for this operation is over");
    this.last = last;
    this.neverSent = neverSent;
  }
}

/** The longest time that a timer of Node takes, in ms. It takes longer ones for 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time limit of one operation. Each wait in it ends at the limit, or when the caller cancels. */
export class Budget {
  /** In ms. */
  readonly totalMs: number;
  /** Aborts when the time is over, or when the caller cancels. Its reason is an {@link OutOfTime}. */
  readonly signal: AbortSignal;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #cancel: AbortSignal | undefined;
  readonly #end = new AbortController();
  readonly #onCancel = () => this.#end.abort(new OutOfTime());

  /**
   * @param totalMs how long the operation may take, in ms.
   * @param cancel ends it earlier.
   */
  constructor(totalMs: number, cancel?: AbortSignal) {
    this.totalMs = totalMs;
    this.signal = this.#end.signal;
    this.#timer = setTimeout(() => this.#end.abort(new OutOfTime()), Math.min(totalMs, LONGEST_TIMER_MS));
    // A thousand links may wait for one budget; that is no leak.
    setMaxListeners(0, this.signal);
    this.#cancel = cancel;
    if (cancel?.aborted) this.#onCancel();
    cancel?.addEventListener("abort", this.#onCancel, { once: true });
  }

  /** In ms. */
  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Whether the caller cancelled, as opposed to the time being over. */
  get cancelled(): boolean {
    return this.#cancel?.aborted ?? false;
  }

  /** Stops the timer, and ends the waits that are left. To be called when the operation has ended. */
  close(): void {
    clearTimeout(this.#timer);
    this.#end.abort(new OutOfTime());
    this.#cancel?.removeEventListener("abort", this.#onCancel);
  }
}

/**
 * Waits for a promise, until the signal aborts.
 *
 * @throws the signal's reason.
 */
export async function orAborted<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T> {
  // When the caller no longer waits, nobody handles a failure that comes later.
  waiting.catch(() => {});
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([waiting, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Waits, until the signal aborts.
 *
 * @param ms how long, in ms.
 * @throws the signal's reason.
 */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
