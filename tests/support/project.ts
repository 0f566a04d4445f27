/** A Pulumi project in a folder of its own, outside the repository, that has this package and a stand-in for the plugin's SDK. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

/** The repository. */
export const REPOSITORY = resolve(__dirname, "../..");

/** The folder of the provider plugin in a project. */
export const PLUGIN = "node_modules/pulumi-classiclink/plugin";

/** A project to run. */
export interface Project {
  /** The folder with its Pulumi.yaml. */
  readonly folder: string;
  /** Writes a file of the project, replacing what was there. */
  write(path: string, text: string): void;
  remove(): void;
}

/** A Pulumi.yaml that knows the plugin. */
export const pulumiYaml = (main: string, name = "shop") =>
  `name: ${name}\nruntime: nodejs\nmain: ${main}\nplugins:\n  providers:\n    - name: classiclink\n      path: ./${PLUGIN}\n`;

/**
 * Makes a project.
 *
 * @param files path → text. A Pulumi.yaml is added that runs `index.js` and knows the plugin, unless there is one.
 * @param from a folder of the repository whose files are copied first, without packages that somebody has installed there.
 */
export function makeProject(files: Readonly<Record<string, string>> = {}, from?: string): Project {
  const folder = mkdtempSync(join(tmpdir(), "classiclink-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const link = (name: string, target: string) =>
    symlinkSync(join(REPOSITORY, target), join(folder, "node_modules", name));
  mkdirSync(join(folder, "node_modules"));
  link("pulumi-classiclink", ".");
  link("@pulumi-classiclink", "tests/support/modules/@pulumi-classiclink");
  for (const name of ["@pulumi", "typescript"]) link(name, join("node_modules", name));
  write("package.json", '{ "name": "shop", "private": true }\n');
  write("Pulumi.yaml", pulumiYaml("index.js"));
  const filter = (path: string) => basename(path) !== "node_modules";
  if (from !== undefined) cpSync(join(REPOSITORY, from), folder, { recursive: true, filter });
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
