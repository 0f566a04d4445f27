/**
 * A platform engineer has 250 links in three VPCs of a private cloud, made by hand, and a Pulumi project: from finding out
 * what is wrong with the settings to retiring the last link. In both hosts; mishaps included.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "pulumi-classiclink/emulator";
import { runCli } from "../support/cli";
import { fleetOf250 } from "../support/fleet";
import { installPluginSdk } from "../support/pluginSdk";
import { makeProject, PLUGIN, type Project } from "../support/project";
import { openStack, type Stack, TRANSPILE_ONLY } from "../support/stack";

const ORGANIZATION = { CLASSICLINK_ORGANIZATION_ID: "26", CLASSICLINK_RESOURCE_SET_ID: "97" };
const PROJECTS = {
  dynamic: { main: "src/index.ts", own: "export const own = 1;\n" },
  plugin: { main: "app/index.js", own: "exports.own = 1;\n" },
} as const;

// One story: each test goes on where the one before it ended.
describe.each(["dynamic", "plugin"] as const)("an engineer with 250 links, in the %s host,", (host) => {
  const { main, own } = PROJECTS[host];
  let emulator: Emulator;
  let project: Project;
  let stack: Stack;
  let env: Record<string, string>;
  const read = (file: string) => readFileSync(join(project.folder, file), "utf8");
  const run = (...args: string[]) => runCli(args, { cwd: project.folder, env });
  const linked = (vpcId: string) => emulator.links().filter((link) => link.vpcId === vpcId).length;
  const editList = (change: (text: string) => string) =>
    project.write("classiclinks.csv", change(read("classiclinks.csv")));

  beforeAll(async () => {
    emulator = await startEmulator(fleetOf250());
    env = { ...emulator.environment, ...ORGANIZATION, ...TRANSPILE_ONLY };
    const plugins =
      host === "plugin" ? `plugins:\n  providers:\n    - name: classiclink\n      path: ./${PLUGIN}\n` : "";
    project = makeProject({ "Pulumi.yaml": `name: platform\nruntime: nodejs\nmain: ${main}\n${plugins}`, [main]: own });
    if (host === "plugin") installPluginSdk(project);
    stack = await openStack({ project, env });
  });
  afterAll(async () => {
    await stack?.close();
    await emulator?.close();
    project?.remove();
  });

  test("learns from doctor what is missing, and then that nothing is", async () => {
    const { code, stdout } = await runCli(["doctor"], { env: { ...env, ALICLOUD_REGION: "" } });
    expect([code, stdout]).toEqual([1, expect.stringContaining("✗ no region is configured; checked --region")]);
    expect((await run("doctor", "--vpc", "vpc-shop")).code).toBe(0);
  });

  test("finds the links", async () => {
    expect((await run("discover", "--all-vpcs")).stderr).toBe(
      "250 links to 3 VPCs; checked 3 VPCs in cn-hangzhou under organization 26 and resource set 97\n",
    );
  });

  test("adopts them beside the program that is there, in its language", async () => {
    const { code, stdout, stderr } = await run("adopt", "--all-vpcs", "--program", host);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`Add this line to ${main}:`);
    expect(read(main)).toBe(own);
  });

  test("imports them without a call, and loses none when the line is forgotten", async () => {
    emulator.clearCalls();
    await stack.import("classiclinks.import.json");
    expect(emulator.calls()).toEqual([]);
    const { ok, output } = await stack.up();
    expect(ok).toBe(false);
    expect(output).toMatch(/protected/);
    expect(emulator.links()).toHaveLength(250);
  });

  test("adds the line, and an up changes nothing", async () => {
    const { stdout } = await run("adopt", "--all-vpcs", "--program", host);
    const line = /Add this line to .*:\n +(.*)\n/.exec(stdout)?.[1] ?? "";
    project.write(main, `${own}${line}\n`);
    expect(await stack.up()).toMatchObject({ ok: true, summary: { same: 4, create: 0, update: 0, delete: 0 } });
    expect(await stack.refresh()).toMatchObject({ ok: true, summary: { same: 4, update: 0, delete: 0 } });
  });

  test("sees with check that somebody took a link away, and puts it back", async () => {
    emulator.unlink("i-001");
    const { code, stdout } = await run("check", "classiclinks.csv");
    expect([code, stdout]).toEqual([2, expect.stringMatching(/i-001 +vpc-shop +- +missing/)]);
    expect(await stack.up({ refresh: true })).toMatchObject({ ok: true });
    expect((await run("check", "classiclinks.csv")).code).toBe(0);
  });

  test("retires a wave by an edit of the list", async () => {
    editList((text) => text.replaceAll(/^i-00\d,.*\n/gm, ""));
    expect(await stack.up()).toMatchObject({ ok: true });
    expect(emulator.links()).toHaveLength(241);
    expect((await run("check", "classiclinks.csv")).code).toBe(0);
  });

  test("does not lose a whole VPC to an edit, unless it is meant", async () => {
    editList((text) => text.replaceAll(/^.*vpc-data.*\n/gm, ""));
    expect((await stack.up()).ok).toBe(false);
    expect(linked("vpc-data")).toBeGreaterThan(40);
    await stack.unprotect();
    expect(await stack.up()).toMatchObject({ ok: true });
    expect(linked("vpc-data")).toBe(0);
  });

  test("retires the rest, and nothing is left", async () => {
    editList((text) => text.split("\n").slice(0, 1).join("\n"));
    expect((await stack.up()).ok).toBe(false);
    await stack.unprotect();
    expect(await stack.up()).toMatchObject({ ok: true });
    expect(emulator.links()).toEqual([]);
    expect((await run("discover", "--all-vpcs")).code).toBe(2);
  });
});
