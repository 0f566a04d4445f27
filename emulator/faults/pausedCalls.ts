/** Calls that are paused on their way, so that a test can do something while they are under way. */
import type { Action } from "../api/errorTable";

/** Which call to pause, and where. */
export interface PausePoint {
  readonly action: Action;
  /** Only calls that name this instance. */
  readonly instanceId?: string | undefined;
  /** How many matching calls pass first. Default 0. */
  readonly skip?: number | undefined;
  /** Pauses when the work is done and the answer is ready. Default false: before the work. */
  readonly afterWork?: boolean | undefined;
}

/** A call that is paused, or will be. Its caller waits until it is resumed or cut. */
export interface PausedCall {
  /** Resolves when the call has arrived where it is paused. */
  readonly arrived: Promise<void>;
  /** Lets the call go on. Before the call has arrived: it will not be paused. */
  resume(): void;
  /** Ends the call where it is: closes its connection; work that was not done yet is not done. */
  cut(): void;
}

/** A call was cut where it was paused. */
export class CutCall extends Error {
  override readonly name = "CutCall";
}

class Pause implements PausedCall {
  readonly arrived: Promise<void>;
  readonly #ended: Promise<void>;
  #arrive = () => {};
  #resume = () => {};
  #cut = () => {};
  #passed = 0;

  constructor(readonly point: PausePoint) {
    this.arrived = new Promise((resolve) => {
      this.#arrive = resolve;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#resume = resolve;
      this.#cut = () => reject(new CutCall());
    });
    // It may be cut before the call has arrived.
    this.#ended.catch(() => {});
  }

  /** Asking counts as a call. */
  isFor(called: Action, instanceIds: readonly string[]): boolean {
    const { action, instanceId, skip = 0 } = this.point;
    if (action !== called || (instanceId !== undefined && !instanceIds.includes(instanceId))) return false;
    return this.#passed++ === skip;
  }

  /** Throws a {@link CutCall}. */
  wait(): Promise<void> {
    this.#arrive();
    return this.#ended;
  }

  resume(): void {
    this.#resume();
  }

  cut(): void {
    this.#cut();
  }
}

export class Pauses {
  #pauses: Pause[] = [];

  add(point: PausePoint): PausedCall {
    const pause = new Pause(point);
    this.#pauses.push(pause);
    return pause;
  }

  /** The pause for this call, if any. Asking counts as a call. */
  of(action: Action, instanceIds: readonly string[]): Pause | undefined {
    return this.#pauses.filter((pause) => pause.isFor(action, instanceIds))[0];
  }

  /** Ends the calls that are paused, and those that would be. */
  cut(): void {
    for (const pause of this.#pauses) pause.cut();
  }

  /** Resumes all calls, and pauses no more. */
  clear(): void {
    for (const pause of this.#pauses) pause.resume();
    this.#pauses = [];
  }
}
