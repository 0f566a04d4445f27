/** Reads a file that holds secrets, and says why when it cannot be read. */

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { sep } from "node:path";
import { decodeText } from "../../decodeText";
import { codeOf, SourceFailure } from "./failure";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "the file may not be read",
  EISDIR: "it is a folder",
};

/** @throws {SourceFailure} when the file cannot be read. */
export function readTextFile(file: string): string {
  try {
    return decodeText(readFileSync(file));
  } catch (error) {
    throw new SourceFailure(REASONS[codeOf(error)] ?? "the file cannot be read");
  }
}

/** The path of a file as people know it. */
export function displayed(file: string): string {
  const home = `${homedir()}${sep}`;
  return file.startsWith(home) ? `~/${file.slice(home.length)}` : file;
}
