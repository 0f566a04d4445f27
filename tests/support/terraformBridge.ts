/** Pulumi's bridge for Terraform providers, where it is on PATH beside the provider that a test wants. */

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { buildSync } from "esbuild";
import type { Project } from "./project";

const onPath = (name: string) =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

/** The path of a Terraform provider, and what a run of it lacks. */
export function findTerraformProvider(name: string): { readonly path: string; readonly missing: readonly string[] } {
  const file = `terraform-provider-${name}`;
  const needed = ["pulumi", "pulumi-resource-terraform-provider", file];
  return { path: onPath(file) ?? "", missing: needed.filter((one) => onPath(one) === undefined) };
}

/**
 * Generates the SDK of a Terraform provider into a project. Returns a folder for NODE_PATH. `pulumi package add` would end with
 * `npm install`, which replaces the links that a test's project has in place of packages.
 */
export function generateSdk(project: Project, name: string, provider: string): string {
  const sources = join(project.folder, "sdks");
  const args = ["package", "gen-sdk", "terraform-provider", provider, "--language", "nodejs", "--out", sources];
  execFileSync("pulumi", args, { cwd: project.folder, stdio: "pipe" });
  const modules = join(project.folder, "modules");
  const outdir = join(modules, "@pulumi", name);
  const files = readdirSync(join(sources, "nodejs"), { recursive: true, encoding: "utf8" });
  const entryPoints = files.filter((file) => file.endsWith(".ts")).map((file) => join(sources, "nodejs", file));
  buildSync({ entryPoints, outdir, outbase: join(sources, "nodejs"), format: "cjs", platform: "node" });
  cpSync(join(sources, "nodejs", "package.json"), join(outdir, "package.json"));
  return modules;
}
