/** `examples/private-cloud`: links beside a VPC of the vendor's provider, which is stood in for, on the emulator as a private cloud. */

import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { MODULES } from "../support/alicloud";
import { instancesOf, openShop, SECRET_KEY, type Shop, vpcsOf } from "../support/shop";
import { CERTIFICATE, KEY } from "../support/tls";

const REGION = "cn-wulan-env200-d01";
const OWN = { organizationId: "26", resourceSetId: "97" };
const BOTH = "i-web→vpc-shop i-worker→vpc-shop";

let shop: Shop;
/** What was linked when the VPC began to be removed. */
let linkedAtRemoval: string | undefined;

beforeAll(async () => {
  shop = await openShop({
    example: "private-cloud",
    files: { "authority.pem": CERTIFICATE },
    regionId: REGION,
    instances: instancesOf("i-web", "i-worker").map((instance) => ({ ...instance, ...OWN })),
    vpcs: vpcsOf("vpc-other").map((vpc) => ({ ...vpc, ...OWN })),
    tls: { key: KEY, cert: CERTIFICATE },
    stack: (emulator, project) => {
      const host = emulator.endpoint.replace("https://", "");
      return {
        config: {
          "alibabacloudstack:region": REGION,
          "alibabacloudstack:accessKey": "testid",
          "alibabacloudstack:secretKey": { secret: SECRET_KEY },
          "alibabacloudstack:endpoints": JSON.stringify([{ ecs: host, vpc: host }]),
          "alibabacloudstack:protocol": "HTTPS",
          "alibabacloudstack:department": OWN.organizationId,
          "alibabacloudstack:resourceGroup": OWN.resourceSetId,
        },
        env: { ...MODULES, NODE_EXTRA_CA_CERTS: join(project.folder, "authority.pem") },
        standIns: {
          alibabacloudstack: ({ name, inputs }) => {
            emulator.addVpc({ vpcId: `vpc-${name}`, classicLinkEnabled: false, ...OWN });
            return { id: `vpc-${name}`, outputs: inputs };
          },
        },
        onLine: (line) => {
          if (/alibabacloudstack:index\S*:Vpc \S+ deleting/.test(line)) linkedAtRemoval ??= shop.linked();
        },
      };
    },
  });
});
afterAll(() => shop?.close());

const state = async () => JSON.stringify(await shop.stack.export());

// One story: each test goes on where the one before it ended.
test("the first up makes the VPC alone", async () => {
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { create: 2 } });
});

test("as long as ClassicLink is off, an up says what to do and links nothing", async () => {
  await shop.stack.configure("instances", JSON.stringify({ web: "i-web", worker: "i-worker" }));
  const { ok, output } = await shop.stack.up();
  expect([ok, output]).toEqual([false, expect.stringContaining("EnableVpcClassicLink")]);
  expect(shop.linked()).toBe("");
});

test("once it is on, an up makes the links, from the vendor's keys alone, and a second up asks nothing", async () => {
  shop.emulator.setVpc("vpc-shop", { classicLinkEnabled: true });
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { create: 2, same: 2 } });
  expect(shop.linked()).toBe(BOTH);
  shop.emulator.clearCalls();
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { same: 4, create: 0, update: 0, replace: 0 } });
  expect(shop.emulator.calls()).toEqual([]);
});

test("a refresh finds a link that is gone and one that was moved, and an up heals both", async () => {
  shop.emulator.unlink("i-web");
  shop.emulator.link("i-worker", "vpc-other");
  expect(await shop.stack.refresh()).toMatchObject({ ok: true, summary: { delete: 1, update: 1 } });
  expect(await state()).toContain("vpc-other");
  expect(await shop.stack.up()).toMatchObject({ ok: true });
  expect(shop.linked()).toBe(BOTH);
});

test("under another organization an up and a refresh fail, name both, and keep the state", async () => {
  await shop.stack.configure("alibabacloudstack:department", "27");
  for (const { ok, output } of [await shop.stack.up(), await shop.stack.refresh()]) {
    expect([ok, output]).toEqual([false, expect.stringMatching(/organization 26.*organization 27/)]);
  }
  for (const id of ["i-web", "i-worker"]) expect(await state()).toContain(`"id":"${REGION}:${id}"`);
  expect(shop.linked()).toBe(BOTH);
  await shop.stack.configure("alibabacloudstack:department", OWN.organizationId);
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { same: 4 } });
});

test("destroy removes the links before the VPC", async () => {
  expect(await shop.stack.destroy()).toMatchObject({ ok: true, summary: { delete: 4 } });
  expect([linkedAtRemoval, shop.linked()]).toEqual(["", ""]);
});
