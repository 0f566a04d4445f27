/** Every fault once on each resource through each real host: a part of the matrix, with the processes and the protocol. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openResource, RESOURCES, type Resource } from "../faults/calls";
import { type Case, pointsOf, problemsOf } from "../faults/faultCase";
import { FAULTS } from "../faults/faults";
import { openHost } from "../faults/hostCalls";
import { SCENARIOS } from "../faults/scenarios";
import { DIALECTS } from "../support/dialects";
import { KeptProvider } from "../support/keptProvider";
import { HOSTS } from "../support/shop";

const [dialect] = DIALECTS;
if (dialect === undefined) throw new Error("there is no dialect");

/** Only what a host can be told: a cancel reaches resources of neither host, but a whole plugin. */
const FAULTS_OF_CALLS = FAULTS.filter(({ isOvercome }) => isOvercome !== false).map((fault, index) => ({
  name: fault.name,
  fault,
  index,
}));

type Place = Pick<Case, "scenario" | "point">;

/** All the calls that the resource's operations make. */
const placesOf = async (resource: Resource): Promise<Place[]> => {
  const places: Place[] = [];
  for (const scenario of SCENARIOS.filter((one) => one.resource === resource)) {
    const points = await pointsOf(scenario, dialect, openResource);
    places.push(...points.map((point) => ({ scenario, point })));
  }
  return places;
};

describe.each(HOSTS)("through the %s host", (host) => {
  const provider = new KeptProvider(host);
  afterAll(() => provider.close());

  describe.each(RESOURCES)("%s", (resource) => {
    let places: readonly Place[];
    beforeAll(async () => {
      places = await placesOf(resource);
    });

    // Each fault at the next of the calls.
    test.each(FAULTS_OF_CALLS)("[5] $name", async ({ fault, index }) => {
      // A read of the plugin has no timeout of its own in older protocols, and would wait a lasting fault out.
      const fitting = places.filter(
        ({ scenario }) => fault.timeoutMs === undefined || scenario.operation !== "refresh",
      );
      const place = fitting[index % fitting.length];
      if (place === undefined) throw new Error("no operation makes a call");
      const { scenario, point } = place;
      const problems = await problemsOf({ dialect, fault, scenario, point }, openHost(host, provider));
      const where = `${scenario.operation}, ${scenario.name}, at ${point.action} ${point.skip + 1}`;
      expect({ where, problems }).toEqual({ where, problems: [] });
    });
  });
});
