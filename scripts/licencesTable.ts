/** What is installed with the package, and under which licences. Made of what is in node_modules. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { markdownTable } from "./markdownTable";

const ROOT = join(__dirname, "..");

/** Licences that only require their text to be passed on. Review another one before you add it. */
const ACCEPTED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT"];

/** One package that is installed with ours. */
interface Installed {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * The runtime dependencies, and theirs, as the lock file has them.
 *
 * @throws when one has a licence that nobody has reviewed.
 */
function runtimeTree(): Installed[] {
  const lock: { packages: Record<string, { dev?: boolean; devOptional?: boolean; peer?: boolean }> } =
    readJson("package-lock.json");
  const folders = Object.entries(lock.packages).flatMap(([folder, { dev, devOptional, peer }]) =>
    folder === "" || dev || devOptional || peer ? [] : [folder],
  );
  const installed = folders.map((folder) => {
    const { name, version, license }: Installed = readJson(join(folder, "package.json"));
    if (ACCEPTED.includes(license)) return { name, version, license };
    throw new Error(`${name} ${version} has the licence ${license}; review it, then add it to ACCEPTED in this file`);
  });
  const keys = new Map(installed.map((one) => [`${one.name} ${one.version}`, one]));
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}

/** What is installed, with what the package uses itself in bold. */
export function licencesTable(): string {
  const { dependencies }: { dependencies: Readonly<Record<string, string>> } = readJson("package.json");
  const rows = runtimeTree().map(({ name, version, license }) => [
    Object.hasOwn(dependencies, name) ? `**${name}**` : name,
    version,
    license,
  ]);
  return markdownTable(["package", "version", "licence"], rows);
}
