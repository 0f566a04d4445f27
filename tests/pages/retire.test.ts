/** `examples/retire`: links go in waves, a wave comes back, then the VPC's switch goes, then the VPC. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type AlicloudExample, type Config, openAlicloudExample } from "../support/alicloud";

const FLEET = ["i-report1", "i-report2", "i-worker1", "i-worker2", "i-worker3", "i-web1", "i-web2"];
const linkedTo = (vpcId: string, ...instanceIds: string[]) => instanceIds.map((id) => `${id}→${vpcId}`);

// One story: each test goes on where the one before it ended.
describe("a fleet that is retired", () => {
  let example: AlicloudExample;
  let config: Config = {};
  beforeAll(async () => {
    example = await openAlicloudExample(
      "retire",
      ["Pulumi.yaml", "index.ts", "waves.ts", "tsconfig.json"],
      { instanceType: "ecs.n1.small", imageId: "m-1", securityGroup: "sg-classic" },
      { instances: ["i-gateway", ...FLEET].map((instanceId) => ({ instanceId })), vpcs: [{ vpcId: "vpc-shared" }] },
    );
  });
  afterAll(() => example?.close());

  /** Sets what a step of the README sets, and runs an up. */
  async function up(more: Config = {}) {
    config = { ...config, ...more };
    example.emulator.clearCalls();
    return await example.stack(config).up();
  }
  const members = () =>
    example
      .linked()
      .split(" ")
      .filter((link) => link.endsWith("→network-shop") && !link.startsWith("instance-batch"));
  const detached = () =>
    example.emulator
      .calls()
      .filter(({ action }) => action === "DetachClassicLinkVpc")
      .map(({ params }) => params.InstanceId)
      .sort();

  test("the first up links everybody", async () => {
    expect(await up()).toMatchObject({ ok: true });
    expect(members()).toEqual(linkedTo("network-shop", ...FLEET).sort());
    const others = [...linkedTo("vpc-shared", "i-gateway"), ...linkedTo("network-shop", "instance-batch")];
    expect(example.linked().split(" ")).toEqual(expect.arrayContaining(others));
  });

  test("a destroy leaves the fleet and its VPC alone as long as the fleet is protected", async () => {
    const { ok, output } = await example.stack(config).destroy();
    expect(ok).toBe(false);
    expect(output).toContain("ClassicLinks fleet error: cannot be deleted because it is protected");
    expect(members()).toHaveLength(FLEET.length);
    expect(example.linkedAtRemoval.has("alicloud:vpc/network:Network")).toBe(false);
    // What is not protected may have gone; an up makes it again.
    expect(await up()).toMatchObject({ ok: true });
  });

  test("a wave detaches its members and no other, in one update of one resource", async () => {
    expect(await up({ retired: "1" })).toMatchObject({ ok: true, summary: { update: 1, delete: 0 } });
    expect(detached()).toEqual(["i-report1", "i-report2"]);
    expect(members()).toEqual(linkedTo("network-shop", ...FLEET.slice(2)).sort());
  });

  test("a wave that is rolled back is linked again", async () => {
    expect(await up({ retired: "0" })).toMatchObject({ ok: true, summary: { update: 1 } });
    expect(members()).toHaveLength(FLEET.length);
  });

  test("two waves go at once, also with a member that its owner has released meanwhile", async () => {
    example.emulator.removeInstance("i-worker2");
    expect(await up({ retired: "2" })).toMatchObject({ ok: true, summary: { update: 1 } });
    expect(members()).toEqual(linkedTo("network-shop", "i-web1", "i-web2"));
  });

  test("an instance that is released takes its link along, and no Detach is sent for it", async () => {
    expect(await up({ batchReleased: "true" })).toMatchObject({ ok: true, summary: { delete: 2 } });
    expect(detached()).toEqual([]);
    expect(example.linked()).not.toContain("instance-batch");
  });

  test("a link that is handed over leaves the state and stays in the cloud", async () => {
    expect(await up({ gatewayHandedOver: "true" })).toMatchObject({ ok: true, summary: { delete: 1 } });
    expect(detached()).toEqual([]);
    expect(example.linked()).toContain("i-gateway→vpc-shared");
    expect(JSON.stringify(example.stack().export())).not.toContain("i-gateway");
  });

  test("the switch is not turned off while members are left: the program says so before anything is done", async () => {
    const { ok, output } = await example.stack({ ...config, classicLink: "off" }).up();
    expect(ok).toBe(false);
    expect(output).toContain("retire every wave");
  });

  test("the last wave and the switch in one update are refused by the VPC, and no link is lost to the state", async () => {
    const { ok, output } = await example.stack({ ...config, retired: "3", classicLink: "off" }).up();
    expect(ok).toBe(false);
    expect(output).toContain("InvalidAction");
    expect(members()).toEqual(linkedTo("network-shop", "i-web1", "i-web2"));
  });

  test("the last wave, then the switch, then the VPC", async () => {
    expect(await up({ retired: "3" })).toMatchObject({ ok: true, summary: { update: 1 } });
    expect(members()).toEqual([]);
    expect(await up({ classicLink: "off" })).toMatchObject({ ok: true, summary: { update: 1 } });
    expect(await example.stack(config).destroy()).toMatchObject({ ok: true });
    expect(example.linked()).toBe("i-gateway→vpc-shared");
  });
});
