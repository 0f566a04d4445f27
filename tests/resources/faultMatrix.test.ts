/** Every fault that the resources can distinguish, at every call that an operation makes, against the emulator. */

import { afterAll, describe, expect, test } from "@jest/globals";
import { pointsOf, problemsOf } from "../faults/faultCase";
import { FAULTS } from "../faults/faults";
import { SCENARIOS } from "../faults/scenarios";
import { DIALECTS } from "../support/dialects";
import { watchLocalCalls } from "../support/localCalls";
import { onSimulatedClock } from "../support/simulatedClock";

const calls = watchLocalCalls();
afterAll(() => calls.stopWatching());

describe.each(DIALECTS)("[5] every fault at every call of $name", (dialect) => {
  // Lasting faults end in the same places whatever the dialect.
  const faults = FAULTS.filter(({ timeoutMs }) => timeoutMs === undefined || dialect === DIALECTS[0]);

  test.each(SCENARIOS)("$resource: $name", async (scenario) => {
    const problems: string[] = [];
    await onSimulatedClock(async () => {
      for (const point of await pointsOf(scenario, dialect)) {
        for (const fault of faults) {
          const found = await problemsOf({ dialect, scenario, point, fault });
          problems.push(...found.map((problem) => `${fault.name}, at ${point.action} ${point.skip + 1}: ${problem}`));
        }
      }
    }, calls);
    expect(problems).toEqual([]);
  });
});
