/** The commands that import the links into the state of a stack, after the files are written. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProgramKind } from "../program";
import { dependenciesOf, type Layout, loadingLine, loadsModule, PLUGIN_FOLDER } from "./project";

/** One step: its purpose, and the command or the line to add. */
export interface Step {
  readonly what: string;
  readonly text: string;
}

/** The steps. A step that is left out or comes too early loses nothing. What a folder has already needs no step. */
export function stepsOf(folder: string, program: ProgramKind, layout: Layout, importFile: string): readonly Step[] {
  return [
    ...(folder === "." ? [] : [{ what: "Go to the folder:", text: `cd ${shellQuoted(folder)}` }]),
    ...install(folder, program, layout.isTypeScript),
    // This command changes package.json, so adopt cannot write its line.
    ...(program === "plugin" && !isInstalled(folder, "@pulumi-classiclink/classiclink")
      ? [{ what: "Generate the SDK of the plugin:", text: `pulumi package add ${PLUGIN_FOLDER}` }]
      : []),
    ...load(folder, layout),
    ...(layout.isThere || hasStack(folder)
      ? []
      : [{ what: "Create a stack:", text: "pulumi stack select --create dev" }]),
    {
      what: "Import the links into the state. Pulumi protects them from now on:",
      text: `pulumi import --file ${importFile} --yes --generate-code=false`,
    },
    { what: "Check that the links are unchanged:", text: "pulumi preview" },
  ];
}

function load(folder: string, layout: Layout): Step[] {
  if (layout.runtime === "yaml") {
    if (!layout.isThere) return [];
    return [{ what: "Add the sections of this file to those of Pulumi.yaml:", text: "classiclinks.yaml" }];
  }
  return loadsModule(folder, layout) ? [] : [{ what: `Add this line to ${layout.main}:`, text: loadingLine(layout) }];
}

function install(folder: string, program: ProgramKind, isTypeScript: boolean): Step[] {
  const what = "Install the packages:";
  const needed = dependenciesOf(program, isTypeScript);
  const manifest = join(folder, "package.json");
  const listed = existsSync(manifest) ? readFileSync(manifest, "utf8") : "";
  const missing = Object.entries(needed)
    .filter(([name]) => !listed.includes(`"${name}"`))
    .map(([name, version]) => (/^\d+$/.test(version) ? `${name}@${version}` : name));
  if (missing.length > 0) return [{ what, text: `npm install ${missing.join(" ")}` }];
  return Object.keys(needed).every((name) => isInstalled(folder, name)) ? [] : [{ what, text: "npm install" }];
}

function isInstalled(folder: string, name: string): boolean {
  return existsSync(join(folder, "node_modules", name));
}

/** Pulumi writes a file for each stack that has a configuration or a passphrase. */
function hasStack(folder: string): boolean {
  return readdirSync(folder).some((file) => /^Pulumi\..+\.ya?ml$/.test(file));
}

function shellQuoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
