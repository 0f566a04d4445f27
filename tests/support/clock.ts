/** A simulated clock for tests, in place of the system's. */

import { afterEach, beforeEach, expect, jest } from "@jest/globals";

/** Simulates the clock in each test of a file, and fails a test that leaves a timer behind. */
export function simulateClock(): void {
  beforeEach(() => {
    // Microtasks take no time, so they need no simulated clock. p-queue uses them.
    jest.useFakeTimers({ doNotFake: ["queueMicrotask", "nextTick"] });
    // A real process has run for some time. At 0, a difference and a sum are the same.
    jest.advanceTimersByTime(100_000);
  });
  afterEach(() => {
    const left = jest.getTimerCount();
    jest.useRealTimers();
    jest.restoreAllMocks();
    expect(left).toBe(0);
  });
}
