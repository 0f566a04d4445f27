/** The Pulumi project for the links: the one in a folder, or a new one. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, posix, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { decodeText } from "../../provider/decodeText";
import type { ProgramKind } from "../program";
import { bytesOf } from "./files";
import { OUTPUT } from "./module";
import { HEADING } from "./yamlProgram";

/** Where the plugin is in a project that has installed the package. */
export const PLUGIN_FOLDER = "./node_modules/pulumi-classiclink/plugin";

/** A file to write: its path in the project, and its text. */
export interface Draft {
  readonly path: string;
  readonly text: string;
}

/** How a project is laid out. */
export interface Layout {
  /** Whether the folder has a project already that adopt did not write. */
  readonly isThere: boolean;
  readonly runtime: "nodejs" | "yaml";
  /** The file of the program, which loads the module. If Pulumi runs compiled code, this is its source. */
  readonly main: string;
  readonly isTypeScript: boolean;
  readonly isEsm: boolean;
}

/**
 * Finds out how the project of a folder is laid out. A folder without one gets TypeScript.
 *
 * @throws when the project is in a language that `adopt` does not write.
 */
export function layoutOf(folder: string): Layout {
  const text = textOf(folder, "Pulumi.yaml") ?? textOf(folder, "Pulumi.yml");
  const project: unknown = text === undefined ? {} : parse(text, { logLevel: "error" });
  const { runtime: given = "nodejs", main } = members(project);
  const runtime = typeof given === "string" ? given : members(given).name;
  const isYaml = runtime === "yaml";
  const isThere = text !== undefined && !text.startsWith(HEADING) && text !== projectText(folder);
  if (isYaml) return { isThere, runtime: "yaml", main: "Pulumi.yaml", isTypeScript: false, isEsm: false };
  if (runtime !== "nodejs" && runtime !== "bun") {
    throw new Error(
      `Pulumi.yaml says runtime ${String(runtime)}, and adopt writes TypeScript, JavaScript and YAML; ` +
        "use --out for a new folder, such as --out links",
    );
  }
  const start = typeof main === "string" ? main : ".";
  const file = text === undefined ? "index.ts" : sourceOf(folder, entryOf(folder, start));
  const extension = extname(file);
  const isModule = /"type"\s*:\s*"module"/.test(textOf(folder, "package.json") ?? "");
  return {
    isThere,
    runtime: "nodejs",
    main: file,
    isTypeScript: /ts$/.test(extension),
    isEsm: /^\.m/.test(extension) || (isModule && !/^\.c/.test(extension)),
  };
}

const EXTENSIONS = [".ts", ".js", ".mts", ".cts", ".mjs", ".cjs"];

/** The file that Pulumi runs. Source: Pulumi.yaml, `main`; Node.js, folders as modules. */
function entryOf(folder: string, main: string): string {
  const path = posix.normalize(main.replaceAll("\\", "/"));
  const isFolder = path === "." || (existsSync(join(folder, path)) && statSync(join(folder, path)).isDirectory());
  if (!isFolder) return EXTENSIONS.includes(extname(path)) ? path : (firstOf(folder, path) ?? `${path}.ts`);
  const manifest: unknown = JSON.parse(textOf(join(folder, path), "package.json") ?? "{}");
  const { main: named } = members(manifest);
  if (typeof named === "string") {
    const entry = entryOf(folder, posix.join(path, named));
    // `npm init` names index.js, whether it exists or not. Pulumi ignores what does not exist.
    if (existsSync(join(folder, sourceOf(folder, entry)))) return entry;
  }
  return firstOf(folder, posix.join(path, "index")) ?? posix.join(path, "index.ts");
}

function firstOf(folder: string, stem: string): string | undefined {
  return EXTENSIONS.map((extension) => `${stem}${extension}`).find((file) => existsSync(join(folder, file)));
}

/** What a file was compiled from, if tsconfig.json says that it was compiled. */
function sourceOf(folder: string, file: string): string {
  const config = textOf(folder, "tsconfig.json") ?? "";
  const option = (name: string) => new RegExp(`"${name}"\\s*:\\s*"([^"]+)"`).exec(config)?.[1];
  const outDir = option("outDir");
  if (outDir === undefined || !/\.[cm]?js$/.test(file)) return file;
  const inOutDir = posix.relative(posix.normalize(outDir), file);
  if (inOutDir.startsWith("..")) return file;
  const source = inOutDir.replace(/js$/, "ts");
  const roots = [option("rootDir") ?? ".", "src", "."];
  return roots.map((root) => posix.join(root, source)).find((path) => existsSync(join(folder, path))) ?? file;
}

/** The path of the module, beside the file that loads it. */
export function modulePath({ main }: Layout): string {
  return posix.join(dirname(main), `classiclinks${extname(main)}`);
}

/** The line of the program that loads the links and exports them. */
export function loadingLine({ main, isTypeScript, isEsm }: Layout): string {
  const extension = extname(main).replace("t", "j");
  // TypeScript names the file as it is once it is compiled. CommonJS finds .js files without their extension.
  const module = `./classiclinks${isEsm || extension !== ".js" ? extension : ""}`;
  if (isEsm || isTypeScript) return `export { ${OUTPUT} } from "${module}";`;
  return `exports.${OUTPUT} = require("${module}").${OUTPUT};`;
}

/** Whether the program loads the links. */
export function loadsModule(folder: string, { main }: Layout): boolean {
  return /["']\.\/classiclinks(\.[cm]?js)?["']/.test(textOf(folder, main) ?? "");
}

/** A name for the project in a folder. Source: Pulumi.yaml, `name`: letters, digits, `_`, `.` and `-`, at most 100. */
export function projectName(folder: string): string {
  const name = basename(resolve(folder))
    .replaceAll(/[^\w.-]+/g, "-")
    .slice(0, 100);
  return /[A-Za-z0-9]/.test(name) ? name : "classiclinks";
}

/** The packages that a program needs, each with its version. */
export function dependenciesOf(program: ProgramKind, isTypeScript: boolean): Readonly<Record<string, string>> {
  const { version, peerDependencies }: { version: string; peerDependencies: Record<string, string> } = JSON.parse(
    readFileSync(require.resolve("pulumi-classiclink/package.json"), "utf8"),
  );
  const itself = { "pulumi-classiclink": `^${version}`, ...peerDependencies };
  // Without it, Pulumi compiles with its own TypeScript, which is too old for the package's types. It does not support 7 yet.
  return program === "yaml" || !isTypeScript ? itself : { ...itself, typescript: "5" };
}

/** The other files of a new project. In YAML, Pulumi.yaml has the links itself. */
export function projectFiles(folder: string, program: ProgramKind, layout: Layout): readonly Draft[] {
  // npm allows lower case only.
  const name = projectName(folder).toLowerCase();
  const manifest = { name, private: true, dependencies: dependenciesOf(program, true) };
  const packageJson = { path: "package.json", text: json(manifest) };
  if (program === "yaml") return [packageJson];
  return [
    { path: "Pulumi.yaml", text: projectText(folder) },
    packageJson,
    { path: "tsconfig.json", text: json(TSCONFIG) },
    { path: "index.ts", text: `${loadingLine(layout)}\n` },
  ];
}

function projectText(folder: string): string {
  return stringify({ name: projectName(folder), runtime: "nodejs", main: "index.ts" });
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

/** A file of the folder, or undefined if it does not exist. */
function textOf(folder: string, path: string): string | undefined {
  const bytes = bytesOf(join(folder, path));
  return bytes === undefined ? undefined : decodeText(bytes);
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
