/** What a stack makes of trouble: locks, lost answers, a killed provider, slow visibility, wrong input and settings. */

import { afterEach, describe, expect, test } from "@jest/globals";
import { killProvider } from "../support/processes";
import { configurationOf, DOORS, openShop, SECRET_KEY, type Shop } from "../support/shop";

const A = { instanceId: "i-a", vpcId: "vpc-1" };

let shop: Shop;
afterEach(() => shop?.close());

describe("trouble while links are made", () => {
  test("[5] a lock of 30 s and a lost answer both end with the links as declared", async () => {
    shop = await openShop({ a: A, b: { instanceId: "i-b", vpcId: "vpc-1" } });
    shop.emulator.injectFault({ kind: "locked", instanceId: "i-a", forMs: 30_000 });
    shop.emulator.injectFault({
      kind: "answer",
      action: "AttachClassicLinkVpc",
      instanceId: "i-b",
      answer: "lost-answer",
    });
    const { ok, output } = await shop.stack.up();
    expect(ok).toBe(true);
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1");
    // Said at once, and then every 10 s.
    expect(output.match(/i-a: locked, \d+ (try|tries), [\d.]+ s of 10 min/g)?.length).toBeGreaterThanOrEqual(3);
    const attaches = shop.emulator.calls().filter((call) => call.action === "AttachClassicLinkVpc");
    expect(attaches.filter((call) => call.params.InstanceId === "i-b")).toHaveLength(1);
  });
});

describe.each(DOORS)("trouble through the %s door", (door) => {
  test.each([
    ["before ECS has done the work", "reset-before"],
    ["after ECS has done the work", "lost-answer"],
  ] as const)("[20] a provider that is killed %s is made up for by the next up", async (_, fault) => {
    shop = await openShop({ a: A }, { door });
    // Keeps create waiting, so that it is still running when the provider is killed.
    shop.emulator.injectFault({ kind: "answer", action: "AttachClassicLinkVpc", answer: fault, times: 1 });
    shop.emulator.injectFault({
      kind: "answer",
      action: "DescribeClassicLinkInstances",
      answer: "unavailable-503",
      times: 1000,
    });
    const up = shop.stack.up();
    await untilCalled(shop, "DescribeClassicLinkInstances", up);
    expect(killProvider(door, shop.project.folder)).toBe(true);
    expect((await up).ok).toBe(false);
    shop.emulator.clearFaults();
    const { ok } = await shop.stack.up();
    expect(ok).toBe(true);
    expect(shop.linked()).toBe("i-a→vpc-1");
    expect((await shop.stack.destroy()).ok).toBe(true);
    expect(shop.linked()).toBe("");
  });

  test("[6] a link that is not listed in time is kept as half made, and the next up finishes it", async () => {
    shop = await openShop({ a: { ...A, options: '{ customTimeouts: { create: "2s" } }' } }, { door });
    shop.emulator.injectFault({ kind: "invisible", ms: 600_000 });
    const first = await shop.stack.up();
    expect(first.ok).toBe(false);
    expect(first.output).toContain("not done within 2 s (attached, not listed yet)");
    expect(JSON.stringify(await shop.stack.export())).toContain('"initErrors"');
    shop.emulator.clearFaults();
    shop.emulator.clearCalls();
    const { ok } = await shop.stack.up();
    expect(ok).toBe(true);
    expect(shop.calls("AttachClassicLinkVpc")).toBe(0);
    expect(JSON.stringify(await shop.stack.export())).not.toContain('"initErrors"');
  });

  test("[20] a rename that was cut short does not take the link away when it is finished", async () => {
    shop = await openShop({ a: A }, { door });
    expect((await shop.stack.up()).ok).toBe(true);
    shop.declare({ renamed: A, c: { instanceId: "i-c", vpcId: "vpc-1" } });
    // Fails the update after the renamed resource is made, and before the old one is deleted.
    shop.emulator.injectFault({
      kind: "answer",
      action: "AttachClassicLinkVpc",
      instanceId: "i-c",
      answer: { code: "Forbidden.SubUser" },
    });
    expect((await shop.stack.up()).ok).toBe(false);
    expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { delete: 1 } });
    expect(shop.linked()).toBe("i-a→vpc-1 i-c→vpc-1");
  });

  test("[6] a half-made link can be destroyed", async () => {
    shop = await openShop({ a: { ...A, options: '{ customTimeouts: { create: "2s" } }' } }, { door });
    shop.emulator.injectFault({ kind: "invisible", ms: 600_000 });
    expect((await shop.stack.up()).ok).toBe(false);
    shop.emulator.clearFaults();
    expect((await shop.stack.destroy()).ok).toBe(true);
    expect(shop.linked()).toBe("");
  });
});

describe("what is wrong is told by its name", () => {
  test("an id and a setting through the plugin", async () => {
    shop = await openShop({ a: { instanceId: "i-a,i-b", vpcId: "" } }, { door: "plugin" });
    const wrongIds = await shop.stack.preview();
    expect(wrongIds.ok).toBe(false);
    expect(wrongIds.output).toMatch(/instanceId.*comma/s);
    expect(wrongIds.output).toMatch(/vpcId.*is empty/s);
    await shop.stack.configure("classiclink:protocol", "ftp");
    const wrongSetting = await shop.stack.preview();
    expect(wrongSetting.ok).toBe(false);
    expect(wrongSetting.output).toMatch(/classiclink:protocol is "ftp"/);
    expect(shop.emulator.calls()).toEqual([]);
  });

  test.each([
    ["an empty id", { instanceId: "", vpcId: "vpc-1" }, /instanceId.*is empty/s],
    ["a list of ids", { instanceId: "i-a,i-b", vpcId: "vpc-1" }, /instanceId.*comma/s],
    ["white space", { instanceId: "i-a", vpcId: "vpc-1 " }, /vpcId.*white space/s],
    ["a number", { instanceId: 7, vpcId: "vpc-1" }, /instanceId.*of type number/s],
    ["a missing argument", { instanceId: "i-a" }, /ClassicLink "a": vpcId is missing/],
    ["a misspelt argument", { instanceId: "i-a", vpcID: "vpc-1" }, /ClassicLink "a": "vpcID" is not an argument/],
  ])("%s in the program", async (_, args, told) => {
    shop = await openShop({});
    shop.project.write(
      "index.js",
      `const { ClassicLink } = require("pulumi-classiclink"); new ClassicLink("a", ${JSON.stringify(args)});`,
    );
    const { ok, output } = await shop.stack.preview();
    expect(ok).toBe(false);
    expect(output).toMatch(told);
    expect(shop.emulator.calls()).toEqual([]);
  });

  test("an instance that the program declares twice, by the names of both resources", async () => {
    shop = await openShop({ a: A, b: { ...A, vpcId: "vpc-2" } });
    const { ok, output } = await shop.stack.preview();
    expect(ok).toBe(false);
    expect(output).toContain('ClassicLink "b": i-a is declared by ClassicLink "a" already');
  });

  test.each([
    ["a missing region", { "classiclink:region": undefined }, /no region is configured; checked classiclink:region/],
    [
      "half a key pair",
      { "classiclink:secretKey": undefined },
      /secretKey is missing, while classiclink:accessKey is set/,
    ],
    [
      "an endpoint with a path",
      { "classiclink:endpoint": "127.0.0.1/x" },
      /classiclink:endpoint has more than a host name/,
    ],
    ["a wrong protocol", { "classiclink:protocol": "ftp" }, /classiclink:protocol is "ftp"/],
    ["a wrong key", { "classiclink:accessKey": "nobody" }, /InvalidAccessKeyId\.NotFound.*check accessKey/],
  ])("%s in the configuration", async (_, change, told) => {
    const config = (endpoint: string) => {
      const entries = Object.entries({ ...configurationOf(endpoint), ...change });
      return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
    };
    shop = await openShop({ a: A }, { config });
    const { ok, output } = await shop.stack.up();
    expect(ok).toBe(false);
    expect(output).toMatch(told);
    expect(output).not.toContain(SECRET_KEY);
    expect(shop.linked()).toBe("");
  });
});

/** Waits until the emulator has been called. Ends with the operation at the latest. */
async function untilCalled(
  { calls }: Shop,
  action: "DescribeClassicLinkInstances",
  operation: Promise<unknown>,
): Promise<void> {
  let ended = false;
  void operation.finally(() => {
    ended = true;
  });
  while (calls(action) === 0 && !ended) await new Promise((resolve) => setTimeout(resolve, 5));
}
