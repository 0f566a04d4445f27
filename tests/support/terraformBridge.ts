/** Pulumi's bridge for Terraform providers, where it is on PATH beside the provider that a test wants. */

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import type { Project } from "./project";

/** The paths of the bridge and of the provider, or undefined where one of them or the Pulumi CLI is not on PATH. */
export function findBridged(name: string): readonly [bridge: string, provider: string] | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const [pulumi, bridge, provider] = ["pulumi", "pulumi-resource-terraform-provider", `terraform-provider-${name}`].map(
    (file) => folders.map((folder) => join(folder, file)).find((path) => existsSync(path)),
  );
  return pulumi && bridge && provider ? [bridge, provider] : undefined;
}

/**
 * Generates the SDK of a bridged provider into a project. Returns a folder for NODE_PATH. `pulumi package add` does more than a
 * test can use: it downloads the bridge, and its `npm install` removes the links that a test's project has in place of packages.
 */
export function generateSdk(project: Project, name: string, bridged: readonly string[]): string {
  const out = join(project.folder, "sdks");
  const args = ["package", "gen-sdk", ...bridged, "--language", "nodejs", "--out", out];
  execFileSync("pulumi", args, { cwd: project.folder, stdio: "pipe" });
  const sources = join(out, "nodejs");
  const target = join("modules", "@pulumi", name);
  const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2020 };
  for (const file of readdirSync(sources, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const { outputText } = transpileModule(readFileSync(join(sources, file), "utf8"), { compilerOptions });
    project.write(join(target, file.replace(/\.ts$/, ".js")), outputText);
  }
  cpSync(join(sources, "package.json"), join(project.folder, target, "package.json"));
  return join(project.folder, "modules");
}
