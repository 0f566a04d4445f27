/** The lock file says exactly what is installed. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import * as manifest from "../../package.json";
import { REPOSITORY } from "../support/project";

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const { packages, version }: { packages: Readonly<Record<string, Locked>>; version: string } = JSON.parse(
  readFileSync(join(REPOSITORY, "package-lock.json"), "utf8"),
);
const installed = Object.entries(packages).filter(([folder]) => folder !== "");

test("it is that of the manifest", () => {
  expect(version).toBe(manifest.version);
  expect(packages[""]).toMatchObject({
    version: manifest.version,
    dependencies: manifest.dependencies,
    devDependencies: manifest.devDependencies,
  });
});

test("every package is of a registry, and of known content", () => {
  for (const [folder, { link, resolved = "https://registry.npmjs.org/", integrity, optional }] of installed) {
    expect([folder, link ?? false, resolved]).toEqual([
      folder,
      false,
      expect.stringMatching(/^https:\/\/registry\.npmjs\.org\//),
    ]);
    // Builds for other systems are not on every registry.
    if (!optional) expect([folder, integrity]).toEqual([folder, expect.stringMatching(/^sha512-/)]);
  }
});

test("nothing that users install runs a script", () => {
  expect(installed.filter(([, one]) => one.hasInstallScript && !one.dev).map(([folder]) => folder)).toEqual([]);
});
