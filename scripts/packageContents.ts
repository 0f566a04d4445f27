/** What the npm package holds. A test holds the packed tarball to it. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { publishedTypes } from "./publishedTypes";

const ROOT = join(__dirname, "..");

/** The folders that are compiled into `dist`, as tsconfig.build.json has them. */
export const COMPILED = ["provider", "sdk", "cli", "emulator"];

const FILES = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "package.json",
  "plugin/PulumiPlugin.yaml",
  "plugin/index.js",
  "plugin/package-lock.json",
  "plugin/package.json",
  "plugin/pulumi-resource-classiclink",
];

/** The paths of all files in the package, sorted: the code of each source, and the types that a program can import. */
export function packageContents(): string[] {
  const code = COMPILED.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(ts|json)$/.test(path))
      .map((path) => `dist/${folder}/${path.replaceAll("\\", "/").replace(/\.ts$/, ".js")}`),
  );
  return [...FILES, ...code, ...publishedTypes()].sort();
}
