import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { writeFiles } from "../../../cli/adopt/files";
import { nextCommand } from "../../../cli/adopt/nextCommand";
import { projectFiles, projectName } from "../../../cli/adopt/project";

let root: string;
/** The project's, which some tests put into one below. */
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "classiclink-files-"));
  folder = root;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const textOf = (path: string) => readFileSync(join(folder, path), "utf8");
const put = (path: string, text: string) => writeFileSync(join(folder, path), text);

describe("writing files", () => {
  const drafts = {
    ours: [
      { path: "links.ts", text: "links" },
      { path: "import.json", text: "{}" },
    ],
    theirs: [{ path: "package.json", text: "manifest" }],
  };

  test("makes the folder, and says what was written", () => {
    folder = join(folder, "deep", "er");
    const fates = writeFiles(folder, drafts, false);
    expect([...fates.values()]).toEqual(["written", "written", "written"]);
    expect(textOf("links.ts")).toBe("links");
  });

  test("a second time changes nothing", () => {
    writeFiles(folder, drafts, false);
    expect([...writeFiles(folder, drafts, false).values()]).toEqual(["unchanged", "unchanged", "unchanged"]);
  });

  test("keeps a project's own file, whatever is in it", () => {
    put("package.json", "mine");
    expect(writeFiles(folder, drafts, true).get("package.json")).toBe("kept");
    expect(textOf("package.json")).toBe("mine");
  });

  test("says which folder cannot be written to", () => {
    put("file", "");
    folder = join(folder, "file");
    expect(() => writeFiles(folder, drafts, false)).toThrow(
      new Error(`cannot write to ${folder} (there is a file of that name); choose another folder with --out`),
    );
  });

  test("refuses when one of ours was changed, names it, and writes none of the others", () => {
    put("links.ts", "mine");
    expect(() => writeFiles(folder, drafts, false)).toThrow(
      /links\.ts is there already, .*nothing was written; give --force/,
    );
    expect(() => textOf("import.json")).toThrow();
    expect(textOf("links.ts")).toBe("mine");
  });

  test("overwrites it with force", () => {
    put("links.ts", "mine");
    expect(writeFiles(folder, drafts, true).get("links.ts")).toBe("overwritten");
    expect(textOf("links.ts")).toBe("links");
  });
});

describe("the command to type next", () => {
  const next = (program: "dynamic" | "plugin" | "yaml", isNew = true) =>
    nextCommand(folder, program, "links.json", isNew).split(" && ");
  const install = (...packages: string[]) => {
    put("package.json", JSON.stringify({ dependencies: Object.fromEntries(packages.map((name) => [name, "1"])) }));
    for (const name of packages) mkdirSync(join(folder, "node_modules", name), { recursive: true });
  };
  const IMPORT = "pulumi import --file links.json --yes --protect=false --generate-code=false";

  test("installs what package.json names, makes a stack and imports, in a new folder", () => {
    for (const { path, text } of projectFiles(folder, "dynamic")) put(path, text);
    expect(next("dynamic")).toEqual([`cd ${folder}`, "npm install", "pulumi stack select --create dev", IMPORT]);
  });

  test("adds to a package.json what it lacks", () => {
    put("package.json", '{ "dependencies": { "@pulumi/pulumi": "^3.200.0" } }');
    expect(next("dynamic")[1]).toBe("npm install pulumi-classiclink typescript@5");
  });

  test("does not install what is there, and leaves the stacks of an old project alone", () => {
    install("pulumi-classiclink", "@pulumi/pulumi", "typescript");
    expect(next("dynamic", false)).toEqual([`cd ${folder}`, IMPORT]);
  });

  test("makes no second stack", () => {
    install("pulumi-classiclink", "@pulumi/pulumi", "typescript");
    put("Pulumi.dev.yaml", "encryptionsalt: x\n");
    expect(next("dynamic")).toEqual([`cd ${folder}`, IMPORT]);
  });

  test("makes the SDK of the plugin, once, for TypeScript alone", () => {
    install("pulumi-classiclink", "@pulumi/pulumi", "typescript");
    const add = "pulumi package add ./node_modules/pulumi-classiclink/plugin";
    expect(next("plugin")).toContain(add);
    expect(next("yaml")).not.toContain(add);
    install("pulumi-classiclink", "@pulumi/pulumi", "typescript", "@pulumi-classiclink/classiclink");
    expect(next("plugin")).not.toContain(add);
  });

  test("is safe to paste whatever the folder is called", () => {
    folder = join(folder, "it's $HOME");
    mkdirSync(folder);
    expect(next("yaml")[0]).toBe(`cd '${folder.replace("'", "'\\''")}'`);
  });
});

describe("the name of a project", () => {
  test.each([
    ["/srv/links", "links"],
    ["/srv/Our links (old)", "Our-links-old-"],
    ["/srv/链接", "classiclinks"],
    ["/", "classiclinks"],
  ])("in %s is %s", (path, name) => {
    expect(projectName(path)).toBe(name);
  });
});
