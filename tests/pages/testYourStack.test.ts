/** `examples/test-your-stack`: its own tests run, and can fail. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startEmulator } from "pulumi-classiclink/emulator";
import { makeProject, type Project, REPOSITORY } from "../support/project";
import { versionOfPulumi } from "../support/pulumiCli";
import { configurationOf, SECRET_KEY } from "../support/shop";
import { openStack, TRANSPILE_ONLY } from "../support/stack";

// The Automation API asks the CLI for its version; one that was built from its sources may have none.
const withCli = /\d/.test(versionOfPulumi() ?? "") ? test : test.skip;

describe("a stack with tests of its own", () => {
  let project: Project;
  beforeAll(() => {
    project = makeProject({}, "examples/test-your-stack");
    for (const name of ["@jest", "@swc"])
      symlinkSync(join(REPOSITORY, "node_modules", name), join(project.folder, "node_modules", name));
  });
  afterAll(() => project.remove());

  /** Runs a file of the example's tests, and resolves with the names of the tests that passed and that failed. */
  async function jest(file: string): Promise<{ passed: string[]; failed: string[] }> {
    const args = [require.resolve("jest/bin/jest"), "--json", "--watchman=false", file];
    const child = spawn(process.execPath, args, { cwd: project.folder, stdio: ["ignore", "pipe", "ignore"] });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    await once(child, "close");
    const { testResults }: { testResults: { assertionResults: { title: string; status: string }[] }[] } =
      JSON.parse(output);
    const all = testResults.flatMap(({ assertionResults }) => assertionResults);
    const titled = (wanted: string) => all.flatMap(({ title, status }) => (status === wanted ? [title] : []));
    return { passed: titled("passed"), failed: titled("failed") };
  }

  test("the tests of what it declares pass", async () => {
    expect(await jest("tests/declares.test.ts")).toEqual({
      passed: [expect.any(String), expect.any(String)],
      failed: [],
    });
  });

  withCli("the tests of what becomes of it pass", async () => {
    expect(await jest("tests/cloud.test.ts")).toEqual({ passed: Array(4).fill(expect.any(String)), failed: [] });
  });

  test("they fail for a program that links to another VPC, and names a region", async () => {
    const program = readFileSync(join(project.folder, "index.ts"), "utf8");
    const broken = program.replace(
      "{ instanceId, vpcId }",
      '{ instanceId, vpcId: "vpc-other", regionId: "cn-beijing" }',
    );
    project.write("index.ts", broken);
    expect((await jest("tests/declares.test.ts")).failed).toHaveLength(2);
    project.write("index.ts", program);
  });

  test("the stack runs", async () => {
    const instances = { web: "i-web", db: "i-db" };
    const emulator = await startEmulator({
      accessKeySecret: SECRET_KEY,
      instances: Object.values(instances).map((instanceId) => ({ instanceId })),
      vpcs: [{ vpcId: "vpc-shop" }],
    });
    const config = { ...configurationOf(emulator.endpoint), vpcId: "vpc-shop", instances: JSON.stringify(instances) };
    const stack = await openStack({ project, config, env: TRANSPILE_ONLY });
    try {
      expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 3 } });
      expect(emulator.links()).toHaveLength(2);
      expect(await stack.destroy()).toMatchObject({ ok: false, output: expect.stringContaining("protected") });
    } finally {
      await stack.close();
      await emulator.close();
    }
  });
});
