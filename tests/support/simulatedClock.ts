/** A clock that runs as fast as the code under test: for hours of waiting, in tests and in the bench. */

import { install } from "@sinonjs/fake-timers";
import type { LocalCalls } from "./localCalls";

/**
 * Runs work while `setTimeout`, `performance.now` and `Date` follow a simulated clock. Time passes only when nothing is left to do
 * at the present moment. Everything runs in this process, so the work must not wait for anything outside it, except for the
 * calls to its own servers.
 *
 * @param calls those calls. While one is on its way, no time passes.
 * @throws what the work throws, and an error when it waits for something that never comes.
 */
export async function onSimulatedClock<T>(work: () => Promise<T>, calls?: LocalCalls): Promise<T> {
  const { setImmediate } = globalThis;
  const clock = install({ now: Date.now(), toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  let immediates = 0;
  const counted = (run: () => void) => {
    immediates += 1;
    return setImmediate(() => {
      immediates -= 1;
      run();
    });
  };
  /** Waits until all that can be done now is done. */
  const settle = async () => {
    // A server reports a connection that it closes in the turn after the next one.
    const turns = calls === undefined ? 1 : 3;
    for (let quiet = 0; quiet < turns; ) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = immediates > 0 || calls?.areStill() === false ? 0 : quiet + 1;
    }
  };

  Object.assign(globalThis, { setImmediate: counted });
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
      if (clock.countTimers() > 0) clock.next();
      // A server starts and ends without a call.
      else if (calls === undefined) throw new Error("the work waits for something that never comes");
    }
  } finally {
    clock.uninstall();
    Object.assign(globalThis, { setImmediate });
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
