/** What adopt writes: programs that declare the links, and import files that fit them. */

import { describe, expect, test } from "@jest/globals";
import * as manifest from "../../../package.json";
import { parse } from "yaml";
import { importFile } from "../../../cli/adopt/importFile";
import { resourcesOf } from "../../../cli/adopt/resources";
import { typescriptProgram } from "../../../cli/adopt/typescript";
import { yamlProgram } from "../../../cli/adopt/yamlProgram";
import { packageSchema } from "../../../provider/hosts/plugin/schema";

const LINKS = [
  { regionId: "cn-hangzhou", vpcId: "vpc-jobs", instanceId: "i-c" },
  { regionId: "cn-hangzhou", vpcId: "vpc-shop", instanceId: "i-a" },
  { regionId: "cn-hangzhou", vpcId: "vpc-shop", instanceId: "i-b" },
];
const perVpc = resourcesOf(LINKS, "vpc");
const perLink = resourcesOf(LINKS, "link");

describe("the program in TypeScript", () => {
  test("declares one ClassicLinks for each VPC", () => {
    expect(typescriptProgram(perVpc, "dynamic")).toBe(`\
// ClassicLink links that existed before this program. Written by \`pulumi-classiclink adopt\`; yours to change.
import { ClassicLinks } from "pulumi-classiclink";

export const vpcJobs = new ClassicLinks("vpc-jobs", {
  vpcId: "vpc-jobs",
  regionId: "cn-hangzhou",
  instanceIds: [
    "i-c",
  ],
});

export const vpcShop = new ClassicLinks("vpc-shop", {
  vpcId: "vpc-shop",
  regionId: "cn-hangzhou",
  instanceIds: [
    "i-a",
    "i-b",
  ],
});
`);
  });

  test("declares one ClassicLink for each link, by VPC", () => {
    expect(typescriptProgram(perLink, "plugin")).toBe(`\
// ClassicLink links that existed before this program. Written by \`pulumi-classiclink adopt\`; yours to change.
import { ClassicLink } from "@pulumi-classiclink/classiclink";

// To vpc-jobs in cn-hangzhou
export const iC = new ClassicLink("i-c", { instanceId: "i-c", vpcId: "vpc-jobs", regionId: "cn-hangzhou" });

// To vpc-shop in cn-hangzhou
export const iA = new ClassicLink("i-a", { instanceId: "i-a", vpcId: "vpc-shop", regionId: "cn-hangzhou" });
export const iB = new ClassicLink("i-b", { instanceId: "i-b", vpcId: "vpc-shop", regionId: "cn-hangzhou" });
`);
  });

  test("writes an id that has quotes and backslashes in it as it is", () => {
    const [odd] = resourcesOf([{ regionId: "qd", vpcId: "v", instanceId: 'i-"\\' }], "link");
    expect(typescriptProgram(odd === undefined ? [] : [odd], "dynamic")).toContain('instanceId: "i-\\"\\\\"');
  });
});

describe("the program in YAML", () => {
  test("is a project whose resources are the links", () => {
    expect(parse(yamlProgram("links", perVpc))).toEqual({
      name: "links",
      runtime: "yaml",
      plugins: { providers: [{ name: "classiclink", path: "./node_modules/pulumi-classiclink/plugin" }] },
      resources: {
        "vpc-jobs": {
          type: "classiclink:ClassicLinks",
          properties: { vpcId: "vpc-jobs", regionId: "cn-hangzhou", instanceIds: ["i-c"] },
        },
        "vpc-shop": {
          type: "classiclink:ClassicLinks",
          properties: { vpcId: "vpc-shop", regionId: "cn-hangzhou", instanceIds: ["i-a", "i-b"] },
        },
      },
    });
  });

  test.each([
    ["vpc", perVpc],
    ["link", perLink],
  ])("per %s names types and properties that the schema has, each required one among them", (_, resources) => {
    const { resources: types } = JSON.parse(JSON.stringify(packageSchema(manifest)));
    const declared: { type: string; properties: object }[] = Object.values(
      parse(yamlProgram("links", resources)).resources,
    );
    for (const { type, properties } of declared) {
      const schema = types[type.replace(":", ":index:")];
      expect(Object.keys(schema.inputProperties)).toEqual(expect.arrayContaining(Object.keys(properties)));
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(schema.requiredInputs));
    }
  });

  test("keeps an id text that looks like a number, or like an expression", () => {
    const odd = resourcesOf([{ regionId: "qd", vpcId: "0017", instanceId: ["$", "{i.id}"].join("") }], "link");
    const text = yamlProgram("links", odd);
    expect(text).toContain('vpcId: "0017"');
    expect(text).toContain(["instanceId: $$", "{i.id}"].join(""));
  });
});

describe("the import file", () => {
  test("names every resource as the program does", () => {
    const { resources } = JSON.parse(importFile(perLink, "dynamic"));
    expect(resources.map(({ name, id }: { name: string; id: string }) => [name, id])).toEqual(
      perLink.map(({ name }) => [name, `cn-hangzhou:${name}`]),
    );
  });

  test("is the same each time", () => {
    expect(importFile(perLink, "dynamic")).toBe(importFile(resourcesOf(LINKS, "link"), "dynamic"));
  });

  test("gives each resource of the dynamic door a mark of its own", () => {
    const all = [...perLink, ...perVpc].map((resource) => importFile([resource], "dynamic"));
    const marks = all.map((text) => JSON.parse(text).resources[0].outputs.__holder);
    expect(new Set(marks).size).toBe(5);
  });

  test("holds nothing of the dynamic door for the plugin", () => {
    for (const resources of [perVpc, perLink]) expect(importFile(resources, "plugin")).not.toContain("__");
  });
});
