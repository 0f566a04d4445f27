/** Writes files, all or none, and never over what someone else has written. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileReason } from "../fileReason";
import type { Draft } from "./project";

/** What has become of a file. `kept`: it was there already, and is not ours to change. */
export type Fate = "written" | "unchanged" | "overwritten" | "kept";

/** What to write. */
export interface Drafts {
  /** What the links decide. A file that differs is an error, unless `force` is set. */
  readonly ours: readonly Draft[];
  /** What a project needs once. A file that is there is left alone, whatever is in it. */
  readonly theirs: readonly Draft[];
}

/**
 * Writes what is not there yet.
 *
 * @param force overwrite files of ours that differ.
 * @returns what has become of each file.
 * @throws when a file of ours differs; then nothing has been written.
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
    mkdirSync(folder, { recursive: true });
    for (const { draft } of toWrite) writeFileSync(join(folder, draft.path), draft.text);
  } catch (error) {
    throw new Error(`cannot write to ${folder} (${fileReason(error)}); choose another folder with --out`);
  }
  return new Map(decided.map(({ draft, fate }) => [draft.path, fate]));
}

function fateOf(folder: string, { path, text }: Draft, ifDifferent: "overwritten" | "kept"): Fate {
  const file = join(folder, path);
  if (!existsSync(file)) return "written";
  return readFileSync(file, "utf8") === text ? "unchanged" : ifDifferent;
}
