/** One create, read, update or delete while it runs: its time, its calls, its progress, and the sentence of its failure. */

import { Budget, OutOfTime } from "../ecs/budget";
import type { Caller } from "../ecs/client";
import { EcsError } from "../ecs/errors";
import { pause, retry } from "../ecs/retry";
import { ClassicLinkError } from "./errors";

/** The context of a call, from its host. */
export interface CallContext {
  /** How long the operation may take, in ms; without it, the default of its kind. */
  readonly timeoutMs?: number;
  /** Ends the operation early. */
  readonly signal?: AbortSignal;
  /** Shows the user a message that stays. */
  readonly report?: (message: string) => void;
  /** Shows the user a message that stays, as a warning. Without it, `report` is used. */
  readonly warn?: (message: string) => void;
  /** Shows the user the state of a wait, in a status line. Without it, `report` is used from time to time. */
  readonly progress?: (message: string) => void;
  /** Whether ^C waits for the end of the operation, because the host cannot end it early. Reported with each wait. */
  readonly ignoresCancel?: boolean;
}

/** How the line of a wait begins if ^C waits for the operation: Pulumi cuts the line at the right edge of the terminal. */
export const CANCEL_WAITS = "^C waits at most ";

/** How often a wait is reported if the host has no status line, in ms. */
const REPORT_EVERY_MS = 10_000;

/** An operation in progress. */
export class Operation {
  readonly #asked: string;
  readonly #budget: Budget;
  readonly #context: CallContext;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #throttledUntil = 0;
  #reported = "";

  /**
   * @param asked what it does, as in "link i-a to vpc-b in cn-hangzhou".
   * @param defaultMs its time limit if the context has none, in ms.
   */
  constructor(asked: string, context: CallContext, defaultMs: number) {
    this.#asked = asked;
    this.#context = context;
    this.#budget = new Budget(context.timeoutMs ?? defaultMs, context.signal);
  }

  /**
   * Runs the operation's work, and ends its time.
   *
   * @param work gets the task whose calls the failure counts.
   * @throws {ClassicLinkError} the sentence of the failure.
   */
  async run<T>(work: (task: Task) => Promise<T>, task = new Task(this)): Promise<T> {
    try {
      return await work(task);
    } catch (error) {
      if (error instanceof ClassicLinkError) throw error;
      throw new ClassicLinkError(`cannot ${this.#asked}: ${task.explain(error)}`);
    } finally {
      this.#budget.close();
    }
  }

  /** What it is to do. */
  get asked(): string {
    return this.#asked;
  }

  get budget(): Budget {
    return this.#budget;
  }

  /** Shows the user a message that stays. */
  report(message: string): void {
    this.#context.report?.(message);
  }

  /** Shows the user a warning. */
  warn(message: string): void {
    (this.#context.warn ?? this.#context.report)?.(message);
  }

  /** Notes that calls wait in the rate limiter, for so many ms. */
  throttled(nextTryMs: number): void {
    this.#throttledUntil = Math.max(this.#throttledUntil, performance.now() + nextTryMs);
  }

  /**
   * Reports what the operation waits for.
   *
   * @param isWait false for a state that is reported only if the operation takes long.
   * @param detail for the end of the line, which a narrow terminal cuts off.
   */
  progress(state: string, isWait = true, detail?: string): void {
    const elapsedMs = this.#budget.elapsedMs;
    const pauseMs = this.#throttledUntil - performance.now();
    const isSaid = state.startsWith("throttled");
    const throttled = pauseMs > 0 ? `${isSaid ? "" : ", throttled"}, next try in ${formatDuration(pauseMs)}` : "";
    const [elapsed, most] = [formatDuration(elapsedMs), formatDuration(this.#budget.totalMs)];
    const calls = detail === undefined ? "" : `, ${detail}`;
    const message = this.#context.ignoresCancel
      ? `${CANCEL_WAITS}${most}; ${state}${throttled}, ${elapsed}${calls}`
      : `${state}${throttled}, ${elapsed} of at most ${most}${calls}`;
    if (this.#context.progress !== undefined) {
      // A refusal of the rate limiter reaches each link that waits.
      if (message !== this.#reported) this.#context.progress(message);
      this.#reported = message;
      return;
    }
    const since = isWait ? this.#reportedAt : Math.max(this.#reportedAt, 0);
    if (elapsedMs - since < REPORT_EVERY_MS) return;
    this.#reportedAt = elapsedMs;
    this.#context.report?.(message);
  }
}

/** The calls of an operation for one link, or for a read. Counts them, and knows what they wait for. */
export class Task implements Caller {
  readonly #operation: Operation;
  readonly #onWait: (reason: string) => void;
  #calls = 0;
  #waitingFor = "no answer yet";
  #refusal: EcsError | undefined;

  /** @param onWait called before each wait with its reason; by default the operation shows it. */
  constructor(operation: Operation, onWait?: (reason: string) => void) {
    this.#operation = operation;
    this.#onWait = onWait ?? ((reason) => this.show(reason));
  }

  /** Shows the user what the task waits for. */
  show(reason: string): void {
    this.#operation.progress(reason, true, plural(this.#calls, "call", "calls"));
  }

  get signal(): AbortSignal {
    return this.#operation.budget.signal;
  }

  onRequest(): void {
    this.#calls += 1;
  }

  /** How many requests were sent. */
  get calls(): number {
    return this.#calls;
  }

  onThrottled(refusal: EcsError, nextTryMs: number): void {
    this.#operation.throttled(nextTryMs);
    this.waits("throttled", refusal);
  }

  /**
   * Notes and reports what the task waits for.
   *
   * @param refusal the error that makes it wait, if it comes from a call that the task shares.
   */
  waits(reason: string, refusal?: EcsError): void {
    this.#waitingFor = reason;
    this.#refusal = refusal;
    this.#onWait(reason);
  }

  /** Runs a call until it succeeds or fails permanently. See `retry`. */
  async retry<T>(call: () => Promise<T>): Promise<T> {
    return await retry(call, this.#operation.budget, (error) => this.waits(reasonOf(error)));
  }

  /**
   * Waits, in ms, at most until the time limit of the operation.
   *
   * @param last the reason, for the error at the time limit.
   */
  async pause(ms: number, last?: EcsError): Promise<void> {
    try {
      await pause(ms, this.#operation.budget);
    } catch (error) {
      throw error instanceof OutOfTime && last !== undefined ? new OutOfTime(last) : error;
    }
  }

  /** Why the task ended, with the number of its calls, and what to do. */
  explain(error: unknown): string {
    const { budget } = this.#operation;
    const calls = `after ${plural(this.#calls, "call", "calls")} in ${formatDuration(budget.elapsedMs)}`;
    if (error instanceof OutOfTime) {
      const refusal = error.last ?? this.#refusal;
      const last = refusal === undefined ? "" : `; the last error was ${refusal.message}; ${refusal.facts.advice}`;
      const end = budget.cancelled ? "cancelled" : `not done within ${formatDuration(budget.totalMs)}`;
      return `${end} (${this.#waitingFor}), ${calls}${last}`;
    }
    if (error instanceof EcsError) return `${error.message}, ${calls}; ${error.facts.advice}`;
    return error instanceof Error ? error.message : String(error);
  }
}

function reasonOf({ kind, facts }: EcsError): string {
  if (facts.code === "InvalidStatus.InstanceLocked") return "locked";
  const what = kind === "busy" ? "not now" : "no usable answer";
  const most = facts.retryForMs === undefined ? "" : `; retries for at most ${formatDuration(facts.retryForMs)}`;
  return `${what} (${facts.code}${most})`;
}

/** "850 ms" becomes "0.9 s", 90 s becomes "1 min 30 s". */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** "1 try", "2 tries". */
export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
