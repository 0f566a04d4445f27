/** A clock that runs as fast as the code under test: for hours of waiting, in tests and in the bench. */

interface Timer {
  readonly at: number;
  readonly run: () => void;
  unref(): void;
  ref(): void;
}

/**
 * Runs work while `setTimeout` and `performance.now` follow a simulated clock. Time passes only when nothing is left to do
 * at the present moment. Everything runs in this process, so the work must not wait for anything outside it.
 *
 * @throws what the work throws, and an error when it waits for something that never comes.
 */
export async function onSimulatedClock<T>(work: () => Promise<T>): Promise<T> {
  const real = { setTimeout, clearTimeout, setImmediate, now: performance.now };
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
  };
  /** Waits until all that can be done now is done. */
  const settle = async () => {
    do await new Promise<void>((resolve) => real.setImmediate(resolve));
    while (immediates > 0);
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
      if (next === undefined) throw new Error("the work waits for something that never comes");
      timers.delete(next);
      now = next.at;
      next.run();
    }
  } finally {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
    Object.assign(globalThis, { setImmediate: real.setImmediate });
    Object.defineProperty(performance, "now", { value: real.now, configurable: true, writable: true });
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
