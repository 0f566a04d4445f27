/**
 * Somebody who compares tools tries the package beside an emulator, on one of the links that exist: what do the commands say,
 * how many calls do they make, and do they leave the other links alone?
 */

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "pulumi-classiclink/emulator";
import { runCli } from "../support/cli";
import { fleetOf250 } from "../support/fleet";
import { makeProject, type Project } from "../support/project";
import { openStack, type Stack } from "../support/stack";

let emulator: Emulator;
let project: Project;
let stack: Stack;
let env: Record<string, string>;
const run = (...args: string[]) => runCli(args, { cwd: project.folder, env });

/** What was called since the last time, as `operation × count`. */
function calls(): string[] {
  const counts = new Map<string, number>();
  for (const { action } of emulator.calls()) counts.set(action, (counts.get(action) ?? 0) + 1);
  emulator.clearCalls();
  return [...counts].map(([action, count]) => `${action} × ${count}`);
}

beforeAll(async () => {
  emulator = await startEmulator(fleetOf250());
  env = emulator.environment;
  project = makeProject({ "index.js": "" });
  stack = await openStack({ project, env });
});
afterAll(async () => {
  await stack?.close();
  await emulator?.close();
  project?.remove();
});

// One story: each test goes on where the one before it ended.
test("lists 250 links of three VPCs with a call for each page, and one for the VPCs", async () => {
  expect((await run("discover", "--all-vpcs")).code).toBe(0);
  expect(calls()).toEqual(["DescribeVpcs × 1", "DescribeClassicLinkInstances × 4"]);
});

test("adopts one link, which costs one call, and the import and an up none that changes anything", async () => {
  const { stdout } = await run("adopt", "--instance", "i-001", "--per", "link", "--program", "plugin");
  expect(stdout).toContain("1 link, one on each line");
  expect(calls()).toEqual(["DescribeClassicLinkInstances × 1"]);
  project.write("index.js", `${/^ +(exports\..*)$/m.exec(stdout)?.[1]}\n`);
  await stack.import("classiclinks.import.json");
  expect(await stack.up()).toMatchObject({ ok: true, summary: { same: 2, create: 0, update: 0, delete: 0 } });
  expect(calls()).toEqual([]);
});

test("sees with a refresh that costs one call that somebody removed it, and puts it back", async () => {
  emulator.unlink("i-001");
  expect(await stack.refresh()).toMatchObject({ ok: true, summary: { delete: 1 } });
  expect(calls()).toEqual(["DescribeClassicLinkInstances × 1"]);
  expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 1 } });
  expect(emulator.links()).toHaveLength(250);
});
