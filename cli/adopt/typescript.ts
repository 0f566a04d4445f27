/** The program in TypeScript: one module that declares the links and exports them. */

import type { Resource } from "./resources";

/** Where the classes come from: the package itself, or the SDK that Pulumi makes for the plugin. */
const PACKAGES = { dynamic: "pulumi-classiclink", plugin: "@pulumi-classiclink/classiclink" } as const;

/** The text of the module. */
export function typescriptProgram(resources: readonly Resource[], program: keyof typeof PACKAGES): string {
  const types = [...new Set(resources.map(({ type }) => type))];
  return [
    "// ClassicLink links that existed before this program. Written by `pulumi-classiclink adopt`; yours to change.",
    `import { ${types.join(", ")} } from ${quoted(PACKAGES[program])};`,
    ...resources.flatMap((resource, index) => [...headingOf(resource, resources[index - 1]), declarationOf(resource)]),
    "",
  ].join("\n");
}

/** Each `ClassicLinks` stands for itself; single links stand together by VPC. */
function headingOf({ type, args }: Resource, before: Resource | undefined): string[] {
  const { regionId, vpcId } = args;
  const goesOn = type === "ClassicLink" && before?.args.regionId === regionId && before.args.vpcId === vpcId;
  if (goesOn) return [];
  return type === "ClassicLink" ? ["", `// To ${vpcId} in ${regionId}`] : [""];
}

function declarationOf({ type, name, identifier, args }: Resource): string {
  const start = `export const ${identifier} = new ${type}(${quoted(name)}, {`;
  const place = [`vpcId: ${quoted(args.vpcId)}`, `regionId: ${quoted(args.regionId)}`];
  // One line for each link, however long: so many read as a table, and are sorted and searched as one.
  if ("instanceId" in args) return `${start} ${[`instanceId: ${quoted(args.instanceId)}`, ...place].join(", ")} });`;
  const members = args.instanceIds.map((id) => `    ${quoted(id)},`);
  return [start, ...place.map((line) => `  ${line},`), "  instanceIds: [", ...members, "  ],", "});"].join("\n");
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
