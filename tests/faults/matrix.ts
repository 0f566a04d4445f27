/** Faults at every call that an operation makes: the resources with their real client, against the emulator. */

import { beforeAll, describe, expect, test } from "@jest/globals";
import { DIALECTS, type Dialect } from "../support/dialects";
import { openResource } from "./calls";
import { type Case, pointsOf, problemsOf } from "./faultCase";
import { FAULTS, type Fault } from "./faults";
import { SCENARIOS, type Scenario } from "./scenarios";

/** Cases that run at the same time. Nearly all that each does is wait. */
const AT_ONCE = 250;

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
    const cases: Case[] = [];
    for (const dialect of DIALECTS) {
      for (const scenario of SCENARIOS) {
        for (const point of await pointsOf(scenario, dialect, openResource)) {
          cases.push(...faultsIn(dialect).map((fault) => ({ dialect, scenario, point, fault })));
        }
      }
    }
    const left = cases.values();
    const work = async () => {
      for (const one of left) {
        const found = await problemsOf(one, openResource);
        const key = keyOf(one.dialect, one.scenario, one.fault);
        const told = found.map((problem) => `at ${one.point.action} ${one.point.skip + 1}: ${problem}`);
        problems.set(key, [...(problems.get(key) ?? []), ...told]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    console.log(`${cases.length} cases`);
  }, 600_000);

  describe.each(DIALECTS)("$name", (dialect) => {
    describe.each(SCENARIOS)("$resource: $name", (scenario) => {
      test.each(faultsIn(dialect))("$name", (fault) => {
        expect(problems.get(keyOf(dialect, scenario, fault))).toEqual([]);
      });
    });
  });
}
