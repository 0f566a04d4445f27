/** Converts a result to tables. A table is a list of rows. The first row names the columns. */

import { judge } from "../ceilings";
import { find, type Measurement, OPERATIONS, type Result } from "../result";
import { SUBJECTS } from "../subjects";
import { megabytes, seconds, wholeSeconds } from "./units";

export type Table = readonly (readonly string[])[];

const ACTIONS = ["AttachClassicLinkVpc", "DescribeClassicLinkInstances", "DetachClassicLinkVpc"];

/** In a page of 900 pixels, more columns would have to be scrolled. */
const COLUMNS = ["subject", "operation", "wall", "CPU", "peak", "program", "calls", "state", "in file"];

/** All measurements with this number of links. */
export function measurementTable(result: Result, links: number): Table {
  const rows = SUBJECTS.flatMap(({ name }) =>
    OPERATIONS.flatMap((operation) => {
      const measurement = find(result, name, links, operation);
      return measurement === undefined ? [] : [rowOf(measurement)];
    }),
  );
  return [COLUMNS, ...rows];
}

function rowOf({ subject, operation, wallMs, provider, program, calls, state }: Measurement): string[] {
  return [
    subject,
    operation,
    seconds(wallMs),
    seconds(provider.cpuMs),
    provider.peakBytes === 0 ? "–" : megabytes(provider.peakBytes),
    program.peakBytes === 0 ? "–" : seconds(program.cpuMs),
    ACTIONS.map((action) => calls[action] ?? 0).join(" + "),
    megabytes(state.exportBytes),
    megabytes(state.fileBytes),
  ];
}

/** All ceilings, and whether the result meets them. */
export function ceilingTable(result: Result): Table {
  const rows = judge(result).map(({ claim, ceiling, measured, outcome }) => [claim, ceiling, measured, outcome]);
  return [["what", "ceiling", "measured", ""], ...rows];
}

/** The times of waiting. */
export function waitingTable({ waiting }: Result): Table {
  const range = ([least, most]: readonly [number, number]) =>
    least === most ? wholeSeconds(most) : `${(least / 1_000).toFixed(0)} to ${wholeSeconds(most)}`;
  const rows = waiting.map(({ name, idealMs, ms, mostMs, also, holds }) => [
    name,
    idealMs === undefined ? "–" : range(idealMs),
    range(ms),
    `≤ ${wholeSeconds(mostMs)}`,
    also,
    holds ? "HOLDS" : "MISSED",
  ]);
  return [["case", "ideal", "measured", "ceiling", "besides", ""], ...rows];
}

/** The numbers of links that were measured, lowest first. */
export function countsOf({ measurements }: Result): number[] {
  return [...new Set(measurements.map(({ links }) => links))].toSorted((a, b) => a - b);
}

/** A table as text with aligned columns. Figures are aligned to the right. */
export function asText(table: Table): string {
  const { widths, rights } = columnsOf(table);
  return table
    .map((row) =>
      row
        .map((cell, at) => align(cell, widths[at], rights[at]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function asMarkdown(table: Table): string {
  const { widths, rights } = columnsOf(table);
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => align(cell, widths[at], rights[at])).join(" | ")} |`;
  const [head = [], ...rows] = table;
  const rule = widths.map((width, at) =>
    rights[at] ? `${"-".repeat(Math.max(width, 3) - 1)}:` : "-".repeat(Math.max(width, 3)),
  );
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

function columnsOf([head = [], ...rows]: Table): { widths: number[]; rights: boolean[] } {
  return {
    widths: head.map((name, at) => Math.max(3, name.length, ...rows.map((row) => row[at]?.length ?? 0))),
    rights: head.map((_, at) => rows.every((row) => /^(≤ |≥ )?[\d.]|^–|^\?/.test(row[at] ?? ""))),
  };
}

function align(cell: string, width = 0, right = false): string {
  return right ? cell.padStart(width) : cell.padEnd(width);
}
