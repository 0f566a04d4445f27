/** One place explains the package: the schema, the reference page and the docstrings all say the same. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import * as manifest from "../../../package.json";
import {
  ASSUME_ROLE_PURPOSES,
  CLASSIC_LINK,
  CLASSIC_LINKS,
  GET_LINKS,
  OIDC_PURPOSES,
  SETTING_DESCRIPTIONS,
} from "../../../provider/hosts/plugin/descriptions";
import { packageSchema } from "../../../provider/hosts/plugin/schema";
import { SECRET_SETTINGS, SETTINGS } from "../../../provider/settings/places";
import { REPOSITORY } from "../../support/project";

/** The docstrings of a file of sdk/, each on one line. */
function docstringsOf(file: string): string {
  const blocks = readFileSync(join(REPOSITORY, "sdk", file), "utf8").match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return blocks.map((block) => oneLine(block.replaceAll(/^\s*\/?\*+\/?|\*\/$/gm, " "))).join("\n");
}
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ");

type Texts = Readonly<Record<string, string>>;
const OF_RESOURCE = ({ resource, inputs, outputs }: { resource: string; inputs: Texts; outputs: Texts }) =>
  [inputs, outputs].flatMap((texts) => Object.values(texts)).concat(resource);
// Jest checks no types: a new setting may have no description yet.
const OF_PROVIDER = SETTING_DESCRIPTIONS.flatMap(({ name, purpose = `nothing on ${name}` }) =>
  name === "refreshBeforeUpdate" ? [] : purpose,
);

test.each([
  ["getLinks.ts", Object.values({ ...GET_LINKS.args, ...GET_LINKS.result })],
  ["classicLink.ts", OF_RESOURCE(CLASSIC_LINK)],
  ["classicLinks.ts", OF_RESOURCE(CLASSIC_LINKS)],
  ["provider.ts", [...OF_PROVIDER, ...Object.values({ ...ASSUME_ROLE_PURPOSES, ...OIDC_PURPOSES })]],
])("sdk/%s says what the schema says", (file, texts) => {
  const said = docstringsOf(file);
  expect(texts.filter((text) => !said.includes(oneLine(text)))).toEqual([]);
});

describe("the schema", () => {
  const schema = JSON.stringify(packageSchema(manifest));
  const parsed = JSON.parse(schema);

  test("has every setting as an input of the provider, described with its environment variables", () => {
    const { inputProperties, properties } = parsed.provider;
    expect(Object.keys(inputProperties).sort()).toEqual(Object.keys(SETTINGS).sort());
    expect(properties).toEqual(inputProperties);
    for (const { name, environment } of SETTING_DESCRIPTIONS) {
      expect(inputProperties[name].secret ?? false).toBe(SECRET_SETTINGS.has(name));
      for (const variable of environment) expect(inputProperties[name].description).toContain(`\`${variable}\``);
    }
  });

  test("describes everything", () => {
    const undescribed: string[] = [];
    JSON.parse(schema, (key, value) => {
      const isPart = ["items", "additionalProperties", "0"].includes(key);
      if (typeof value?.type === "string" && !isPart && value.description === undefined) undescribed.push(key);
      return value;
    });
    expect(undescribed).toEqual([]);
  });

  test("[21] has aliases for the resources of the dynamic host, whose types never change", () => {
    for (const name of ["ClassicLink", "ClassicLinks"]) {
      const aliases = [{ type: `pulumi-nodejs:dynamic/classiclink:${name}` }];
      expect(parsed.resources[`classiclink:index:${name}`].aliases).toEqual(aliases);
    }
  });
});
