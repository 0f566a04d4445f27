/** `examples/retire`: links go in waves, a wave comes back, then the VPC's switch goes, then the VPC. */

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type AlicloudExample, openAlicloudExample } from "../support/alicloud";
import { instancesOf, vpcsOf } from "../support/shop";

const FLEET = ["i-report1", "i-report2", "i-worker1", "i-worker2", "i-worker3", "i-web1", "i-web2"];

let example: AlicloudExample;
beforeAll(async () => {
  example = await openAlicloudExample(
    "retire",
    { instanceType: "ecs.n1.small", imageId: "m-1", securityGroup: "sg-classic" },
    { instances: instancesOf("i-gateway", ...FLEET), vpcs: vpcsOf("vpc-shared") },
  );
});
afterAll(() => example?.close());

/** Sets what a step of the README sets, and runs an up. */
async function up(config: Readonly<Record<string, string>> = {}) {
  for (const [key, value] of Object.entries(config)) await example.stack.configure(key, value);
  example.emulator.clearCalls();
  return await example.stack.up();
}
/** The members of the fleet that are linked. */
const members = () => FLEET.filter((id) => example.linked().includes(`${id}→network-shop`));
const detached = () =>
  example.emulator
    .calls()
    .filter(({ action }) => action === "DetachClassicLinkVpc")
    .map(({ params }) => params.InstanceId)
    .sort();

// One story: each test goes on where the one before it ended.
test("the first up links everybody", async () => {
  expect(await up()).toMatchObject({ ok: true });
  expect(members()).toEqual(FLEET);
  const others = ["i-gateway→vpc-shared", "instance-batch→network-shop"];
  expect(example.linked().split(" ")).toEqual(expect.arrayContaining(others));
});

test("a destroy leaves the fleet and its VPC alone as long as the fleet is protected", async () => {
  const { ok, output } = await example.stack.destroy();
  expect([ok, output]).toEqual([false, expect.stringContaining("fleet error: cannot be deleted")]);
  expect(members()).toEqual(FLEET);
  expect(example.linkedAtRemoval.has("alicloud:vpc/network:Network")).toBe(false);
  // What is not protected may have gone; an up makes it again.
  expect(await up()).toMatchObject({ ok: true });
});

test("a wave detaches its members and no other, in one update of one resource, and can be rolled back", async () => {
  expect(await up({ retired: "1" })).toMatchObject({ ok: true, summary: { update: 1, delete: 0 } });
  expect(detached()).toEqual(["i-report1", "i-report2"]);
  expect(members()).toEqual(FLEET.slice(2));
  expect(await up({ retired: "0" })).toMatchObject({ ok: true, summary: { update: 1 } });
  expect(members()).toEqual(FLEET);
});

test("two waves go at once, also with a member that its owner has released meanwhile", async () => {
  example.emulator.removeInstance("i-worker2");
  expect(await up({ retired: "2" })).toMatchObject({ ok: true, summary: { update: 1 } });
  expect(members()).toEqual(["i-web1", "i-web2"]);
});

test("no Detach is sent for an instance that is released, nor for a link that is handed over", async () => {
  expect(await up({ batchReleased: "true" })).toMatchObject({ ok: true, summary: { delete: 2 } });
  expect(detached()).toEqual([]);
  expect(example.linked()).not.toContain("instance-batch");
  expect(await up({ gatewayHandedOver: "true" })).toMatchObject({ ok: true, summary: { delete: 1 } });
  expect(detached()).toEqual([]);
  expect(example.linked()).toContain("i-gateway→vpc-shared");
  expect(JSON.stringify(await example.stack.export())).not.toContain("i-gateway");
});

test("the switch is not turned off while members are left: the program says so, and so does the VPC", async () => {
  const early = await up({ classicLink: "off" });
  expect([early.ok, early.output]).toEqual([false, expect.stringContaining("retire every wave")]);
  // With the last wave, in one update.
  const late = await up({ retired: "3" });
  expect([late.ok, late.output]).toEqual([false, expect.stringContaining("InvalidAction")]);
  expect(members()).toEqual(["i-web1", "i-web2"]);
});

test("the last wave, then the switch, then the VPC", async () => {
  expect(await up({ classicLink: "on" })).toMatchObject({ ok: true, summary: { update: 1 } });
  expect(members()).toEqual([]);
  expect(await up({ classicLink: "off" })).toMatchObject({ ok: true, summary: { update: 1 } });
  expect(await example.stack.destroy()).toMatchObject({ ok: true });
  expect(example.linked()).toBe("i-gateway→vpc-shared");
});
