/** What to type once the files are there: the steps that bring the links into the state of a stack. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProgramKind } from "../program";
import { dependenciesOf, type Layout, loadingLine, loadsModule, PLUGIN_FOLDER } from "./project";

/** One step: what it is for, and what to type or to add. */
export interface Step {
  readonly what: string;
  readonly text: string;
}

/** The steps. Nothing is lost when one of them is left out, or comes too early. What a folder has already is left out. */
export function stepsOf(folder: string, program: ProgramKind, layout: Layout, importFile: string): readonly Step[] {
  return [
    ...(folder === "." ? [] : [{ what: "Go to the folder:", text: `cd ${shellQuoted(folder)}` }]),
    ...install(folder, program, layout.isTypeScript),
    // This changes package.json, so it cannot be written there beforehand.
    ...(program === "plugin" && !isInstalled(folder, "@pulumi-classiclink/classiclink")
      ? [{ what: "Make the SDK of the plugin:", text: `pulumi package add ${PLUGIN_FOLDER}` }]
      : []),
    ...load(folder, layout),
    ...(layout.isThere || hasStack(folder)
      ? []
      : [{ what: "Make a stack:", text: "pulumi stack select --create dev" }]),
    {
      what: "Import the links into the state, where Pulumi protects them from now on:",
      text: `pulumi import --file ${importFile} --yes --generate-code=false`,
    },
    { what: "See that the links are unchanged:", text: "pulumi preview" },
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

/** Pulumi leaves a file for each stack that is configured, or that has a passphrase. */
function hasStack(folder: string): boolean {
  return readdirSync(folder).some((file) => /^Pulumi\..+\.ya?ml$/.test(file));
}

function shellQuoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
