/** What adopt has brought under Pulumi behaves as if the program had made it. In both hosts, in both shapes. */

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type Emulator, type EmulatorOptions, startEmulator } from "pulumi-classiclink/emulator";
import { runCli } from "../support/cli";
import { fleetOf250 } from "../support/fleet";
import { installPluginSdk } from "../support/pluginSdk";
import { makeProject, PLUGIN, type Project } from "../support/project";
import type { Host } from "../support/shop";
import { openStack, type Stack, TRANSPILE_ONLY } from "../support/stack";

/** Each host and each shape once. */
const WAYS = [
  ["dynamic", "vpc"],
  ["plugin", "link"],
] as const;

const FEW: EmulatorOptions = {
  instances: ["i-a", "i-b", "i-c"].map((instanceId) => ({ instanceId })),
  vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }],
  links: [
    { instanceId: "i-a", vpcId: "vpc-1" },
    { instanceId: "i-b", vpcId: "vpc-1" },
    { instanceId: "i-c", vpcId: "vpc-2" },
  ],
};

let emulator: Emulator;
let project: Project;
let stack: Stack;

afterEach(async () => {
  await stack.close();
  await emulator.close();
  project.remove();
});

/** Starts an emulator, adopts its links in a folder that has the packages and nothing else, and opens a stack there. */
async function adopt(host: Host, per: string, options: EmulatorOptions, ...places: string[]): Promise<void> {
  emulator = await startEmulator(options);
  project = makeProject();
  for (const file of ["Pulumi.yaml", "package.json"]) rmSync(join(project.folder, file));
  const env = { ...emulator.environment };
  const { code, stderr } = await runCli(["adopt", "--program", host, "--per", per, ...places], {
    cwd: project.folder,
    env,
  });
  expect([code, stderr]).toEqual([0, ""]);
  if (host === "plugin") {
    // What `pulumi package add` does, which takes npm and a registry.
    installPluginSdk(project);
    const plugins = `plugins:\n  providers:\n    - name: classiclink\n      path: ./${PLUGIN}\n`;
    project.write("Pulumi.yaml", `${read("Pulumi.yaml")}${plugins}`);
  }
  emulator.clearCalls();
  // Compiling takes seconds for each operation; that a program compiles, those with the fleet show.
  stack = await openStack({ project, env: options === FEW ? { ...env, ...TRANSPILE_ONLY } : env });
  await stack.import("classiclinks.import.json");
}

const read = (file: string) => readFileSync(join(project.folder, file), "utf8");
const LINKED = /ClassicLinks?$/;

/** The inputs and outputs of the links in the state, by name. */
async function stateOfLinks(): Promise<Record<string, object>> {
  const { deployment } = Object(await stack.export());
  const resources: { urn: string; type: string; id: string; inputs: object; outputs: object }[] = deployment.resources;
  const links = resources.filter(({ type }) => LINKED.test(type));
  return Object.fromEntries(links.map(({ urn, id, inputs, outputs }) => [urn, { id, inputs, outputs }]));
}

describe.each(WAYS)("what is adopted through the %s host, per %s,", (host, per) => {
  const linked = () => emulator.links().map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`);

  test("is in the state as if the program had created it", async () => {
    await adopt(host, per, FEW, "--all-vpcs");
    const imported = await stateOfLinks();
    expect((await stack.up()).ok).toBe(true);
    expect(await stateOfLinks()).toEqual(imported);
    await stack.unprotect();
    expect((await stack.destroy()).ok).toBe(true);
    expect((await stack.up()).ok).toBe(true);
    expect(await stateOfLinks()).toEqual(imported);
  });

  test("is healed, changed and removed from then on", async () => {
    await adopt(host, per, FEW, "--all-vpcs");
    emulator.unlink("i-a");
    emulator.link("i-c", "vpc-1");
    // A single link that was moved has to be replaced, which Pulumi refuses for what is protected.
    expect((await stack.up({ refresh: true })).ok).toBe(per === "vpc");
    if (per === "link") await stack.unprotect();
    expect((await stack.up({ refresh: true })).ok).toBe(true);
    expect(linked()).toEqual(["i-a→vpc-1", "i-b→vpc-1", "i-c→vpc-2"]);
    project.write("classiclinks.csv", read("classiclinks.csv").replace(/^i-b,.*\n/m, ""));
    // A member of a fleet goes by an update. A resource is protected.
    expect((await stack.up()).ok).toBe(per === "vpc");
    await stack.unprotect();
    expect((await stack.up()).ok).toBe(true);
    expect(linked()).toEqual(["i-a→vpc-1", "i-c→vpc-2"]);
    await stack.unprotect();
    expect((await stack.destroy()).ok).toBe(true);
    expect(linked()).toEqual([]);
  });
});

test("links of others in an adopted VPC are not touched, when single instances were adopted", async () => {
  await adopt("dynamic", "vpc", fleetOf250(), "--instance", "i-001", "--instance", "i-004");
  expect(await stack.up()).toMatchObject({ ok: true, summary: { same: 2 } });
  await stack.unprotect();
  expect((await stack.destroy()).ok).toBe(true);
  expect(emulator.links().length).toBe(248);
});

test("a renamed resource keeps its adopted link", async () => {
  await adopt("dynamic", "link", fleetOf250(), "--instance", "i-001");
  project.write("classiclinks.ts", read("classiclinks.ts").replace("(instanceId,", '("web",'));
  await stack.unprotect();
  expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 1, delete: 1 } });
  expect(emulator.links().length).toBe(250);
});
