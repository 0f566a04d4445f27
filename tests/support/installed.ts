/** The packed package, installed into a project as npm would, for machines without a registry. */

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin, version } from "../../package.json";
import { REPOSITORY } from "./project";

/** Packs the package. Needs a build. Returns the path of the tarball. */
export function packPackage(folder: string): string {
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [{ filename }] = JSON.parse(execFileSync("npm", pack, { cwd: REPOSITORY, encoding: "utf8" }));
  return join(folder, filename);
}

/** Unpacks it into a project, with links to the repository's copies of what it and a program need. */
export function installPacked(tarball: string, project: string): void {
  const modules = join(project, "node_modules");
  const own = join(modules, "pulumi-classiclink");
  mkdirSync(own, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "--strip-components=1", "-C", own]);
  for (const name of readdirSync(join(REPOSITORY, "node_modules"))) {
    if (!name.startsWith(".") && name !== "pulumi-classiclink") {
      symlinkSync(join(REPOSITORY, "node_modules", name), join(modules, name));
    }
  }
  mkdirSync(join(modules, ".bin"));
  for (const [name, file] of Object.entries(bin)) {
    chmodSync(join(own, file), 0o755);
    symlinkSync(join(own, file), join(modules, ".bin", name));
  }
  const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
  const dependencies = { "pulumi-classiclink": version, "@pulumi/pulumi": "*", typescript: "*" };
  writeFileSync(join(project, "package.json"), JSON.stringify({ ...manifest, dependencies }));
}
