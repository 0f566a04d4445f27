/** The schema is valid. Its examples are in every language and up to date. The examples of the plugin use the plugin of this repository, of any version. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
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
import { makeFolder } from "../support/credentials";
import { REPOSITORY } from "../support/project";
import { versionOfPulumi } from "../support/pulumiCli";

const { resources, functions } = Object(packageSchema(manifest));
const NAMES: readonly ExampleName[] = ["ClassicLink", "ClassicLinks", "getLinks"];
// Only the Pulumi CLI converts programs, with the language hosts that are on PATH.
const convertible = CONVERTED_LANGUAGES.filter(canConvert);

test.each(NAMES)("the description of %s has the program of scripts/schemaExamples in every language", (name) => {
  const { description = "" } = { ...resources, ...functions }[`classiclink:index:${name}`];
  expect(description).toContain(`### ${TITLES[name]}`);
  expect(LANGUAGES.filter((language) => codeIn(description, language) === "")).toEqual([]);
  expect(description).toContain(markdownOf(name, (language) => codeIn(description, language)));
  for (const language of convertible) expect(codeIn(description, language)).toBe(convert(name, language).trim());
});

// Only the Pulumi CLI checks a schema.
(versionOfPulumi() === undefined ? test.skip : test)("pulumi schema check finds nothing in the schema", () => {
  const files = makeFolder();
  const args = ["schema", "check", files.write("schema.json", packageSchema(manifest))];
  const { status, stdout, stderr } = spawnSync("pulumi", args, { encoding: "utf8" });
  expect([status, stdout + stderr]).toEqual([0, expect.not.stringMatching(/warning|error/i)]);
  files.remove();
});

// `npm run languages` runs them.
const PROGRAMS: readonly [folder: string, file: string, program: string][] = [
  ["plugin-go", "go.mod", "main.go"],
  ["plugin-java", "pom.xml", "src/main/java/shop/App.java"],
  ["plugin-python", "requirements.txt", "__main__.py"],
  ["plugin-typescript", "package.json", "index.ts"],
  ["plugin-yaml", "README.md", "Pulumi.yaml"],
];

test.each(PROGRAMS)("examples/%s names the plugin of this repository, and no version of it", (folder, file) => {
  const read = (path: string) => readFileSync(join(REPOSITORY, "examples", folder, path), "utf8");
  expect(read("Pulumi.yaml")).toMatch(/^ {2}classiclink: \.\.\/\.\.\/plugin$/m);
  expect(read("Pulumi.yaml") + read(file)).not.toContain(manifest.version);
});

test.each(PROGRAMS)("examples/%s shows a region of the provider, timeouts, and a lookup", (folder, _, program) => {
  const text = readFileSync(join(REPOSITORY, "examples", folder, program), "utf8");
  expect(text).toMatch(/region\W+(pulumi\.String\W+)?cn-hangzhou/i);
  expect(text).toMatch(/\bcreate\W+(2m|Duration.ofMinutes\(2\))/i);
  expect(text).toMatch(/[.:]get_?links(_?output)?\b/i);
});
