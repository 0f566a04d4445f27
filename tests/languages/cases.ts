/** What `npm run languages` runs: an example in each language, and a project of each package manager. */

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../package.json";
import { environmentOf, live } from "./life";
import { followPythonPage } from "./newcomer";
import { type Place, run } from "./shell";

const ROOT = join(__dirname, "..", "..");

/** What is there before a case begins. */
export interface Prepared {
  /** The address of a server that has the files of the release. */
  readonly server: string;
  /** The home of Pulumi in which the plugin was installed from it. */
  readonly home: string;
  /** The tarball of the npm package. */
  readonly tarball: string;
}

/** One program to run. */
export interface Case {
  readonly name: string;
  /** The programs that have to be on PATH. */
  readonly needs: readonly string[];
  /** Makes the project in an empty folder, and takes its links through their life. Throws where something else comes out. */
  run(project: string, prepared: Prepared): Promise<void>;
}

/** An example, with the plugin that `pulumi plugin install` has installed: nothing of npm is in the project. */
function withInstalledPlugin(language: string, program: string, ...needs: string[]): Case {
  return {
    name: language,
    needs: [`pulumi-language-${language}`, ...needs],
    async run(project, { home }) {
      copyExample(language, project, `classiclink@${version}`);
      await run({ cwd: project, env: environmentOf(home) }, "pulumi", "install");
      await live({ folder: project, language, program, home });
    },
  };
}

/** A program in TypeScript, with the plugin of the npm package that a package manager has installed. */
function withPackageManager(name: string, install: readonly string[], files: Readonly<Record<string, string>>): Case {
  const [manager = name] = install;
  return {
    name: `typescript, ${name}`,
    needs: ["pulumi-language-nodejs", manager],
    async run(project, { home, tarball }) {
      const place: Place = { cwd: project, env: environmentOf(home) };
      copyExample("typescript", project, "");
      const { dependencies, ...others } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
      const given = { "@pulumi/pulumi": dependencies["@pulumi/pulumi"], "pulumi-classiclink": `file:${tarball}` };
      writeFileSync(join(project, "package.json"), JSON.stringify({ ...others, dependencies: given }));
      const runtime = `runtime:\n  name: nodejs\n  options:\n    packagemanager: ${manager}\n`;
      writeFileSync(join(project, "Pulumi.yaml"), `name: shop\nmain: index.ts\n${runtime}`);
      for (const [path, text] of Object.entries(files)) writeFileSync(join(project, path), text);
      await run(place, ...toCommand(install));
      const before = await contentsOf(place);
      await run(place, "pulumi", "package", "add", "./node_modules/pulumi-classiclink/plugin");
      if ((await contentsOf(place)) !== before) throw new Error("pulumi package add wrote into the plugin's folder");
      // A fresh clone, of a repository that has sdks/.
      await run(place, "rm", "-rf", "node_modules");
      await run(place, ...toCommand(install));
      await run(place, "pulumi", "install");
      await live({ folder: project, language: "typescript", program: "index.ts", home });
    },
  };
}

function contentsOf(place: Place): Promise<string> {
  return run(place, "sh", "-c", "cd node_modules/pulumi-classiclink/plugin && ls -A . && cat *");
}

function toCommand([command = "", ...args]: readonly string[]): [string, ...string[]] {
  return [command, ...args];
}

function copyExample(language: string, project: string, source: string): void {
  const folder = join(ROOT, "examples", `plugin-${language}`);
  const isMade = /\/(node_modules|sdks|venv|target|go\.sum|Pulumi\.dev\.yaml)$/;
  cpSync(folder, project, { recursive: true, filter: (path) => !isMade.test(path) });
  const file = join(project, "Pulumi.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("../../plugin", source));
}

/** All of them. Yarn 1 shares its name with Yarn 4: the one on PATH is run. */
export const CASES: readonly Case[] = [
  { name: "newcomer with Python", needs: ["pulumi-language-python", "python3", "npx"], run: followPythonPage },
  withInstalledPlugin("python", "__main__.py", "python3"),
  withInstalledPlugin("go", "main.go", "go"),
  withInstalledPlugin("yaml", "Pulumi.yaml"),
  withInstalledPlugin("java", "src/main/java/shop/App.java", "mvn"),
  withPackageManager("npm", ["npm", "install"], {}),
  withPackageManager("pnpm", ["pnpm", "install"], { "pnpm-workspace.yaml": "allowBuilds:\n  protobufjs: false\n" }),
  withPackageManager("yarn", ["yarn", "install"], {
    ".yarnrc.yml": "nodeLinker: node-modules\nenableScripts: true\nenableImmutableInstalls: false\n",
  }),
  withPackageManager("bun", ["bun", "install"], {}),
];
