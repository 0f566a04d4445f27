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

/** A property as programs see it, in words. */
interface Property extends Readonly<Record<"type" | "$ref", string>> {
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly secret?: boolean;
  readonly willReplaceOnChanges?: boolean;
}
function wordsOf({ type, $ref, items, additionalProperties, secret, willReplaceOnChanges }: Property): string {
  const one = (kind: string, of: Property | undefined) => (of ? `${kind} of ${wordsOf(of)}` : kind);
  const kind = one(one($ref ?? type, items), additionalProperties);
  return [kind, secret && "secret", willReplaceOnChanges && "replaces"].filter(Boolean).join(", ");
}
const allWordsOf = (properties: Readonly<Record<string, Property>>, required: readonly string[] = []) =>
  Object.entries(properties).map(
    ([name, property]) => `${name}${required.includes(name) ? "" : "?"}: ${wordsOf(property)}`,
  );

describe("the schema", () => {
  const schema = JSON.stringify(packageSchema(manifest));
  const parsed = JSON.parse(schema);
  const ofResource = (name: string) => {
    const { inputProperties, requiredInputs, properties, required } = parsed.resources[`classiclink:index:${name}`];
    return { inputs: allWordsOf(inputProperties, requiredInputs), outputs: allWordsOf(properties, required) };
  };
  const FILTER = ["vpcId?: string", "regionId?: string", "instanceIds?: array of string"];

  test("[2] gives a link these inputs and outputs; each input replaces it", () => {
    expect(ofResource("ClassicLink")).toEqual({
      inputs: ["instanceId: string, replaces", "vpcId: string, replaces", "regionId?: string, replaces"],
      outputs: ["instanceId: string", "vpcId: string", "regionId: string"],
    });
  });

  test("[2] gives many links these inputs and outputs; other instances replace nothing", () => {
    expect(ofResource("ClassicLinks")).toEqual({
      inputs: ["vpcId: string, replaces", "regionId?: string, replaces", "instanceIds: array of string"],
      outputs: ["vpcId: string", "regionId: string", "instanceIds: array of string", "movedAway: object of string"],
    });
  });

  test("lets List and getLinks filter alike, and getLinks give links", () => {
    expect(allWordsOf(parsed.resources["classiclink:index:ClassicLink"].listInputs.properties)).toEqual(FILTER);
    const { inputs, outputs } = parsed.functions["classiclink:index:getLinks"];
    expect(allWordsOf(inputs.properties)).toEqual(FILTER);
    const given = allWordsOf(outputs.properties, outputs.required);
    expect(given).toEqual(["links: array of #/types/classiclink:index:Link"]);
    const { type, properties, required } = parsed.types["classiclink:index:Link"];
    expect([type, ...allWordsOf(properties, required)]).toEqual(["object", "instanceId: string", "vpcId: string"]);
  });

  test.each([
    ["assumeRole", "AssumeRole", Object.keys(ASSUME_ROLE_PURPOSES)],
    ["assumeRoleWithOidc", "AssumeRoleWithOidc", Object.keys(OIDC_PURPOSES)],
  ])("has the setting %s as an object, whose members are optional", (name, type, members) => {
    const { inputProperties } = parsed.provider;
    expect(wordsOf(inputProperties[name])).toMatch(new RegExp(`^#/types/classiclink:index:${type}(, secret)?$`));
    const described = parsed.types[`classiclink:index:${type}`];
    expect([described.type, described.description]).toEqual(["object", inputProperties[name].description]);
    const kindOf = (member: string) => (member === "sessionExpiration" ? "integer" : "string");
    expect(allWordsOf(described.properties).sort()).toEqual(members.map((one) => `${one}?: ${kindOf(one)}`).sort());
  });

  test("has the switches as booleans, and all other settings as text", () => {
    const { inputProperties } = parsed.provider;
    const switches = Object.keys(inputProperties).filter((name) => inputProperties[name].type === "boolean");
    expect(switches).toEqual(["insecure", "refreshBeforeUpdate", "forgetRetiredLinks"]);
    const others = Object.values<Property>(inputProperties).filter(({ type, $ref }) => type !== "boolean" && !$ref);
    expect(others.map(({ type }) => type)).toEqual(others.map(() => "string"));
  });

  test("gives a setting the variables of the environment in the configuration, and never as a default of the provider", () => {
    const { variables } = parsed.config;
    expect(variables.region.defaultInfo.environment).toContain("ALICLOUD_REGION");
    expect(JSON.stringify(parsed.provider)).not.toContain("defaultInfo");
    const without = SETTING_DESCRIPTIONS.filter(({ environment }) => environment.length === 0);
    expect(without.map(({ name }) => variables[name].defaultInfo)).toEqual(without.map(() => undefined));
  });

  test("names the package for every language, and shows how to import", () => {
    const { version, license, homepage, pulumiPackage } = manifest;
    const { language, ...published } = pulumiPackage;
    expect(parsed).toMatchObject({
      name: "classiclink",
      displayName: "ClassicLink",
      version,
      license,
      homepage,
      ...published,
    });
    expect(parsed.repository).toBe("https://github.com/pulumi-classiclink/pulumi-classiclink");
    expect(parsed.keywords).toEqual(expect.arrayContaining(["category/network", "kind/native"]));
    const keywords = parsed.keywords.filter((keyword: string) => !keyword.includes("/"));
    expect(manifest.keywords).toEqual(expect.arrayContaining(keywords));
    expect(parsed.language).toEqual({
      csharp: { respectSchemaVersion: true, ...language.csharp },
      go: { respectSchemaVersion: true, ...language.go },
      java: language.java,
      nodejs: { respectSchemaVersion: true, peerDependencies: manifest.peerDependencies, ...language.nodejs },
      python: { respectSchemaVersion: true, pyproject: { enabled: true }, ...language.python },
    });
    for (const [type, shown] of [
      ["ClassicLink", "web cn-hangzhou:i-bp1web"],
      ["ClassicLinks", "workers cn-hangzhou:vpc-bp1shop"],
    ]) {
      const { description } = parsed.resources[`classiclink:index:${type}`];
      expect(description).toContain(
        `\n\n## Import\n\n\`\`\`sh\npulumi import classiclink:index:${type} ${shown}\n\`\`\`\n`,
      );
    }
  });

  test("has every setting as an input of the provider, described with its environment variables", () => {
    const { inputProperties, properties } = parsed.provider;
    expect(Object.keys(inputProperties).sort()).toEqual(Object.keys(SETTINGS).sort());
    expect(properties).toEqual(inputProperties);
    for (const { name, purpose, environment } of SETTING_DESCRIPTIONS) {
      expect(inputProperties[name].secret ?? false).toBe(SECRET_SETTINGS.has(name));
      for (const variable of environment) expect(inputProperties[name].description).toContain(`\`${variable}\``);
      if (environment.length === 0) expect(inputProperties[name].description).toBe(purpose);
    }
    expect(inputProperties.region.description).toMatch(/\. Environment: (`[A-Z_]+`, )+`[A-Z_]+`\.$/);
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
