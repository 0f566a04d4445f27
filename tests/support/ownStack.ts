/** A stack that the repository's own engine drives, and what of the CLI's commands that engine lacks. */

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
  // Opened anew for each operation, as the CLI is started anew: what is remembered is in the state.
  const stack = () =>
    openStack({
      projectDir: project.folder,
      stackName: NAME,
      stateFile,
      config,
      // What Pulumi.yaml tells the CLI; see PLUGIN in project.ts.
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

/** A resource as Pulumi exports it. Only what the engine does not need to be told is sure to be there. */
type ExportedResource = Partial<ResourceState> & Pick<ResourceState, "urn" | "type" | "custom">;

/** A state of the engine, which leaves nothing out. */
function stateOf(exported: readonly ExportedResource[]): Exported {
  const empty = { id: "", parent: "", provider: "", inputs: {}, outputs: {} };
  const resources = exported.map((resource): ResourceState => ({ ...empty, ...resource }));
  return { version: 3, deployment: { resources, pending_operations: [] } };
}

/** An import file that holds the whole state of each resource. Source: `pulumi import --help`. */
interface ImportFile {
  readonly resources: readonly (Pick<ResourceState, "type" | "id" | "inputs" | "outputs"> & {
    readonly name: string;
  })[];
}

/** The state of a stack that holds nothing but what an import file names. */
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
      // As Pulumi does unless it is told otherwise.
      const protect = true;
      return { urn: urnOf(type, name), type, custom: true, parent: root, provider, protect, ...known };
    }),
  ]);
}
