/** The life of links in a stack, through both doors and an engine: the Pulumi CLI where it is on PATH, else the repository's own. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { DOORS, openShop, SECRET_KEY, type Shop } from "../support/shop";

const DECLARED = {
  a: { instanceId: "i-a", vpcId: "vpc-1" },
  b: { instanceId: "i-b", vpcId: "vpc-1" },
};

/** What the states of the dynamic door hold, of every version. */
const STORED_LINE =
  'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("pulumi-classiclink/dynamic")';

// One story: each test goes on where the one before it ended.
describe.each(DOORS)("the life of two links through the %s door", (door) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop(DECLARED, { door });
    console.log(`end-to-end tests are driven by ${shop.stack.drivenBy}`);
  });
  afterAll(() => shop?.close());

  test("a preview calls nothing", async () => {
    const { ok, summary } = await shop.stack.preview();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 3 } });
    expect(shop.emulator.calls()).toEqual([]);
  });

  test("up makes the links, with one Attach each", async () => {
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 3 } });
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1");
    expect(shop.calls("AttachClassicLinkVpc")).toBe(2);
  });

  test("[17] the state holds ids and properties, and no secret", async () => {
    const exported = JSON.stringify(await shop.stack.export());
    expect(exported).toContain('"id":"cn-hangzhou:i-a"');
    expect(exported).not.toContain(SECRET_KEY);
  });

  test("[18] the state holds one short line of code, or none", async () => {
    const line = /"__provider":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(await shop.stack.export()))?.[1];
    const code = line === undefined ? undefined : JSON.parse(line);
    expect(code).toBe({ dynamic: STORED_LINE, plugin: undefined }[door]);
  });

  test("[2] a second up changes nothing and calls nothing", async () => {
    shop.emulator.clearCalls();
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { same: 3, create: 0, update: 0 } });
    expect(shop.emulator.calls()).toEqual([]);
  });

  test("[9] a refresh shows the link that was removed and the link that was moved", async () => {
    shop.emulator.unlink("i-a");
    shop.emulator.link("i-b", "vpc-2");
    const { ok, summary, output } = await shop.stack.refresh();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { delete: 1, update: 1 } });
    expect(output).toMatch(/~ vpcId *: "vpc-1" => "vpc-2"/);
    expect(shop.linked()).toBe("i-b→vpc-2");
  });

  test("[11] a refresh after a refresh changes nothing", async () => {
    const { ok, summary } = await shop.stack.refresh();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { delete: 0, update: 0 } });
  });

  test("the next up heals both", async () => {
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 1, replace: 1 } });
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1");
  });

  test("a read that is refused fails the refresh and leaves the state as it was", async () => {
    const before = await shop.stack.export();
    shop.emulator.injectFault({ kind: "denied", action: "DescribeClassicLinkInstances" });
    const { ok, output } = await shop.stack.refresh();
    shop.emulator.clearFaults();
    expect(ok).toBe(false);
    expect(output).toContain("Forbidden.SubUser");
    expect(resourcesOf(await shop.stack.export())).toEqual(resourcesOf(before));
  });

  test("up --refresh finds drift and heals it in one go", async () => {
    shop.emulator.unlink("i-b");
    const { ok, summary } = await shop.stack.up({ refresh: true });
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 1 } });
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1");
  });

  test("[2] a changed VPC replaces the link, detach before attach", async () => {
    shop.declare({ ...DECLARED, a: { instanceId: "i-a", vpcId: "vpc-2" } });
    shop.emulator.clearCalls();
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { replace: 1, same: 2 } });
    const changes = shop.emulator.calls().map(({ action }) => action);
    expect(changes.filter((action) => action !== "DescribeClassicLinkInstances")).toEqual([
      "DetachClassicLinkVpc",
      "AttachClassicLinkVpc",
    ]);
    expect(shop.linked()).toBe("i-a→vpc-2 i-b→vpc-1");
  });

  test("[12] destroy removes what the state names, and is content with what is gone already", async () => {
    shop.emulator.removeInstance("i-b");
    const { ok, summary } = await shop.stack.destroy();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { delete: 3 } });
    expect(shop.linked()).toBe("");
  });
});

describe("links that exist before the stack", () => {
  test.each(DOORS)(
    "[4] one that is as declared is adopted, and one to another VPC is named and not touched (%s)",
    async (door) => {
      const shop = await openShop(DECLARED, {
        door,
        links: [
          { instanceId: "i-a", vpcId: "vpc-1" },
          { instanceId: "i-b", vpcId: "vpc-2" },
        ],
      });
      try {
        const { ok, output } = await shop.stack.up();
        expect(ok).toBe(false);
        expect(output).toContain("already linked to vpc-1: adopted");
        expect(output).toContain("cannot link i-b to vpc-1 in cn-hangzhou: it is linked to vpc-2");
        expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-2");
        expect(resourcesOf(await shop.stack.export())).toContain("cn-hangzhou:i-a");
      } finally {
        await shop.close();
      }
    },
  );
});

// One story, as above.
describe("moving from the dynamic door to the plugin", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ ...DECLARED, a: { ...DECLARED.a, options: '{ customTimeouts: { create: "5m" } }' } });
    expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { create: 3 } });
  });
  afterAll(() => shop?.close());

  test("[21] changes nothing and calls nothing", async () => {
    shop.declare(DECLARED, "plugin");
    shop.emulator.clearCalls();
    expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { same: 3, create: 0, update: 0, delete: 0 } });
    expect(shop.emulator.calls()).toEqual([]);
    const exported = JSON.stringify(await shop.stack.export());
    expect(exported).toContain('"type":"classiclink:index:ClassicLink"');
    expect(exported).not.toContain('"type":"pulumi-nodejs:dynamic/classiclink:ClassicLink"');
  });

  test("[11] is followed by a refresh that finds no drift, and leaves nothing of the other door in the state", async () => {
    const { ok, summary, output } = await shop.stack.refresh();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { delete: 0 } });
    expect(output).not.toMatch(/[~+-] (instanceId|vpcId|regionId)/);
    expect(JSON.stringify(await shop.stack.export())).not.toMatch(/__provider|__timeouts|__holder/);
  });

  test("drift is found and healed as before", async () => {
    shop.emulator.unlink("i-a");
    shop.emulator.link("i-b", "vpc-2");
    expect(await shop.stack.up({ refresh: true })).toMatchObject({ ok: true, summary: { create: 1, replace: 1 } });
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1");
  });

  test("destroy removes the links", async () => {
    expect(await shop.stack.destroy()).toMatchObject({ ok: true, summary: { delete: 3 } });
    expect(shop.linked()).toBe("");
  });
});

/** The ids in an exported deployment. */
function resourcesOf(exported: unknown): string[] {
  const ids = JSON.stringify(exported).matchAll(/"id":"(cn-hangzhou:[^"]*)"/g);
  return [...ids].map(([, id = ""]) => id).sort();
}
