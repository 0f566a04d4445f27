/** What adopt writes: programs that declare the links, the list that they read, and import files that fit them. */

import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import manifest from "../../../package.json";
import { importFile } from "../../../cli/adopt/importFile";
import { listText, moduleText } from "../../../cli/adopt/module";
import { resourcesOf } from "../../../cli/adopt/resources";
import { yamlProgram } from "../../../cli/adopt/yamlProgram";
import { readLinkList } from "../../../provider/linkList/linkList";
import { packageSchema } from "../../../provider/hosts/plugin/schema";

const LINKS = [
  { regionId: "cn-hangzhou", vpcId: "vpc-jobs", instanceId: "i-c" },
  { regionId: "cn-hangzhou", vpcId: "vpc-shop", instanceId: "i-a" },
  { regionId: "cn-hangzhou", vpcId: "vpc-shop", instanceId: "i-b" },
];
const ofVpcs = resourcesOf(LINKS, "vpc");
const ofLinks = resourcesOf(LINKS, "link");
const perVpc = ofVpcs.resources;
const perLink = ofLinks.resources;
const TYPESCRIPT = { isEsm: false, isTypeScript: true };

test("names of resources are the ids, and begin with the region where two regions use the same", () => {
  const namesOf = (resources: readonly { readonly name: string }[]) => resources.map(({ name }) => name);
  expect(namesOf(perVpc)).toEqual(["vpc-jobs", "vpc-shop"]);
  expect(namesOf(perLink)).toEqual(["i-c", "i-a", "i-b"]);
  const twice = ["qd-1", "qd-2"].map((regionId) => ({ regionId, vpcId: "vpc-1", instanceId: "i-1" }));
  expect(namesOf(resourcesOf(twice, "link").resources)).toEqual(["qd-1:i-1", "qd-2:i-1"]);
});

describe("the module", () => {
  test("declares one protected ClassicLinks for each VPC of the list", () => {
    expect(moduleText(ofVpcs, "vpc", "dynamic", TYPESCRIPT)).toBe(`\
// ClassicLink links that existed before this program. Written by \`pulumi-classiclink adopt\`; you can change it.
import { ClassicLinks, linksFromFile } from "pulumi-classiclink";

// One line for each link. Remove lines to detach links, add lines to attach more.
export const classicLinks = linksFromFile("classiclinks.csv");

for (const links of classicLinks) {
  new ClassicLinks(links.vpcId, links, { protect: true });
}
`);
  });

  test("declares one protected ClassicLink for each link, in JavaScript for the plugin too", () => {
    expect(moduleText(ofLinks, "link", "plugin", { isEsm: false, isTypeScript: false })).toBe(`\
// ClassicLink links that existed before this program. Written by \`pulumi-classiclink adopt\`; you can change it.
const { ClassicLink } = require("@pulumi-classiclink/classiclink");
const { linksFromFile } = require("pulumi-classiclink");

// One line for each link. Remove lines to detach links, add lines to attach more.
const classicLinks = linksFromFile("classiclinks.csv");

for (const { instanceIds, ...place } of classicLinks) {
  for (const instanceId of instanceIds) {
    new ClassicLink(instanceId, { instanceId, ...place }, { protect: true });
  }
}

exports.classicLinks = classicLinks;
`);
  });

  test("names resources after their region where the import file does", () => {
    const text = moduleText({ ...ofVpcs, namesHaveRegion: true }, "vpc", "dynamic", TYPESCRIPT);
    expect(text).toMatch(/new ClassicLinks\(`\$\{links\.regionId\}:\$\{links\.vpcId\}`, /);
  });
});

test("the list has a line for each link, and is understood, also with quotes in an id", () => {
  const odd = { regionId: "cn-hangzhou", vpcId: "vpc-shop", instanceId: 'i-"\\' };
  const text = listText([...LINKS, odd]);
  expect(text.split("\n").slice(0, 2)).toEqual(["instanceId,vpcId,regionId", "i-c,vpc-jobs,cn-hangzhou"]);
  const understood = readLinkList(text, "the list", () => "").map(({ instanceIds }) => instanceIds);
  expect(understood).toEqual([["i-c"], ["i-a", "i-b", odd.instanceId]]);
});

const outputOf = (key: string) =>
  Object.fromEntries(
    ["regionId", "vpcId", "instanceIds"].map((member) => [member, ["$", `{${key}.${member}}`].join("")]),
  );

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
          options: { protect: true },
        },
        "vpc-shop": {
          type: "classiclink:ClassicLinks",
          properties: { vpcId: "vpc-shop", regionId: "cn-hangzhou", instanceIds: ["i-a", "i-b"] },
          options: { protect: true },
        },
      },
      outputs: { classicLinks: ["vpc-jobs", "vpc-shop"].map(outputOf) },
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
    const text = yamlProgram("links", odd.resources);
    expect(text).toContain('vpcId: "0017"');
    expect(text).toContain(["instanceId: $$", "{i.id}"].join(""));
  });
});

describe("the import file", () => {
  test("names every resource as the program does, the same each time", () => {
    const text = importFile(perLink, "dynamic");
    const named = JSON.parse(text).resources.map(({ name, id }: { name: string; id: string }) => [name, id]);
    expect(named).toEqual(perLink.map(({ name }) => [name, `cn-hangzhou:${name}`]));
    expect(importFile(resourcesOf(LINKS, "link").resources, "dynamic")).toBe(text);
  });

  test("keeps the organization under which the links were found", () => {
    const text = importFile(perVpc, "plugin", { organizationId: "26" });
    expect(JSON.parse(text).resources[0].outputs.__scope).toEqual({ organizationId: "26" });
  });

  test("holds nothing of the dynamic host for the plugin", () => {
    for (const resources of [perVpc, perLink]) expect(importFile(resources, "plugin")).not.toContain("__");
  });
});
