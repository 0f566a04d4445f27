/** `examples/from-a-shell-script`: the script runs as it always did, and then a program takes its links over. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Emulator } from "pulumi-classiclink/emulator";
import { type Example, openExample } from "../support/example";
import { type Project, REPOSITORY } from "../support/project";
import type { Stack } from "../support/stack";

const BEFORE = join(REPOSITORY, "examples/from-a-shell-script/before");
const INSTANCES = readFileSync(join(BEFORE, "instances.txt"), "utf8").trim().split("\n");

// One story: each test goes on where the one before it ended.
describe("links that a shell script made", () => {
  let example: Example;
  let emulator: Emulator;
  let project: Project;
  let stack: Stack;
  beforeAll(async () => {
    example = await openExample("from-a-shell-script", INSTANCES, ["vpc-shop"]);
    ({ emulator, project, stack } = example);
  });
  afterAll(() => example?.close());

  const attached = () =>
    emulator
      .calls()
      .filter(({ action }) => action === "AttachClassicLinkVpc")
      .map(({ params }) => params.InstanceId);
  const linked = () => emulator.links().map(({ instanceId }) => instanceId);

  /** Runs the script with the stand-in for the aliyun CLI. Never one of the synchronous calls: the emulator is in this process. */
  async function runScript(): Promise<{ code: unknown; stderr: string }> {
    const PATH = [join(REPOSITORY, "tests/support/bin"), process.env.PATH].join(delimiter);
    const child = spawn(join(BEFORE, "attach.sh"), { env: { ...process.env, ...emulator.environment, PATH } });
    let stderr = "";
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    const [code] = await once(child, "close");
    return { code, stderr };
  }

  test("the script links what it can, and leaves out an instance that is locked", async () => {
    emulator.injectFault({ kind: "locked", instanceId: "i-db1", times: 1 });
    const { code, stderr } = await runScript();
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("InvalidStatus.InstanceLocked") });
    expect(stderr).toContain("i-db1 failed, try again later");
    expect(linked()).toEqual(["i-cache1", "i-web1", "i-web2"]);
  });

  test("the program names the instances of the script's list", () => {
    const program = readFileSync(join(project.folder, "index.ts"), "utf8");
    expect(program.match(/(?<=")i-\w+/g)).toEqual(INSTANCES);
  });

  test("the first up adopts the links without an Attach, and makes the one that was left out", async () => {
    emulator.clearCalls();
    expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 2 } });
    expect(attached()).toEqual(["i-db1"]);
    expect(linked()).toEqual([...INSTANCES].sort());
  });

  test("the second up changes nothing", async () => {
    emulator.clearCalls();
    expect(await stack.up()).toMatchObject({ ok: true, summary: { same: 2, create: 0, update: 0 } });
    expect(emulator.calls()).toEqual([]);
  });

  test("up --refresh puts back what somebody removed in the console", async () => {
    emulator.unlink("i-web2");
    expect(await stack.up({ refresh: true })).toMatchObject({ ok: true });
    expect(linked()).toEqual([...INSTANCES].sort());
  });

  test("an instance that was linked elsewhere since is named with its VPC, and not touched", async () => {
    await stack.destroy();
    emulator.addVpc({ vpcId: "vpc-other" });
    emulator.link("i-cache1", "vpc-other");
    const { ok, output } = await stack.up();
    expect(ok).toBe(false);
    expect(output).toMatch(/i-cache1: it is linked to vpc-other/);
    expect(emulator.links()).toContainEqual(expect.objectContaining({ instanceId: "i-cache1", vpcId: "vpc-other" }));
  });
});
