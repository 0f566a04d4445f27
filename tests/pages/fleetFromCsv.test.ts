/** `examples/fleet-from-csv`: a hundred links from a file, and what changes when the file does. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Emulator } from "pulumi-classiclink/emulator";
import { type Example, openExample } from "../support/example";
import { type Project, REPOSITORY } from "../support/project";
import type { Stack } from "../support/stack";

const FILE = readFileSync(join(REPOSITORY, "examples/fleet-from-csv/fleet.csv"), "utf8");
const INSTANCES = [...FILE.matchAll(/^(i-\w+),/gm)].map(([, instanceId = ""]) => instanceId);

// One story: each test goes on where the one before it ended.
describe("a fleet from a CSV file", () => {
  let example: Example;
  let emulator: Emulator;
  let project: Project;
  let stack: Stack;
  beforeAll(async () => {
    const vpcs = ["vpc-shop", "vpc-billing", "vpc-reports"];
    example = await openExample("fleet-from-csv", [...INSTANCES, "i-new"], vpcs);
    ({ emulator, project, stack } = example);
  });
  afterAll(() => example?.close());

  const linkedTo = (vpcId: string) => emulator.links().filter((link) => link.vpcId === vpcId);
  /** Runs an up with a changed file, and says which calls changed something. */
  async function upWith(change: (file: string) => string) {
    project.write("fleet.csv", change(FILE));
    emulator.clearCalls();
    const run = await stack.up();
    const calls = emulator.calls().filter(({ action, outcome }) => !action.startsWith("Describe") && outcome === "ok");
    return { run, calls: calls.map(({ action, params }) => `${action} ${params.InstanceId} ${params.VpcId}`) };
  }

  test("one up makes 100 links with three resources", async () => {
    expect(INSTANCES).toHaveLength(100);
    const { run, calls } = await upWith((file) => file);
    expect(run).toMatchObject({ ok: true, summary: { create: 4 } });
    expect(calls).toHaveLength(100);
    expect(["vpc-shop", "vpc-billing", "vpc-reports"].map((vpcId) => linkedTo(vpcId).length)).toEqual([60, 30, 10]);
  });

  test("lines that come, go or name another VPC link, unlink and move those instances in one up, and no other", async () => {
    const { run, calls } = await upWith((file) => {
      const moved = file.replace("i-web01,vpc-shop", "i-web01,vpc-billing");
      return `${moved.replace(/^i-web07,.*\n/m, "")}i-new,vpc-reports,etl team\n`;
    });
    expect(run).toMatchObject({ ok: true, summary: { update: 3, same: 1 } });
    const ofOne = (instanceId: string) => calls.filter((call) => call.includes(instanceId));
    expect(ofOne("i-web01")).toEqual([
      "DetachClassicLinkVpc i-web01 vpc-shop",
      "AttachClassicLinkVpc i-web01 vpc-billing",
    ]);
    expect(ofOne("i-web07")).toEqual(["DetachClassicLinkVpc i-web07 vpc-shop"]);
    expect(ofOne("i-new")).toEqual(["AttachClassicLinkVpc i-new vpc-reports"]);
    expect(calls).toHaveLength(4);
  });

  test("a file that names an instance twice stops the program before anything is done", async () => {
    const { run, calls } = await upWith((file) => `${file}i-web01,vpc-billing,nobody\n`);
    expect(run.ok).toBe(false);
    expect(run.output).toMatch(
      /fleet\.csv: line 102, instanceId declares i-web01 for vpc-billing, but an earlier entry declares it for vpc-shop/,
    );
    expect(calls).toEqual([]);
  });

  test("destroy removes them all", async () => {
    expect(await stack.destroy()).toMatchObject({ ok: true });
    expect(emulator.links()).toEqual([]);
  });
});
