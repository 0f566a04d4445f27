/**
 * `examples/private-cloud`: links beside a VPC of the vendor's provider, on the emulator as a private cloud. The VPC is stood
 * in for. With Pulumi's bridge and the vendor's provider on PATH, the same story runs with them.
 */

import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { Emulator } from "pulumi-classiclink/emulator";
import { MODULES } from "../support/alicloud";
import type { Project } from "../support/project";
import { instancesOf, openShop, SECRET_KEY } from "../support/shop";
import type { StackOptions } from "../support/stack";
import { findBridged, generateSdk } from "../support/terraformBridge";
import { CERTIFICATE, KEY } from "../support/tls";

const REGION = "cn-wulan-env200-d01";
const OWN = { organizationId: "26", resourceSetId: "97" };

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
const found = findBridged("alibabacloudstack");
const bridged: Vendor = (_, project) => ({
  env: {
    NODE_PATH: found === undefined ? "" : generateSdk(project, "alibabacloudstack", found),
    // The vendor's provider is written in Go, which reads certificates from there.
    SSL_CERT_FILE: join(project.folder, "authority.pem"),
  },
});

test("a VPC that is stood in for gets links, from the vendor's keys alone", () => story(standIn));

// Pulumi's bridge with the vendor's provider is built by hand. Where it is not on PATH, only the stand-in runs.
const withBridge = found === undefined ? test.skip : test;
withBridge("so does a VPC of the vendor's provider, by Pulumi's bridge on PATH", () => story(bridged));

async function story(vendor: Vendor): Promise<void> {
  /** What was linked when the VPC began to be removed. */
  let linkedAtRemoval: string | undefined;
  const shop = await openShop({
    example: "private-cloud",
    files: { "authority.pem": CERTIFICATE },
    regionId: REGION,
    instances: instancesOf("i-web", "i-worker").map((instance) => ({ ...instance, ...OWN })),
    vpcs: [],
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
  const { stack, emulator, linked } = shop;
  expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 2 } });
  const [, vpcId = ""] = /"id":"(vpc-[^"]+)"/.exec(JSON.stringify(await stack.export())) ?? [];

  // As long as ClassicLink is off, an up says what to do and links nothing.
  await stack.configure("instances", JSON.stringify({ web: "i-web", worker: "i-worker" }));
  const { ok, output } = await stack.up();
  expect([ok, output]).toEqual([false, expect.stringContaining("EnableVpcClassicLink")]);
  expect(linked()).toBe("");

  emulator.setVpc(vpcId, { classicLinkEnabled: true });
  expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 2, same: 2 } });
  expect(linked()).toBe(`i-web→${vpcId} i-worker→${vpcId}`);
  expect(await stack.destroy()).toMatchObject({ ok: true, summary: { delete: 4 } });
  expect([linkedAtRemoval, linked()]).toEqual(["", ""]);
  await shop.close();
}
