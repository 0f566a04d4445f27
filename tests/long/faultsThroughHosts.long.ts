/** Every fault once on each resource through each real host: a part of the matrix, with the processes and the protocol. */

import { describe, expect, test } from "@jest/globals";
import { RESOURCES, type Resource } from "../faults/calls";
import { type Case, pointsOf, problemsOf } from "../faults/faultCase";
import { FAULTS } from "../faults/faults";
import { openThrough } from "../faults/hostCalls";
import { SCENARIOS } from "../faults/scenarios";
import { DIALECTS } from "../support/dialects";
import type { ProviderProcess } from "../support/providerProcess";
import { HOSTS } from "../support/shop";

/** All but the cancels: those reach no single call through a host. */
const CASES = FAULTS.filter(({ isOvercome }) => isOvercome !== false).map((fault, index) => ({ fault, index }));

/** All calls that the operations on a resource make. */
async function placesOf(resource: Resource): Promise<Omit<Case, "fault">[]> {
  const places: Omit<Case, "fault">[] = [];
  for (const dialect of DIALECTS) {
    for (const scenario of SCENARIOS.filter((one) => one.resource === resource)) {
      const points = await pointsOf(scenario, dialect);
      places.push(...points.map((point) => ({ dialect, scenario, point })));
    }
  }
  return places;
}
const PLACES = { ClassicLink: placesOf("ClassicLink"), ClassicLinks: placesOf("ClassicLinks") };

describe.each(HOSTS)("[5] every fault once through the %s host", (host) => {
  describe.each(RESOURCES)("%s", (resource) => {
    test.concurrent.each(CASES)("$fault.name", async ({ fault, index }) => {
      const places = await PLACES[resource];
      // Similar faults follow one another. A step of several calls brings them to different operations.
      const place = places[(index * 7) % places.length];
      if (place === undefined) throw new Error("the operations make no calls");
      const processes: ProviderProcess[] = [];
      const end = () => Promise.all(processes.map((process) => process.close()));
      const problems = await problemsOf({ ...place, fault }, openThrough(host, processes)).finally(end);
      const where = `${place.scenario.name}, at ${place.point.action} ${place.point.skip + 1}`;
      expect({ [where]: problems }).toEqual({ [where]: [] });
    });
  });
});
