/**
 * `examples/private-cloud`: links beside a VPC of the vendor's provider, on the emulator as a private cloud. The VPC is stood
 * in for. With Pulumi's bridge and the vendor's provider on PATH, the same story runs with them.
 */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Emulator } from "pulumi-classiclink/emulator";
import { MODULES } from "../support/alicloud";
import type { Project } from "../support/project";
import { instancesOf, openShop, SECRET_KEY, type Shop, vpcsOf } from "../support/shop";
import type { StackOptions } from "../support/stack";
import { findBridged, generateSdk } from "../support/terraformBridge";
import { CERTIFICATE, KEY } from "../support/tls";

const REGION = "cn-wulan-env200-d01";
const OWN = { organizationId: "26", resourceSetId: "97" };
const VPC = "alibabacloudstack:index/vpc:Vpc";

/** How the resources of the vendor's provider are made. */
type Vendor = (emulator: Emulator, project: Project) => Partial<StackOptions>;

const standIn: Vendor = (emulator) => ({
  env: MODULES,
  standIns: {
    alibabacloudstack: ({ name, inputs }) => {
      emulator.addVpc({ vpcId: `vpc-${name}`, classicLinkEnabled: false, ...OWN });
      return { id: `vpc-${name}`, outputs: inputs };
    },
  },
});

describe("links beside a VPC that is stood in for", () => story(standIn));

const found = findBridged("alibabacloudstack");
if ("missing" in found) {
  describe.skip(`links beside a VPC of the vendor's provider: ${found.missing.join(", ")} not on PATH`, () =>
    story(standIn));
} else {
  describe("links beside a VPC of the vendor's provider, by Pulumi's bridge", () =>
    story((_, project) => ({
      env: {
        NODE_PATH: generateSdk(project, "alibabacloudstack", found.bridge, found.provider),
        // The vendor's provider is written in Go, which reads certificates from there.
        SSL_CERT_FILE: join(project.folder, "authority.pem"),
      },
    })));
}

/** Each test goes on where the one before it ended. */
function story(vendor: Vendor): void {
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
        const { env, ...others } = vendor(emulator, project);
        return {
          ...others,
          config: {
            "alibabacloudstack:region": REGION,
            "alibabacloudstack:accessKey": "testid",
            "alibabacloudstack:secretKey": { secret: SECRET_KEY },
            "alibabacloudstack:endpoints": JSON.stringify([{ ecs: host, vpc: host }]),
            "alibabacloudstack:protocol": "HTTPS",
            "alibabacloudstack:department": OWN.organizationId,
            "alibabacloudstack:resourceGroup": OWN.resourceSetId,
          },
          env: { ...env, NODE_EXTRA_CA_CERTS: join(project.folder, "authority.pem") },
          onLine: (line) => {
            if (/alibabacloudstack:index\S*:Vpc \S+ delet(ing|ed)/.test(line)) linkedAtRemoval ??= shop.linked();
          },
        };
      },
    });
  });
  afterAll(() => shop?.close());

  const state = async () => JSON.stringify(await shop.stack.export());
  const vpcId = async () => /"id":"(vpc-[^"]+)"/.exec(await state())?.[1] ?? "";
  const both = async () => `i-web→${await vpcId()} i-worker→${await vpcId()}`;

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
    shop.emulator.setVpc(await vpcId(), { classicLinkEnabled: true });
    expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { create: 2, same: 2 } });
    expect(shop.linked()).toBe(await both());
    shop.emulator.clearCalls();
    expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { same: 4, create: 0, update: 0, replace: 0 } });
    expect(shop.emulator.calls().filter(({ action }) => action.includes("ClassicLink"))).toEqual([]);
  });

  test("a refresh finds a link that is gone and one that was moved, and an up heals both", async () => {
    shop.emulator.unlink("i-web");
    shop.emulator.link("i-worker", "vpc-other");
    expect(await shop.stack.refresh()).toMatchObject({ ok: true, summary: { delete: 1, update: 1 } });
    expect(await state()).toContain("vpc-other");
    expect(await shop.stack.up()).toMatchObject({ ok: true });
    expect(shop.linked()).toBe(await both());
  });

  test("under another organization an up and a refresh fail, name both, and keep the state", async () => {
    const linked = shop.linked();
    shop.project.write("before.json", await state());
    await shop.stack.configure("alibabacloudstack:department", "27");
    for (const { ok, output } of [await shop.stack.up(), await shop.stack.refresh()]) {
      expect([ok, output]).toEqual([false, expect.stringMatching(/organization 26.*organization 27/)]);
    }
    for (const id of ["i-web", "i-worker"]) expect(await state()).toContain(`"id":"${REGION}:${id}"`);
    expect(shop.linked()).toBe(linked);
    await shop.stack.configure("alibabacloudstack:department", OWN.organizationId);
    // The vendor's provider takes a VPC that it cannot see for deleted: the refresh has dropped it from the state.
    if (!(await state()).includes(`"type":"${VPC}"`)) {
      await shop.stack.restore(join(shop.project.folder, "before.json"));
    }
    expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { same: 4 } });
  });

  test("destroy removes the links before the VPC", async () => {
    expect(await shop.stack.destroy()).toMatchObject({ ok: true, summary: { delete: 4 } });
    expect([linkedAtRemoval, shop.linked()]).toEqual(["", ""]);
  });
}
