/** A stack that the repository's own engine drives, with the commands of the CLI that the engine lacks. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Exported, openStack } from "../engine";
import type { ResourceState } from "../engine/state";
import { PLUGIN } from "./project";
import type { Stack, StackOptions } from "./stack";

const NAME = "test";

export function openOwnStack({ project, config: initial = {}, ...options }: StackOptions): Stack {
  const config = { ...initial };
  const stateFile = join(project.folder, ".state.json");
  const read = (file: string) => readFileSync(join(project.folder, file), "utf8");
  const write = (state: Exported) => writeFileSync(stateFile, JSON.stringify(state));
  // Opened for each operation, as the CLI is started for each. Only the state is left of the one before.
  const stack = () =>
    openStack({
      projectDir: project.folder,
      stackName: NAME,
      stateFile,
      config,
      // As in Pulumi.yaml; see PLUGIN in project.ts.
      plugins: { classiclink: join(project.folder, PLUGIN) },
      ...options,
    });
  return {
    drivenBy: "the repository's own test engine",
    async configure(key, value) {
      config[key] = value;
    },
    preview: () => stack().preview(),
    up: (asked) => stack().up(asked),
    refresh: () => stack().refresh(),
    destroy: () => stack().destroy(),
    async import(file) {
      write(importedState(read(file), /^name: (.*)$/m.exec(read("Pulumi.yaml"))?.[1] ?? ""));
    },
    async restore(file) {
      write(stateOf(JSON.parse(readFileSync(file, "utf8")).deployment.resources));
    },
    export: async () => stack().export() ?? stateOf([]),
    kept: () => readFileSync(stateFile, "utf8"),
    close: async () => {},
  };
}

/** A resource as Pulumi exports it. Any other member may be missing. */
type ExportedResource = Partial<ResourceState> & Pick<ResourceState, "urn" | "type" | "custom">;

/** A state of the engine, which leaves nothing out. */
function stateOf(exported: readonly ExportedResource[]): Exported {
  const empty = { id: "", parent: "", provider: "", inputs: {}, outputs: {} };
  const resources = exported.map((resource): ResourceState => ({ ...empty, ...resource }));
  return { version: 3, deployment: { resources } };
}

/** An import file with the whole state of each resource. Source: `pulumi import --help`. */
interface ImportFile {
  readonly resources: readonly (Pick<ResourceState, "type" | "id" | "inputs" | "outputs"> & {
    readonly name: string;
  })[];
}

/** The state of a stack that has only what an import file names. */
function importedState(text: string, project: string): Exported {
  const { resources }: ImportFile = JSON.parse(text);
  const urnOf = (type: string, name: string) => `urn:pulumi:${NAME}::${project}::${type}::${name}`;
  const root = urnOf("pulumi:pulumi:Stack", `${project}-${NAME}`);
  const packages = new Set(resources.map(({ type }) => `pulumi:providers:${type.split(":")[0]}`));
  const providers = [...packages].map((type) => ({ urn: urnOf(type, "default"), type, custom: true, id: "imported" }));
  return stateOf([
    { urn: root, type: "pulumi:pulumi:Stack", custom: false },
    ...providers,
    ...resources.map(({ name, type, ...known }) => {
      const provider = `${urnOf(`pulumi:providers:${type.split(":")[0]}`, "default")}::imported`;
      // The default of `pulumi import`.
      const protect = true;
      return { urn: urnOf(type, name), type, custom: true, parent: root, provider, protect, ...known };
    }),
  ]);
}
