/** What adopt does with a folder: the files that it writes there, and the steps that are left. */

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { writeFiles } from "../../../cli/adopt/files";
import { layoutOf, loadingLine, projectFiles, projectName } from "../../../cli/adopt/project";
import { stepsOf } from "../../../cli/adopt/steps";
import { makeFolder } from "../../support/credentials";

let files: ReturnType<typeof makeFolder>;
/** The project's, which some tests put into one below. */
let folder: string;
beforeEach(() => {
  files = makeFolder();
  folder = files.folder;
});
afterEach(() => files.remove());

const textOf = (path: string) => readFileSync(join(folder, path), "utf8");

describe("writing files", () => {
  const drafts = {
    ours: [
      { path: "links.ts", text: "links" },
      { path: "import.json", text: "{}" },
    ],
    theirs: [{ path: "package.json", text: "manifest" }],
  };

  test("makes the folder, says what was written, and a second time changes nothing", () => {
    folder = join(folder, "deep", "er");
    const write = () => [...writeFiles(folder, drafts, false).values()];
    expect(write()).toEqual(["written", "written", "written"]);
    expect(textOf("links.ts")).toBe("links");
    expect(write()).toEqual(["unchanged", "unchanged", "unchanged"]);
  });

  test("says which folder cannot be written to", () => {
    folder = files.write("file", "");
    expect(() => writeFiles(folder, drafts, false)).toThrow(
      new Error(`cannot write to ${folder} (there is a file of that name); choose another folder with --out`),
    );
  });

  const onLinux = process.platform === "linux" ? test : test.skip; // /proc is Linux's

  onLinux("ends where no folder can be made, and names the option", () => {
    expect(() => writeFiles("/proc/links/below", drafts, false)).toThrow(/^cannot write to .* \(.+\); .* with --out$/);
  });

  test("refuses a pipe in the place of a file, which nobody writes to, and writes none of the others", () => {
    execFileSync("mkfifo", [join(folder, "links.ts")]);
    expect(() => writeFiles(folder, drafts, true)).toThrow(/links\.ts is no file; .* with --out$/);
    expect(readdirSync(folder)).toEqual(["links.ts"]);
  });

  test("refuses when one of ours was changed, names it, and writes none of the others, but with force", () => {
    files.write("links.ts", "mine");
    files.write("package.json", "mine");
    expect(() => writeFiles(folder, drafts, false)).toThrow(
      /links\.ts is there already, .*nothing was written; give --force/,
    );
    expect([readdirSync(folder).sort(), textOf("links.ts")]).toEqual([["links.ts", "package.json"], "mine"]);
    // The project's own file stays, even with force.
    expect([...writeFiles(folder, drafts, true).values()]).toEqual(["overwritten", "written", "kept"]);
    expect([textOf("links.ts"), textOf("package.json")]).toEqual(["links", "mine"]);
  });
});

describe("the steps", () => {
  const steps = (program: "dynamic" | "plugin" | "yaml") => {
    const layout = layoutOf(folder);
    const found = program === "yaml" ? { ...layout, runtime: "yaml" as const } : layout;
    return stepsOf(folder, program, found, "links.json").map(({ text }) => text);
  };
  const install = (...more: string[]) => {
    const packages = ["pulumi-classiclink", "@pulumi/pulumi", "typescript", ...more];
    files.write(
      "package.json",
      JSON.stringify({ dependencies: Object.fromEntries(packages.map((name) => [name, "1"])) }),
    );
    for (const name of packages) mkdirSync(join(folder, "node_modules", name), { recursive: true });
  };
  const line = 'export { classicLinks } from "./classiclinks";';
  const IMPORT = ["pulumi import --file links.json --yes --generate-code=false", "pulumi preview"];

  test("in a new folder install what package.json names, make a stack and import", () => {
    for (const { path, text } of projectFiles(folder, "dynamic", layoutOf(folder))) files.write(path, text);
    expect(steps("dynamic")).toEqual([`cd ${folder}`, "npm install", "pulumi stack select --create dev", ...IMPORT]);
  });

  test("add to a package.json what it lacks", () => {
    files.write("package.json", '{ "dependencies": { "@pulumi/pulumi": "^3.200.0" } }');
    expect(steps("dynamic")[1]).toBe("npm install pulumi-classiclink typescript@5");
  });

  test("in a project that is there install nothing twice, and leave its stacks alone", () => {
    install();
    files.write("Pulumi.yaml", "name: shop\nruntime: nodejs\nmain: src/\n");
    files.write("src/index.ts", "export const own = 1;\n");
    expect(steps("dynamic")).toEqual([`cd ${folder}`, line, ...IMPORT]);
    files.write("src/index.ts", `${line}\n`);
    expect(steps("dynamic")).toEqual([`cd ${folder}`, ...IMPORT]);
  });

  test("make no second stack, and the SDK of the plugin once, but not for YAML", () => {
    install();
    files.write("index.ts", `${line}\n`);
    files.write("Pulumi.dev.yaml", "encryptionsalt: x\n");
    const add = "pulumi package add ./node_modules/pulumi-classiclink/plugin";
    expect(steps("plugin")).toEqual([`cd ${folder}`, add, ...IMPORT]);
    expect(steps("yaml")).toEqual([`cd ${folder}`, ...IMPORT]);
    install("@pulumi-classiclink/classiclink");
    expect(steps("plugin")).toEqual([`cd ${folder}`, ...IMPORT]);
  });

  test("are safe to paste whatever the folder is called", () => {
    folder = join(folder, "it's $HOME");
    mkdirSync(folder);
    expect(steps("yaml")[0]).toBe(`cd '${folder.replace("'", "'\\''")}'`);
  });
});

describe("the layout of a project", () => {
  const NODE = "runtime: nodejs\n";
  const MODULE = '{"type":"module"}';
  const NAMES_INDEX_JS = '{"main":"index.js"}';
  const NAMES_STACK_MJS = '{"main":"stack.mjs"}';
  const BUILT = '{"compilerOptions":{"outDir":"bin","rootDir":"src"}}';
  const TYPESCRIPT = 'export { classicLinks } from "./classiclinks";';
  const JAVASCRIPT = 'exports.classicLinks = require("./classiclinks").classicLinks;';
  const ESM = 'export { classicLinks } from "./classiclinks.js";';
  const IN_MJS = 'export { classicLinks } from "./classiclinks.mjs";';
  const built = { "Pulumi.yaml": `${NODE}main: bin/index.js\n`, "tsconfig.json": BUILT, "src/index.ts": "" };
  const inApp = { "Pulumi.yaml": "runtime: { name: nodejs }\nmain: app/\n", "package.json": MODULE };
  const inSrc = { "Pulumi.yaml": `${NODE}main: src/main.ts\n`, "package.json": MODULE, "src/main.ts": "" };
  const inIndex = { "Pulumi.yaml": NODE, "package.json": NAMES_INDEX_JS, "index.ts": "" };
  const inStack = { "Pulumi.yaml": NODE, "package.json": NAMES_STACK_MJS, "stack.mjs": "" };

  test.each<[string, Record<string, string>, string, string]>([
    ["a folder without one", {}, "index.ts", TYPESCRIPT],
    ["a folder without one that is an ES module", { "package.json": MODULE }, "index.ts", ESM],
    ["TypeScript whose package.json names a file that does not exist", inIndex, "index.ts", TYPESCRIPT],
    ["JavaScript", { "Pulumi.yaml": NODE, "index.js": "" }, "index.js", JAVASCRIPT],
    ["JavaScript in ES modules", { ...inApp, "app/index.js": "" }, "app/index.js", ESM],
    ["a file that package.json names", inStack, "stack.mjs", IN_MJS],
    ["TypeScript in ES modules", inSrc, "src/main.ts", ESM],
    ["TypeScript that is compiled before", built, "src/index.ts", TYPESCRIPT],
  ])("of %s is followed", (_, texts, main, line) => {
    for (const [path, text] of Object.entries(texts)) files.write(path, text);
    const layout = layoutOf(folder);
    expect([layout.main, loadingLine(layout)]).toEqual([main, line]);
  });

  test("in another language is refused with what to do", () => {
    files.write("Pulumi.yaml", "name: shop\nruntime: python\n");
    expect(() => layoutOf(folder)).toThrow(/says runtime python, and adopt writes .*; use --out for a new folder/);
  });
});

test.each([
  ["/srv/links", "links"],
  ["/srv/Our links (old)", "Our-links-old-"],
  ["/srv/链接", "classiclinks"],
])("the name of a project in %s is %s", (path, name) => {
  expect(projectName(path)).toBe(name);
});
