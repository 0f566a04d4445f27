/**
 * Packs the provider plugin into tarballs that need nothing but Node, named as `pulumi plugin install --server` asks for them.
 * They differ in nothing but the name.
 */

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { homepage, license, peerDependencies, pulumiPackage, repository, version } from "../package.json";
import plugin from "../plugin/package.json";

/** As Pulumi spells them. */
const PLATFORMS = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "windows-amd64", "windows-arm64"];

/** For Windows, which does not run scripts by their first line. */
const COMMAND_FILE = '@node --max-semi-space-size=2 "%~dp0pulumi-resource-classiclink" %*\r\n';

const root = join(__dirname, "..");
const manifest = { version, license, homepage, repository, peerDependencies, pulumiPackage };

/** A bundle has one copy of everything, so a resolution relative to `@pulumi/pulumi` is a plain import here. */
const oneCopy: Plugin = {
  name: "one-copy",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]hosts[\\/]plugin[\\/]fromPulumi\.ts$/ }, () => ({
      resolveDir: dirname(require.resolve("@pulumi/pulumi/package.json")),
      contents: `
        export * as grpc from "@grpc/grpc-js";
        export { Any } from "google-protobuf/google/protobuf/any_pb.js";
        export { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
        export { Struct } from "google-protobuf/google/protobuf/struct_pb.js";`,
    }));
  },
};

/** The licences of the packages that went into the bundle. They ask to be passed on with it. */
function notices(inputs: Metafile["inputs"]): string {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const parts = [...folders].sort().map((folder) => {
    const about: { name: string; version: string; license?: string } = JSON.parse(
      readFileSync(join(root, folder, "package.json"), "utf8"),
    );
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "LICENCE"].find((name) =>
      existsSync(join(root, folder, name)),
    );
    const text = file === undefined ? "" : readFileSync(join(root, folder, file), "utf8").trim();
    return `${about.name} ${about.version} (${about.license ?? "see below"})\n\n${text}\n`;
  });
  return parts.join(`\n${"-".repeat(80)}\n\n`);
}

async function pack(): Promise<readonly string[]> {
  const folder = join(root, "build", "plugin");
  const executable = join(folder, "pulumi-resource-classiclink");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    stdin: {
      contents: `
        try {
          require("./provider/hosts/prerequisites");
        } catch (error) {
          console.error(error.message);
          process.exit(1);
        }
        require("./provider/hosts/plugin/main").main(${JSON.stringify(manifest)});`,
      resolveDir: root,
    },
    absWorkingDir: root,
    outfile: executable,
    // The two lines that start Node, as in the folder that the npm package holds.
    banner: {
      js: readFileSync(join(root, "plugin", "pulumi-resource-classiclink"), "utf8")
        .split("\n", 2)
        .join("\n"),
    },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    metafile: true,
    plugins: [oneCopy],
    logLevel: "warning",
  });
  chmodSync(executable, 0o755);
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ ...plugin, version }, null, 2)}\n`);
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  writeFileSync(join(folder, "THIRD-PARTY-LICENSES"), notices(metafile.inputs));
  writeFileSync(`${executable}.cmd`, COMMAND_FILE);
  const [first = "", ...others] = PLATFORMS.map((platform) =>
    join(root, "build", `pulumi-resource-classiclink-v${version}-${platform}.tar.gz`),
  );
  execFileSync("tar", ["-czf", first, "-C", folder, "."]);
  for (const other of others) copyFileSync(first, other);
  return [first, ...others];
}

pack().then(
  (tarballs) => console.log(tarballs.join("\n")),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
