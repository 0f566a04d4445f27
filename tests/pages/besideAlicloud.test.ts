/** `examples/beside-alicloud`: links beside a VPC, security groups and instances of `@pulumi/alicloud`. */

import { afterEach, expect, test } from "@jest/globals";
import { type AlicloudExample, INSTANCE, NETWORK, openAlicloudExample } from "../support/alicloud";
import { instancesOf } from "../support/shop";

let example: AlicloudExample;
afterEach(() => example.close());

test("links, groups, rules between them, and instances are made and removed in the order that they need", async () => {
  example = await openAlicloudExample("beside-alicloud", { instanceType: "ecs.n1.small", imageId: "m-1" });
  const { stack, linked, linkedAtRemoval } = example;
  // The links' instances and VPC are unknown in the first preview.
  expect(await stack.preview()).toMatchObject({ ok: true, summary: { create: 10 } });
  expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 10 } });
  expect(linked()).toBe("instance-web→network-shop instance-worker→network-shop");
  const { resources } = (await stack.export()).deployment;
  const named = (name: string) => resources.find(({ urn }) => urn.endsWith(`:${name}`));
  for (const [rule, into, from] of [
    ["mysql-from-classic", "vpc", "classic"],
    ["metrics-from-vpc", "classic", "vpc"],
  ] as const) {
    const [group, other] = [into, from].map((name) => named(`SecurityGroup::${name}`)?.urn);
    expect(named(`SecurityGroupRule::${rule}`)).toMatchObject({
      inputs: { type: "ingress", nicType: "intranet" },
      propertyDependencies: { securityGroupId: [group], sourceSecurityGroupId: [other] },
    });
  }
  expect(await stack.destroy()).toMatchObject({ ok: true, summary: { delete: 10 } });
  expect([linkedAtRemoval.get(NETWORK), linkedAtRemoval.get(INSTANCE), linked()]).toEqual(["", "", ""]);
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
