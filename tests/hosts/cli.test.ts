/** The built command line as a process against the emulator: what it prints, how it exits, and what it asks of ECS. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { version } from "../../package.json";
import { type Emulator, type EmulatorOptions, type FaultRule, type Link, startEmulator } from "../../emulator";
import { type Ended, runCli } from "../support/cli";
import { fleetOf250 } from "../support/fleet";

let emulator: Emulator;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "classiclink-cli-"));
});
afterEach(async () => {
  await emulator?.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (options: EmulatorOptions = {}) => {
  emulator = await startEmulator(options);
};
const run = (...args: string[]): Promise<Ended> => runCli(args, { cwd: folder, env: { ...emulator.environment } });
const runWith = (env: Record<string, string>, ...args: string[]): Promise<Ended> =>
  runCli(args, { cwd: folder, env: { ...emulator.environment, ...env } });
const called = () =>
  emulator.calls().map(({ action, params }) => [action, params.VpcId, params.PageNumber].filter(Boolean).join(" "));
const write = (file: string, value: unknown) =>
  writeFileSync(join(folder, file), typeof value === "string" ? value : JSON.stringify(value));
const read = (file: string) => readFileSync(join(folder, file), "utf8");

const FEW = {
  instances: ["i-a", "i-b", "i-c"].map((instanceId) => ({ instanceId })),
  vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }],
  links: [
    { instanceId: "i-b", vpcId: "vpc-1" },
    { instanceId: "i-a", vpcId: "vpc-1" },
    { instanceId: "i-c", vpcId: "vpc-2" },
  ],
};

/** What breaks the listing of one VPC. */
const NOT_BELONG: FaultRule = {
  kind: "answer",
  action: "DescribeClassicLinkInstances",
  answer: { code: "InvalidVpc.NotBelong" },
};

describe("discover", () => {
  const found = async (...args: string[]) => {
    const { links }: { links: Link[] } = JSON.parse((await run("discover", ...args, "--json")).stdout);
    return links.map(({ regionId, vpcId, instanceId }) => `${regionId} ${vpcId} ${instanceId}`);
  };

  test("shows who is linked to what, in a table that is plain in a pipe", async () => {
    await start(FEW);
    expect(await run("discover", "--all-vpcs")).toEqual({
      code: 0,
      stdout:
        "REGION       VPC    INSTANCE\n" +
        "cn-hangzhou  vpc-1  i-a\n" +
        "cn-hangzhou  vpc-1  i-b\n" +
        "cn-hangzhou  vpc-2  i-c\n",
      stderr: "3 links to 2 VPCs; checked 2 VPCs in cn-hangzhou\n",
    });
  });

  test("finds the links of VPCs that are named, with a call for each page and no other", async () => {
    await start(fleetOf250());
    expect(await found("--vpc", "vpc-shop", "--vpc", "cn-hangzhou:vpc-jobs")).toHaveLength(200);
    expect(called().sort()).toEqual([
      "DescribeClassicLinkInstances vpc-jobs 1",
      "DescribeClassicLinkInstances vpc-shop 1",
      "DescribeClassicLinkInstances vpc-shop 2",
    ]);
  });

  test("finds out where instances are linked to, though one was released, and with a VPC what matches both", async () => {
    await start(FEW);
    const instances = ["i-c", "i-a", "i-gone"].flatMap((id) => ["--instance", id]);
    expect(await found(...instances)).toEqual(["cn-hangzhou vpc-1 i-a", "cn-hangzhou vpc-2 i-c"]);
    expect(await found(...instances, "--vpc", "vpc-2")).toEqual(["cn-hangzhou vpc-2 i-c"]);
  });

  test("lists several regions", async () => {
    await start({
      instances: [{ instanceId: "i-h" }, { instanceId: "i-b", regionId: "cn-beijing" }],
      vpcs: [{ vpcId: "vpc-h" }, { vpcId: "vpc-b", regionId: "cn-beijing" }],
      links: [
        { instanceId: "i-h", vpcId: "vpc-h" },
        { instanceId: "i-b", vpcId: "vpc-b" },
      ],
    });
    const regions = ["--region", "cn-hangzhou", "--region", "cn-beijing"];
    expect(await found(...regions, "--all-vpcs")).toEqual(["cn-beijing vpc-b i-b", "cn-hangzhou vpc-h i-h"]);
    expect(await found("--vpc", "cn-beijing:vpc-b")).toEqual(["cn-beijing vpc-b i-b"]);
    expect(await run("discover", ...regions, "--vpc", "vpc-b")).toMatchObject({
      code: 1,
      stderr: "error: --vpc vpc-b does not say in which region; write --vpc cn-hangzhou:vpc-b\n",
    });
  });

  test.each([
    ["no links", { ...FEW, links: [] }, 2],
    ["no VPCs", {}, 0],
  ])("exits with 2 when there are %s", async (_, options, vpcs) => {
    await start(options);
    const stderr = `0 links; checked ${vpcs} VPCs in cn-hangzhou\n`;
    expect(await run("discover", "--all-vpcs")).toEqual({ code: 2, stdout: "", stderr });
  });

  test("passes over a VPC that cannot be listed because its ClassicLink is off, unless it is named", async () => {
    const vpcs = [...FEW.vpcs, { vpcId: "vpc-off", classicLinkEnabled: false }];
    await start({ ...FEW, vpcs, undocumented: { describeDisabledVpc: "error" } });
    const { code, stderr } = await run("discover", "--all-vpcs");
    expect([code, stderr]).toEqual([0, "3 links to 2 VPCs; checked 3 VPCs in cn-hangzhou\n"]);
    expect((await run("discover", "--vpc", "vpc-off")).code).toBe(1);
  });

  test("shows what it could read, says what it could not, and exits with 1; it prints no JSON that is not complete", async () => {
    await start(FEW);
    emulator.injectFault(NOT_BELONG);
    const { code, stdout, stderr } = await run("discover", "--all-vpcs");
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^REGION.*\n(.*\n)+$/)]);
    expect(stderr).toMatch(/^error: cannot list the links to vpc-\d in cn-hangzhou: .*InvalidVpc\.NotBelong/);
    expect(stderr).toContain("checked 2 VPCs in cn-hangzhou, not all of which could be read");
    emulator.injectFault(NOT_BELONG);
    expect(await run("discover", "--all-vpcs", "--json")).toMatchObject({ code: 1, stdout: "" });
  });

  test("fails when an instance was moved between two listings, and so is in both", async () => {
    const links = [
      { instanceId: "i-a", vpcId: "vpc-1" },
      { instanceId: "i-c", vpcId: "vpc-2" },
    ];
    await start({ ...FEW, links });
    const first = emulator.pause({ action: "DescribeClassicLinkInstances", afterWork: true });
    const second = emulator.pause({ action: "DescribeClassicLinkInstances", skip: 1 });
    const running = run("discover", "--vpc", "vpc-1", "--vpc", "vpc-2");
    await Promise.all([first.arrived, second.arrived]);
    // Whichever was listed first: what it has shown is now in the other one, which is listed next.
    emulator.link("i-a", "vpc-2");
    emulator.link("i-c", "vpc-1");
    first.resume();
    second.resume();
    const { code, stderr } = await running;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: i-[ac] in cn-hangzhou was moved between vpc-/)]);
  });

  test("names the permission that listing VPCs takes", async () => {
    await start(FEW);
    emulator.injectFault({ kind: "denied", action: "DescribeVpcs" });
    const { code, stderr } = await run("discover", "--all-vpcs");
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: cannot list the VPCs in cn-hangzhou: .*; allow vpc:DescribeVpcs in RAM\n$/);
  });

  test("waits out a throttle, and says so on standard error", async () => {
    await start(FEW);
    emulator.injectFault({ kind: "throttle", quota: 1, windowMs: 1_000, action: "DescribeClassicLinkInstances" });
    const { code, stderr } = await run("discover", "--all-vpcs");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^vpc-\d: throttled, next try in .*, 1 call\n3 links/);
  });
});

describe("check", () => {
  test("is content when all is as declared, with a call for each page, and prints nothing for cron", async () => {
    await start(fleetOf250());
    write("links.json", { links: emulator.links() });
    const stderr = "250 links declared: 250 as declared\n";
    expect(await run("check", "links.json")).toEqual({ code: 0, stdout: "", stderr });
    expect(called().length).toBe(4);
    expect(await run("check", "--quiet", "links.json")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  const CSV = "instanceId,vpcId\ni-a,vpc-1\ni-b,vpc-2\ni-x,vpc-2\n";

  test("reports what is missing, moved and undeclared, and exits with 2, for cron too", async () => {
    await start(FEW);
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
    expect(await run("check", "links.csv")).toEqual(reported);
    expect(await run("check", "--quiet", "links.csv")).toEqual(reported);
  });

  test("reads standard input, and ignores what is undeclared if it may be, also after a move to an undeclared VPC", async () => {
    await start(FEW);
    const check = (input: string) =>
      runCli(["check", "-", "--allow-undeclared", "--json"], { env: { ...emulator.environment }, input });
    const moved = await check("- { instanceId: i-c, vpcId: vpc-1 }\n- { instanceId: i-a, vpcId: vpc-1 }\n");
    expect(JSON.parse(moved.stdout)).toEqual({
      declared: 2,
      drift: [{ regionId: "cn-hangzhou", instanceId: "i-c", declared: "vpc-1", found: "vpc-2", drift: "moved" }],
    });
    expect((await check("instanceId,vpcId\ni-a,vpc-1\n")).code).toBe(0);
    const { code, stderr } = await check('{ "deployment": { "resources": [] } }');
    expect([code, stderr.startsWith("error: standard input names no links;")]).toEqual([1, true]);
  });

  test("ends at the first failure, whatever else it waits for", async () => {
    await start({ ...FEW, regions: ["cn-beijing"] });
    emulator.injectFault({ kind: "retired", regionId: "cn-beijing" });
    emulator.injectFault({ kind: "throttle", quota: 0 });
    write("links.csv", "instanceId,vpcId,regionId\ni-a,vpc-1,cn-hangzhou\ni-z,vpc-9,cn-beijing\n");
    const { code, stderr } = await run("check", "links.csv");
    expect([code, stderr]).toEqual([1, expect.stringContaining("cannot list the links to vpc-9 in cn-beijing")]);
  });

  test.each([
    ["no.json", "there is no such file"],
    [".", "it is a folder"],
  ])("says why it cannot read %s", async (file, why) => {
    await start(FEW);
    const { code, stderr } = await run("check", file);
    const advice = "give the path of a list, or - for standard input";
    expect([code, stderr]).toEqual([1, `error: cannot read ${file} (${why}); ${advice}\n`]);
  });

  test.each([
    ["SignatureDoesNotMatch", "check the access key and its secret, and that they belong to this endpoint"],
    ["InvalidInstanceId.LimitedRegion", "ECS does not offer ClassicLink there; check regionId and endpoint"],
  ])("exits with 1, not 2, when ECS refuses, and advises nothing about a stack: %s", async (refusal, advice) => {
    await start(FEW);
    write("links.csv", CSV);
    emulator.injectFault({ kind: "answer", answer: { code: refusal }, times: 9 });
    const { code, stdout, stderr } = await run("check", "links.csv");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: cannot list the links to vpc-\d in cn-hangzhou: .*\n$/);
    expect(stderr.trimEnd().endsWith(advice)).toBe(true);
  });
});

describe("adopt", () => {
  test("writes a project, and prints each file and the next commands", async () => {
    await start(FEW);
    const { code, stdout, stderr } = await run("adopt", "--all-vpcs", "--out", "links");
    expect(stdout).toBe(`\
3 links to 2 VPCs; checked 2 VPCs in cn-hangzhou

FILE                      STATUS   CONTENT
classiclinks.ts           written  declares 2 ClassicLinks resources
classiclinks.csv          written  3 links, one on each line
classiclinks.import.json  written  the state of the links, for pulumi import
Pulumi.yaml               written  the project
package.json              written  the packages
tsconfig.json             written  the compiler options
index.ts                  written  the program

Next steps:

1. Go to the folder:
   cd links
2. Install the packages:
   npm install
3. Create a stack:
   pulumi stack select --create dev
4. Import the links into the state. Pulumi protects them from now on:
   pulumi import --file classiclinks.import.json --yes --generate-code=false
5. Check that the links are unchanged:
   pulumi preview

The import needs Pulumi 3.254 or newer. These steps change nothing in the cloud.
`);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(read("links/package.json")).dependencies).toMatchObject({ "pulumi-classiclink": `^${version}` });
  });

  test.each(["dynamic", "plugin", "yaml"])("a second time changes nothing, with --program %s", async (program) => {
    await start(FEW);
    const args = ["adopt", "--all-vpcs", "--program", program, "--per", "link"];
    await run(...args);
    const contents = () => readdirSync(folder).map((file) => [file, read(file)]);
    const before = contents();
    const { code, stdout } = await run(...args);
    expect([code, stdout]).toEqual([0, expect.not.stringMatching(/ (written|overwritten|kept) /)]);
    expect(contents()).toEqual(before);
  });

  test("does not overwrite a changed file without --force", async () => {
    await start(FEW);
    write("classiclinks.ts", "// mine\n");
    expect(await run("adopt", "--all-vpcs")).toMatchObject({
      code: 1,
      stderr:
        "error: classiclinks.ts is there already, and not what these links would make; nothing was written; " +
        "give --force to overwrite it, or --out for another folder\n",
    });
    expect(read("classiclinks.ts")).toBe("// mine\n");
    expect((await run("adopt", "--all-vpcs", "--force")).stdout).toContain("classiclinks.ts           overwritten");
  });

  test("fits into a project that is there, and writes nothing that would only be in its way", async () => {
    await start(FEW);
    write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    write("index.ts", "export const own = 1;\n");
    const { stdout } = await run("adopt", "--all-vpcs");
    expect(stdout).toContain('Add this line to index.ts:\n   export { classicLinks } from "./classiclinks";\n');
    expect(stdout).not.toContain("stack select");
    expect(read("index.ts")).toBe("export const own = 1;\n");
    const ours = ["classiclinks.csv", "classiclinks.import.json", "classiclinks.ts"];
    expect(readdirSync(folder).sort()).toEqual(["Pulumi.yaml", ...ours, "index.ts"]);
  });

  test("writes nothing when not every link could be read, or there are none", async () => {
    await start(FEW);
    emulator.injectFault(NOT_BELONG);
    const { code, stderr } = await run("adopt", "--all-vpcs");
    expect(code).toBe(1);
    expect(stderr).toMatch(/NotBelong[\s\S]*error: some links could not be read, so nothing was written\n$/);
    for (const { instanceId } of emulator.links()) emulator.unlink(instanceId);
    expect((await run("adopt", "--all-vpcs")).code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("refuses single instances as members of a VPC in the plugin, which older Pulumis import whole", async () => {
    await start(FEW);
    const args = ["adopt", "--instance", "i-a", "--program", "plugin"];
    const { code, stderr } = await run(...args);
    const refused = /^error: --instance with --per vpc needs --program dynamic.*add --per link/;
    expect([code, stderr]).toEqual([1, expect.stringMatching(refused)]);
    expect((await run(...args, "--per", "link")).code).toBe(0);
  });
});

describe("settings", () => {
  test("come from the options before the environment", async () => {
    await start(FEW);
    const { stdout } = await runWith(
      { ALICLOUD_REGION: "cn-nowhere", ALIBABA_CLOUD_ENDPOINT_ECS: "127.0.0.1:1" },
      ...["discover", "--vpc", "vpc-2", "--region", "cn-hangzhou", "--endpoint", emulator.endpoint],
    );
    expect(stdout).toContain("i-c");
  });

  test.each<[string, Record<string, string>, string[], RegExp]>([
    [
      "no region",
      { ALICLOUD_REGION: "" },
      ["--vpc", "vpc-1"],
      /^no region is configured; checked --region, ALICLOUD_REGION, ALIBABA_CLOUD_REGION; set one of them, or name a profile that has a region$/,
    ],
    ["no place to look", {}, [], /^nothing to scan; give --vpc <id>, --instance <id> or --all-vpcs$/],
    ["half a key", { ALICLOUD_SECRET_KEY: "" }, ["--vpc", "vpc-1"], /^secretKey is missing, .*$/],
    [
      "a private cloud without its VPC service",
      { ALIBABA_CLOUD_ENDPOINT_VPC: "" },
      ["--all-vpcs"],
      /^cannot list the VPCs in cn-hangzhou: ALIBABA_CLOUD_ENDPOINT_ECS is set, .*; set --vpc-endpoint or CLASSICLINK_VPC_ENDPOINT/,
    ],
    ["a VPC id that is none", {}, ["--vpc", "a:b:c"], /^--vpc "a:b:c" is not one id; give it as vpc-bp1shop or/],
    [
      "an empty option, as from a variable of the shell that is not set",
      {},
      ["--all-vpcs", "--endpoint", ""],
      /^option '--endpoint <host>' has an empty value; give one, or leave it out/,
    ],
    ["two regions in one option", {}, ["--region", "a,b"], /^--region "a,b" contains .*; give one region$/],
    [
      "a misspelt option",
      {},
      ["--all-vpc"],
      /^unknown option '--all-vpc'\n\(Did you mean --all-vpcs\?\)\nTry --help\.$/,
    ],
  ])("%s is told in one sentence, with exit code 1", async (_, env, args, message) => {
    await start(FEW);
    const { code, stdout, stderr } = await runWith(env, "discover", ...args);
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(/^error: .[\s\S]*\n$/)]);
    expect(stderr.slice("error: ".length, -1)).toMatch(message);
  });

  test("hold a secret that is never printed", async () => {
    await start({ ...FEW, accessKeySecret: "s3cr3t+MARKER" });
    emulator.injectFault({ kind: "answer", action: "DescribeVpcs", answer: { code: "SignatureDoesNotMatch" } });
    const ended = await run("discover", "--all-vpcs");
    expect(ended.code).toBe(1);
    expect(JSON.stringify(ended)).not.toMatch(/MARKER|testid/);
  });
});

describe("colour", () => {
  const ESCAPE = "\u001b[";

  test.each([
    ["is there where FORCE_COLOR asks for it", { FORCE_COLOR: "1" }, true],
    ["is not there in a pipe", {}, false],
    ["is not there with NO_COLOR", { NO_COLOR: "1" }, false],
  ])("%s", async (_, env, there) => {
    await start(FEW);
    const { stdout } = await runWith(env, "discover", "--all-vpcs");
    expect(stdout.includes(ESCAPE)).toBe(there);
    const help = await runWith(env, "--help");
    expect(help.stdout.includes(ESCAPE)).toBe(there);
  });
});

describe("help", () => {
  test.each(["discover", "adopt", "check", "doctor"])(
    "of %s has examples, and says what exit codes mean",
    async (command) => {
      const { code, stdout } = await runCli([command, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Examples:\n[\s\S]*npx pulumi-classiclink [\s\S]*Exit codes:\n +0 /);
    },
  );

  test("is there before anything but commander is loaded, and the version is that of the package", async () => {
    const probe = join(folder, "probe.cjs");
    writeFileSync(
      probe,
      'process.on("exit", () => { const used = Object.keys(require.cache).map((file) => /node_modules.((@[^/]+.)?[^/]+)/.exec(file)?.[1]);' +
        " process.stderr.write([...new Set(used.filter(Boolean))].join()); });",
    );
    const { stderr } = await runCli(["adopt", "--help"], { env: { NODE_OPTIONS: `--require ${probe}` } });
    expect(stderr).toBe("commander");
    expect((await runCli(["--version"])).stdout).toBe(`${version}\n`);
  });
});
