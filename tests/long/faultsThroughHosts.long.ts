/** Every fault once on each resource through each real host: a part of the matrix, with the processes and the protocol. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { DOORS, type Door } from "../support/shop";
import { openResource, RESOURCES, type Resource } from "../trust/calls";
import { openDoor } from "../trust/doorCalls";
import { type Case, DIALECTS, pointsOf, problemsOf } from "../trust/faultCase";
import { FAULTS, type Fault } from "../trust/faults";
import { KeptProvider } from "../trust/keptProvider";
import { SCENARIOS } from "../trust/scenarios";

/** Processes for each door. */
const PROCESSES = 5;

/** Only what a door can be told: a cancel reaches resources of neither door, but a whole plugin. */
const FAULTS_OF_CALLS = FAULTS.filter(({ isOvercome }) => isOvercome !== false);

const kept = DOORS.flatMap((door) =>
  Array.from({ length: PROCESSES }, () => ({ door, provider: new KeptProvider(door) })),
);
afterAll(() => Promise.all(kept.map(({ provider }) => provider.close())));

const problems = new Map<string, string[]>();
const keyOf = (door: Door, resource: Resource, fault: Fault) => [door, resource, fault.name].join();

beforeAll(async () => {
  const cases = await casesOf();
  const left = { dynamic: cases.values(), plugin: cases.values() };
  const work = async (door: Door, provider: KeptProvider) => {
    for (const one of left[door]) {
      const { scenario, point, fault } = one;
      const found = await problemsOf(one, openDoor(door, provider));
      const where = `${scenario.operation}, ${scenario.name}, at ${point.action} ${point.skip + 1}`;
      problems.set(
        keyOf(door, scenario.resource, fault),
        found.map((problem) => `${where}: ${problem}`),
      );
    }
  };
  await Promise.all(kept.map(({ door, provider }) => work(door, provider)));
}, 300_000);

describe.each(DOORS)("through the %s host", (door) => {
  describe.each(RESOURCES)("%s", (resource) => {
    test.each(FAULTS_OF_CALLS)("[5] $name", (fault) => {
      expect(problems.get(keyOf(door, resource, fault))).toEqual([]);
    });
  });
});

/** One case for each resource and fault, each at the next of all the calls that the resource's operations make. */
async function casesOf(): Promise<Case[]> {
  const [dialect] = DIALECTS;
  if (dialect === undefined) throw new Error("there is no dialect");
  const cases: Case[] = [];
  for (const resource of RESOURCES) {
    const places: Pick<Case, "scenario" | "point">[] = [];
    for (const scenario of SCENARIOS.filter((one) => one.resource === resource)) {
      const points = await pointsOf(scenario, dialect, openResource);
      places.push(...points.map((point) => ({ scenario, point })));
    }
    FAULTS_OF_CALLS.forEach((fault, index) => {
      // A read of the plugin has no timeout of its own in older protocols, and would wait a lasting fault out.
      const fitting = places.filter(
        ({ scenario }) => fault.timeoutMs === undefined || scenario.operation !== "refresh",
      );
      const place = fitting[index % fitting.length];
      if (place !== undefined) cases.push({ dialect, fault, ...place });
    });
  }
  return cases;
}
