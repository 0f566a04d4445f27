/** `examples/beside-alicloud`: links beside a VPC, security groups and instances of `@pulumi/alicloud`. */

import { afterEach, expect, test } from "@jest/globals";
import type { ResourceState } from "../engine/state";
import { type AlicloudExample, openAlicloudExample } from "../support/alicloud";
import { instancesOf } from "../support/shop";

let example: AlicloudExample;
afterEach(() => example.close());

test("links, groups and instances that the program declares are made and removed in the order that they need", async () => {
  example = await openAlicloudExample("beside-alicloud", { instanceType: "ecs.n1.small", imageId: "m-1" });
  const { emulator, stack, linked, linkedAtRemoval } = example;
  // The links' instances and VPC are unknown in the first preview.
  expect(await stack.preview()).toMatchObject({ ok: true, summary: { create: 10 } });
  expect(emulator.calls()).toEqual([]);

  expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 10 } });
  expect(linked()).toBe("instance-web→network-shop instance-worker→network-shop");
  const attached = emulator.calls().filter(({ action }) => action === "AttachClassicLinkVpc");
  expect(attached).toMatchObject([{ outcome: "ok" }, { outcome: "ok" }]);

  const { resources } = (await stack.export()).deployment;
  const named = (name: string) => resources.find(({ urn }) => urn.endsWith(`::${name}`)) as ResourceState;
  for (const name of ["web", "worker"]) {
    const link = resources.find(({ urn }) => urn.endsWith(`ClassicLink::${name}`));
    const instance = resources.find(({ urn }) => urn.endsWith(`Instance::${name}`));
    expect(link?.propertyDependencies).toMatchObject({ instanceId: [instance?.urn], vpcId: [named("shop").urn] });
  }
  for (const [rule, into, from] of [
    ["mysql-from-classic", "vpc", "classic"],
    ["metrics-from-vpc", "classic", "vpc"],
  ] as const) {
    expect(named(rule)).toMatchObject({
      inputs: { nicType: "intranet" },
      propertyDependencies: { securityGroupId: [named(into).urn], sourceSecurityGroupId: [named(from).urn] },
    });
  }

  emulator.clearCalls();
  expect(await stack.up()).toMatchObject({ ok: true, summary: { same: 10, create: 0, update: 0, replace: 0 } });
  expect(emulator.calls()).toEqual([]);

  expect(await stack.destroy()).toMatchObject({ ok: true, summary: { delete: 10 } });
  expect(linkedAtRemoval.get("alicloud:vpc/network:Network")).toBe("");
  expect(linkedAtRemoval.get("alicloud:ecs/instance:Instance")).toBe("");
  expect(linked()).toBe("");
});

test("instances that are there already are read, linked and unlinked", async () => {
  const existing = JSON.stringify({ securityGroup: "sg-old", instances: { web: "i-old1", worker: "i-old2" } });
  const instances = instancesOf("i-old1", "i-old2");
  example = await openAlicloudExample("beside-alicloud", { existing }, { instances });
  expect(await example.stack.up()).toMatchObject({ ok: true, summary: { create: 7 } });
  expect(example.linked()).toBe("i-old1→network-shop i-old2→network-shop");
  expect(await example.stack.destroy()).toMatchObject({ ok: true });
  expect(example.linked()).toBe("");
});
