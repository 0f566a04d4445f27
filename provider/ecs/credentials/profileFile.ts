/** The profile files of the `aliyun` command line (JSON) and of Alibaba Cloud's SDKs (INI), recognized by their content. */

import { realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { SourceFailure } from "./failure";
import { readTextFile } from "./textFile";

/** The members of one profile, as the file has them. */
export type Profile = Readonly<Record<string, unknown>>;

/** The profiles of one file. */
export interface ProfileFile {
  readonly format: "JSON" | "INI";
  /** By name. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Which one counts when none is named. */
  readonly current: string;
}

/**
 * Reads a file.
 *
 * @throws {SourceFailure} when it cannot be read, or not be understood. Never with anything of what is in it.
 */
export function readProfileFile(file: string): ProfileFile {
  const text = readTextFile(file);
  return text.trimStart().startsWith("{") ? fromJson(text) : fromIni(text);
}

/**
 * The region that a profile names, if there is such a file, profile and region.
 *
 * @param name without it, the profile that counts when none is named.
 */
export function regionOfProfile(file: string, name?: string): string | undefined {
  try {
    const { profiles, current } = readProfileFile(file);
    const region = profiles.get(name ?? current)?.region_id;
    return typeof region === "string" && region !== "" ? region : undefined;
  } catch (error) {
    // Then it names no region. Whoever needs its keys reports why it cannot be read.
    if (error instanceof SourceFailure) return undefined;
    throw error;
  }
}

/**
 * Changes members of a profile in a JSON file. Whoever reads meanwhile sees the file before or after, and no half of it.
 *
 * @throws when the file cannot be written.
 */
export function changeProfile(file: string, name: string, changes: Profile): void {
  const content: unknown = JSON.parse(readTextFile(file));
  const profile = profilesOf(content).find((one) => one.name === name);
  if (profile === undefined) throw new SourceFailure("there is no profile of that name in it");
  Object.assign(profile, changes);
  // Where a link leads to: the link itself is not to be replaced.
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
    // The message of the error quotes the file.
    throw new SourceFailure("the file is not valid JSON");
  }
  const profiles = new Map<string, Profile>();
  for (const profile of profilesOf(content)) {
    const { name } = profile;
    // The first of a name counts, as for the aliyun command line.
    if (typeof name === "string" && !profiles.has(name)) profiles.set(name, profile);
  }
  const current: unknown = isProfile(content) ? content.current : undefined;
  return { format: "JSON", profiles, current: typeof current === "string" && current !== "" ? current : "default" };
}

function profilesOf(content: unknown): Profile[] {
  const profiles: unknown = isProfile(content) ? content.profiles : undefined;
  return Array.isArray(profiles) ? profiles.filter(isProfile) : [];
}

function isProfile(value: unknown): value is Profile {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sections of `name = value`. Source: the credentials guide of Alibaba Cloud's SDKs. */
function fromIni(text: string): ProfileFile {
  const profiles = new Map<string, Record<string, string>>();
  let section: Record<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim();
    if (header !== undefined) {
      // Without a prototype, so that a member is never taken for one that all objects have.
      section = profiles.get(header) ?? Object.create(null);
      profiles.set(header, section ?? {});
      continue;
    }
    const [, name, value] = /^\s*([^;#=\s][^=]*?)\s*=(.*)$/.exec(line) ?? [];
    if (section !== undefined && name !== undefined && value !== undefined) section[name] = iniValue(value.trim());
  }
  return { format: "INI", profiles, current: "default" };
}

/** Quoted as a whole, or up to a comment. */
function iniValue(text: string): string {
  const quoted = /^"(.*)"$|^'(.*)'$/.exec(text);
  return quoted === null ? text.replace(/\s*[;#].*$/, "") : (quoted[1] ?? quoted[2] ?? "");
}
