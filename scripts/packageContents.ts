/** What the npm package holds. A test holds the packed tarball to it. */

import { readdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..");

/** The rooms that are compiled into `dist`, as tsconfig.build.json has them. */
export const ROOMS = ["provider", "sdk", "cli", "emulator"];

const FILES = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "package.json",
  "plugin/PulumiPlugin.yaml",
  "plugin/index.js",
  "plugin/package.json",
  "plugin/pulumi-resource-classiclink",
];

/** The paths of all files in the package, sorted: for each source its code and its types, and nothing else of it. */
export function packageContents(): string[] {
  const sources = ROOMS.flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => `${room}/${path.replaceAll("\\", "/").slice(0, -".ts".length)}`),
  );
  return [...FILES, ...sources.flatMap((source) => [`dist/${source}.js`, `dist/${source}.d.ts`])].sort();
}
