/** Reads a list of links in CSV. The separator is a comma, a semicolon or a tab. */

import { parse } from "csv-parse/sync";
import { type Entry, MEMBERS, memberNamed, type PlacedEntry } from "./entry";

const DELIMITERS = [",", ";", "\t"] as const;

/** A line that is not part of the list: a comment, or the line of spreadsheets that names the separator, as in `sep=;`. */
const ASIDE = /^(#.*|sep=.)$/gm;

/** The separator of the columns. Undefined if the first line does not name the columns of a list of links. */
export function delimiterOf(text: string): string | undefined {
  const [head = ""] = text.replaceAll("\r", "\n").replaceAll(ASIDE, "").trimStart().split("\n");
  return DELIMITERS.find((delimiter) => {
    const cells = head.split(delimiter).map((cell) => memberNamed(cell.trim().replace(/^"(.*)"$/, "$1")));
    return cells.length > 1 && cells.some((member) => member !== undefined);
  });
}

/**
 * The entries of a list. Its first line names the columns, in any order and any common spelling. Other columns, empty lines
 * and comments are ignored.
 *
 * @throws if a required column is missing or there twice, or a line has more cells than the first line.
 */
export function entriesInCsv(text: string, delimiter: string, name: string): readonly PlacedEntry[] {
  const [head, ...rows] = recordsOf(text, delimiter, name);
  const columns = (head?.cells ?? []).map(memberNamed);
  for (const needed of ["instanceId", "vpcId"] as const) {
    if (columns.indexOf(needed) !== columns.lastIndexOf(needed))
      throw new Error(`${name} has two columns ${needed}; leave one of them out`);
    if (columns.includes(needed)) continue;
    throw new Error(`${name} has no column ${needed}; its first line must name the columns, as in ${MEMBERS.join()}`);
  }
  return rows.map(({ cells, line }) => {
    const extra = cells.slice(columns.length).filter((cell) => cell !== "").length;
    if (extra > 0) {
      throw new Error(
        `${name}: line ${line} has ${cells.length} cells, but the first line names ${columns.length} columns; ` +
          `put quotes around a cell that has a "${delimiter}" in it`,
      );
    }
    const entry: Entry = Object.fromEntries(
      columns.flatMap((member, index) => (member !== undefined && cells[index] ? [[member, cells[index]]] : [])),
    );
    return [`line ${line}, `, entry];
  });
}

function recordsOf(text: string, delimiter: string, name: string): { cells: string[]; line: number }[] {
  try {
    const lines: number[] = [];
    const records = parse(text.replaceAll(ASIDE, ""), {
      delimiter,
      relax_column_count: true,
      trim: true,
      on_record: (record: string[], { lines: line }) => {
        lines.push(line);
        return record;
      },
    });
    return records
      .map((cells, index) => ({ cells, line: lines[index] ?? 0 }))
      .filter(({ cells }) => cells.some((cell) => cell !== ""));
  } catch (error) {
    throw new Error(
      `${name} is not valid CSV (${error instanceof Error ? error.message : String(error)}); correct it there`,
    );
  }
}
