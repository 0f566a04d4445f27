/** The rest of a Pulumi project, for a folder that has none. */

import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { stringify } from "yaml";
import type { ProgramKind } from "../program";

/** Where the plugin is in a project that has installed the package. */
export const PLUGIN_FOLDER = "./node_modules/pulumi-classiclink/plugin";

/** The module with the links, which the program loads. */
export const MODULE = "classiclinks";

/** A file to write: its path in the project, and its text. */
export interface Draft {
  readonly path: string;
  readonly text: string;
}

/** A name for the project in a folder. Source: Pulumi.yaml, `name`: letters, digits, `_`, `.` and `-`, at most 100. */
export function projectName(folder: string): string {
  const name = basename(resolve(folder))
    .replaceAll(/[^\w.-]+/g, "-")
    .slice(0, 100);
  return /[A-Za-z0-9]/.test(name) ? name : "classiclinks";
}

/** The packages that a program needs, each with its version. */
export function dependenciesOf(program: ProgramKind): Readonly<Record<string, string>> {
  const { version, peerDependencies }: { version: string; peerDependencies: Record<string, string> } = JSON.parse(
    readFileSync(require.resolve("pulumi-classiclink/package.json"), "utf8"),
  );
  const itself = { "pulumi-classiclink": `^${version}`, ...peerDependencies };
  // Without it Pulumi compiles with a TypeScript of its own that is too old for the package's types; it does not take 7 yet.
  return program === "yaml" ? itself : { ...itself, typescript: "5" };
}

/** The line of a program that loads the links. An ES module names the file as it is once it is compiled. */
export function loadingLine(folder: string): string {
  const manifest = join(folder, "package.json");
  const { type }: { type?: string } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {};
  return `import "./${MODULE}${type === "module" ? ".js" : ""}";`;
}

/** What a project has besides the links. In YAML the links are in Pulumi.yaml itself. */
export function projectFiles(folder: string, program: ProgramKind): readonly Draft[] {
  const name = projectName(folder);
  // npm takes lower case only.
  const manifest = { name: name.toLowerCase(), private: true, dependencies: dependenciesOf(program) };
  const packageJson = { path: "package.json", text: json(manifest) };
  if (program === "yaml") return [packageJson];
  return [
    { path: "Pulumi.yaml", text: stringify({ name, runtime: "nodejs", main: "index.ts" }) },
    packageJson,
    { path: "tsconfig.json", text: json(TSCONFIG) },
    { path: "index.ts", text: `${loadingLine(folder)}\n` },
  ];
}

const TSCONFIG = {
  compilerOptions: {
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  },
  files: ["index.ts"],
};

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
