/** Writes `docs/performance.md` and its pictures. The text between the marks stays. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../tests/support/project";
import type { Result } from "../result";
import { SUBJECTS } from "../subjects";
import { barPicture } from "./bars";
import { growthPicture } from "./growth";
import { asMarkdown, ceilingTable, countsOf, measurementTable, waitingTable } from "./tables";
import { megabytes } from "./units";

const PAGE = join(REPOSITORY, "docs", "performance.md");
const IMAGES = join(REPOSITORY, "docs", "images");
const RESULT = join(REPOSITORY, "bench", "result.json");

const BEGIN = "<!-- written by hand: begin -->";
const END = "<!-- written by hand: end -->";

export function writeDocs(result: Result): void {
  mkdirSync(IMAGES, { recursive: true });
  writeFileSync(join(IMAGES, "performance.svg"), barPicture(result, countsOf(result).at(-1) ?? 1));
  writeFileSync(join(IMAGES, "performance-growth.svg"), growthPicture(result));
  writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  const written = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "";
  writeFileSync(PAGE, performancePage(result, writtenByHand(written)));
}

function writtenByHand(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  return begin < 0 || end < begin ? "" : page.slice(begin + BEGIN.length, end).trim();
}

function performancePage(result: Result, discussion: string): string {
  const counts = countsOf(result);
  const most = counts.at(-1) ?? 1;
  return `${[
    "# Performance",
    "<!-- Made by `npm run bench -- --cli --docs`, except for what stands between the marks. -->",
    "What it costs to manage links, compared with a simple provider and with a provider that does nothing. `npm test` asserts nothing of " +
      "this, because times depend on the machine.",
    SUBJECTS.map(({ name, about }) => `- **${name}**: ${about}`).join("\n"),
    `Each creates the same links in its own stack (\`up\`), and runs again without a change (\`up again\`). Then it refreshes, and removes them (\`destroy\`). ECS is the emulator, in one process for the whole run. It delays each answer by ${result.latencyMs} ms. All links are in one VPC.`,
    machineOf(result),
    `![${most} links: wall times, calls, state, CPU time and memory of each subject](images/performance.svg)`,
    "![Wall time of up and refresh, by the number of links](images/performance-growth.svg)",
    "## Ceilings",
    "The limits that the package promises. A megabyte is a million bytes.",
    asMarkdown(ceilingTable(result)),
    "## Waiting",
    "How long it takes to wait for a quota, for locked instances and for released ones. Clock and ECS are simulated, and a call takes 30 to 300 " +
      "ms. Both hosts and the command line use this code. Each case runs 24 times: the windows of the quota begin at twelve different moments. " +
      "A refusal says how long to wait, or does not. *Ideal* is a caller who knows all quotas, and calls at each moment at which a call passes.",
    asMarkdown(waitingTable(result)),
    "## Conclusions",
    `${BEGIN}\n\n${discussion}\n\n${END}`,
    "## All figures",
    "CPU and peak are the CPU time and the peak memory of the provider's process. `program` is the CPU time of the process that runs the Pulumi " +
      "program. The calls are those of Attach + Describe + Detach that reached ECS. The state is counted as `pulumi stack export` prints it, and as it is in the " +
      "engine's file.",
    ...counts
      .toReversed()
      .flatMap((links) => [`### ${links} link${links === 1 ? "" : "s"}`, asMarkdown(measurementTable(result, links))]),
    ...(result.skipped.length === 0
      ? []
      : ["## Not measured", result.skipped.map((reason) => `- ${reason}`).join("\n")]),
    "## Measure it yourself",
    "```sh\nnpm ci\nnpm run bench                          # with the repository's own small engine\nnpm run bench -- --cli --docs          # with the Pulumi CLI on PATH; also writes this page\nnpm run bench -- --help\n```",
  ].join("\n\n")}\n`;
}

function machineOf({ machine, drivenBy, inFlight, repeat }: Result): string {
  const { cores, cpu, memoryBytes, system, node, loadBefore, date } = machine;
  return (
    `Measured on ${date}: ${cores} cores (${cpu}), ${megabytes(memoryBytes)} of memory, ${system}. It used Node ${node} and ${drivenBy}. ` +
    `The engine and the provider run ${inFlight} calls at a time. Load before the run: ${loadBefore.toFixed(2)}. ` +
    (repeat === 1
      ? "Each was measured once."
      : `Each was measured ${repeat} times; the fastest of each operation counts.`)
  );
}
