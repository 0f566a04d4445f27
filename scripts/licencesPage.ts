/** `docs/licences.md`: what is installed with the package, and under which licences. Made of what is in node_modules. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { markdownTable } from "./markdownTable";

const ROOT = join(__dirname, "..");

/** Licences that ask for nothing but to be passed on. Another one has to be looked at before it gets in here. */
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
 * @throws when one has a licence that nobody has looked at.
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
    throw new Error(`${name} ${version} has the licence ${license}: look at it, then add it to ACCEPTED in this file`);
  });
  const keys = new Map(installed.map((one) => [`${one.name} ${one.version}`, one]));
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}

/** The text of the page. */
export function licencesPage(): string {
  const { dependencies }: { dependencies: Readonly<Record<string, string>> } = readJson("package.json");
  const rows = runtimeTree().map(({ name, version, license }) => [
    Object.hasOwn(dependencies, name) ? `**${name}**` : name,
    version,
    license,
  ]);
  return `# Licences

<!-- Made by \`npm run docs\` from the packages that package-lock.json names. -->

pulumi-classiclink is under the [Apache License 2.0](../LICENSE). Installing it installs these packages too, those in bold because it uses them
itself. \`@pulumi/pulumi\` is your own: it is not installed with it.

${markdownTable(["package", "version", "licence"], rows)}

The tarball of the plugin, which needs no installation, holds all of it in one file, \`@grpc/grpc-js\` and \`google-protobuf\` too. The licences of
what went into it are beside it, in \`THIRD-PARTY-LICENSES\`.
`;
}
