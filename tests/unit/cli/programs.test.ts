/** What adopt writes: programs that declare the links, the list that they read, and import files that fit them. */

import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import manifest from "../../../package.json";
import { importFile } from "../../../cli/adopt/importFile";
import { listText, moduleText } from "../../../cli/adopt/module";
import { type Adoption, resourcesOf } from "../../../cli/adopt/resources";
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

test("names of resources are the ids, and begin with the region where two regions use the same", () => {
  const namesOf = (resources: readonly { readonly name: string }[]) => resources.map(({ name }) => name);
  expect(namesOf(perVpc)).toEqual(["vpc-jobs", "vpc-shop"]);
  expect(namesOf(perLink)).toEqual(["i-c", "i-a", "i-b"]);
  const twice = ["qd-1", "qd-2"].map((regionId) => ({ regionId, vpcId: "vpc-1", instanceId: "i-1" }));
  expect(namesOf(resourcesOf(twice, "link").resources)).toEqual(["qd-1:i-1", "qd-2:i-1"]);
});

describe("the module", () => {
  test("declares one protected ClassicLink for each link, here in JavaScript for the plugin", () => {
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

  test("declares one protected ClassicLinks for each VPC, here in TypeScript, and names them as the import file does", () => {
    const text = (adoption: Adoption) => moduleText(adoption, "vpc", "dynamic", { isEsm: false, isTypeScript: true });
    const load = 'import { ClassicLinks, linksFromFile } from "pulumi-classiclink";';
    const byVpc = "  new ClassicLinks(links.vpcId, links, { protect: true });";
    expect(text(ofVpcs).split("\n")).toEqual(expect.arrayContaining([load, byVpc]));
    const ofRegions = text({ ...ofVpcs, namesHaveRegion: true });
    expect(ofRegions).toMatch(/new ClassicLinks\(`\$\{links\.regionId\}:\$\{links\.vpcId\}`, /);
  });
});

test("the list has a line for each link, and is understood, also with quotes in an id", () => {
  const odd = { regionId: "cn-hangzhou", vpcId: "vpc-shop", instanceId: 'i-"\\' };
  const text = listText([...LINKS, odd]);
  expect(text.split("\n").slice(0, 2)).toEqual(["instanceId,vpcId,regionId", "i-c,vpc-jobs,cn-hangzhou"]);
  const understood = readLinkList(text, "the list", () => "").map(({ instanceIds }) => instanceIds);
  expect(understood).toEqual([["i-c"], ["i-a", "i-b", odd.instanceId]]);
});

describe("the program in YAML", () => {
  test("is a project whose resources are the links", () => {
    const declared = (vpcId: string, ...instanceIds: string[]) => ({
      type: "classiclink:ClassicLinks",
      properties: { vpcId, regionId: "cn-hangzhou", instanceIds },
      options: { protect: true },
    });
    const outputOf = (key: string) =>
      Object.fromEntries(["regionId", "vpcId", "instanceIds"].map((name) => [name, `\${${key}.${name}}`]));
    expect(parse(yamlProgram("links", perVpc))).toEqual({
      name: "links",
      runtime: "yaml",
      plugins: { providers: [{ name: "classiclink", path: "./node_modules/pulumi-classiclink/plugin" }] },
      resources: { "vpc-jobs": declared("vpc-jobs", "i-c"), "vpc-shop": declared("vpc-shop", "i-a", "i-b") },
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

test("the import file names each resource as the program does, with the organization, and for the plugin nothing hidden", () => {
  const dynamic = JSON.parse(importFile(perLink, "dynamic")).resources;
  const named = dynamic.map(({ name, id }: { name: string; id: string }) => [name, id]);
  expect(named).toEqual(perLink.map(({ name }) => [name, `cn-hangzhou:${name}`]));
  for (const resources of [perVpc, perLink]) {
    const [first] = JSON.parse(importFile(resources, "plugin", { organizationId: "26" })).resources;
    expect(first.outputs.__scope).toEqual({ organizationId: "26" });
    expect(importFile(resources, "plugin")).not.toContain("__");
  }
});
