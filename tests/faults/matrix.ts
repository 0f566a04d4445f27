/** Faults at every call that an operation makes: the resources with their real client, against the emulator. */

import { beforeAll, describe, expect, test } from "@jest/globals";
import { DIALECTS, type Dialect } from "../support/dialects";
import { openResource } from "./calls";
import { pointsOf, problemsOf } from "./faultCase";
import { FAULTS, type Fault } from "./faults";
import { watchLocalCalls } from "../support/localCalls";
import { onSimulatedClock } from "../support/simulatedClock";
import { SCENARIOS, type Scenario } from "./scenarios";

const keyOf = (dialect: Dialect, scenario: Scenario, fault: Fault) =>
  [dialect.name, scenario.resource, scenario.name, fault.name].join();

/** Lasting faults end in the same places whatever the dialect. */
const lastsIn = (dialect: Dialect) => dialect === DIALECTS[0];

/** Declares the tests. They run all cases of the faults that `isMeant` chooses. */
export function describeMatrix(isMeant: (fault: Fault) => boolean): void {
  const faultsIn = (dialect: Dialect) =>
    FAULTS.filter((fault) => isMeant(fault) && (fault.timeoutMs === undefined || lastsIn(dialect)));
  const problems = new Map<string, string[]>();

  beforeAll(async () => {
    const calls = watchLocalCalls();
    await onSimulatedClock(async () => {
      for (const dialect of DIALECTS) {
        for (const scenario of SCENARIOS) {
          for (const point of await pointsOf(scenario, dialect, openResource)) {
            for (const fault of faultsIn(dialect)) {
              const found = await problemsOf({ dialect, scenario, point, fault }, openResource);
              const key = keyOf(dialect, scenario, fault);
              const told = found.map((problem) => `at ${point.action} ${point.skip + 1}: ${problem}`);
              problems.set(key, [...(problems.get(key) ?? []), ...told]);
            }
          }
        }
      }
    }, calls);
    calls.stopWatching();
  }, 600_000);

  describe.each(DIALECTS)("$name", (dialect) => {
    describe.each(SCENARIOS)("$resource: $name", (scenario) => {
      test.each(faultsIn(dialect))("$name", (fault) => {
        expect(problems.get(keyOf(dialect, scenario, fault))).toEqual([]);
      });
    });
  });
}
