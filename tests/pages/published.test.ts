/** What is published is what should be, and nothing else; what it needs is known. Needs a build. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import * as manifest from "../../package.json";
import * as plugin from "../../plugin/package.json";
import { packageSchema } from "../../provider/hosts/plugin/schema";
import { COMPILED, packageContents } from "../../scripts/packageContents";
import { releaseNotes } from "../../scripts/releaseNotes";
import * as build from "../../tsconfig.build.json";
import { makeFolder } from "../support/credentials";
import { REPOSITORY } from "../support/project";

const textOf = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
  readonly size: number;
}
const pack = ["pack", "--dry-run", "--ignore-scripts", "--json"];
const [packed]: [Packed] = JSON.parse(execFileSync("npm", pack, { cwd: REPOSITORY, encoding: "utf8" }));
const paths = packed.files.map(({ path }) => path);

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}
const lock: { packages: Readonly<Record<string, Locked>> } = JSON.parse(textOf("package-lock.json"));
const locked = Object.entries(lock.packages).flatMap(([folder, one]) => (folder === "" ? [] : { folder, ...one }));

test("the tarball has the files that are listed, is small, and has what the manifest points at", () => {
  expect(paths.toSorted()).toEqual(packageContents());
  expect(build.include).toEqual(COMPILED);
  expect(packed.size).toBeLessThan(400_000);
  const named = [manifest.main, manifest.types, ...Object.values(manifest.bin), ...Object.values(manifest.exports)];
  expect(named.filter((path) => !paths.includes(path.replace(/^\.\//, "")))).toEqual([]);
  const executable = packed.files.find(({ path }) => path === "plugin/pulumi-resource-classiclink");
  expect((executable?.mode ?? 0) & 0o111).toBe(0o111);
});

test("the published types show nothing that is internal", () => {
  const types = paths.filter((path) => path.endsWith(".d.ts"));
  const inFolder = (folder: string) => types.filter((path) => path.startsWith(folder));
  expect(inFolder("dist/provider/")).toEqual(["dist/provider/hosts/prerequisites.d.ts"]);
  // The emulator's types are data and one interface. Its classes would show private members.
  const ofEmulator = ["errorTable", "index", "types"].map((name) => `dist/emulator/${name}.d.ts`);
  expect(inFolder("dist/emulator/")).toEqual(ofEmulator);
  expect(ofEmulator.filter((path) => textOf(path).includes("class "))).toEqual([]);
  expect(inFolder("dist/sdk/").length).toBeGreaterThan(0);
  const internal = /@internal|__pulumiType|configuration:/;
  expect(inFolder("dist/sdk/").filter((path) => internal.test(textOf(path)))).toEqual([]);
});

test("nothing in it names a folder of the machine that built it", () => {
  expect(paths.filter((path) => textOf(path).includes(REPOSITORY))).toEqual([]);
});

test("installing it runs nothing, and needs exactly the versions that were tested", () => {
  const hooks = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];
  expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
  const exact = Object.values(manifest.dependencies).filter((at) => /^\d+\.\d+\.\d+$/.test(at));
  expect(exact).toEqual(Object.values(manifest.dependencies));
  expect(locked.filter(({ hasInstallScript, dev }) => hasInstallScript && !dev)).toEqual([]);
});

test("every package of the lock file is of npm's registry, and of known content", () => {
  expect(locked.length).toBeGreaterThan(100);
  const NPM = "https://registry.npmjs.org/";
  expect(locked.filter(({ link, resolved = NPM }) => link || !resolved.startsWith(NPM))).toEqual([]);
  // Builds for other systems are not on every registry.
  expect(locked.filter(({ integrity = "", optional }) => !optional && !integrity.startsWith("sha512-"))).toEqual([]);
});

test("npm has nothing to correct in the manifest when it publishes", () => {
  const files = makeFolder();
  const copy = files.write("package.json", textOf("package.json"));
  execFileSync("npm", ["pkg", "fix"], { cwd: files.folder, stdio: "ignore" });
  expect(JSON.parse(readFileSync(copy, "utf8"))).toEqual(JSON.parse(textOf("package.json")));
  files.remove();
});

test("there is one version, that of package.json", () => {
  expect(plugin).not.toHaveProperty("version");
  expect(textOf("plugin/PulumiPlugin.yaml")).not.toMatch(/version/);
  expect(packageSchema({ ...manifest, version: "1.2.3" })).toMatchObject({ version: "1.2.3" });
  expect(textOf("CHANGELOG.md")).toMatch(new RegExp(`^## ${manifest.version.replaceAll(".", "\\.")}( |$)`, "m"));
});

test("the release notes are the version's section of the changelog, unless it is not described or not to be released yet", () => {
  const changelog = "# Changes\n\n## 0.2.0 (not released yet)\n\n- c\n\n## 0.1.0 (2026-01-02)\n\n- a\n- b\n";
  expect(releaseNotes(changelog, "0.1.0")).toBe("- a\n- b");
  expect(() => releaseNotes(changelog, "0.3.0")).toThrow("CHANGELOG.md has no section for 0.3.0");
  expect(() => releaseNotes(changelog, "0.2.0")).toThrow("not released yet");
});
