/** The packed plugin in a project of someone else, under the real Pulumi CLI. Needs the CLI on PATH, and npm's registry. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { devDependencies } from "../../package.json";
import { type Emulator, startEmulator } from "../../emulator";
import { REPOSITORY } from "../support/project";
import { versionOfPulumi } from "../support/pulumiCli";

const SECRET = "s3cr3t+MARKER/with=chars";

// Only the real CLI installs and starts the plugin as a user does.
const withCli = versionOfPulumi() === undefined ? describe.skip : describe;

// One story: each test goes on where the one before it ended.
withCli("the plugin under the Pulumi CLI", () => {
  const folder = mkdtempSync(join(tmpdir(), "classiclink-plugin-"));
  let env: NodeJS.ProcessEnv;
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await startEmulator({
      instances: ["i-a", "i-b", "i-old", "i-slow"].map((instanceId) => ({ instanceId })),
      vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }],
      accessKeySecret: SECRET,
    });
    mkdirSync(join(folder, ".backend"));
    env = {
      ...process.env,
      ...emulator.environment,
      PULUMI_BACKEND_URL: `file://${join(folder, ".backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "for-tests-only",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const packed = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], REPOSITORY);
    const [{ filename }] = JSON.parse(packed);
    write("Pulumi.yaml", "name: shop\nruntime: nodejs\nmain: index.js\n");
    const dependencies = {
      "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
      "pulumi-classiclink": `file:./${filename}`,
    };
    write("package.json", JSON.stringify({ name: "shop", private: true, dependencies }));
    await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"]);
    await pulumi("stack", "init", "test");
  });
  afterAll(async () => {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (path: string, text: string) => writeFileSync(join(folder, path), text);

  /** Resolves with what was printed. Never synchronous: the emulator that answers lives in this process. */
  async function run(
    command: string,
    args: readonly string[],
    cwd = folder,
    onOutput = (_: string, __: number | undefined) => {},
  ): Promise<string> {
    // A group of its own, so that an interrupt reaches everyone in it, as one from the keyboard does.
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let [stdout, all] = ["", ""];
    child.stdout.on("data", (data) => {
      stdout += data;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        all += data;
        onOutput(all, child.pid);
      });
    }
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(all);
    return stdout;
  }
  const QUIET = ["--non-interactive", "--color", "never"];
  const UP = ["up", "--yes", "--skip-preview", ...QUIET];
  const pulumi = (...args: string[]) => run("pulumi", [...args, ...QUIET]);
  const up = () => run("pulumi", [...UP, "--suppress-progress"]);

  const state = async () => JSON.parse(await pulumi("stack", "export")).deployment;
  const linked = () => emulator.links().map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`);
  const program = (...lines: string[]) =>
    write("index.js", ['const classiclink = require("@pulumi-classiclink/classiclink");', ...lines, ""].join("\n"));
  const A = 'new classiclink.ClassicLink("a", { instanceId: "i-a", vpcId: "vpc-1" });';

  test("a schema check finds nothing, and package add accepts the folder", async () => {
    const plugin = "./node_modules/pulumi-classiclink/plugin";
    expect(await pulumi("schema", "check", plugin)).not.toMatch(/warning|error/i);
    expect(await pulumi("package", "add", plugin)).toContain("Successfully generated");
  });

  test("[21] a stack of the dynamic host moves unchanged, without a call to the cloud", async () => {
    const dynamic = 'const classiclink = require("pulumi-classiclink");';
    write("index.js", `${dynamic}\n${A}\n`);
    expect(await up()).toContain("+ 2 created");
    emulator.clearCalls();
    program(A);
    expect(await up()).toMatch(/2 unchanged/);
    expect(emulator.calls()).toEqual([]);
    await pulumi("refresh", "--yes", "--skip-preview");
    const { type, id, outputs } = (await state()).resources.at(-1);
    expect([type, id]).toEqual(["classiclink:index:ClassicLink", "cn-hangzhou:i-a"]);
    expect(outputs).toEqual({ instanceId: "i-a", vpcId: "vpc-1", regionId: "cn-hangzhou" });
  });

  test("[17] the secrets of an explicit provider are encrypted in the state", async () => {
    const settings = {
      region: "cn-hangzhou",
      accessKey: "testid",
      secretKey: SECRET,
      endpoint: emulator.endpoint,
      refreshBeforeUpdate: true,
    };
    program(
      A,
      `const provider = new classiclink.Provider("account", ${JSON.stringify(settings)});`,
      'new classiclink.ClassicLink("b", { instanceId: "i-b", vpcId: "vpc-1" }, { provider });',
    );
    expect(await up()).toContain("+ 2 created");
    const text = JSON.stringify(await state());
    expect(text).not.toContain(SECRET);
    expect(text).toContain('"ciphertext"');
  });

  test("refreshBeforeUpdate heals drift in a plain up", async () => {
    emulator.link("i-b", "vpc-2");
    expect(await up()).toMatch(/drift: i-b is linked to vpc-2, no longer to vpc-1/);
    expect(linked()).toContain("i-b→vpc-1");
    program(A);
    await up();
  });

  test("an import prints code that the next preview finds unchanged", async () => {
    emulator.link("i-old", "vpc-2");
    const what = ["classiclink:index:ClassicLink", "old", "i-old"];
    const printed = await pulumi("import", ...what, "--yes", "--skip-preview", "--protect=false");
    program(A, /new classiclink\.ClassicLink\("old", \{[\s\S]*?\}\);/.exec(printed)?.[0] ?? "");
    expect(await pulumi("preview", "--expect-no-changes")).toMatch(/3 unchanged/);
  });

  test("[14] ^C ends a wait; a link that was made is partially created in the state, and nothing is pending", async () => {
    // The wait would outlast the test.
    emulator.injectFault({ kind: "invisible", ms: 600_000 });
    program(A, 'new classiclink.ClassicLink("slow", { instanceId: "i-slow", vpcId: "vpc-1" });');
    let isInterrupted = false;
    const interrupted = run("pulumi", UP, folder, (printed, pid) => {
      if (isInterrupted || pid === undefined || !printed.includes("not listed yet")) return;
      isInterrupted = true;
      process.kill(-pid, "SIGINT");
    });
    await expect(interrupted).rejects.toThrow("cancelled");
    const { pending_operations: pending, resources } = await state();
    expect(pending ?? []).toEqual([]);
    const slow = { id: "cn-hangzhou:i-slow", initErrors: [expect.any(String)] };
    expect(resources).toContainEqual(expect.objectContaining(slow));
    emulator.clearFaults();
    expect(await up()).toMatch(/1 updated/);
  });

  test("destroy removes every link", async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(linked()).toEqual([]);
  });
});
