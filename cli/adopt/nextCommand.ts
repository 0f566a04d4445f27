/** The one command to type once the files are there: it brings the links into the state of a stack. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProgramKind } from "../program";
import { dependenciesOf, PLUGIN_FOLDER } from "./project";

/**
 * The command, for a shell. What a folder has already is left out of it.
 *
 * @param isNew whether the project was made for these links, so that nobody has a stack of it.
 */
export function nextCommand(folder: string, program: ProgramKind, importFile: string, isNew: boolean): string {
  return [
    ...(folder === "." ? [] : [`cd ${shellQuoted(folder)}`]),
    ...install(folder, program),
    // This changes package.json, so it cannot be written there beforehand.
    ...(program === "plugin" && !isInstalled(folder, "@pulumi-classiclink/classiclink")
      ? [`pulumi package add ${PLUGIN_FOLDER}`]
      : []),
    ...(isNew && !hasStack(folder) ? ["pulumi stack select --create dev"] : []),
    // The program is there already, and what is imported is not to be protected unless it says so.
    `pulumi import --file ${importFile} --yes --protect=false --generate-code=false`,
  ].join(" && ");
}

function install(folder: string, program: ProgramKind): string[] {
  const needed = dependenciesOf(program);
  const missing = Object.entries(needed)
    .filter(([name]) => !textOf(join(folder, "package.json")).includes(`"${name}"`))
    .map(([name, version]) => (/^\d+$/.test(version) ? `${name}@${version}` : name));
  if (missing.length > 0) return [`npm install ${missing.join(" ")}`];
  return Object.keys(needed).every((name) => isInstalled(folder, name)) ? [] : ["npm install"];
}

function isInstalled(folder: string, name: string): boolean {
  return existsSync(join(folder, "node_modules", name));
}

/** Pulumi leaves a file for each stack that is configured, or that has a passphrase. */
function hasStack(folder: string): boolean {
  return readdirSync(folder).some((file) => /^Pulumi\..+\.ya?ml$/.test(file));
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function shellQuoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
