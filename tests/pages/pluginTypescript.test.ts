/**
 * `examples/plugin-typescript`, run through the plugin. Always by the repository's own engine, with a stand-in for the SDK that
 * Pulumi generates.
 */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "pulumi-classiclink/emulator";
import { openStack, type Stack } from "../engine";
import { makeProject, type Project, REPOSITORY } from "../support/project";
import { TRANSPILE_ONLY } from "../support/stack";

// One story: each test goes on where the one before it ended.
describe("the plugin, from TypeScript", () => {
  let emulator: Emulator;
  let project: Project;
  let stack: Stack;
  beforeAll(async () => {
    emulator = await startEmulator({
      instances: ["i-web", "i-worker1", "i-worker2"].map((instanceId) => ({ instanceId })),
      vpcs: [{ vpcId: "vpc-shop" }, { vpcId: "vpc-jobs" }],
    });
    project = makeProject({}, "examples/plugin-typescript");
    stack = openStack({
      projectDir: project.folder,
      stateFile: join(project.folder, ".state.json"),
      plugins: { classiclink: join(REPOSITORY, "plugin") },
      env: { ...emulator.environment, ...TRANSPILE_ONLY, NODE_PATH: join(REPOSITORY, "tests/support/modules") },
    });
  });
  afterAll(async () => {
    await emulator?.close();
    project?.remove();
  });

  const linked = () => emulator.links().map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`);

  test("up links all, and the lookup finds what was linked", async () => {
    const { ok, outputs } = await stack.up();
    expect(ok).toBe(true);
    expect(linked()).toEqual(["i-web→vpc-shop", "i-worker1→vpc-jobs", "i-worker2→vpc-jobs"]);
    expect(outputs).toEqual({
      ids: ["cn-hangzhou:i-web", "cn-hangzhou:vpc-jobs"],
      linked: ["i-worker1", "i-worker2"],
    });
  });

  test("drift is found and put back, as the README says", async () => {
    emulator.unlink("i-web");
    expect(await stack.refresh()).toMatchObject({ ok: true, summary: { delete: 1 } });
    expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 1 } });
    expect(linked()).toContain("i-web→vpc-shop");
  });

  test("destroy removes them all", async () => {
    expect(await stack.destroy()).toMatchObject({ ok: true });
    expect(linked()).toEqual([]);
  });
});
