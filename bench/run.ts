/** `npm run bench`: compares the package with a simple provider and a provider that does nothing. See README.md. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { MAX_IN_FLIGHT } from "../provider/ecs/rateLimiter";
import { type Cloud, startCloud } from "./cloud";
import { nameOfDriver } from "./drivers";
import { describeMachine } from "./machine";
import { measureRepeatedly } from "./measure";
import { type BenchOptions, HELP, readOptions } from "./options";
import { writeDocs } from "./report/docs";
import { asText, ceilingTable, countsOf, measurementTable, waitingTable } from "./report/tables";
import { seconds } from "./report/units";
import type { Measurement, Result } from "./result";
import { measureStartTimes, typesOfPlugin } from "./startTimes";
import { SUBJECTS, type Subject } from "./subjects";
import { measureWaiting } from "./waiting";

/** The number of calls at a time, of the Pulumi CLI and of the small engine. */
const ENGINE_PARALLELISM = 4 * availableParallelism();

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") return void process.stdout.write(HELP);
  const measured: Omit<Result, "waiting"> =
    options.from === undefined ? await run(options) : JSON.parse(readFileSync(options.from, "utf8"));
  // The simulation does not depend on the machine, so it runs again even with --from.
  const result: Result = { ...measured, waiting: await measureWaiting() };
  report(result);
  if (options.json !== undefined) {
    mkdirSync(dirname(options.json), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  if (options.docs) writeDocs(result);
}

async function run(options: BenchOptions): Promise<Omit<Result, "waiting">> {
  const machine = describeMachine();
  const drivenBy = nameOfDriver(options.cli);
  console.log(`${drivenBy}; latency ${options.latencyMs} ms; load before the run ${machine.loadBefore.toFixed(2)}\n`);
  const startTimes = await measureStartTimes();
  const { subjects, skipped } = await choose(options);
  const measurements: Measurement[] = [];
  const cloud = await startCloud(Math.max(...options.links), options.latencyMs);
  try {
    for (const links of options.links) {
      for (const subject of subjects) measurements.push(...(await measureAndPrint(subject, links, cloud, options)));
    }
  } finally {
    await cloud.close();
  }
  const inFlight = Math.min(MAX_IN_FLIGHT, ENGINE_PARALLELISM);
  const { latencyMs, repeat } = options;
  return { machine, drivenBy, latencyMs, repeat, inFlight, startTimes, measurements, skipped };
}

async function choose({ only }: BenchOptions): Promise<{ subjects: readonly Subject[]; skipped: string[] }> {
  const asked = SUBJECTS.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  const skipped: string[] = [];
  let types: readonly string[] = [];
  try {
    if (asked.some(({ pluginType }) => pluginType !== undefined)) types = await typesOfPlugin();
  } catch (error) {
    skipped.push(`the plugin does not start: ${error instanceof Error ? error.message : error}`);
  }
  const subjects = asked.filter(({ name, pluginType }) => {
    if (pluginType === undefined || types.includes(pluginType)) return true;
    skipped.push(`${name}: the plugin has no ${pluginType}`);
    return false;
  });
  return { subjects, skipped };
}

async function measureAndPrint(
  subject: Subject,
  links: number,
  cloud: Cloud,
  { repeat, cli }: BenchOptions,
): Promise<readonly Measurement[]> {
  const measurements = await measureRepeatedly(repeat, subject, links, cloud, cli);
  const walls = measurements.map(({ operation, wallMs }) => `${operation} ${seconds(wallMs)}`);
  console.log(`${String(links).padStart(4)} × ${subject.name.padEnd(21)} ${walls.join(", ")}`);
  return measurements;
}

function report(result: Result): void {
  for (const links of countsOf(result)) {
    console.log(`\n${links} link${links === 1 ? "" : "s"}\n\n${asText(measurementTable(result, links))}`);
  }
  console.log(`\nWaiting, on a simulated clock\n\n${asText(waitingTable(result))}`);
  console.log(`\nCeilings\n\n${asText(ceilingTable(result))}`);
  for (const reason of result.skipped) console.log(`\nNot measured: ${reason}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
