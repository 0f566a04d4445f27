/** A simulated clock for tests, in place of the system's. */

import { afterEach, beforeEach, expect, jest } from "@jest/globals";

/** Simulates the clock in each test of a file, and fails a test that leaves a timer behind. */
export function simulateClock(): void {
  beforeEach(() => {
    // Microtasks take no time, so they need no simulated clock. p-queue uses them.
    jest.useFakeTimers({ doNotFake: ["queueMicrotask", "nextTick"] });
  });
  afterEach(() => {
    const left = jest.getTimerCount();
    jest.useRealTimers();
    jest.restoreAllMocks();
    expect(left).toBe(0);
  });
}
