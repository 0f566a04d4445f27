/** A Pulumi project in a folder of its own, outside the repository, that has this package installed by a link. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The repository. */
export const REPOSITORY = resolve(__dirname, "../..");

/** The folder of the provider plugin in a project. */
export const PLUGIN = "node_modules/pulumi-classiclink/plugin";

/** A project to run. */
export interface Project {
  /** The folder that holds its Pulumi.yaml. */
  readonly folder: string;
  /** Writes a file of the project, replacing what was there. */
  write(path: string, text: string): void;
  remove(): void;
}

/**
 * Makes a project.
 *
 * @param files path → text. A Pulumi.yaml is added that runs `index.js` and knows the plugin, unless there is one.
 * @param from a folder of the repository whose files are copied first.
 */
export function makeProject(files: Readonly<Record<string, string>> = {}, from?: string): Project {
  const folder = mkdtempSync(join(tmpdir(), "classiclink-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(REPOSITORY, join(folder, "node_modules", "pulumi-classiclink"));
  symlinkSync(join(REPOSITORY, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"));
  symlinkSync(join(REPOSITORY, "node_modules", "typescript"), join(folder, "node_modules", "typescript"));
  write("package.json", '{ "name": "shop", "private": true }\n');
  const plugins = `plugins:\n  providers:\n    - name: classiclink\n      path: ./${PLUGIN}\n`;
  write("Pulumi.yaml", `name: shop\nruntime: nodejs\nmain: index.js\n${plugins}`);
  if (from !== undefined) cpSync(join(REPOSITORY, from), folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
