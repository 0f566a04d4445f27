/** Writes `docs/performance.md` and its pictures. What people have written between the marks stays. */

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
    "What managing links costs, beside what most people would write and beside a provider that does nothing. Nothing here is asserted by " +
      "`npm test`: times depend on the machine.",
    SUBJECTS.map(({ name, about }) => `- **${name}**: ${about}`).join("\n"),
    `Each makes the same links in a stack of its own (\`up\`), does so again (\`up again\`, nothing has changed), refreshes, and takes them away (\`destroy\`). ECS is the emulator, one process for the whole run, whose every answer is ${result.latencyMs} ms late. All links are in one VPC.`,
    machineOf(result),
    `![${most} links: wall times, calls, state, CPU time and memory of each subject](images/performance.svg)`,
    "![Wall time of up and refresh, by the number of links](images/performance-growth.svg)",
    "## Ceilings",
    "What the package promises of itself. A megabyte is a million bytes.",
    asMarkdown(ceilingTable(result)),
    "## Waiting",
    "What it costs to wait for a quota, for locked instances and for released ones. The clock is simulated, a call takes 30 to 300 ms, and ECS is " +
      "simulated too: both hosts and the command line use the code that runs here. Each case runs 24 times: the windows of the quota begin at " +
      "twelve different moments, and a refusal says how long to wait, or does not. *Ideal* is a caller who knows all quotas and calls at each " +
      "moment at which a call passes.",
    asMarkdown(waitingTable(result)),
    "## What to make of it",
    `${BEGIN}\n\n${discussion}\n\n${END}`,
    "## All figures",
    "CPU and peak memory are of the provider's process; `program` is the process that runs the Pulumi program. Attach, Describe and Detach are calls that " +
      "reached ECS. The state is counted as `pulumi stack export` prints it, and as the engine keeps it in its file.",
    ...counts
      .toReversed()
      .flatMap((links) => [`### ${links} link${links === 1 ? "" : "s"}`, asMarkdown(measurementTable(result, links))]),
    ...(result.skipped.length === 0
      ? []
      : ["## Not measured", result.skipped.map((reason) => `- ${reason}`).join("\n")]),
    "## Measure it yourself",
    "```sh\nnpm ci\nnpm run bench                          # through the repository's own small engine\nnpm run bench -- --cli --docs          # through the Pulumi CLI on PATH, and write this page\nnpm run bench -- --help\n```",
  ].join("\n\n")}\n`;
}

function machineOf({ machine, drivenBy, inFlight, repeat }: Result): string {
  const { cores, cpu, memoryBytes, system, node, loadBefore, date } = machine;
  return (
    `Measured on ${date}: ${cores} cores (${cpu}), ${megabytes(memoryBytes)} of memory, ${system}, Node ${node}, through ${drivenBy}. ` +
    `The engine and the provider have ${inFlight} calls under way at a time. Load before the run: ${loadBefore.toFixed(2)}. ` +
    (repeat === 1
      ? "Each was measured once."
      : `Each was measured ${repeat} times; the fastest of each operation counts.`)
  );
}
