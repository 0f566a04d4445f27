/**
 * The examples in other languages, and those of the schema, name what the schema has, as their language spells it.
 * `npm run languages` runs them; here nothing but a build is needed.
 */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";
import * as manifest from "../../package.json";
import { packageSchema } from "../../provider/hosts/plugin/schema";
import {
  CONVERTED_LANGUAGES,
  canConvert,
  codeIn,
  convert,
  type ExampleName,
  LANGUAGES,
  markdownOf,
  TITLES,
} from "../../scripts/schemaExamples";
import { REPOSITORY } from "../support/project";

const textOf = (...path: string[]) => readFileSync(join(REPOSITORY, ...path), "utf8");
const { nodejs, python, go, java } = manifest.pulumiPackage.language;

/** The program of each language, and how it names the SDK, a link, many links, a lookup, a provider and a property. */
const EXAMPLES = [
  [
    "plugin-typescript",
    "index.ts",
    [
      `from "${nodejs.packageName}"`,
      ".ClassicLink(",
      ".ClassicLinks(",
      ".getLinksOutput(",
      ".Provider(",
      "instanceIds:",
    ],
  ],
  [
    "plugin-python",
    "__main__.py",
    [
      `import ${python.packageName}`,
      ".ClassicLink(",
      ".ClassicLinks(",
      ".get_links_output(",
      ".Provider(",
      "instance_ids=",
    ],
  ],
  [
    "plugin-go",
    "main.go",
    [
      `"${go.importBasePath}"`,
      ".NewClassicLink(",
      ".NewClassicLinks(",
      ".GetLinksOutput(",
      ".NewProvider(",
      "InstanceIds:",
    ],
  ],
  [
    "plugin-java",
    "src/main/java/shop/App.java",
    [
      `import ${java.basePackage}.classiclink.`,
      "new ClassicLink(",
      "new ClassicLinks(",
      ".getLinks(",
      "new Provider(",
      ".instanceIds(",
    ],
  ],
  [
    "plugin-yaml",
    "Pulumi.yaml",
    [
      "type: classiclink:ClassicLink\n",
      "type: classiclink:ClassicLinks\n",
      "classiclink:getLinks",
      "pulumi:providers:classiclink",
      "instanceIds:",
    ],
  ],
] as const;

describe.each(EXAMPLES)("examples/%s", (folder, file, names) => {
  test("shows a link, many links, a lookup and a provider, by the names of its SDK", () => {
    const program = textOf("examples", folder, file);
    expect(names.filter((name) => !program.includes(name))).toEqual([]);
  });

  test("names the plugin of this repository", () => {
    const path = /^ {2}classiclink: (\S+)$/m.exec(textOf("examples", folder, "Pulumi.yaml"))?.[1] ?? "";
    expect(resolve(REPOSITORY, "examples/x", path)).toBe(join(REPOSITORY, "plugin"));
  });
});

const schema: {
  resources: Record<string, { description: string }>;
  functions: Record<string, { description: string }>;
} = JSON.parse(JSON.stringify(packageSchema(manifest)));
const NAMES: readonly ExampleName[] = ["ClassicLink", "ClassicLinks", "getLinks"];

describe.each(NAMES)("the description of %s", (name) => {
  const { description = "" } =
    schema.resources[`classiclink:index:${name}`] ?? schema.functions[`classiclink:index:${name}`] ?? {};

  test("has an example in every language", () => {
    expect(description).toContain(`### ${TITLES[name]}`);
    expect(LANGUAGES.filter((language) => codeIn(description, language) === "")).toEqual([]);
  });

  test("has the program of scripts/schemaExamples as it stands there", () => {
    expect(description).toContain(markdownOf(name, (language) => codeIn(description, language)));
  });

  // Only the Pulumi CLI converts programs, with the language hosts that are on PATH.
  const convertible = CONVERTED_LANGUAGES.filter(canConvert);
  (convertible.length === 0 ? test.skip : test)("has what the Pulumi CLI makes of that program", () => {
    for (const language of convertible) expect(codeIn(description, language)).toBe(convert(name, language).trim());
  });
});
