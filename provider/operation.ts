/** One create, read, update or delete while it runs: its time, its tries, what it tells meanwhile, how it fails. */

import { ClassicLinkError } from "./classicLinkError";
import { Budget } from "./ecs/budget";
import { EcsError } from "./ecs/errors";
import { OutOfTime, pause, retry } from "./ecs/retry";

/** What a door knows of a call besides its properties. */
export interface CallContext {
  /** How long the operation may take, in ms; by default as long as its kind is given. */
  readonly timeoutMs?: number;
  /** Ends the operation early. */
  readonly signal?: AbortSignal;
  /** Shown to the user while the operation runs. */
  readonly report?: (message: string) => void;
}

/** A wait is told at once and then this often, in ms. */
const REPORT_EVERY_MS = 10_000;

/** The longest pause between two looks at something that is awaited, in ms. */
const LOOK_EVERY_MS = 3_000;

/** An operation in progress. */
export class Operation {
  readonly #asked: string;
  readonly #budget: Budget;
  readonly #report: (message: string) => void;
  #tries = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /**
   * @param asked what it is to do, as in "link i-a to vpc-b in cn-hangzhou".
   * @param defaultMs how long it may take when the caller sets no limit, in ms.
   */
  constructor(asked: string, context: CallContext, defaultMs: number) {
    this.#asked = asked;
    this.#budget = new Budget(context.timeoutMs ?? defaultMs, context.signal);
    this.#report = context.report ?? (() => {});
  }

  /** Ends when the operation's time does, or when it is cancelled. */
  get signal(): AbortSignal {
    return this.#budget.signal;
  }

  /** Runs a call until it succeeds or fails for good. See `retry`. */
  async retry<T>(call: () => Promise<T>): Promise<T> {
    const attempt = () => {
      this.#tries += 1;
      return call();
    };
    return await retry(attempt, this.#budget, (error) => this.#waiting(reasonOf(error)));
  }

  /** Calls again and again until the answer is as awaited. `awaited` says what for, as in "not listed yet". */
  async until<T>(call: () => Promise<T>, isAwaited: (answer: T) => boolean, awaited: string): Promise<void> {
    for (let pauseMs = 250; !isAwaited(await this.retry(call)); pauseMs = Math.min(pauseMs * 2, LOOK_EVERY_MS)) {
      this.#waiting(awaited);
      await pause(pauseMs, this.#budget);
    }
  }

  /** Tells the user something once. */
  tell(message: string): void {
    this.#report(message);
  }

  /** Turns what ended the operation into an error for people. */
  failure(error: unknown): ClassicLinkError {
    return error instanceof ClassicLinkError ? error : new ClassicLinkError(this.explain(error));
  }

  /** The sentence for what ended the operation. */
  explain(error: unknown): string {
    const tried = `${plural(this.#tries, "call", "calls")} in ${formatDuration(this.#budget.elapsedMs)}`;
    if (error instanceof OutOfTime) {
      const last =
        error.last === undefined ? "" : `; the last error was ${error.last.message}: ${error.last.facts.advice}`;
      return this.#budget.cancelled
        ? `cannot ${this.#asked}: cancelled after ${tried}${last}`
        : `cannot ${this.#asked}: not done within ${formatDuration(this.#budget.totalMs)}, after ${tried}${last}; ` +
            "run the command again, or allow more time with customTimeouts";
    }
    if (error instanceof EcsError) {
      return `cannot ${this.#asked}: ${error.message}, after ${tried}; ${error.facts.advice}`;
    }
    return `cannot ${this.#asked}: ${error instanceof Error ? error.message : String(error)}`;
  }

  /** To be called when it has ended, however it ended. */
  close(): void {
    this.#budget.close();
  }

  #waiting(reason: string): void {
    const elapsedMs = this.#budget.elapsedMs;
    if (elapsedMs - this.#toldAt < REPORT_EVERY_MS) return;
    this.#toldAt = elapsedMs;
    const time = `${formatDuration(elapsedMs)} of ${formatDuration(this.#budget.totalMs)}`;
    this.#report(`${reason}, ${plural(this.#tries, "try", "tries")}, ${time}`);
  }
}

function reasonOf({ kind, facts }: EcsError): string {
  if (facts.code === "InvalidStatus.InstanceLocked") return "locked";
  if (kind === "throttled") return "throttled";
  return kind === "busy" ? `busy (${facts.code})` : `no usable answer (${facts.code})`;
}

/** "850 ms" is told as "0.9 s", 90 s as "1 min 30 s". */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
