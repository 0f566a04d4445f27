/** What is published is what should be, and nothing else. Needs a build. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "@jest/globals";
import * as manifest from "../../package.json";
import { COMPILED, packageContents } from "../../scripts/packageContents";
import * as build from "../../tsconfig.build.json";
import { REPOSITORY } from "../support/project";

let packed: { readonly files: readonly { readonly path: string; readonly mode: number }[]; readonly size: number };
beforeAll(() => {
  const output = execFileSync("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], {
    cwd: REPOSITORY,
    encoding: "utf8",
  });
  [packed] = JSON.parse(output);
});

test("the tarball holds the files that are listed", () => {
  expect(packed.files.map(({ path }) => path).sort()).toEqual(packageContents());
  expect(build.include).toEqual(COMPILED);
});

test("the published types show nothing that is internal", () => {
  const published = packed.files.filter(({ path }) => path.endsWith(".d.ts"));
  const ofProvider = published.filter(({ path }) => path.startsWith("dist/provider/")).map(({ path }) => path);
  expect(ofProvider).toEqual(["dist/provider/hosts/prerequisites.d.ts"]);
  // The emulator's types are data and one interface. Its classes would show private members.
  const ofEmulator = published.filter(({ path }) => path.startsWith("dist/emulator/")).map(({ path }) => path);
  expect(ofEmulator).toEqual(["dist/emulator/errorTable.d.ts", "dist/emulator/index.d.ts", "dist/emulator/types.d.ts"]);
  for (const path of ofEmulator) expect(readFileSync(join(REPOSITORY, path), "utf8")).not.toContain("class ");
  const types = published.filter(({ path }) => path.startsWith("dist/sdk/"));
  expect(types.length).toBeGreaterThan(0);
  for (const { path } of types) {
    expect([
      path,
      /@internal|__pulumiType|configuration:/.exec(readFileSync(join(REPOSITORY, path), "utf8"))?.[0],
    ]).toEqual([path, undefined]);
  }
});

test("the tarball is small", () => {
  expect(packed.size).toBeLessThan(400_000);
});

test("the plugin can be run as it is", () => {
  const plugin = packed.files.find(({ path }) => path === "plugin/pulumi-resource-classiclink");
  expect((plugin?.mode ?? 0) & 0o111).toBe(0o111);
});

test("what the manifest points at is in the tarball", () => {
  const paths = new Set(packed.files.map(({ path }) => path));
  const named = [manifest.main, manifest.types, ...Object.values(manifest.bin), ...Object.values(manifest.exports)];
  expect(named.filter((path) => !paths.has(path.replace(/^\.\//, "")))).toEqual([]);
});

test("nothing in it names a folder of the machine that built it", () => {
  for (const { path } of packed.files) {
    expect([path, readFileSync(join(REPOSITORY, path), "utf8").includes(REPOSITORY)]).toEqual([path, false]);
  }
});

test("npm has nothing to correct in the manifest when it publishes", () => {
  const folder = mkdtempSync(join(tmpdir(), "classiclink-manifest-"));
  try {
    const given = readFileSync(join(REPOSITORY, "package.json"), "utf8");
    writeFileSync(join(folder, "package.json"), given);
    execFileSync("npm", ["pkg", "fix"], { cwd: folder, stdio: "ignore" });
    expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).toEqual(JSON.parse(given));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("installing it runs nothing, and needs exactly the versions that were tested", () => {
  const hooks = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];
  expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
  for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});
