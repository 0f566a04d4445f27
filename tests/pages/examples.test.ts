/** The examples that need nothing but this package: each runs against an emulator. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { json, text } from "node:stream/consumers";
import { afterEach, expect, test } from "@jest/globals";
import { startEmulator } from "pulumi-classiclink/emulator";
import { makeProject, pulumiYaml, REPOSITORY } from "../support/project";
import { versionOfPulumi } from "../support/pulumiCli";
import { configurationOf, instancesOf, linkedIn, openShop, SECRET_KEY, type Shop, vpcsOf } from "../support/shop";

const read = (path: string) => readFileSync(join(REPOSITORY, "examples", path), "utf8");

let shop: Shop;
afterEach(() => shop?.close());

/** The calls that changed something, as `operation instance VPC`. */
const changes = () =>
  shop.emulator
    .calls()
    .filter(({ action, outcome }) => !action.startsWith("Describe") && outcome === "ok")
    .map(({ action, params }) => `${action.replace("ClassicLinkVpc", "")} ${params.InstanceId} ${params.VpcId}`);

test("examples/quickstart, by way of npm run demo: every claim of every step holds", async () => {
  const demo = join(REPOSITORY, "examples/quickstart/demo.ts");
  const child = spawn(join(REPOSITORY, "node_modules/.bin/tsx"), [demo], { stdio: ["ignore", "pipe", "inherit"] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  expect({ code, failed: output.match(/✗ .*/g) }).toEqual({ code: 0, failed: null });
  expect(output).toMatch(/Each step passed/);
  expect(output.match(/^\d\. /gm)).toHaveLength(7);
});

test("examples/fleet-from-csv links 100 instances with three resources, and an edit of the file changes no other link", async () => {
  const file = read("fleet-from-csv/fleet.csv");
  const instances = [...file.matchAll(/^(i-\w+),/gm)].map(([, instanceId = ""]) => instanceId);
  const vpcs = ["vpc-shop", "vpc-billing", "vpc-reports"];
  shop = await openShop({
    example: "fleet-from-csv",
    instances: instancesOf(...instances, "i-new"),
    vpcs: vpcsOf(...vpcs),
  });
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { create: 4 } });
  const links = shop.emulator.links();
  expect(vpcs.map((vpcId) => links.filter((link) => link.vpcId === vpcId).length)).toEqual([60, 30, 10]);

  const edited = file.replace("i-web01,vpc-shop", "i-web01,vpc-billing").replace(/^i-web07,.*\n/m, "");
  shop.project.write("fleet.csv", `${edited}i-new,vpc-reports,etl team\n`);
  shop.emulator.clearCalls();
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { update: 3, same: 1 } });
  const expected = [
    "Attach i-new vpc-reports",
    "Attach i-web01 vpc-billing",
    "Detach i-web01 vpc-shop",
    "Detach i-web07 vpc-shop",
  ];
  expect(changes().sort()).toEqual(expected);
});

test("examples/from-a-shell-script adopts the links of the script's list, and makes the one that it left out", async () => {
  const instances = read("from-a-shell-script/before/instances.txt").trim().split("\n");
  expect(read("from-a-shell-script/index.ts").match(/(?<=")i-\w+/g)).toEqual(instances);
  shop = await openShop({
    example: "from-a-shell-script",
    instances: instancesOf(...instances),
    vpcs: vpcsOf("vpc-shop"),
  });
  shop.emulator.injectFault({ kind: "locked", instanceId: "i-db1", times: 1 });
  // A stand-in for the aliyun CLI.
  const PATH = [join(REPOSITORY, "tests/support/bin"), process.env.PATH].join(delimiter);
  const script = join(REPOSITORY, "examples/from-a-shell-script/before/attach.sh");
  // Never one of the synchronous calls: the emulator is in this process.
  const child = spawn(script, { env: { ...process.env, ...shop.emulator.environment, PATH } });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  expect([code, stderr]).toEqual([0, expect.stringContaining("i-db1 failed, try again later")]);
  expect(shop.linked()).toBe("i-cache1→vpc-shop i-web1→vpc-shop i-web2→vpc-shop");

  shop.emulator.clearCalls();
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { create: 2 } });
  expect(changes()).toEqual(["Attach i-db1 vpc-shop"]);
});

test("examples/two-regions makes, heals and removes each link in its region and its account, with no key but its own", async () => {
  const PARTNER = { accessKeyId: "partnerid", accessKeySecret: "partner+s3cr3t+MARKER" };
  const vpcs = vpcsOf("vpc-partner", "vpc-other");
  const partner = await startEmulator({ ...PARTNER, instances: instancesOf("i-db"), vpcs });
  shop = await openShop({
    example: "two-regions",
    stateFile: "cloud.json",
    stack: (own) => ({
      config: {
        ...configurationOf(own.endpoint),
        partnerAccessKey: PARTNER.accessKeyId,
        partnerSecretKey: { secret: PARTNER.accessKeySecret },
        partnerEndpoint: partner.endpoint,
      },
    }),
  });
  const { stack, emulator } = shop;
  const all = () => [shop.linked(), linkedIn(partner)];
  const DECLARED = ["i-bj1→vpc-bj i-bj2→vpc-bj i-hz1→vpc-hz i-hz2→vpc-hz", "i-db→vpc-partner"];
  expect(await stack.up()).toMatchObject({ ok: true });
  expect(all()).toEqual(DECLARED);
  const regions = emulator.links().map(({ regionId }) => regionId);
  expect(regions).toEqual(["cn-beijing", "cn-beijing", "cn-hangzhou", "cn-hangzhou"]);

  emulator.unlink("i-bj1");
  partner.link("i-db", "vpc-other");
  expect(await stack.up({ refresh: true })).toMatchObject({ ok: true });
  expect(all()).toEqual(DECLARED);

  const state = JSON.stringify(await stack.export());
  for (const secret of [SECRET_KEY, PARTNER.accessKeySecret]) expect(state).not.toContain(secret);
  expect(await stack.destroy()).toMatchObject({ ok: true });
  expect(all()).toEqual(["", ""]);
  expect([...emulator.calls(), ...partner.calls()].filter(({ outcome }) => outcome !== "ok")).toEqual([]);
  await partner.close();
});

test("examples/plugin-typescript links, finds what it linked, heals and removes", async () => {
  shop = await openShop({
    example: "plugin-typescript",
    files: { "Pulumi.yaml": pulumiYaml("index.ts") },
    instances: instancesOf("i-web", "i-worker1", "i-worker2"),
    vpcs: vpcsOf("vpc-shop", "vpc-jobs"),
    stack: ({ environment }) => ({ config: {}, env: { ...environment } }),
  });
  const DECLARED = "i-web→vpc-shop i-worker1→vpc-jobs i-worker2→vpc-jobs";
  expect(await shop.stack.up()).toMatchObject({ ok: true });
  expect(shop.linked()).toBe(DECLARED);
  const { resources } = (await shop.stack.export()).deployment;
  expect(resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs).toEqual({
    ids: ["cn-hangzhou:i-web", "cn-hangzhou:vpc-jobs"],
    linked: ["i-worker1", "i-worker2"],
  });
  shop.emulator.unlink("i-web");
  expect(await shop.stack.refresh()).toMatchObject({ ok: true, summary: { delete: 1 } });
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { create: 1 } });
  expect(shop.linked()).toBe(DECLARED);
  expect(await shop.stack.destroy()).toMatchObject({ ok: true });
  expect(shop.linked()).toBe("");
});

test("examples/test-your-stack has tests that pass, and that fail for a program that links to another VPC and names a region", async () => {
  const project = makeProject({}, "examples/test-your-stack");
  for (const name of ["@jest", "@swc"]) {
    symlinkSync(join(REPOSITORY, "node_modules", name), join(project.folder, "node_modules", name));
  }
  const jest = async (file: string) => {
    const args = [require.resolve("jest/bin/jest"), "--json", "--watchman=false", file];
    const child = spawn(process.execPath, args, { cwd: project.folder, stdio: ["ignore", "pipe", "ignore"] });
    const { numPassedTests: passed, numFailedTests: failed } = Object(await json(child.stdout));
    return { passed, failed };
  };
  expect(await jest("tests/declares.test.ts")).toEqual({ passed: 2, failed: 0 });
  // The Automation API asks the CLI for its version; one that was built from its sources may have none.
  if (/\d/.test(versionOfPulumi() ?? "")) {
    expect(await jest("tests/cloud.test.ts")).toEqual({ passed: 4, failed: 0 });
  }
  const broken = '{ instanceId, vpcId: "vpc-other", regionId: "cn-beijing" }';
  project.write("index.ts", read("test-your-stack/index.ts").replace("{ instanceId, vpcId }", broken));
  expect(await jest("tests/declares.test.ts")).toEqual({ passed: 0, failed: 2 });
  project.remove();
});
