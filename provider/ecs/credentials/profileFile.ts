/** Reads and changes profile files: those of the `aliyun` command line (JSON) and of Alibaba Cloud's SDKs (INI). */

import { realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { type Fields, fieldsOf, isFields } from "../answerFields";
import { SourceFailure } from "./sourceFailure";
import { readTextFile } from "./textFile";

/** The profiles of one file. */
export interface ProfileFile {
  readonly format: "JSON" | "INI";
  /** By name. */
  readonly profiles: ReadonlyMap<string, Fields>;
  /** The name of the default profile. */
  readonly current: string;
}

/**
 * Reads a file. Its content decides the format.
 *
 * @throws {SourceFailure} if the file cannot be read or parsed. The message quotes nothing of the file.
 */
export function readProfileFile(file: string): ProfileFile {
  const text = readTextFile(file);
  return text.trimStart().startsWith("{") ? fromJson(text) : fromIni(text);
}

/**
 * The region of a profile. Undefined if the file or the profile does not exist, or the profile has no region.
 *
 * @param name by default, the file's default profile.
 */
export function regionOfProfile(file: string, name?: string): string | undefined {
  try {
    const { profiles, current } = readProfileFile(file);
    const region = profiles.get(name ?? current)?.region_id;
    return typeof region === "string" && region !== "" ? region : undefined;
  } catch (error) {
    // The call that needs the keys reports this failure.
    if (error instanceof SourceFailure) return undefined;
    throw error;
  }
}

/**
 * Changes members of a profile in a JSON file. The file is replaced as a whole, so that no reader sees a part of it.
 *
 * @throws if the file cannot be written.
 */
export function changeProfile(file: string, name: string, changes: Fields): void {
  const content: unknown = JSON.parse(readTextFile(file));
  const profile = profilesOf(content).find((one) => one.name === name);
  if (profile === undefined) throw new SourceFailure("there is no profile of that name in it");
  Object.assign(profile, changes);
  // A symbolic link stays. Its target is replaced.
  const target = realpathSync(file);
  const beside = `${target}.${process.pid}.new`;
  writeFileSync(beside, `${JSON.stringify(content, null, "\t")}\n`, { mode: statSync(target).mode });
  renameSync(beside, target);
}

function fromJson(text: string): ProfileFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The original message quotes the file.
    throw new SourceFailure("the file is not valid JSON");
  }
  const profiles = new Map<string, Fields>();
  for (const profile of profilesOf(content)) {
    const { name } = profile;
    // Of two profiles with one name, the first wins, as for the aliyun command line.
    if (typeof name === "string" && !profiles.has(name)) profiles.set(name, profile);
  }
  const { current } = fieldsOf(content);
  return { format: "JSON", profiles, current: typeof current === "string" && current !== "" ? current : "default" };
}

function profilesOf(content: unknown): Fields[] {
  const { profiles } = fieldsOf(content);
  return Array.isArray(profiles) ? profiles.filter(isFields) : [];
}

/** Sections of `name = value`. Source: the credentials guide of Alibaba Cloud's SDKs. */
function fromIni(text: string): ProfileFile {
  const profiles = new Map<string, Record<string, string>>();
  let section: Record<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim();
    if (header !== undefined) {
      // No prototype: otherwise a name such as `constructor` would have a value in each section.
      section = profiles.get(header) ?? Object.create(null);
      profiles.set(header, section ?? {});
      continue;
    }
    const [, name, value] = /^\s*([^;#=\s][^=]*?)\s*=(.*)$/.exec(line) ?? [];
    if (section !== undefined && name !== undefined && value !== undefined) section[name] = iniValue(value.trim());
  }
  return { format: "INI", profiles, current: "default" };
}

/** A value without its quotes or its comment. */
function iniValue(text: string): string {
  const quoted = /^"(.*)"$|^'(.*)'$/.exec(text);
  return quoted === null ? text.replace(/\s*[;#].*$/, "") : (quoted[1] ?? quoted[2] ?? "");
}
