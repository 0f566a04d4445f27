/** Tests what the program declares. It calls no cloud, and needs no Pulumi CLI. */

import { beforeAll, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";

const declared: pulumi.runtime.MockResourceArgs[] = [];

beforeAll(async () => {
  const newResource = (resource: pulumi.runtime.MockResourceArgs) => {
    declared.push(resource);
    return { id: `cn-hangzhou:${resource.inputs.instanceId}`, state: resource.inputs };
  };
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "shop", "test");
  pulumi.runtime.setAllConfig({
    "shop:vpcId": "vpc-shop",
    "shop:instances": JSON.stringify({ web: "i-web", db: "i-db" }),
  });
  const { links } = await import("../index.js");
  await new Promise((resolve) => pulumi.all(links).apply(resolve));
});

test("each instance of the configuration is linked to the configured VPC", () => {
  const links = declared.filter(({ type }) => type.endsWith(":ClassicLink"));
  expect(links.map(({ name, inputs }) => [name, inputs.instanceId, inputs.vpcId])).toEqual([
    ["web", "i-web", "vpc-shop"],
    ["db", "i-db", "vpc-shop"],
  ]);
});

test("no link names a region, so one program works in every region", () => {
  expect(declared.flatMap(({ inputs }) => inputs.regionId ?? [])).toEqual([]);
});
