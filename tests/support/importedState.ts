/** What `pulumi import --file` makes of an import file, for the repository's own engine, which imports nothing itself. */

import type { Exported, ResourceState } from "../engine/state";

/** An import file that holds the whole state of each resource. Source: `pulumi import --help`. */
interface ImportFile {
  readonly resources: readonly {
    readonly name: string;
    readonly type: string;
    readonly id: string;
    readonly inputs: ResourceState["inputs"];
    readonly outputs: ResourceState["outputs"];
  }[];
}

/** The state of a stack that holds nothing but what the file names. */
export function importedState(text: string, project: string, stack: string): Exported {
  const file: ImportFile = JSON.parse(text);
  const urnOf = (type: string, name: string) => `urn:pulumi:${stack}::${project}::${type}::${name}`;
  const nowhere = { parent: "", provider: "", inputs: {}, outputs: {} };
  const root = urnOf("pulumi:pulumi:Stack", `${project}-${stack}`);
  const providerOf = (type: string) => urnOf(`pulumi:providers:${type.split(":")[0]}`, "default");
  const providers = [...new Set(file.resources.map(({ type }) => providerOf(type)))].map((urn): ResourceState => {
    return { ...nowhere, urn, type: urn.split("::")[2] ?? "", custom: true, id: "of-the-import" };
  });
  const resources = file.resources.map(({ name, type, id, inputs, outputs }): ResourceState => {
    const provider = `${providerOf(type)}::of-the-import`;
    // As Pulumi does unless it is told otherwise.
    const protect = true;
    return { urn: urnOf(type, name), type, custom: true, id, parent: root, provider, inputs, outputs, protect };
  });
  const stackItself: ResourceState = { ...nowhere, urn: root, type: "pulumi:pulumi:Stack", custom: false, id: "" };
  return { version: 3, deployment: { resources: [stackItself, ...providers, ...resources], pending_operations: [] } };
}
