/** Paused calls, so that a test can do something during a call. */
import type { Action } from "../api/errorTable";

/** Which call to pause, and where. */
export interface PausePoint {
  readonly action: Action;
  /** Only calls that name this instance. */
  readonly instanceId?: string | undefined;
  /** How many matching calls pass before. Default 0. */
  readonly skip?: number | undefined;
  /** Whether to pause after the work, when the answer is ready. Default false: before the work. */
  readonly afterWork?: boolean | undefined;
}

/** A call that is paused, or will be. Its caller waits until the test resumes or cuts it. */
export interface PausedCall {
  /** Resolves when the call is paused. */
  readonly arrived: Promise<void>;
  /** Resumes the call. If it has not arrived yet, it will not be paused. */
  resume(): void;
  /** Ends the call: closes its connection, and does no more work. */
  cut(): void;
}

/** A paused call was cut. */
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

  /** Whether to pause this call. Counts the call. */
  isFor(called: Action, instanceIds: readonly string[]): boolean {
    const { action, instanceId, skip = 0 } = this.point;
    if (action !== called || (instanceId !== undefined && !instanceIds.includes(instanceId))) return false;
    return this.#passed++ === skip;
  }

  /** Waits until the call is resumed. Rejects with a {@link CutCall} if it is cut. */
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

  /** The pause for this call, if any. Counts the call. */
  of(action: Action, instanceIds: readonly string[]): Pause | undefined {
    return this.#pauses.filter((pause) => pause.isFor(action, instanceIds))[0];
  }

  /** Cuts the paused calls, and the calls that would be paused. */
  cut(): void {
    for (const pause of this.#pauses) pause.cut();
  }

  /** Resumes the paused calls, and removes all pauses. */
  clear(): void {
    for (const pause of this.#pauses) pause.resume();
    this.#pauses = [];
  }
}
