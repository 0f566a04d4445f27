/** Every fault once on each resource through each real host: a part of the matrix, with the processes and the protocol. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { HOSTS, type Host } from "../support/shop";
import { openResource, RESOURCES, type Resource } from "../faults/calls";
import { type Case, pointsOf, problemsOf } from "../faults/faultCase";
import { FAULTS, type Fault } from "../faults/faults";
import { openHost } from "../faults/hostCalls";
import { KeptProvider } from "../support/keptProvider";
import { DIALECTS } from "../support/dialects";
import { SCENARIOS } from "../faults/scenarios";

/** Processes for each host. */
const PROCESSES = 5;

/** Only what a host can be told: a cancel reaches resources of neither host, but a whole plugin. */
const FAULTS_OF_CALLS = FAULTS.filter(({ isOvercome }) => isOvercome !== false);

const kept = HOSTS.flatMap((host) =>
  Array.from({ length: PROCESSES }, () => ({ host, provider: new KeptProvider(host) })),
);
afterAll(() => Promise.all(kept.map(({ provider }) => provider.close())));

const problems = new Map<string, string[]>();
const keyOf = (host: Host, resource: Resource, fault: Fault) => [host, resource, fault.name].join();

beforeAll(async () => {
  const cases = await casesOf();
  const left = { dynamic: cases.values(), plugin: cases.values() };
  const work = async (host: Host, provider: KeptProvider) => {
    for (const one of left[host]) {
      const { scenario, point, fault } = one;
      const found = await problemsOf(one, openHost(host, provider));
      const where = `${scenario.operation}, ${scenario.name}, at ${point.action} ${point.skip + 1}`;
      problems.set(
        keyOf(host, scenario.resource, fault),
        found.map((problem) => `${where}: ${problem}`),
      );
    }
  };
  await Promise.all(kept.map(({ host, provider }) => work(host, provider)));
});

describe.each(HOSTS)("through the %s host", (host) => {
  describe.each(RESOURCES)("%s", (resource) => {
    test.each(FAULTS_OF_CALLS)("[5] $name", (fault) => {
      expect(problems.get(keyOf(host, resource, fault))).toEqual([]);
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
