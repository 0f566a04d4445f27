/** Reads and writes the files of a project. Writes all or none. Never overwrites a file that somebody else has written. */

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileReason } from "../fileReason";
import type { Draft } from "./project";

/** The result for a file. `kept`: it exists already, and adopt does not change it. */
export type Fate = "written" | "unchanged" | "overwritten" | "kept";

/** What to write. */
export interface Drafts {
  /** Files that depend on the links. A file that differs is an error, unless `force` is set. */
  readonly ours: readonly Draft[];
  /** Files that a project needs once. An existing file stays, whatever it contains. */
  readonly theirs: readonly Draft[];
}

/**
 * Writes the files that do not exist.
 *
 * @param force overwrites files of ours that differ.
 * @returns the result for each file.
 * @throws when a file of ours differs. Then nothing is written.
 */
export function writeFiles(folder: string, { ours, theirs }: Drafts, force: boolean): ReadonlyMap<string, Fate> {
  const decided = [
    ...ours.map((draft) => ({ draft, fate: fateOf(folder, draft, "overwritten") })),
    ...theirs.map((draft) => ({ draft, fate: fateOf(folder, draft, "kept") })),
  ];
  const changed = decided.filter(({ fate }) => fate === "overwritten").map(({ draft }) => join(folder, draft.path));
  if (changed.length > 0 && !force) {
    const [verb, it] = changed.length === 1 ? ["is", "it"] : ["are", "them"];
    throw new Error(
      `${changed.join(" and ")} ${verb} there already, and not what these links would make; nothing was written; ` +
        `give --force to overwrite ${it}, or --out for another folder`,
    );
  }
  const toWrite = decided.filter(({ fate }) => fate === "written" || fate === "overwritten");
  try {
    makeFolder(folder);
    for (const { draft } of toWrite) writeFileSync(join(folder, draft.path), draft.text);
  } catch (error) {
    throw new Error(`cannot write to ${folder} (${fileReason(error)}); choose another folder with --out`);
  }
  return new Map(decided.map(({ draft, fate }) => [draft.path, fate]));
}

/** Makes a folder and those above it. The recursive mode of Node.js never ends where /proc refuses a folder. */
function makeFolder(folder: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return;
  if (!existsSync(folder)) makeFolder(dirname(folder));
  mkdirSync(folder);
}

/**
 * The content of a file, or undefined if it does not exist.
 *
 * @throws for a folder, a pipe or a device. To read a pipe would wait for its writer.
 */
export function bytesOf(file: string): Buffer | undefined {
  if (!existsSync(file)) return undefined;
  if (!statSync(file).isFile()) throw new Error(`${file} is no file; remove it, or choose another folder with --out`);
  return readFileSync(file);
}

function fateOf(folder: string, { path, text }: Draft, ifDifferent: "overwritten" | "kept"): Fate {
  const found = bytesOf(join(folder, path));
  if (found === undefined) return "written";
  return found.toString("utf8") === text ? "unchanged" : ifDifferent;
}
