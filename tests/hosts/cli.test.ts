/** The built command line as a process against the emulator: what it prints, how it exits, and what it asks of ECS. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { version } from "../../package.json";
import { type Emulator, type EmulatorOptions, type FaultRule, type Link, startEmulator } from "../../emulator";
import { type CommandOptions, runCli } from "../support/cli";

const FEW = {
  instances: ["i-a", "i-b", "i-c"].map((instanceId) => ({ instanceId })),
  vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }],
  links: [
    { instanceId: "i-b", vpcId: "vpc-1" },
    { instanceId: "i-a", vpcId: "vpc-1" },
    { instanceId: "i-c", vpcId: "vpc-2" },
  ],
};

let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "classiclink-cli-"));
  emulator = await startEmulator({ ...FEW, accessKeySecret: "s3cr3t+MARKER" });
});
afterEach(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Another cloud in place of the one with few links. */
async function startWith(options: EmulatorOptions) {
  await emulator.close();
  emulator = await startEmulator({ ...options, accessKeySecret: "s3cr3t+MARKER" });
}

/** Runs a command in the folder. Whatever becomes of it, it prints no key. */
async function run(command: string, { env, input }: Pick<CommandOptions, "env" | "input"> = {}) {
  const options = { cwd: folder, env: { ...emulator.environment, ...env }, ...(input === undefined ? {} : { input }) };
  const ended = await runCli(command.split(" "), options);
  expect(JSON.stringify(ended)).not.toMatch(/MARKER|testid/);
  return ended;
}

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
const read = (file: string) => readFileSync(join(folder, file), "utf8");

/** What breaks the listing of one VPC. */
const NOT_BELONG: FaultRule = {
  kind: "answer",
  action: "DescribeClassicLinkInstances",
  answer: { code: "InvalidVpc.NotBelong" },
};

describe("discover", () => {
  const found = async (options: string) => {
    const { links }: { links: Link[] } = JSON.parse((await run(`discover ${options} --json`)).stdout);
    return links.map(({ regionId, vpcId, instanceId }) => `${regionId} ${vpcId} ${instanceId}`);
  };

  test("shows who is linked to what, in a table that is plain in a pipe", async () => {
    expect(await run("discover --all-vpcs")).toEqual({
      code: 0,
      stdout:
        "REGION       VPC    INSTANCE\n" +
        "cn-hangzhou  vpc-1  i-a\n" +
        "cn-hangzhou  vpc-1  i-b\n" +
        "cn-hangzhou  vpc-2  i-c\n",
      stderr: "3 links to 2 VPCs; checked 2 VPCs in cn-hangzhou\n",
    });
  });

  test("lists the links of instances, though one was released; with a VPC too, only links that match both", async () => {
    const instances = "--instance i-c --instance i-a --instance i-gone";
    expect(await found(instances)).toEqual(["cn-hangzhou vpc-1 i-a", "cn-hangzhou vpc-2 i-c"]);
    expect(await found(`${instances} --vpc vpc-2`)).toEqual(["cn-hangzhou vpc-2 i-c"]);
  });

  test("lists several regions, and for a VPC that is named with its region calls no other", async () => {
    await startWith({
      instances: [{ instanceId: "i-h" }, { instanceId: "i-b", regionId: "cn-beijing" }],
      vpcs: [{ vpcId: "vpc-h" }, { vpcId: "vpc-b", regionId: "cn-beijing" }],
      links: [
        { instanceId: "i-h", vpcId: "vpc-h" },
        { instanceId: "i-b", vpcId: "vpc-b" },
      ],
    });
    const regions = "--region cn-hangzhou --region cn-beijing";
    expect(await found(`${regions} --all-vpcs`)).toEqual(["cn-beijing vpc-b i-b", "cn-hangzhou vpc-h i-h"]);
    emulator.clearCalls();
    expect(await found("--vpc cn-beijing:vpc-b")).toEqual(["cn-beijing vpc-b i-b"]);
    expect(emulator.calls().map(({ action }) => action)).toEqual(["DescribeClassicLinkInstances"]);
    expect(await run(`discover ${regions} --vpc vpc-b`)).toMatchObject({
      code: 1,
      stderr: "error: --vpc vpc-b does not say in which region; write --vpc cn-hangzhou:vpc-b\n",
    });
  });

  test("exits with 2 when there are no links", async () => {
    await startWith({ ...FEW, links: [] });
    const stderr = "0 links; checked 2 VPCs in cn-hangzhou\n";
    expect(await run("discover --all-vpcs")).toEqual({ code: 2, stdout: "", stderr });
    for (const { vpcId } of FEW.vpcs) emulator.removeVpc(vpcId);
    const none = "0 links; checked 0 VPCs in cn-hangzhou\n";
    expect(await run("discover --all-vpcs")).toEqual({ code: 2, stdout: "", stderr: none });
  });

  test("skips a VPC that cannot be listed because its ClassicLink is off, unless it is named", async () => {
    const vpcs = [...FEW.vpcs, { vpcId: "vpc-off", classicLinkEnabled: false }];
    await startWith({ ...FEW, vpcs, undocumented: { describeDisabledVpc: "error" } });
    const stderr = "3 links to 2 VPCs; checked 3 VPCs in cn-hangzhou\n";
    expect(await run("discover --all-vpcs")).toMatchObject({ code: 0, stderr });
    expect((await run("discover --vpc vpc-off")).code).toBe(1);
  });

  test("shows what it could read, says what it could not, and exits with 1; it prints no JSON that is not complete", async () => {
    emulator.injectFault(NOT_BELONG);
    const { code, stdout, stderr } = await run("discover --all-vpcs");
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^REGION.*\n(.*\n)+$/)]);
    expect(stderr).toMatch(/^error: cannot list the links to vpc-\d in cn-hangzhou: .*InvalidVpc\.NotBelong/);
    expect(stderr).toContain("checked 2 VPCs in cn-hangzhou, not all of which could be read");
    emulator.injectFault(NOT_BELONG);
    expect(await run("discover --all-vpcs --json")).toMatchObject({ code: 1, stdout: "" });
  });

  test("fails when an instance was moved between two listings, and so is in both", async () => {
    emulator.unlink("i-b");
    const first = emulator.pause({ action: "DescribeClassicLinkInstances", afterWork: true });
    const second = emulator.pause({ action: "DescribeClassicLinkInstances", skip: 1 });
    const running = run("discover --vpc vpc-1 --vpc vpc-2");
    await Promise.all([first.arrived, second.arrived]);
    // Whichever was listed first: what it has shown is now in the other one, which is listed next.
    emulator.link("i-a", "vpc-2");
    emulator.link("i-c", "vpc-1");
    first.resume();
    second.resume();
    const { code, stderr } = await running;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: i-[ac] in cn-hangzhou was moved between vpc-/)]);
  });

  test("waits out a throttle, and says so on standard error", async () => {
    emulator.injectFault({ ...NOT_BELONG, answer: { code: "Throttling.User" } });
    const stderr = expect.stringMatching(/^vpc-\d: throttled, next try in .*, 1 call\n3 links/);
    expect(await run("discover --all-vpcs")).toMatchObject({ code: 0, stderr });
  });
});

describe("check", () => {
  const CSV = "instanceId,vpcId\ni-a,vpc-1\ni-b,vpc-2\ni-x,vpc-2\n";

  test("reports no drift when all is as declared, and nothing at all with --quiet", async () => {
    write("links.json", JSON.stringify({ links: emulator.links() }));
    const stderr = "3 links declared: 3 as declared\n";
    expect(await run("check links.json")).toEqual({ code: 0, stdout: "", stderr });
    expect(await run("check --quiet links.json")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("reports what is missing, moved and undeclared, also with --quiet, and exits with 2", async () => {
    write("links.csv", CSV);
    const reported = {
      code: 2,
      stdout:
        "REGION       INSTANCE  DECLARED  FOUND  DRIFT\n" +
        "cn-hangzhou  i-b       vpc-2     vpc-1  moved\n" +
        "cn-hangzhou  i-c       -         vpc-2  undeclared\n" +
        "cn-hangzhou  i-x       vpc-2     -      missing\n",
      stderr: "3 links declared: 1 as declared, 1 missing, 1 moved; 1 undeclared\n",
    };
    expect(await run("check links.csv")).toEqual(reported);
    expect(await run("check --quiet links.csv")).toEqual(reported);
  });

  test("reads standard input, and ignores what is undeclared if it may be, also after a move to an undeclared VPC", async () => {
    const check = (input: string) => run("check - --allow-undeclared --json", { input });
    const moved = await check("- { instanceId: i-c, vpcId: vpc-1 }\n- { instanceId: i-a, vpcId: vpc-1 }\n");
    expect(JSON.parse(moved.stdout)).toEqual({
      declared: 2,
      drift: [{ regionId: "cn-hangzhou", instanceId: "i-c", declared: "vpc-1", found: "vpc-2", drift: "moved" }],
    });
    expect((await check("instanceId,vpcId\ni-a,vpc-1\n")).code).toBe(0);
    const stderr = expect.stringMatching(/^error: standard input names no links;/);
    expect(await check('{ "deployment": { "resources": [] } }')).toMatchObject({ code: 1, stderr });
  });

  test("ends at the first failure, whatever else it waits for", async () => {
    await startWith({ ...FEW, regions: ["cn-beijing"] });
    emulator.injectFault({ kind: "retired", regionId: "cn-beijing" });
    emulator.injectFault({ kind: "throttle", quota: 0 });
    write("links.csv", "instanceId,vpcId,regionId\ni-a,vpc-1,cn-hangzhou\ni-z,vpc-9,cn-beijing\n");
    const stderr = expect.stringContaining("cannot list the links to vpc-9 in cn-beijing");
    expect(await run("check links.csv")).toMatchObject({ code: 1, stderr });
  });

  test.each([
    ["no.json", "there is no such file"],
    [".", "it is a folder"],
  ])("says why it cannot read %s", async (file, why) => {
    const advice = "give the path of a list, or - for standard input";
    const stderr = `error: cannot read ${file} (${why}); ${advice}\n`;
    expect(await run(`check ${file}`)).toEqual({ code: 1, stdout: "", stderr });
  });

  test("exits with 1, not 2, when ECS refuses, and advises nothing about a stack", async () => {
    write("links.csv", CSV);
    emulator.injectFault({ kind: "answer", answer: { code: "SignatureDoesNotMatch" }, times: 9 });
    const { code, stdout, stderr } = await run("check links.csv");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: cannot list the links to vpc-\d in cn-hangzhou: .*belong to this endpoint\n$/);
  });
});

describe("adopt", () => {
  test("writes a project, and prints each file and the next commands", async () => {
    const { code, stdout, stderr } = await run("adopt --all-vpcs --out links");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^3 links to 2 VPCs; checked 2 VPCs in cn-hangzhou\n\nFILE +STATUS +CONTENT\n/);
    expect(stdout).toContain(`
classiclinks.ts           written  declares 2 ClassicLinks resources
classiclinks.csv          written  3 links, one on each line
classiclinks.import.json  written  the state of the links, for pulumi import
`);
    expect(stdout).toContain("\n\nNext steps:\n\n1. Go to the folder:\n   cd links\n2. Install the packages:\n");
    expect(JSON.parse(read("links/package.json")).dependencies).toMatchObject({ "pulumi-classiclink": `^${version}` });
  });

  test.each(["dynamic", "plugin", "yaml"])("a second time changes nothing, with --program %s", async (program) => {
    const command = `adopt --all-vpcs --program ${program} --per link`;
    await run(command);
    const contents = () => readdirSync(folder).map((file) => [file, read(file)]);
    const before = contents();
    const { code, stdout } = await run(command);
    expect([code, new Set(stdout.match(/ (written|overwritten|kept|unchanged) /g))]).toEqual([
      0,
      new Set([" unchanged "]),
    ]);
    expect(contents()).toEqual(before);
  });

  test.each([
    ["nodejs", ["classiclinks.csv", "classiclinks.import.json", "classiclinks.ts", "index.ts"]],
    ["yaml", ["classiclinks.import.json", "classiclinks.yaml"]],
  ])("adds to a project with runtime %s the files of the links and no others", async (runtime, files) => {
    write("Pulumi.yaml", `name: shop\nruntime: ${runtime}\n`);
    if (runtime === "nodejs") write("index.ts", "export const own = 1;\n");
    expect((await run("adopt --all-vpcs")).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(["Pulumi.yaml", ...files]);
  });

  test("overwrites a changed file only with --force", async () => {
    write("classiclinks.ts", "// mine\n");
    expect(await run("adopt --all-vpcs")).toMatchObject({ code: 1, stderr: expect.stringContaining("give --force") });
    expect((await run("adopt --all-vpcs --force")).stdout).toContain("classiclinks.ts           overwritten");
  });

  test("writes nothing when not every link could be read, or there are none", async () => {
    emulator.injectFault(NOT_BELONG);
    const stderr = expect.stringMatching(
      /NotBelong[\s\S]*error: some links could not be read, so nothing was written\n$/,
    );
    expect(await run("adopt --all-vpcs")).toMatchObject({ code: 1, stderr });
    for (const { instanceId } of emulator.links()) emulator.unlink(instanceId);
    expect((await run("adopt --all-vpcs")).code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("refuses single instances as members of a VPC in the plugin, which older Pulumis import whole", async () => {
    const command = "adopt --instance i-a --program plugin";
    const stderr = expect.stringMatching(/^error: --instance with --per vpc needs --program dynamic.*add --per link/);
    expect(await run(command)).toMatchObject({ code: 1, stderr });
    expect((await run(`${command} --per link`)).code).toBe(0);
  });
});

describe("settings", () => {
  test("come from the options before the environment", async () => {
    const env = { ALICLOUD_REGION: "cn-nowhere", ALIBABA_CLOUD_ENDPOINT_ECS: "127.0.0.1:1" };
    const options = `--region cn-hangzhou --endpoint ${emulator.endpoint}`;
    expect((await run(`discover --vpc vpc-2 ${options}`, { env })).stdout).toContain("i-c");
  });

  const NO_VPC_ENDPOINT =
    /^cannot list the VPCs in cn-hangzhou: ALIBABA_CLOUD_ENDPOINT_ECS is set, .*; set --vpc-endpoint or CLASSICLINK_VPC_ENDPOINT/;
  test.each<[string, string, RegExp, Record<string, string>?]>([
    ["no region", "--vpc vpc-1", /^no region is configured; checked --region, .*; set one/, { ALICLOUD_REGION: "" }],
    ["nothing to scan", "", /^nothing to scan; give --vpc <id>, --instance <id> or --all-vpcs$/],
    ["no VPC service", "--all-vpcs", NO_VPC_ENDPOINT, { ALIBABA_CLOUD_ENDPOINT_VPC: "" }],
    ["a VPC id that is none", "--vpc a:b:c", /^--vpc "a:b:c" is not one id; give it as vpc-bp1shop or/],
    ["an option of a variable of the shell that is not set", "--endpoint=", /^option '--endpoint <host>' has an empty/],
    ["two regions in one option", "--region a,b", /^--region "a,b" contains .*; give one region$/],
    ["a misspelt option", "--all-vpc", /^unknown option '--all-vpc'\n\(Did you mean --all-vpcs\?\)\nTry --help\.$/],
  ])("%s is reported in one sentence, with exit code 1", async (_, options, message, env = {}) => {
    const { code, stdout, stderr } = await run(`discover ${options}`.trim(), { env });
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(/^error: .[\s\S]*\n$/)]);
    expect(stderr.slice("error: ".length, -1)).toMatch(message);
  });
});

test.each([
  ["is there where FORCE_COLOR asks for it", { FORCE_COLOR: "1" }, true],
  ["is not there in a pipe", {}, false],
  ["is not there with NO_COLOR", { NO_COLOR: "1" }, false],
])("colour %s", async (_, env, isThere) => {
  for (const command of ["discover --all-vpcs", "--help"]) {
    expect((await run(command, { env })).stdout.includes("\u001b[")).toBe(isThere);
  }
});

test("the help of each command has examples, and says what exit codes mean; the version is that of the package", async () => {
  for (const command of ["discover", "adopt", "check", "doctor"]) {
    const stdout = expect.stringMatching(/Examples:\n[\s\S]*npx pulumi-classiclink [\s\S]*Exit codes:\n +0 /);
    expect(await run(`${command} --help`)).toMatchObject({ code: 0, stdout });
  }
  expect((await run("--version")).stdout).toBe(`${version}\n`);
});

test("help is there before any package but commander is loaded", async () => {
  write(
    "probe.cjs",
    `process.on("exit", () => {
      const packages = Object.keys(require.cache).map((file) => /node_modules.((?:@[^/]+.)?[^/]+)/.exec(file)?.[1]);
      process.stderr.write([...new Set(packages.filter(Boolean))].join());
    });`,
  );
  const env = { NODE_OPTIONS: `--require ${join(folder, "probe.cjs")}` };
  expect(await run("adopt --help", { env })).toMatchObject({ code: 0, stderr: "commander" });
});
