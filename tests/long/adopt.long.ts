/** What adopt has brought under Pulumi behaves as if the program had made it. In both hosts, in both shapes. */

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { EmulatorOptions } from "pulumi-classiclink/emulator";
import { runCli } from "../support/cli";
import { fleetOf250 } from "../support/fleet";
import { pulumiYaml } from "../support/project";
import { instancesOf, openShop, type Shop, vpcsOf } from "../support/shop";

const FEW: EmulatorOptions = {
  instances: instancesOf("i-a", "i-b", "i-c"),
  vpcs: vpcsOf("vpc-1", "vpc-2"),
  links: [
    { instanceId: "i-a", vpcId: "vpc-1" },
    { instanceId: "i-b", vpcId: "vpc-1" },
    { instanceId: "i-c", vpcId: "vpc-2" },
  ],
};

let shop: Shop;
afterEach(() => shop.close());

const read = (file: string) => readFileSync(join(shop.project.folder, file), "utf8");
const upIsOk = async (refresh = false) => (await shop.stack.up({ refresh })).ok;

/** Starts an emulator, and adopts its links in a folder that has the packages and nothing else. */
async function adopt(host: string, per: string, options: EmulatorOptions, ...places: string[]): Promise<void> {
  shop = await openShop({
    ...options,
    stack: ({ environment }) => {
      // The program that adopt writes is compiled. The stand-in for the plugin's SDK has no types.
      const PULUMI_NODEJS_TRANSPILE_ONLY = String(host === "plugin");
      return { config: {}, env: { ...environment, PULUMI_NODEJS_TRANSPILE_ONLY } };
    },
  });
  const { project, emulator, stack } = shop;
  for (const file of ["Pulumi.yaml", "package.json"]) rmSync(join(project.folder, file));
  const args = ["adopt", "--program", host, "--per", per, ...places];
  const { code, stderr } = await runCli(args, { cwd: project.folder, env: { ...emulator.environment } });
  expect([code, stderr]).toEqual([0, ""]);
  // What `pulumi package add` does, which takes npm and a registry.
  if (host === "plugin") project.write("Pulumi.yaml", pulumiYaml("index.ts"));
  await stack.import("classiclinks.import.json");
}

/** The ids, inputs and outputs of the links in the state, by URN. */
async function stateOfLinks(): Promise<object> {
  const { resources } = (await shop.stack.export()).deployment;
  const links = resources.filter(({ type }) => /ClassicLinks?$/.test(type));
  return Object.fromEntries(links.map(({ urn, id, inputs, outputs }) => [urn, { id, inputs, outputs }]));
}

describe.each([
  ["dynamic", "vpc"],
  ["plugin", "link"],
])("what is adopted through the %s host, per %s,", (host, per) => {
  test("is in the state as if the program had created it", async () => {
    await adopt(host, per, FEW, "--all-vpcs");
    const imported = await stateOfLinks();
    expect(await upIsOk()).toBe(true);
    expect(await stateOfLinks()).toEqual(imported);
    await shop.stack.unprotect();
    expect((await shop.stack.destroy()).ok).toBe(true);
    expect(await upIsOk()).toBe(true);
    expect(await stateOfLinks()).toEqual(imported);
  });

  test("is healed, changed and removed from then on", async () => {
    await adopt(host, per, FEW, "--all-vpcs");
    shop.emulator.unlink("i-a");
    shop.emulator.link("i-c", "vpc-1");
    // A single link that was moved has to be replaced, which Pulumi refuses for what is protected.
    expect(await upIsOk(true)).toBe(per === "vpc");
    if (per === "link") await shop.stack.unprotect();
    expect(await upIsOk(true)).toBe(true);
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1 i-c→vpc-2");
    shop.project.write("classiclinks.csv", read("classiclinks.csv").replace(/^i-b,.*\n/m, ""));
    // A member of a fleet goes by an update. A resource is protected.
    expect(await upIsOk()).toBe(per === "vpc");
    await shop.stack.unprotect();
    expect(await upIsOk()).toBe(true);
    expect(shop.linked()).toBe("i-a→vpc-1 i-c→vpc-2");
  });
});

test("when single instances are adopted, links of others in their VPC are not touched, and renamed resources keep theirs", async () => {
  await adopt("dynamic", "link", fleetOf250(), "--instance", "i-001", "--instance", "i-004");
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { same: 3 } });
  await shop.stack.unprotect();
  shop.project.write(
    "classiclinks.ts",
    read("classiclinks.ts").replace("(instanceId,", '(instanceId.replace("i", "web"),'),
  );
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { create: 2, delete: 2 } });
  expect(shop.emulator.links()).toHaveLength(250);
  await shop.stack.unprotect();
  expect((await shop.stack.destroy()).ok).toBe(true);
  expect(shop.emulator.links()).toHaveLength(248);
});
