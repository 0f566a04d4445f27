/** The life of links in a stack, through an engine: the Pulumi CLI where it is on PATH, else the repository's own. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openShop, SECRET_KEY, type Shop } from "../support/shop";

const DECLARED = {
  a: { instanceId: "i-a", vpcId: "vpc-1" },
  b: { instanceId: "i-b", vpcId: "vpc-1" },
};

// One story: each test goes on where the one before it ended.
describe("the life of two links", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop(DECLARED);
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

  test("the state holds ids, properties and one short line of code, and no secret", async () => {
    const exported = JSON.stringify(await shop.stack.export());
    expect(exported).toContain('"id":"cn-hangzhou:i-a"');
    expect(exported).not.toContain(SECRET_KEY);
    const line = /"__provider":"((?:[^"\\]|\\.)*)"/.exec(exported)?.[1] ?? "";
    expect(JSON.parse(`"${line}"`)).toBe(
      'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("pulumi-classiclink/dynamic")',
    );
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
    shop.emulator.trouble({ kind: "denied", action: "DescribeClassicLinkInstances" });
    const { ok, output } = await shop.stack.refresh();
    shop.emulator.clearTrouble();
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
  test("[4] one that is as declared is adopted, and one to another VPC is named and not touched", async () => {
    const shop = await openShop(DECLARED, {
      links: [
        { instanceId: "i-a", vpcId: "vpc-1" },
        { instanceId: "i-b", vpcId: "vpc-2" },
      ],
    });
    try {
      const { ok, output } = await shop.stack.up();
      expect(ok).toBe(false);
      expect(output).toContain("i-a: already linked to vpc-1: adopted");
      expect(output).toContain("cannot link i-b to vpc-1 in cn-hangzhou: it is linked to vpc-2");
      expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-2");
      expect(resourcesOf(await shop.stack.export())).toContain("cn-hangzhou:i-a");
    } finally {
      await shop.close();
    }
  });
});

/** The ids in an exported deployment. */
function resourcesOf(exported: unknown): string[] {
  const ids = JSON.stringify(exported).matchAll(/"id":"(cn-hangzhou:[^"]*)"/g);
  return [...ids].map(([, id = ""]) => id).sort();
}
