/**
 * Packs an SDK for each language, to be attached to a release: `npm run package:sdks`. Needs the Pulumi CLI with all its language
 * hosts, or arguments that name the languages to pack.
 */

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as manifest from "../package.json";
import { packageSchema } from "../provider/hosts/plugin/schema";

const BUILD = join(__dirname, "..", "build");
const SDKS = join(BUILD, "sdks");

/** What is left to do with a generated SDK, and the folder that is packed. */
const FINISH: Readonly<Record<string, (folder: string) => string>> = {
  nodejs(folder) {
    const npm = (...args: string[]) => execFileSync("npm", args, { cwd: folder, stdio: "inherit" });
    npm("install", "--no-audit", "--no-fund");
    npm("run", "build");
    // As Pulumi's own SDKs: what is compiled is the package.
    for (const file of ["package.json", "README.md"]) copyFileSync(join(folder, file), join(folder, "bin", file));
    return join(folder, "bin");
  },
  python: (folder) => folder,
  go(folder) {
    const { importBasePath } = manifest.pulumiPackage.language.go;
    const lines = [`module ${importBasePath}`, "go 1.25", "require github.com/pulumi/pulumi/sdk/v3 v3.256.0", ""];
    writeFileSync(join(folder, "classiclink", "go.mod"), lines.join("\n\n"));
    return join(folder, "classiclink");
  },
  dotnet: (folder) => folder,
  java: (folder) => folder,
};

function pack(language: string, schema: string): string {
  const args = ["package", "gen-sdk", schema, "--language", language, "--out", SDKS];
  // Otherwise only a build with Gradle writes the file in which the SDK of Java finds its version.
  if (language === "java") args.push("--local");
  execFileSync("pulumi", args, { env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" }, stdio: "inherit" });
  const name = `classiclink-${language}-v${manifest.version}`;
  const finished = FINISH[language]?.(join(SDKS, language)) ?? "";
  cpSync(finished, join(BUILD, name), { recursive: true });
  execFileSync("tar", ["-czf", join(BUILD, `${name}.tar.gz`), "-C", BUILD, name]);
  rmSync(join(BUILD, name), { recursive: true });
  return `${name}.tar.gz`;
}

function main(chosen: readonly string[]): void {
  const unknown = chosen.find((language) => FINISH[language] === undefined);
  if (unknown !== undefined)
    throw new Error(`there is no SDK for ${unknown}; there are ${Object.keys(FINISH).join(", ")}`);
  rmSync(SDKS, { recursive: true, force: true });
  mkdirSync(SDKS, { recursive: true });
  const schema = join(SDKS, "schema.json");
  writeFileSync(schema, JSON.stringify(packageSchema(manifest)));
  for (const language of chosen.length > 0 ? chosen : Object.keys(FINISH)) console.log(pack(language, schema));
}

main(process.argv.slice(2));
