/** Packs the provider plugin into one tarball that needs nothing but Node: `pulumi plugin install resource classiclink <version> --file <it>`. */

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { homepage, license, pulumiPackage, repository, version } from "../package.json";
import plugin from "../plugin/package.json";

const root = join(__dirname, "..");
const manifest = { version, license, homepage, repository, pulumiPackage };

/** In a bundle there is one copy of everything, so what is looked up from `@pulumi/pulumi` elsewhere is a plain import here. */
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

async function pack(): Promise<string> {
  const folder = join(root, "build", "plugin");
  const executable = join(folder, "pulumi-resource-classiclink");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    stdin: {
      contents: `import { main } from "./provider/hosts/plugin/main"; main(${JSON.stringify(manifest)});`,
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
  const tarball = join(root, "build", `pulumi-resource-classiclink-v${version}.tar.gz`);
  execFileSync("tar", ["-czf", tarball, "-C", folder, "."]);
  return tarball;
}

pack().then(
  (tarball) => console.log(tarball),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
