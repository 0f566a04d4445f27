/** The program in YAML: a Pulumi.yaml, or the sections to add to one. */

import { stringify } from "yaml";
import type { Resource } from "./resources";

export const HEADING =
  "# ClassicLink links that existed before this program. Written by `pulumi-classiclink adopt`; you can change it.";

/** The text of Pulumi.yaml. */
export function yamlProgram(project: string, resources: readonly Resource[]): string {
  return text({ name: project, runtime: "yaml", ...sections(resources) });
}

/** The sections to add to an existing Pulumi.yaml. */
export function yamlSections(resources: readonly Resource[]): string {
  return text(sections(resources));
}

function sections(resources: readonly Resource[]): object {
  const keys = keysOf(resources);
  const declared = resources.map((resource, index) => [keys[index], declarationOf(resource, keys[index] ?? "")]);
  return {
    plugins: { providers: [{ name: "classiclink", path: "./node_modules/pulumi-classiclink/plugin" }] },
    resources: Object.fromEntries(declared),
    outputs: { classicLinks: resources.map((resource, index) => outputOf(resource, keys[index] ?? "")) },
  };
}

/** Names that an expression can refer to. */
function keysOf(resources: readonly Resource[]): readonly string[] {
  const taken = new Set<string>();
  return resources.map(({ name }) => {
    const wanted = name.replaceAll(/[^\w-]/g, "-");
    let key = wanted;
    for (let count = 2; taken.has(key); count += 1) key = `${wanted}-${count}`;
    taken.add(key);
    return key;
  });
}

function declarationOf({ name, type, args }: Resource, key: string) {
  const { regionId, vpcId } = args;
  const members = "instanceId" in args ? { instanceId: args.instanceId } : { instanceIds: args.instanceIds };
  return {
    type: `classiclink:${type}`,
    ...(key === name ? {} : { name: literal(name) }),
    properties: literals({ regionId, vpcId, ...members }),
    options: { protect: true },
  };
}

/** What `check` understands. The list is in the file once. */
function outputOf({ type }: Resource, key: string) {
  const members = type === "ClassicLinks" ? ["regionId", "vpcId", "instanceIds"] : ["regionId", "vpcId", "instanceId"];
  return Object.fromEntries(members.map((member) => [member, `\${${key}.${member}}`]));
}

function literals(properties: Readonly<Record<string, string | readonly string[]>>): object {
  const entries = Object.entries(properties);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "string" ? literal(value) : value.map(literal)]),
  );
}

/** For Pulumi, `${` begins an expression. */
function literal(value: string): string {
  return value.replaceAll("${", () => "$${");
}

function text(program: object): string {
  return `${HEADING}\n${stringify(program, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}
