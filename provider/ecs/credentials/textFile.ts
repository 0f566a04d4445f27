/** Reads a file that has secrets. */

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { sep } from "node:path";
import { decodeText } from "../../decodeText";
import { nodeCodeOf, SourceFailure } from "./sourceFailure";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "the file may not be read",
  EISDIR: "it is a folder",
};

/** Reads a text file. @throws {SourceFailure} with the reason if the file cannot be read. */
export function readTextFile(file: string): string {
  try {
    return decodeText(readFileSync(file));
  } catch (error) {
    throw new SourceFailure(REASONS[nodeCodeOf(error)] ?? "the file cannot be read");
  }
}

/** The path of a file for messages. `~` stands for the home folder. */
export function displayed(file: string): string {
  const home = `${homedir()}${sep}`;
  return file.startsWith(home) ? `~/${file.slice(home.length)}` : file;
}
