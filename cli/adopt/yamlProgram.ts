/** The program in YAML, which is the project's Pulumi.yaml. */

import { stringify } from "yaml";
import { PLUGIN_FOLDER } from "./project";
import type { Resource } from "./resources";

const HEADING =
  "# ClassicLink links that existed before this program. Written by `pulumi-classiclink adopt`; yours to change.";

/** The text of Pulumi.yaml. */
export function yamlProgram(project: string, resources: readonly Resource[]): string {
  const program = {
    name: project,
    runtime: "yaml",
    plugins: { providers: [{ name: "classiclink", path: PLUGIN_FOLDER }] },
    resources: Object.fromEntries(resources.map((resource) => [resource.name, declarationOf(resource)])),
  };
  return `${HEADING}\n${stringify(program, literally, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function declarationOf({ type, args }: Resource) {
  const { regionId, vpcId } = args;
  const members = "instanceId" in args ? { instanceId: args.instanceId } : { instanceIds: args.instanceIds };
  return { type: `classiclink:${type}`, properties: { regionId, vpcId, ...members } };
}

/** Pulumi takes `${` for the beginning of an expression. Keys are not looked into. */
function literally(_: unknown, value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll("${", () => "$${") : value;
}
