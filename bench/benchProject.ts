/** The Pulumi project of a bench program. It is outside the repository, as a user's project is. */

import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { makeProject, type Project, REPOSITORY } from "../tests/support/project";
import type { Subject } from "./subjects";

const PROGRAMS = join(__dirname, "programs");

/** The folder of the plugin. */
export const PLUGIN_FOLDER = join(REPOSITORY, "plugin");

/** Creates the project of a subject. Compiles the programs first, so that the compiler's time is not measured. */
export function makeBenchProject({ program, pluginType }: Subject): Project {
  const sources = readdirSync(PROGRAMS);
  const files = sources.map((source) => [`${basename(source, ".ts")}.js`, compile(join(PROGRAMS, source))] as const);
  const plugins = `plugins:\n  providers:\n    - name: classiclink\n      path: ${JSON.stringify(PLUGIN_FOLDER)}\n`;
  const project = makeProject({
    ...Object.fromEntries(files),
    "Pulumi.yaml": `name: bench\nruntime: nodejs\nmain: ${program}.js\n${pluginType === undefined ? "" : plugins}`,
  });
  // The obvious provider imports pop-core itself.
  const scope = join("node_modules", "@alicloud");
  mkdirSync(join(project.folder, "node_modules"), { recursive: true });
  symlinkSync(join(REPOSITORY, scope), join(project.folder, scope));
  return project;
}

function compile(file: string): string {
  const compilerOptions: ts.CompilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
  };
  return ts.transpileModule(readFileSync(file, "utf8"), { compilerOptions }).outputText;
}
