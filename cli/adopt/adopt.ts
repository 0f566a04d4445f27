/** `pulumi-classiclink adopt`: writes the program and the import file for links that exist, and says what to type. */

import { settingsOf } from "../cloud";
import { summaryOf, tellFailures } from "../discover";
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

/** Writes the files and tells of them. Resolves with the exit code. */
export async function adopt(options: AdoptOptions): Promise<number> {
  const { out, per, force = false } = options;
  const found = layoutOf(out);
  const program = programOf(options, found);
  const layout: Layout = program === "yaml" ? { ...found, runtime: "yaml" } : found;
  if (options.instance !== undefined && per === "vpc" && program !== "dynamic") {
    throw new Error(
      "--instance with --per vpc is for --program dynamic: a Pulumi older than 3.254 would take all links of the VPC into the " +
        "plugin's state; add --per link, or leave --instance out",
    );
  }
  const scanned = await scan(options);
  process.stdout.write(`${summaryOf(scanned)}\n`);
  if (scanned.failures.length > 0) {
    tellFailures(scanned);
    throw new Error("these are not all links, so nothing was written");
  }
  if (scanned.links.length === 0) return 2;
  const adoption = resourcesOf(scanned.links, per);
  const fates = writeFiles(out, draftsFor(options, program, layout, adoption), force);
  const rows = [...fates].map(([path, fate]) => [path, fate, contentOf(path, program, layout, adoption)]);
  process.stdout.write(`\n${table(["FILE", "STATUS", "CONTENT"], rows)}\nNow, step by step:\n\n`);
  for (const [index, { what, text }] of stepsOf(out, program, layout, IMPORT_FILE).entries()) {
    process.stdout.write(`${index + 1}. ${what}\n   ${coloured("green", text)}\n`);
  }
  process.stdout.write("\nThe import needs Pulumi 3.254 or newer. None of this changes anything in the cloud.\n");
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
  // In a project that is there already, a file beside the others might be taken for the program.
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

/** What a file is for, in a few words. */
function contentOf(path: string, program: ProgramKind, layout: Layout, { links, resources }: Adoption): string {
  const declared = `${resources.length} ${resources[0]?.type}`;
  const contents: Readonly<Record<string, string>> = {
    [modulePath(layout)]: `the program's part that declares ${declared}`,
    [LIST_FILE]: `${links.length} links, one a line, which it reads`,
    [IMPORT_FILE]: "their state, for pulumi import",
    "classiclinks.yaml": `${declared}, to be added to Pulumi.yaml`,
    "Pulumi.yaml": program === "yaml" ? declared : "the project",
    "package.json": "the packages that it needs",
    "tsconfig.json": "how it is compiled",
    "index.ts": "the program",
  };
  return contents[path] ?? "";
}
