/** `pulumi-classiclink adopt`: writes the program and the import file for links that exist, and says what to type. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { summaryOf, tellFailures } from "../discover";
import type { AdoptOptions } from "../program";
import { scan } from "../scan";
import { coloured, table } from "../terminal";
import { type Drafts, writeFiles } from "./files";
import { importFile } from "./importFile";
import { nextCommand } from "./nextCommand";
import { loadingLine, MODULE, projectFiles, projectName } from "./project";
import { type Resource, resourcesOf } from "./resources";
import { typescriptProgram } from "./typescript";
import { yamlProgram } from "./yamlProgram";

const IMPORT_FILE = `${MODULE}.import.json`;

/** Writes the files and tells of them. Resolves with the exit code. */
export async function adopt(options: AdoptOptions): Promise<number> {
  const { out, program, per, force = false } = options;
  if (options.instance !== undefined && per === "vpc" && program !== "dynamic") {
    throw new Error(
      "--instance with --per vpc is for --program dynamic: a Pulumi older than 3.254 would take all links of the VPC into the " +
        "plugin's state; add --per link, or leave --instance out",
    );
  }
  const found = await scan(options);
  process.stdout.write(`${summaryOf(found)}\n`);
  if (found.failures.length > 0) {
    tellFailures(found);
    throw new Error("these are not all links, so nothing was written");
  }
  if (found.links.length === 0) return 2;
  const resources = resourcesOf(found.links, per);
  const fates = writeFiles(out, draftsFor(options, resources), force);
  const rows = [...fates].map(([path, fate]) => [path, fate, contentOf(path, options, resources)]);
  process.stdout.write(`\n${table(["FILE", "STATUS", "CONTENT"], rows)}\n`);
  if (program !== "yaml" && !loadsModule(out)) {
    process.stdout.write(`Add this line to your program:\n\n  ${loadingLine(out)}\n\n`);
  }
  const command = nextCommand(out, program, IMPORT_FILE, fates.get("Pulumi.yaml") !== "kept");
  process.stdout.write(`Now type:\n\n  ${coloured("green", command)}\n\n`);
  process.stdout.write("It needs Pulumi 3.254 or newer. The next pulumi up changes nothing.\n");
  return 0;
}

function draftsFor({ out, program }: AdoptOptions, resources: readonly Resource[]): Drafts {
  const links =
    program === "yaml"
      ? { path: "Pulumi.yaml", text: yamlProgram(projectName(out), resources) }
      : { path: `${MODULE}.ts`, text: typescriptProgram(resources, program) };
  const toImport = { path: IMPORT_FILE, text: importFile(resources, program) };
  // In a project that is there already, a file beside the others might be taken for the program.
  const isThere = program !== "yaml" && existsSync(join(out, "Pulumi.yaml"));
  const theirs = projectFiles(out, program).filter(({ path }) => !isThere || existsSync(join(out, path)));
  return { ours: [links, toImport], theirs };
}

/** What a file is for, in a few words. */
function contentOf(path: string, { program }: AdoptOptions, resources: readonly Resource[]): string {
  const links = `${resources.length} ${resources[0]?.type}`;
  const contents: Readonly<Record<string, string>> = {
    [`${MODULE}.ts`]: links,
    [IMPORT_FILE]: "their state, for pulumi import",
    "Pulumi.yaml": program === "yaml" ? links : "the project",
    "package.json": "the packages that it needs",
    "tsconfig.json": "how it is compiled",
    "index.ts": `the program, which loads ${MODULE}.ts`,
  };
  return contents[path] ?? "";
}

/** Whether the program that Pulumi runs seems to load the links. */
function loadsModule(folder: string): boolean {
  const program = join(folder, "index.ts");
  return existsSync(program) && readFileSync(program, "utf8").includes(`./${MODULE}`);
}
