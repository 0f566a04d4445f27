/** `examples/test-your-stack`: its own tests run, and can fail. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { makeProject, type Project, REPOSITORY } from "../support/project";
import { versionOfPulumi } from "../support/pulumiCli";
import { configurationOf, instancesOf, openShop, vpcsOf } from "../support/shop";

// The Automation API asks the CLI for its version; one that was built from its sources may have none.
const withCli = /\d/.test(versionOfPulumi() ?? "") ? test : test.skip;

let project: Project;
beforeAll(() => {
  project = makeProject({}, "examples/test-your-stack");
  for (const name of ["@jest", "@swc"])
    symlinkSync(join(REPOSITORY, "node_modules", name), join(project.folder, "node_modules", name));
});
afterAll(() => project.remove());

/** Runs a file of the example's tests, and resolves with how many passed and how many failed. */
async function jest(file: string): Promise<object> {
  const args = [require.resolve("jest/bin/jest"), "--json", "--watchman=false", file];
  const child = spawn(process.execPath, args, { cwd: project.folder, stdio: ["ignore", "pipe", "ignore"] });
  const [results] = await Promise.all([json(child.stdout), once(child, "close")]);
  const { numPassedTests: passed, numFailedTests: failed } = Object(results);
  return { passed, failed };
}

test("the tests of what it declares pass, and fail for a program that links to another VPC and names a region", async () => {
  expect(await jest("tests/declares.test.ts")).toEqual({ passed: 2, failed: 0 });
  const program = readFileSync(join(project.folder, "index.ts"), "utf8");
  const broken = '{ instanceId, vpcId: "vpc-other", regionId: "cn-beijing" }';
  project.write("index.ts", program.replace("{ instanceId, vpcId }", broken));
  expect(await jest("tests/declares.test.ts")).toEqual({ passed: 0, failed: 2 });
  project.write("index.ts", program);
});

withCli("the tests of what becomes of it pass", async () => {
  expect(await jest("tests/cloud.test.ts")).toEqual({ passed: 4, failed: 0 });
});

test("the stack runs, and protects its links", async () => {
  const { stack, linked, close } = await openShop({
    example: "test-your-stack",
    instances: instancesOf("i-web", "i-db"),
    vpcs: vpcsOf("vpc-shop"),
    stack: ({ endpoint }) => ({
      config: { ...configurationOf(endpoint), vpcId: "vpc-shop", instances: '{ "web": "i-web", "db": "i-db" }' },
    }),
  });
  expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 3 } });
  expect(linked()).toBe("i-db→vpc-shop i-web→vpc-shop");
  expect(await stack.destroy()).toMatchObject({ ok: false, output: expect.stringContaining("protected") });
  await close();
});
