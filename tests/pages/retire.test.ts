/** `examples/retire`: links go in waves, a wave comes back, then the VPC's switch goes, then the VPC. */

import { expect, test } from "@jest/globals";
import { NETWORK, openAlicloudExample } from "../support/alicloud";
import { instancesOf, vpcsOf } from "../support/shop";

test("the program goes through every step of its page", async () => {
  const fleet = ["i-report1", "i-report2", "i-worker1", "i-worker2", "i-worker3", "i-web1", "i-web2"];
  const example = await openAlicloudExample(
    "retire",
    { instanceType: "ecs.n1.small", imageId: "m-1", securityGroup: "sg-classic" },
    { instances: instancesOf("i-gateway", ...fleet), vpcs: vpcsOf("vpc-shared") },
  );
  const { emulator, stack, linked } = example;
  const up = async (key: string, value: string) => {
    await stack.configure(key, value);
    emulator.clearCalls();
    return await stack.up();
  };
  const members = () => fleet.filter((id) => linked().includes(`${id}→network-shop`));
  const detached = () =>
    emulator
      .calls()
      .filter(({ action }) => action === "DetachClassicLinkVpc")
      .map(({ params }) => params.InstanceId)
      .sort();
  expect(await stack.up()).toMatchObject({ ok: true });
  expect(members()).toEqual(fleet);

  // A destroy leaves the fleet and its VPC alone as long as the fleet is protected.
  const refused = await stack.destroy();
  expect([refused.ok, refused.output]).toEqual([false, expect.stringContaining("fleet error: cannot be deleted")]);
  expect([members(), example.linkedAtRemoval.has(NETWORK)]).toEqual([fleet, false]);

  // A wave detaches its members and no other, in one update of one resource, and can be rolled back.
  expect(await stack.up()).toMatchObject({ ok: true });
  expect(await up("retired", "1")).toMatchObject({ ok: true, summary: { update: 1, delete: 0 } });
  expect([detached(), members()]).toEqual([["i-report1", "i-report2"], fleet.slice(2)]);
  expect(await up("retired", "0")).toMatchObject({ ok: true, summary: { update: 1 } });
  expect(members()).toEqual(fleet);

  // Two waves at once, with a member that its owner has released meanwhile.
  emulator.removeInstance("i-worker2");
  expect(await up("retired", "2")).toMatchObject({ ok: true, summary: { update: 1 } });
  expect(members()).toEqual(["i-web1", "i-web2"]);

  // No Detach is sent for an instance that is released, nor for a link that is handed over.
  expect(await up("batchReleased", "true")).toMatchObject({ ok: true, summary: { delete: 2 } });
  expect([detached(), linked().includes("instance-batch")]).toEqual([[], false]);
  expect(await up("gatewayHandedOver", "true")).toMatchObject({ ok: true, summary: { delete: 1 } });
  expect([detached(), linked().includes("i-gateway→vpc-shared")]).toEqual([[], true]);

  // The switch is not turned off while members are left: the program says so, and so does the VPC.
  const early = await up("classicLink", "off");
  expect([early.ok, early.output]).toEqual([false, expect.stringContaining("retire every wave")]);
  const withLastWave = await up("retired", "3");
  expect([withLastWave.ok, withLastWave.output]).toEqual([false, expect.stringContaining("InvalidAction")]);
  expect(members()).toEqual(["i-web1", "i-web2"]);

  expect(await up("classicLink", "on")).toMatchObject({ ok: true, summary: { update: 1 } });
  expect(await up("classicLink", "off")).toMatchObject({ ok: true, summary: { update: 1 } });
  expect(await stack.destroy()).toMatchObject({ ok: true });
  expect(linked()).toBe("i-gateway→vpc-shared");
  await example.close();
});
