/** Measures the operations of one subject: up, up again, refresh, destroy. */

import { makeBenchProject } from "./benchProject";
import type { Cloud } from "./cloud";
import { type DriverOperation, openDriver } from "./drivers";
import { type Measurement, OPERATIONS, type OperationName } from "./result";
import type { Subject } from "./subjects";
import { UsageNotes } from "./usage";

const RUNS: Readonly<Record<OperationName, DriverOperation>> = {
  up: "up",
  "up again": "up",
  refresh: "refresh",
  destroy: "destroy",
};

/** Measures several times, each time on a new stack. Returns the fastest run of each operation. Throws as {@link measure} does. */
export async function measureRepeatedly(
  times: number,
  ...what: Parameters<typeof measure>
): Promise<readonly Measurement[]> {
  let fastest = await measure(...what);
  for (let time = 1; time < times; time += 1) {
    const next = await measure(...what);
    fastest = fastest.map((one, at) => {
      const other = next[at];
      return other !== undefined && other.wallMs < one.wallMs ? other : one;
    });
  }
  return fastest;
}

/** Measures all operations once. @throws {Error} if one fails, or the number of links is wrong afterwards. */
async function measure(subject: Subject, links: number, cloud: Cloud, cli: boolean): Promise<Measurement[]> {
  const project = makeBenchProject(subject);
  const notes = new UsageNotes();
  try {
    const environment = { ...cloud.environment, BENCH_LINKS: String(links) };
    const driver = await openDriver(project.folder, { ...environment, ...notes.environment }, cli);
    const measurements: Measurement[] = [];
    for (const operation of OPERATIONS) {
      await cloud.takeCalls();
      notes.take();
      const startedAt = performance.now();
      await driver.run(RUNS[operation]);
      const wallMs = performance.now() - startedAt;
      const calls = await cloud.takeCalls();
      const state = driver.stateSize();
      measurements.push({ subject: subject.name, links, operation, wallMs, calls, ...notes.take(), state });

      const expected = operation === "destroy" || subject.doesNothing ? 0 : links;
      const linked = await cloud.links();
      if (linked !== expected) {
        throw new Error(`after ${operation} of "${subject.name}" ${linked} instances are linked, not ${expected}`);
      }
    }
    return measurements;
  } finally {
    notes.remove();
    project.remove();
  }
}
