/** The examples that need nothing but this package: each runs against an emulator. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "pulumi-classiclink/emulator";
import { pulumiYaml, REPOSITORY } from "../support/project";
import { configurationOf, instancesOf, linkedIn, openShop, SECRET_KEY, type Shop, vpcsOf } from "../support/shop";

const read = (path: string) => readFileSync(join(REPOSITORY, "examples", path), "utf8");

let shop: Shop;
afterAll(() => shop?.close());

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

describe("examples/fleet-from-csv", () => {
  const FILE = read("fleet-from-csv/fleet.csv");
  const instances = [...FILE.matchAll(/^(i-\w+),/gm)].map(([, instanceId = ""]) => instanceId);
  const vpcs = ["vpc-shop", "vpc-billing", "vpc-reports"];
  beforeAll(async () => {
    shop = await openShop({
      example: "fleet-from-csv",
      instances: instancesOf(...instances, "i-new"),
      vpcs: vpcsOf(...vpcs),
    });
  });
  afterAll(() => shop.close());

  const upWith = async (file: string) => {
    shop.project.write("fleet.csv", file);
    shop.emulator.clearCalls();
    return await shop.stack.up();
  };

  test("one up makes 100 links with three resources", async () => {
    expect(await upWith(FILE)).toMatchObject({ ok: true, summary: { create: 4 } });
    expect(changes()).toHaveLength(100);
    const links = shop.emulator.links();
    expect(vpcs.map((vpcId) => links.filter((link) => link.vpcId === vpcId).length)).toEqual([60, 30, 10]);
  });

  test("lines that come, go or name another VPC link, unlink and move those instances in one up, and no other", async () => {
    const moved = FILE.replace("i-web01,vpc-shop", "i-web01,vpc-billing").replace(/^i-web07,.*\n/m, "");
    const run = await upWith(`${moved}i-new,vpc-reports,etl team\n`);
    expect(run).toMatchObject({ ok: true, summary: { update: 3, same: 1 } });
    const [first, ...others] = changes().filter((call) => call.includes("i-web01"));
    expect([first, ...others]).toEqual(["Detach i-web01 vpc-shop", "Attach i-web01 vpc-billing"]);
    const expected = [first, ...others, "Detach i-web07 vpc-shop", "Attach i-new vpc-reports"];
    expect(changes().sort()).toEqual(expected.sort());
  });

  test("a file that names an instance twice stops the program before anything is done", async () => {
    const { ok, output } = await upWith(`${FILE}i-web01,vpc-billing,nobody\n`);
    const reason =
      /fleet\.csv: line 102, instanceId declares i-web01 for vpc-billing, but an earlier entry .* vpc-shop/;
    expect([ok, output, changes()]).toEqual([false, expect.stringMatching(reason), []]);
  });
});

describe("examples/from-a-shell-script", () => {
  const instances = read("from-a-shell-script/before/instances.txt").trim().split("\n");
  beforeAll(async () => {
    const vpcs = vpcsOf("vpc-shop", "vpc-other");
    shop = await openShop({ example: "from-a-shell-script", instances: instancesOf(...instances), vpcs });
  });
  afterAll(() => shop.close());

  const linked = () => shop.emulator.links().map(({ instanceId }) => instanceId);

  test("the script, with a stand-in for the aliyun CLI, links what it can, and leaves out an instance that is locked", async () => {
    shop.emulator.injectFault({ kind: "locked", instanceId: "i-db1", times: 1 });
    const PATH = [join(REPOSITORY, "tests/support/bin"), process.env.PATH].join(delimiter);
    const script = join(REPOSITORY, "examples/from-a-shell-script/before/attach.sh");
    // Never one of the synchronous calls: the emulator is in this process.
    const child = spawn(script, { env: { ...process.env, ...shop.emulator.environment, PATH } });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("i-db1 failed, try again later")]);
    expect(linked()).toEqual(["i-cache1", "i-web1", "i-web2"]);
  });

  test("the first up adopts the links without an Attach, and makes the one that was left out", async () => {
    shop.emulator.clearCalls();
    expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { create: 2 } });
    expect(changes()).toEqual(["Attach i-db1 vpc-shop"]);
    expect(linked()).toEqual([...instances].sort());
  });

  test("up --refresh puts back what somebody removed in the console", async () => {
    shop.emulator.unlink("i-web2");
    expect(await shop.stack.up({ refresh: true })).toMatchObject({ ok: true });
    expect(linked()).toEqual([...instances].sort());
  });

  test("an instance that was linked elsewhere since is named with its VPC, and not touched", async () => {
    await shop.stack.destroy();
    shop.emulator.link("i-cache1", "vpc-other");
    const { ok, output } = await shop.stack.up();
    expect([ok, output]).toEqual([false, expect.stringMatching(/i-cache1: it is linked to vpc-other/)]);
    expect(shop.linked()).toContain("i-cache1→vpc-other");
  });
});

describe("examples/two-regions", () => {
  const PARTNER = { accessKeyId: "partnerid", accessKeySecret: "partner+s3cr3t+MARKER" };
  let partner: Emulator;
  afterEach(() => partner.close());

  test("each link is made, healed and removed in its region and its account, with no key but its own", async () => {
    const vpcs = vpcsOf("vpc-partner", "vpc-other");
    partner = await startEmulator({ ...PARTNER, instances: instancesOf("i-db"), vpcs });
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
    expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 0, update: 0, replace: 0 } });

    const state = JSON.stringify(await stack.export());
    for (const secret of [SECRET_KEY, PARTNER.accessKeySecret]) expect(state).not.toContain(secret);
    expect(await stack.destroy()).toMatchObject({ ok: true });
    expect(all()).toEqual(["", ""]);
    expect([...emulator.calls(), ...partner.calls()].filter(({ outcome }) => outcome !== "ok")).toEqual([]);
    await shop.close();
  });
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
