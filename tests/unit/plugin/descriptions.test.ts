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

const ROOT = join(__dirname, "..", "..", "..");
const textOf = (...path: string[]) => readFileSync(join(ROOT, ...path), "utf8");

/** The docstrings of a file, each on one line. */
function docstringsOf(path: string): string {
  const blocks = textOf("sdk", path).match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return blocks.map((block) => block.replaceAll(/^\s*\/?\*+\/?|\*\/$/gm, " ").replaceAll(/\s+/g, " ")).join("\n");
}
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ");

test.each(Object.values({ ...GET_LINKS.args, ...GET_LINKS.result }))("sdk/getLinks.ts says: %s", (text) => {
  expect(docstringsOf("getLinks.ts")).toContain(oneLine(text));
});

test.each([CLASSIC_LINK.resource, ...Object.values(CLASSIC_LINK.inputs), ...Object.values(CLASSIC_LINK.outputs)])(
  "sdk/classicLink.ts says: %s",
  (text) => {
    expect(docstringsOf("classicLink.ts")).toContain(oneLine(text));
  },
);

test.each([CLASSIC_LINKS.resource, ...Object.values(CLASSIC_LINKS.inputs), ...Object.values(CLASSIC_LINKS.outputs)])(
  "sdk/classicLinks.ts says: %s",
  (text) => {
    expect(docstringsOf("classicLinks.ts")).toContain(oneLine(text));
  },
);

const OF_THE_PROVIDER = SETTING_DESCRIPTIONS.filter(({ name }) => name !== "refreshBeforeUpdate");
test.each([
  ...OF_THE_PROVIDER.map(({ purpose }) => purpose),
  ...Object.values({ ...ASSUME_ROLE_PURPOSES, ...OIDC_PURPOSES }),
])("sdk/provider.ts says: %s", (text) => {
  expect(docstringsOf("provider.ts")).toContain(oneLine(text));
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
      if (
        typeof value?.type === "string" &&
        !["items", "additionalProperties"].includes(key) &&
        value.description === undefined &&
        key !== "0"
      )
        undescribed.push(key);
      return value;
    });
    expect(undescribed).toEqual([]);
  });

  test.each(["ClassicLink", "ClassicLinks"])(
    "[21] has an alias for the %s of the dynamic host, whose type never changes",
    (name) => {
      expect(parsed.resources[`classiclink:index:${name}`].aliases).toEqual([
        { type: `pulumi-nodejs:dynamic/classiclink:${name}` },
      ]);
    },
  );
});
