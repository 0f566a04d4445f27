/** Every fault, at every call that an operation makes: the resources with their real client, against the emulator. */

import { beforeAll, describe, expect, test } from "@jest/globals";
import { openResource } from "../trust/calls";
import { type Case, pointsOf, problemsOf } from "../trust/faultCase";
import { FAULTS, type Fault } from "../trust/faults";
import { DIALECTS, type Dialect } from "../trust/model/dialects";
import { SCENARIOS, type Scenario } from "../trust/scenarios";

/** Cases that run at the same time. Nearly all that each does is wait. */
const AT_ONCE = 250;

const [FIRST, ...MORE] = DIALECTS;

/** Lasting faults end in the same places whatever the dialect. */
const faultsIn = (dialect: Dialect) => FAULTS.filter(({ timeoutMs }) => timeoutMs === undefined || dialect === FIRST);

const keyOf = (dialect: Dialect, scenario: Scenario, fault: Fault) =>
  [dialect.name, scenario.resource, scenario.name, fault.name].join();

const problems = new Map<string, string[]>();
let count = 0;

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
  count = cases.length;
}, 600_000);

describe.each([FIRST, ...MORE].filter((dialect) => dialect !== undefined))("$name", (dialect) => {
  describe.each(SCENARIOS)("$resource: $name", (scenario) => {
    test.each(faultsIn(dialect))("[5] $name", (fault) => {
      expect(problems.get(keyOf(dialect, scenario, fault))).toEqual([]);
    });
  });
});

test("the matrix has thousands of cases", () => {
  console.log(`${count} cases: ${SCENARIOS.length} operations × ${FAULTS.length} faults, at each of their calls`);
  expect(count).toBeGreaterThan(4_000);
});
