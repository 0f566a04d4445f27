/** The module that declares the links, in TypeScript or JavaScript, and the list that it reads. */

import type { Link } from "../../provider/ecs/client";
import type { Shape } from "../program";
import type { Layout } from "./project";
import type { Adoption } from "./resources";

/** Where the classes come from: the package itself, or the SDK that Pulumi makes for the plugin. */
const PACKAGES = { dynamic: "pulumi-classiclink", plugin: "@pulumi-classiclink/classiclink" } as const;

/** What the module exports: the list, which `check` understands. */
export const OUTPUT = "classicLinks";

export const LIST_FILE = "classiclinks.csv";

/** The text of the module. */
export function moduleText(
  { namesHaveRegion }: Adoption,
  per: Shape,
  program: keyof typeof PACKAGES,
  { isEsm, isTypeScript }: Pick<Layout, "isEsm" | "isTypeScript">,
): string {
  const type = per === "vpc" ? "ClassicLinks" : "ClassicLink";
  const usesImport = isEsm || isTypeScript;
  const load = (names: string, from: string) =>
    usesImport ? `import { ${names} } from "${from}";` : `const { ${names} } = require("${from}");`;
  const imports =
    program === "dynamic"
      ? [load(`${type}, linksFromFile`, PACKAGES.dynamic)]
      : [load(type, PACKAGES.plugin), load("linksFromFile", PACKAGES.dynamic)];
  const name = (place: string, id: string) => (namesHaveRegion ? `\`\${${place}.regionId}:\${${id}}\`` : id);
  const declarations =
    per === "vpc"
      ? [
          `for (const links of ${OUTPUT}) {`,
          `  new ClassicLinks(${name("links", "links.vpcId")}, links, { protect: true });`,
        ]
      : [
          `for (const { instanceIds, ...place } of ${OUTPUT}) {`,
          "  for (const instanceId of instanceIds) {",
          `    new ClassicLink(${name("place", "instanceId")}, { instanceId, ...place }, { protect: true });`,
          "  }",
        ];
  return [
    "// ClassicLink links that existed before this program. Written by `pulumi-classiclink adopt`; yours to change.",
    ...imports,
    "",
    "// One line for each link. Take lines out to detach links, add lines to attach more.",
    `${usesImport ? "export " : ""}const ${OUTPUT} = linksFromFile("${LIST_FILE}");`,
    "",
    ...declarations,
    "}",
    ...(usesImport ? [] : ["", `exports.${OUTPUT} = ${OUTPUT};`]),
    "",
  ].join("\n");
}

/** The list: CSV, which spreadsheets and `check` read too. */
export function listText(links: readonly Link[]): string {
  const lines = links.map((link) => [link.instanceId, link.vpcId, link.regionId].map(cell).join(","));
  return ["instanceId,vpcId,regionId", ...lines, ""].join("\n");
}

function cell(text: string): string {
  return /[",;\s]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
