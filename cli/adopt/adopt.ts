/** `pulumi-classiclink adopt`: writes the program and the import file for existing links, and prints the next commands. */

import { plural } from "../../provider/links/operation";
import { settingsOf } from "../cloud";
import { summaryOf, reportFailures } from "../discover";
import type { AdoptOptions, ProgramKind } from "../program";
import { scan } from "../scan";
import { coloured, table } from "../terminal";
import { type Drafts, writeFiles } from "./files";
import { importFile } from "./importFile";
import { LIST_FILE, listText, moduleText } from "./module";
import { type Layout, layoutOf, modulePath, projectFiles, projectName } from "./project";
import { type Adoption, resourcesOf } from "./resources";
import { stepsOf } from "./steps";
import { yamlProgram, yamlSections } from "./yamlProgram";

const IMPORT_FILE = "classiclinks.import.json";

/** Writes the files and prints what to do next. Resolves with the exit code. */
export async function adopt(options: AdoptOptions): Promise<number> {
  const { out, per, force = false } = options;
  const found = layoutOf(out);
  const program = programOf(options, found);
  const layout: Layout = program === "yaml" ? { ...found, runtime: "yaml" } : found;
  if (options.instance !== undefined && per === "vpc" && program !== "dynamic") {
    throw new Error(
      "--instance with --per vpc needs --program dynamic: with the plugin, a Pulumi older than 3.254 would import all links of " +
        "the VPC; add --per link, or leave --instance out",
    );
  }
  const scanned = await scan(options);
  process.stdout.write(`${summaryOf(scanned)}\n`);
  if (scanned.failures.length > 0) {
    reportFailures(scanned);
    throw new Error("some links could not be read, so nothing was written");
  }
  if (scanned.links.length === 0) return 2;
  const adoption = resourcesOf(scanned.links, per);
  const fates = writeFiles(out, draftsFor(options, program, layout, adoption), force);
  const rows = [...fates].map(([path, fate]) => [path, fate, contentOf(path, program, layout, adoption)]);
  process.stdout.write(`\n${table(["FILE", "STATUS", "CONTENT"], rows)}\nNext steps:\n\n`);
  for (const [index, { what, text }] of stepsOf(out, program, layout, IMPORT_FILE).entries()) {
    process.stdout.write(`${index + 1}. ${what}\n   ${coloured("green", text)}\n`);
  }
  process.stdout.write("\nThe import needs Pulumi 3.254 or newer. These steps change nothing in the cloud.\n");
  return 0;
}

/** @throws when the program that was asked for does not fit the project. */
function programOf({ program, out }: AdoptOptions, { isThere, runtime }: Layout): ProgramKind {
  if (program === undefined) return runtime === "yaml" ? "yaml" : "dynamic";
  if (isThere && (program === "yaml") !== (runtime === "yaml")) {
    throw new Error(
      `--program ${program} does not fit the project in ${out}, whose Pulumi.yaml says runtime ${runtime}; ` +
        "leave --program out, or give --out for another folder",
    );
  }
  return program;
}

function draftsFor(options: AdoptOptions, program: ProgramKind, layout: Layout, adoption: Adoption): Drafts {
  const { out, per } = options;
  const { links, resources } = adoption;
  const toImport = { path: IMPORT_FILE, text: importFile(resources, program, settingsOf(options).scope()) };
  // In an existing project, another file could be taken for the program.
  const theirs = layout.isThere ? [] : projectFiles(out, program, layout);
  if (program === "yaml") {
    const ours = layout.isThere
      ? { path: "classiclinks.yaml", text: yamlSections(resources) }
      : { path: "Pulumi.yaml", text: yamlProgram(projectName(out), resources) };
    return { ours: [ours, toImport], theirs };
  }
  const module = { path: modulePath(layout), text: moduleText(adoption, per, program, layout) };
  return { ours: [module, { path: LIST_FILE, text: listText(links) }, toImport], theirs };
}

/** What a file is for. */
function contentOf(path: string, program: ProgramKind, layout: Layout, { links, resources }: Adoption): string {
  const declared = plural(resources.length, `${resources[0]?.type} resource`, `${resources[0]?.type} resources`);
  const contents: Readonly<Record<string, string>> = {
    [modulePath(layout)]: `declares ${declared}`,
    [LIST_FILE]: `${plural(links.length, "link", "links")}, one on each line`,
    [IMPORT_FILE]: "the state of the links, for pulumi import",
    "classiclinks.yaml": `${declared}, to add to Pulumi.yaml`,
    "Pulumi.yaml": program === "yaml" ? declared : "the project",
    "package.json": "the packages",
    "tsconfig.json": "the compiler options",
    "index.ts": "the program",
  };
  return contents[path] ?? "";
}
