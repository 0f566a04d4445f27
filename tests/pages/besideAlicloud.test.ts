/** `examples/beside-alicloud`: links beside a VPC, security groups and instances of `@pulumi/alicloud`. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { EmulatorOptions } from "pulumi-classiclink/emulator";
import { UNKNOWN } from "../engine/values";
import { type AlicloudExample, type Config, openAlicloudExample } from "../support/alicloud";

const openExample = (config: Config, emulated?: EmulatorOptions) =>
  openAlicloudExample("beside-alicloud", ["Pulumi.yaml", "index.ts", "tsconfig.json"], config, emulated);

// One story: each test goes on where the one before it ended.
describe("links beside a VPC and instances that the program declares", () => {
  let example: AlicloudExample;
  beforeAll(async () => {
    example = await openExample({ instanceType: "ecs.n1.small", imageId: "m-1" });
  });
  afterAll(() => example?.close());

  test("in the first preview the links' ids are unknown, nothing fails and nothing is called", async () => {
    const { ok, summary } = await example.stack().preview();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 10 } });
    const checked = example.asked.filter(({ call }) => call === "ResourceProvider/Check");
    const link = { instanceId: UNKNOWN, vpcId: UNKNOWN };
    expect(checked.map(({ request }) => request.news)).toMatchObject([link, link]);
    expect(example.emulator.calls()).toEqual([]);
  });

  test("up makes each link with one Attach, once its instance exists and ClassicLink of its VPC is on", async () => {
    const { ok, summary, outputs } = await example.stack().up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 10 } });
    expect(example.linked()).toBe("instance-web→network-shop instance-worker→network-shop");
    expect(outputs).toEqual({
      vpcId: "network-shop",
      linkIds: ["cn-hangzhou:instance-web", "cn-hangzhou:instance-worker"],
    });
    const attached = example.emulator.calls().filter(({ action }) => action === "AttachClassicLinkVpc");
    expect(attached).toMatchObject([{ outcome: "ok" }, { outcome: "ok" }]);
  });

  test("the state has each link depend on its instance and on the VPC, which is what orders every later operation", () => {
    const { resources = [] } = example.stack().export()?.deployment ?? {};
    const urn = (type: string, name: string) => resources.find((one) => one.urn.endsWith(`${type}::${name}`))?.urn;
    for (const name of ["web", "worker"]) {
      const link = resources.find((one) => one.urn === urn("classiclink:ClassicLink", name));
      expect(link?.propertyDependencies).toMatchObject({
        instanceId: [urn("alicloud:ecs/instance:Instance", name)],
        vpcId: [urn("alicloud:vpc/network:Network", "shop")],
      });
    }
  });

  test("a rule for each direction names the other group, and depends on both", () => {
    const { resources = [] } = example.stack().export()?.deployment ?? {};
    const urn = (name: string) => resources.find((one) => one.urn.endsWith(`SecurityGroup::${name}`))?.urn;
    for (const [rule, into, from] of [
      ["mysql-from-classic", "vpc", "classic"],
      ["metrics-from-vpc", "classic", "vpc"],
    ] as const) {
      expect(resources.find((one) => one.urn.endsWith(`SecurityGroupRule::${rule}`))).toMatchObject({
        inputs: { nicType: "intranet" },
        propertyDependencies: { securityGroupId: [urn(into)], sourceSecurityGroupId: [urn(from)] },
      });
    }
  });

  test("a second up changes nothing and calls nothing", async () => {
    example.emulator.clearCalls();
    const { ok, summary } = await example.stack().up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { same: 10, create: 0, update: 0, replace: 0 } });
    expect(example.emulator.calls()).toEqual([]);
  });

  test("destroy removes the links before it begins with the VPC and the instances", async () => {
    const { ok, summary } = await example.stack().destroy();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { delete: 10 } });
    expect(example.linkedAtRemoval.get("alicloud:vpc/network:Network")).toBe("");
    expect(example.linkedAtRemoval.get("alicloud:ecs/instance:Instance")).toBe("");
    expect(example.linked()).toBe("");
  });
});

describe("links beside a VPC that the program declares and instances that are there already", () => {
  test("the instances are read, linked and unlinked", async () => {
    const existing = JSON.stringify({ securityGroup: "sg-old", instances: { web: "i-old1", worker: "i-old2" } });
    const instances = [{ instanceId: "i-old1" }, { instanceId: "i-old2" }];
    const example = await openExample({ existing }, { instances });
    try {
      expect(await example.stack().preview()).toMatchObject({ ok: true, summary: { read: 3, create: 7 } });
      expect(await example.stack().up()).toMatchObject({ ok: true, summary: { read: 3, create: 7 } });
      expect(example.linked()).toBe("i-old1→network-shop i-old2→network-shop");
      expect(await example.stack().destroy()).toMatchObject({ ok: true });
      expect(example.linked()).toBe("");
    } finally {
      await example.close();
    }
  });
});
