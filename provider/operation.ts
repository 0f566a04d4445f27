/** One create, read, update or delete while it runs: its time, its tries, what it tells meanwhile, how it fails. */

import { ClassicLinkError } from "./classicLinkError";
import { Budget, OutOfTime } from "./ecs/budget";
import { type Caller, MAX_INSTANCE_IDS } from "./ecs/client";
import { EcsError } from "./ecs/errors";
import { pause, retry } from "./ecs/retry";

/** What a door knows of a call besides its properties. */
export interface CallContext {
  /** How long the operation may take, in ms; by default as long as its kind is given. */
  readonly timeoutMs?: number;
  /** Ends the operation early. */
  readonly signal?: AbortSignal;
  /** Shown to the user while the operation runs. */
  readonly report?: (message: string) => void;
  /** Takes what a person should not overlook instead of `report`, where the door can show that it is a warning. */
  readonly warn?: (message: string) => void;
  /**
   * Says which resource this is, in whatever way the door can: different for each resource, the same for all its calls.
   * With it, a resource that is deleted leaves a link alone that another one has taken over in the same update.
   */
  readonly holder?: string;
  /** Takes the waits instead of `report`, each in place of the one before, where the door can show them so. */
  readonly progress?: (message: string) => void;
}

/** A wait is told at once and then this often, in ms. */
const REPORT_EVERY_MS = 10_000;

/** The longest pause between two looks at something that is awaited, in ms. */
const LOOK_EVERY_MS = 3_000;

/** So many items are looked at together: as many as two calls of ECS can name. */
const LOOKS_TOGETHER = 2 * MAX_INSTANCE_IDS;

/** An operation in progress. */
export class Operation {
  /** Which resource it is about. See {@link CallContext.holder}. */
  readonly holder: string | undefined;
  readonly #asked: string;
  readonly #budget: Budget;
  readonly #report: (message: string) => void;
  readonly #warn: (message: string) => void;
  readonly #progress: ((message: string) => void) | undefined;
  readonly #caller: Caller;
  #tries = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #waitingFor = "no answer yet";

  /**
   * @param asked what it is to do, as in "link i-a to vpc-b in cn-hangzhou".
   * @param defaultMs how long it may take when the caller sets no limit, in ms.
   */
  constructor(asked: string, context: CallContext, defaultMs: number) {
    this.#asked = asked;
    this.holder = context.holder;
    this.#budget = new Budget(context.timeoutMs ?? defaultMs, context.signal);
    this.#caller = {
      signal: this.#budget.signal,
      onThrottled: (nextTryMs) => this.waiting(`throttled, next try in ${formatDuration(nextTryMs)}`),
    };
    this.#report = context.report ?? (() => {});
    this.#warn = context.warn ?? this.#report;
    this.#progress = context.progress;
  }

  /** Ends when the operation's time does, or when it is cancelled. */
  get signal(): AbortSignal {
    return this.#budget.signal;
  }

  /** As whom the calls of the operation are made. */
  get caller(): Caller {
    return this.#caller;
  }

  /**
   * Runs a call until it succeeds or fails for good. See `retry`.
   *
   * @param onWait called before each wait with its reason; by default the wait is told to the user.
   */
  async retry<T>(call: () => Promise<T>, onWait?: (reason: string) => void): Promise<T> {
    const attempt = () => {
      this.#tries += 1;
      return call();
    };
    return await retry(attempt, this.#budget, (error) => {
      if (onWait === undefined) this.waiting(reasonOf(error), { detail: `, ${plural(this.#tries, "try", "tries")}` });
      else onWait(reasonOf(error));
    });
  }

  /**
   * Looks at each item again and again until all are as awaited.
   *
   * @param awaited what is waited for, as in "not listed yet".
   * @param onEach told of each item that is as awaited.
   */
  async until<Item>(
    items: readonly Item[],
    isAsAwaited: (item: Item) => Promise<boolean>,
    awaited: string,
    onEach: (item: Item) => void = () => {},
  ): Promise<void> {
    let left = items;
    for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, LOOK_EVERY_MS)) {
      const still: Item[] = [];
      for (let from = 0; from < left.length; from += LOOKS_TOGETHER) {
        const some = left.slice(from, from + LOOKS_TOGETHER);
        const answers = new Map<Item, boolean>();
        await this.retry(async () => {
          // An answer is kept when another look fails, or no try would be the last where few calls pass at a time.
          const unanswered = some.filter((item) => !answers.has(item));
          const looks = unanswered.map(async (item) => answers.set(item, await isAsAwaited(item)));
          const failed = (await Promise.allSettled(looks)).find((look) => look.status === "rejected");
          if (failed !== undefined) throw failed.reason;
        });
        some.filter((item) => answers.get(item)).forEach(onEach);
        still.push(...some.filter((item) => !answers.get(item)));
      }
      left = still;
      if (left.length === 0) return;
      this.waiting(items.length === 1 ? awaited : `${awaited} (${left.length} of ${items.length})`);
      await this.pause(pauseMs);
    }
  }

  /** Waits, in ms, and no longer than the operation may take. */
  async pause(ms: number): Promise<void> {
    await pause(ms, this.#budget);
  }

  /** Tells the user something once. */
  tell(message: string): void {
    this.#report(message);
  }

  /** Tells the user something once that should not be overlooked. */
  warn(message: string): void {
    this.#warn(message);
  }

  /** Turns what ended the operation into an error for people. */
  failure(error: unknown): ClassicLinkError {
    return error instanceof ClassicLinkError ? error : new ClassicLinkError(this.explain(error));
  }

  /** The sentence for what ended the operation. */
  explain(error: unknown): string {
    return `cannot ${this.#asked}: ${this.causeOf(error)}`;
  }

  /** The same without what was asked, for where that is said once for many. */
  causeOf(error: unknown): string {
    const tried = `${plural(this.#tries, "call", "calls")} in ${formatDuration(this.#budget.elapsedMs)}`;
    if (error instanceof OutOfTime) {
      const last =
        error.last === undefined ? "" : `; the last error was ${error.last.message}; ${error.last.facts.advice}`;
      const end = this.#budget.cancelled ? "cancelled" : `not done within ${formatDuration(this.#budget.totalMs)}`;
      return `${end} (${this.#waitingFor}), after ${tried}${last}`;
    }
    if (error instanceof EcsError) {
      return `${error.message}, after ${tried}; ${error.facts.advice}`;
    }
    return error instanceof Error ? error.message : String(error);
  }

  /** To be called when it has ended, however it ended. */
  close(): void {
    this.#budget.close();
  }

  /**
   * Tells the user what is waited for: at once, and then from time to time.
   *
   * @param detail told with the reason, but no part of it.
   * @param atOnce false for what needs to be told only when it takes long.
   */
  waiting(reason: string, { detail = "", atOnce = true }: { detail?: string; atOnce?: boolean } = {}): void {
    this.#waitingFor = reason;
    const elapsedMs = this.#budget.elapsedMs;
    const time = `${formatDuration(elapsedMs)} of ${formatDuration(this.#budget.totalMs)}`;
    const message = `${reason}${detail}, ${time}`;
    if (this.#progress !== undefined) {
      this.#progress(message);
      return;
    }
    const since = Math.max(this.#toldAt, atOnce ? Number.NEGATIVE_INFINITY : 0);
    if (elapsedMs - since < REPORT_EVERY_MS) return;
    this.#toldAt = elapsedMs;
    this.#report(message);
  }
}

function reasonOf({ kind, facts }: EcsError): string {
  if (facts.code === "InvalidStatus.InstanceLocked") return "locked";
  if (kind === "throttled") return "throttled";
  const what = kind === "busy" ? "not now" : "no usable answer";
  const most = facts.patienceMs === undefined ? "" : `; gives up after ${formatDuration(facts.patienceMs)}`;
  return `${what} (${facts.code}${most})`;
}

/** "850 ms" is told as "0.9 s", 90 s as "1 min 30 s". */
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
