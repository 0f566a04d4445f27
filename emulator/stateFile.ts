/** The JSON file that the emulator's world starts from and is kept in. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseState, type State } from "./shape";

/** What the file holds; undefined if there is no file yet. Throws an error that names the file. */
export function readState(path: string): State | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return parseState(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new Error(`state file ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Writes the file, and never leaves half of one behind. */
export function writeState(path: string, state: State): void {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(draft, path);
}
