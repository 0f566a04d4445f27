/** Calls that are stopped on their way, so that something can happen while they are under way. */
import type { EcsAction } from "./codes";

/** Which call to stop, and where. */
export interface HoldPoint {
  readonly on: EcsAction;
  /** Only calls that name this instance. */
  readonly instanceId?: string | undefined;
  /** How many matching calls pass first. Default 0. */
  readonly skip?: number | undefined;
  /** With the work done and the answer ready. Default false: nothing is done yet. */
  readonly afterWork?: boolean | undefined;
}

/** A call that is stopped, or will be. Until it is let go its caller waits. */
export interface HeldCall {
  /** Resolves when the call has come to where it is stopped. */
  readonly arrived: Promise<void>;
  /** Lets it go on. Before it has come: it will not be stopped. */
  release(): void;
  /** Ends it where it is: its connection is cut, and what was not done yet is not done. */
  cut(): void;
}

/** A call is ended where it was stopped. */
export class CutCall extends Error {
  override readonly name = "CutCall";
}

class Hold implements HeldCall {
  readonly arrived: Promise<void>;
  readonly #ended: Promise<void>;
  #arrive = () => {};
  #release = () => {};
  #cut = () => {};
  #passed = 0;

  constructor(readonly point: HoldPoint) {
    this.arrived = new Promise((resolve) => {
      this.#arrive = resolve;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#release = resolve;
      this.#cut = () => reject(new CutCall());
    });
    // It may be cut before it has come.
    this.#ended.catch(() => {});
  }

  /** Asking counts as a call. */
  isFor(action: EcsAction, instanceIds: readonly string[]): boolean {
    const { on, instanceId, skip = 0 } = this.point;
    if (on !== action || (instanceId !== undefined && !instanceIds.includes(instanceId))) return false;
    return this.#passed++ === skip;
  }

  /** Throws a {@link CutCall}. */
  pass(): Promise<void> {
    this.#arrive();
    return this.#ended;
  }

  release(): void {
    this.#release();
  }

  cut(): void {
    this.#cut();
  }
}

export class Holds {
  #holds: Hold[] = [];

  add(point: HoldPoint): HeldCall {
    const hold = new Hold(point);
    this.#holds.push(hold);
    return hold;
  }

  /** The hold that stops this call, if any. Asking counts as a call. */
  of(action: EcsAction, instanceIds: readonly string[]): Hold | undefined {
    return this.#holds.filter((hold) => hold.isFor(action, instanceIds))[0];
  }

  /** Ends the calls that are held, and those that would be. */
  cut(): void {
    for (const hold of this.#holds) hold.cut();
  }

  /** Lets all calls go on, and stops no more. */
  clear(): void {
    for (const hold of this.#holds) hold.release();
    this.#holds = [];
  }
}
