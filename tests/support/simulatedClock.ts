/** A clock that runs as fast as the code under test: for hours of waiting, in tests and in the bench. */

import type { LocalCalls } from "./localCalls";

interface Timer {
  readonly at: number;
  readonly run: () => void;
  unref(): void;
  ref(): void;
}

/**
 * Runs work while `setTimeout`, `performance.now` and `Date` follow a simulated clock. Time passes only when nothing is left to do
 * at the present moment. Everything runs in this process, so the work must not wait for anything outside it, except for the
 * calls to its own servers.
 *
 * @param calls those calls. While one is on its way, no time passes.
 * @throws what the work throws, and an error when it waits for something that never comes.
 */
export async function onSimulatedClock<T>(work: () => Promise<T>, calls?: LocalCalls): Promise<T> {
  const real = { setTimeout, clearTimeout, setImmediate, Date, now: performance.now };
  const startedAt = Date.now();
  const timers = new Set<Timer>();
  let now = 0;
  let immediates = 0;

  const simulated = {
    setTimeout: (run: () => void, ms = 0): Timer => {
      const timer = { at: now + Math.max(0, ms), run, unref: () => {}, ref: () => {} };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer: Timer | undefined) => void (timer !== undefined && timers.delete(timer)),
    setImmediate: (run: () => void) => {
      immediates += 1;
      return real.setImmediate(() => {
        immediates -= 1;
        run();
      });
    },
    Date: class extends Date {
      constructor(...[value = startedAt + now]: [value?: number | string | Date]) {
        super(value);
      }
      static override now = () => startedAt + now;
    },
  };
  /** Waits until all that can be done now is done. */
  const settle = async () => {
    // A server that closes a connection says so in the turn after the next one.
    const turns = calls === undefined ? 1 : 3;
    for (let quiet = 0; quiet < turns; ) {
      await new Promise<void>((resolve) => real.setImmediate(resolve));
      quiet = immediates > 0 || calls?.areStill() === false ? 0 : quiet + 1;
    }
  };

  Object.assign(globalThis, simulated);
  Object.defineProperty(performance, "now", { value: () => now, configurable: true, writable: true });
  try {
    const working = work();
    let ended = false;
    working.then(
      () => (ended = true),
      () => (ended = true),
    );
    for (;;) {
      await settle();
      if (ended) return await working;
      let next: Timer | undefined;
      for (const timer of timers) if (next === undefined || timer.at < next.at) next = timer;
      if (next === undefined) {
        // A server starts and ends without a call.
        if (calls !== undefined) continue;
        throw new Error("the work waits for something that never comes");
      }
      timers.delete(next);
      now = next.at;
      next.run();
    }
  } finally {
    const { now: realNow, ...globals } = real;
    Object.assign(globalThis, globals);
    Object.defineProperty(performance, "now", { value: realNow, configurable: true, writable: true });
  }
}

/** Random numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
