/** Reads the fleet from a CSV file: which instance is linked to which VPC. */

import { readFileSync } from "node:fs";
import { RunError } from "@pulumi/pulumi";

/** The columns that count, in any order. Others, such as an owner, are for people. */
const COLUMNS = ["instanceId", "vpcId"] as const;

/**
 * Reads a file and groups its instances by VPC.
 *
 * It reads plain CSV: commas, no quotes. Ids have neither, and a quoted cell is refused rather than misread; for files that
 * need quotes, take a library.
 *
 * @throws {RunError} that names the line, for anything that would link other instances than the file's author meant.
 */
export function readFleet(path: string): ReadonlyMap<string, readonly string[]> {
  const lines = readFileSync(path, "utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  const cellsOf = (line: string) => line.split(",").map((cell) => cell.trim());
  const header = cellsOf(lines[0] ?? "");
  for (const column of COLUMNS) {
    if (!header.includes(column)) throw new RunError(`${path}: the first line has no column ${column}; add it`);
  }
  const fleet = new Map<string, string[]>();
  const lineOf = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === "") continue;
    const where = `${path}, line ${index + 1}`;
    if (line.includes('"')) throw new RunError(`${where}: it has a quote; write the cells without quotes`);
    const cells = cellsOf(line);
    if (cells.length !== header.length) {
      throw new RunError(`${where}: it has ${cells.length} cells, and the first line has ${header.length}`);
    }
    const [instanceId = "", vpcId = ""] = COLUMNS.map((column) => cells[header.indexOf(column)]);
    if (instanceId === "" || vpcId === "") throw new RunError(`${where}: an id is empty; give both`);
    const before = lineOf.get(instanceId);
    if (before !== undefined) {
      throw new RunError(`${where}: ${instanceId} is on line ${before} already; an instance has at most one link`);
    }
    lineOf.set(instanceId, index + 1);
    fleet.set(vpcId, [...(fleet.get(vpcId) ?? []), instanceId]);
  }
  return fleet;
}
