/** The options of the command. */

import { parseArgs } from "node:util";
import { SUBJECTS } from "./subjects";

export const HELP = `Usage: npm run bench -- [options]

  --links 1,10,100,1000   the numbers of links to measure
  --latency 30            the delay of each answer of the emulator, in ms
  --repeat 1              the number of runs; the fastest run of each operation counts
  --cli                   use the Pulumi CLI on PATH instead of the repository's own small engine
  --only <name>           only subjects whose name contains this; repeat for more
  --json <file>           write the result to this file
  --docs                  write docs/performance.md, its pictures, and bench/result.json
  --from <file>           report a result that --json or --docs wrote, and measure nothing
  --help                  show this text
`;

export interface BenchOptions {
  readonly links: readonly number[];
  readonly latencyMs: number;
  readonly repeat: number;
  readonly cli: boolean;
  readonly only: readonly string[];
  readonly json: string | undefined;
  readonly docs: boolean;
  readonly from: string | undefined;
}

/** Reads the options. @throws {Error} for a wrong option. */
export function readOptions(argv: readonly string[]): BenchOptions | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      links: { type: "string", default: "1,10,100,1000" },
      latency: { type: "string", default: "30" },
      repeat: { type: "string", default: "1" },
      cli: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      json: { type: "string" },
      docs: { type: "boolean", default: false },
      from: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const unknown = values.only.find((part) => !SUBJECTS.some(({ name }) => name.includes(part)));
  if (unknown !== undefined) {
    throw new Error(`--only ${unknown} matches none of ${SUBJECTS.map(({ name }) => `"${name}"`).join(", ")}`);
  }
  return {
    links: values.links.split(",").map((text) => wholeNumber("--links", text, 1, 1000)),
    latencyMs: wholeNumber("--latency", values.latency, 0, 10_000),
    repeat: wholeNumber("--repeat", values.repeat, 1, 100),
    cli: values.cli,
    only: values.only,
    json: values.json,
    docs: values.docs,
    from: values.from,
  };
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Error(`${option}: "${text}" is not a whole number from ${least} to ${most}`);
}
