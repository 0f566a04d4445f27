/** The built command line as a process against the emulator: what it prints, how it exits, and what it asks of ECS. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { version } from "../../package.json";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../emulator";
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

describe("discover", () => {
  test("shows who is linked to what, in a table that is plain in a pipe", async () => {
    await start(FEW);
    const { code, stdout, stderr } = await run("discover", "--all-vpcs");
    expect(stdout).toBe(
      "REGION       VPC    INSTANCE\n" +
        "cn-hangzhou  vpc-1  i-a\n" +
        "cn-hangzhou  vpc-1  i-b\n" +
        "cn-hangzhou  vpc-2  i-c\n",
    );
    expect(stderr).toBe("3 links to 2 VPCs; checked 2 VPCs in cn-hangzhou\n");
    expect(code).toBe(0);
  });

  test("finds 250 links in three of sixty VPCs with a call for each page", async () => {
    await start(fleetOf250({ emptyVpcs: 57 }));
    const { stdout } = await run("discover", "--all-vpcs", "--json");
    const { links } = JSON.parse(stdout);
    expect(links.length).toBe(250);
    expect(links[0]).toEqual({ regionId: "cn-hangzhou", vpcId: "vpc-data", instanceId: "i-003" });
    const calls = called();
    expect(calls.filter((call) => call.startsWith("DescribeVpcs"))).toEqual(["DescribeVpcs 1", "DescribeVpcs 2"]);
    expect(calls.length).toBe(2 + 61);
  });

  test("finds the links of VPCs that are named, with a call for each page and no other", async () => {
    await start(fleetOf250());
    const { stdout } = await run("discover", "--vpc", "vpc-shop", "--vpc", "cn-hangzhou:vpc-jobs", "--json");
    expect(JSON.parse(stdout).links.length).toBe(200);
    expect(called().sort()).toEqual([
      "DescribeClassicLinkInstances vpc-jobs 1",
      "DescribeClassicLinkInstances vpc-shop 1",
      "DescribeClassicLinkInstances vpc-shop 2",
    ]);
  });

  test("finds out where instances are linked to, in one call, though one of them was released", async () => {
    await start(FEW);
    const instances = ["i-c", "i-a", "i-gone"].flatMap((id) => ["--instance", id]);
    const { stdout, code } = await run("discover", ...instances, "--json");
    expect(JSON.parse(stdout).links.map(({ instanceId }: { instanceId: string }) => instanceId)).toEqual([
      "i-a",
      "i-c",
    ]);
    expect(code).toBe(0);
  });

  test("with instances and VPCs shows what matches both", async () => {
    await start(FEW);
    const { stdout } = await run("discover", "--instance", "i-a", "--instance", "i-c", "--vpc", "vpc-2", "--json");
    expect(JSON.parse(stdout).links).toEqual([{ regionId: "cn-hangzhou", vpcId: "vpc-2", instanceId: "i-c" }]);
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
    const both = await run("discover", "--region", "cn-hangzhou", "--region", "cn-beijing", "--all-vpcs");
    expect(both.stdout).toBe("REGION       VPC    INSTANCE\ncn-beijing   vpc-b  i-b\ncn-hangzhou  vpc-h  i-h\n");
    const one = await run("discover", "--vpc", "cn-beijing:vpc-b");
    expect(one.stdout).toContain("cn-beijing  vpc-b  i-b");
    const unclear = await run("discover", "--region", "cn-hangzhou", "--region", "cn-beijing", "--vpc", "vpc-b");
    expect(unclear).toMatchObject({
      code: 1,
      stderr: "error: --vpc vpc-b does not say in which region; write --vpc cn-hangzhou:vpc-b\n",
    });
  });

  test("exits with 2 when there are no links", async () => {
    await start({ ...FEW, links: [] });
    expect(await run("discover", "--all-vpcs")).toEqual({
      code: 2,
      stdout: "",
      stderr: "0 links; checked 2 VPCs in cn-hangzhou\n",
    });
  });

  test("passes over a VPC that cannot be listed because its ClassicLink is off", async () => {
    const vpcs = [...FEW.vpcs, { vpcId: "vpc-off", classicLinkEnabled: false }];
    await start({ ...FEW, vpcs, undocumented: { describeDisabledVpc: "error" } });
    const { code, stderr } = await run("discover", "--all-vpcs");
    expect([code, stderr]).toEqual([0, "3 links to 2 VPCs; checked 3 VPCs in cn-hangzhou\n"]);
    const named = await run("discover", "--vpc", "vpc-off");
    expect(named.code).toBe(1);
  });

  test("shows what it could read, says what it could not, and exits with 1", async () => {
    await start(FEW);
    emulator.injectFault({
      kind: "answer",
      action: "DescribeClassicLinkInstances",
      answer: { code: "InvalidVpc.NotBelong" },
    });
    const { code, stdout, stderr } = await run("discover", "--all-vpcs");
    expect(code).toBe(1);
    expect(stdout).toMatch(/REGION/);
    expect(stderr).toMatch(/^error: cannot list the links to vpc-\d in cn-hangzhou: .*InvalidVpc\.NotBelong/);
    expect(stderr).toContain("checked 2 VPCs in cn-hangzhou, not all of which could be read");
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

  test("lists nothing in an account that has no VPCs", async () => {
    await start();
    const { code, stderr } = await run("discover", "--all-vpcs");
    expect([code, stderr]).toEqual([2, "0 links; checked 0 VPCs in cn-hangzhou\n"]);
  });

  test("prints no JSON that is not complete", async () => {
    await start(FEW);
    emulator.injectFault({
      kind: "answer",
      action: "DescribeClassicLinkInstances",
      answer: { code: "InvalidVpc.NotBelong" },
    });
    expect(await run("discover", "--all-vpcs", "--json")).toMatchObject({ code: 1, stdout: "" });
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
  test("is content, with a call for each page, when all is as declared", async () => {
    await start(fleetOf250());
    write("links.json", { links: emulator.links() });
    expect(await run("check", "links.json")).toEqual({
      code: 0,
      stdout: "",
      stderr: "250 links declared: 250 as declared\n",
    });
    expect(called().length).toBe(4);
  });

  test("prints nothing for cron while all is well", async () => {
    await start(FEW);
    write("links.json", { links: emulator.links() });
    expect(await run("check", "--quiet", "links.json")).toEqual({ code: 0, stdout: "", stderr: "" });
    emulator.unlink("i-a");
    const { code, stdout, stderr } = await run("check", "--quiet", "links.json");
    expect([code, stdout.includes("missing"), stderr]).toEqual([2, true, expect.stringContaining("1 missing")]);
  });

  test("reports what is missing, moved and undeclared, and exits with 2", async () => {
    await start(FEW);
    write("links.csv", "instanceId,vpcId\ni-a,vpc-1\ni-b,vpc-2\ni-x,vpc-2\n");
    const { code, stdout, stderr } = await run("check", "links.csv");
    expect(stdout).toBe(
      "REGION       INSTANCE  DECLARED  FOUND  DRIFT\n" +
        "cn-hangzhou  i-b       vpc-2     vpc-1  moved\n" +
        "cn-hangzhou  i-c       -         vpc-2  undeclared\n" +
        "cn-hangzhou  i-x       vpc-2     -      missing\n",
    );
    expect(stderr).toBe("3 links declared: 1 as declared, 1 missing, 1 moved; 1 undeclared\n");
    expect(code).toBe(2);
  });

  test("reports an instance that moved to a VPC that is not declared", async () => {
    await start(FEW);
    write("links.yaml", "- { instanceId: i-c, vpcId: vpc-1 }\n- { instanceId: i-a, vpcId: vpc-1 }\n");
    const { stdout } = await run("check", "links.yaml", "--allow-undeclared", "--json");
    expect(JSON.parse(stdout)).toEqual({
      declared: 2,
      drift: [{ regionId: "cn-hangzhou", instanceId: "i-c", declared: "vpc-1", found: "vpc-2", drift: "moved" }],
    });
  });

  test("ignores undeclared links with --allow-undeclared", async () => {
    await start(FEW);
    write("links.csv", "instanceId,vpcId\ni-a,vpc-1\n");
    expect((await run("check", "links.csv")).code).toBe(2);
    expect((await run("check", "links.csv", "--allow-undeclared")).code).toBe(0);
  });

  test("reads the list from standard input", async () => {
    await start(FEW);
    const env = { ...emulator.environment };
    const input = JSON.stringify({ deployment: { resources: [] } });
    const { code, stderr } = await runCli(["check", "-"], { env, input });
    expect([code, stderr.startsWith("error: standard input names no links;")]).toEqual([1, true]);
    const { links } = JSON.parse((await run("discover", "--all-vpcs", "--json")).stdout);
    expect((await runCli(["check", "-"], { env, input: JSON.stringify(links) })).code).toBe(0);
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
  ])("advises nothing about a stack, which it does not read: %s", async (code, advice) => {
    await start(FEW);
    write("links.csv", "instanceId,vpcId\ni-a,vpc-1\n");
    emulator.injectFault({ kind: "answer", answer: { code }, times: 9 });
    const { stderr } = await run("check", "links.csv");
    expect(stderr.trimEnd().endsWith(advice)).toBe(true);
  });

  test("exits with 1, not 2, when it cannot read", async () => {
    await start(FEW);
    write("links.csv", "instanceId,vpcId\ni-a,vpc-1\n");
    emulator.revokeKey();
    const { code, stdout, stderr } = await run("check", "links.csv");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: cannot list the links to vpc-1 in cn-hangzhou: .*\n$/);
  });
});

describe("adopt", () => {
  test("writes a project, and prints each file and the next commands", async () => {
    await start(FEW);
    const { code, stdout, stderr } = await run("adopt", "--all-vpcs", "--out", "links");
    expect(stdout.split("\n")).toEqual([
      "3 links to 2 VPCs; checked 2 VPCs in cn-hangzhou",
      "",
      "FILE                      STATUS   CONTENT",
      "classiclinks.ts           written  declares 2 ClassicLinks resources",
      "classiclinks.csv          written  3 links, one on each line",
      "classiclinks.import.json  written  the state of the links, for pulumi import",
      "Pulumi.yaml               written  the project",
      "package.json              written  the packages",
      "tsconfig.json             written  the compiler options",
      "index.ts                  written  the program",
      "",
      "Next steps:",
      "",
      "1. Go to the folder:",
      "   cd links",
      "2. Install the packages:",
      "   npm install",
      "3. Create a stack:",
      "   pulumi stack select --create dev",
      "4. Import the links into the state. Pulumi protects them from now on:",
      "   pulumi import --file classiclinks.import.json --yes --generate-code=false",
      "5. Check that the links are unchanged:",
      "   pulumi preview",
      "",
      "The import needs Pulumi 3.254 or newer. These steps change nothing in the cloud.",
      "",
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(read("links/package.json")).dependencies).toMatchObject({ "pulumi-classiclink": `^${version}` });
  });

  test.each(["dynamic", "plugin", "yaml"])("a second time changes nothing, with --program %s", async (program) => {
    await start(fleetOf250());
    const args = ["adopt", "--all-vpcs", "--program", program, "--per", "link"];
    await run(...args);
    const files = readdirSync(folder);
    const before = files.map(read);
    const { code, stdout } = await run(...args);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/ (written|overwritten|kept) /);
    expect(readdirSync(folder)).toEqual(files);
    expect(files.map(read)).toEqual(before);
  });

  test("asks a call for each page, and nothing else", async () => {
    await start(fleetOf250());
    await run("adopt", "--all-vpcs", "--per", "link");
    expect(called().sort()).toEqual([
      "DescribeClassicLinkInstances vpc-data 1",
      "DescribeClassicLinkInstances vpc-jobs 1",
      "DescribeClassicLinkInstances vpc-shop 1",
      "DescribeClassicLinkInstances vpc-shop 2",
      "DescribeVpcs 1",
    ]);
  });

  test("does not overwrite a changed file without --force", async () => {
    await start(FEW);
    await run("adopt", "--all-vpcs");
    write("classiclinks.ts", "// mine\n");
    const refused = await run("adopt", "--all-vpcs");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe(
      "error: classiclinks.ts is there already, and not what these links would make; nothing was written; " +
        "give --force to overwrite it, or --out for another folder\n",
    );
    expect(read("classiclinks.ts")).toBe("// mine\n");
    expect((await run("adopt", "--all-vpcs", "--force")).stdout).toContain("classiclinks.ts           overwritten");
  });

  test("fits into a project that is there", async () => {
    await start(FEW);
    write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    write("index.ts", "export const own = 1;\n");
    const { stdout } = await run("adopt", "--all-vpcs");
    expect(stdout).toContain('Add this line to index.ts:\n   export { classicLinks } from "./classiclinks";\n');
    expect(stdout).not.toContain("stack select");
    expect(read("index.ts")).toBe("export const own = 1;\n");
    // What is not of this project, such as a tsconfig.json, would only be in its way.
    expect(readdirSync(folder).sort()).toEqual([
      "Pulumi.yaml",
      "classiclinks.csv",
      "classiclinks.import.json",
      "classiclinks.ts",
      "index.ts",
    ]);
  });

  test("loads its module as ES modules do where the project is one", async () => {
    await start(FEW);
    write("package.json", { type: "module" });
    await run("adopt", "--all-vpcs");
    expect(read("index.ts")).toBe('export { classicLinks } from "./classiclinks.js";\n');
  });

  test("writes nothing when not every link could be read", async () => {
    await start(FEW);
    emulator.injectFault({
      kind: "answer",
      action: "DescribeClassicLinkInstances",
      answer: { code: "InvalidVpc.NotBelong" },
    });
    const { code, stderr } = await run("adopt", "--all-vpcs");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /InvalidVpc\.NotBelong[\s\S]*error: some links could not be read, so nothing was written\n$/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test("exits with 2, and writes nothing, when there are no links", async () => {
    await start({ ...FEW, links: [] });
    expect((await run("adopt", "--all-vpcs")).code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("refuses single instances as members of a VPC in the plugin, which older Pulumis import whole", async () => {
    await start(FEW);
    const args = ["adopt", "--instance", "i-a", "--program", "plugin"];
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: --instance with --per vpc needs --program dynamic.*add --per link/),
    ]);
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

  test.each([
    [
      "no region",
      { ALICLOUD_REGION: "" },
      ["--vpc", "vpc-1"],
      /^error: no region is configured; checked --region, ALICLOUD_REGION, ALIBABA_CLOUD_REGION; set one of them, or name a profile that has a region\n$/,
    ],
    ["no place to look", {}, [], /^error: nothing to scan; give --vpc <id>, --instance <id> or --all-vpcs\n$/],
    ["half a key", { ALICLOUD_SECRET_KEY: "" }, ["--vpc", "vpc-1"], /^error: secretKey is missing, .*\n$/],
    [
      "a private cloud without its VPC service",
      { ALIBABA_CLOUD_ENDPOINT_VPC: "" },
      ["--all-vpcs"],
      /^error: cannot list the VPCs in cn-hangzhou: ALIBABA_CLOUD_ENDPOINT_ECS is set, .*; set --vpc-endpoint or CLASSICLINK_VPC_ENDPOINT/,
    ],
    [
      "a VPC id that is none",
      {},
      ["--vpc", "a:b:c"],
      /^error: --vpc "a:b:c" is not one id; give it as vpc-bp1shop or cn-hangzhou:vpc-bp1shop, and repeat --vpc for more\n$/,
    ],
    [
      "an empty option, as from a variable of the shell that is not set",
      {},
      ["--all-vpcs", "--endpoint", ""],
      /^error: option '--endpoint <host>' has an empty value; give one, or leave it out\n/,
    ],
    ["two regions in one option", {}, ["--region", "a,b"], /^error: --region "a,b" contains .*; give one region\n$/],
    [
      "a misspelt option",
      {},
      ["--all-vpc"],
      /^error: unknown option '--all-vpc'\n\(Did you mean --all-vpcs\?\)\nTry --help\.\n$/,
    ],
  ])("%s is told in one sentence, with exit code 1", async (_, env, args, message) => {
    await start(FEW);
    const { code, stdout, stderr } = await runWith(env, "discover", ...args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([1, ""]);
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
  test.each([["discover"], ["adopt"], ["check"], ["doctor"]])(
    "of %s has examples and says what the exit codes mean",
    async (command) => {
      const { code, stdout } = await runCli([command, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Examples:\n[\s\S]*npx pulumi-classiclink [\s\S]*Exit codes:\n +0 /);
    },
  );

  test("is there before anything but commander is loaded", async () => {
    const probe = join(folder, "probe.cjs");
    writeFileSync(
      probe,
      'process.on("exit", () => { const used = Object.keys(require.cache).map((file) => /node_modules.((@[^/]+.)?[^/]+)/.exec(file)?.[1]);' +
        " process.stderr.write([...new Set(used.filter(Boolean))].join()); });",
    );
    const { stderr } = await runCli(["adopt", "--help"], { env: { NODE_OPTIONS: `--require ${probe}` } });
    expect(stderr).toBe("commander");
  });

  test("knows its version", async () => {
    expect((await runCli(["--version"])).stdout).toBe(`${version}\n`);
  });
});
