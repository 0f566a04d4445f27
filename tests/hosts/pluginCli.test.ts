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

withCli("the plugin under the Pulumi CLI", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let emulator: Emulator;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "classiclink-plugin-"));
    const backend = join(folder, ".backend");
    mkdirSync(backend);
    emulator = await startEmulator({
      instances: ["i-a", "i-b", "i-old", "i-slow"].map((instanceId) => ({ instanceId })),
      vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }],
      accessKeySecret: SECRET,
    });
    env = {
      ...process.env,
      ...emulator.environment,
      PULUMI_BACKEND_URL: `file://${backend}`,
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

  // Never one of the synchronous calls: the emulator that answers lives in this process.
  async function run(command: string, args: string[], cwd = folder): Promise<string> {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data) => {
      stdout += data;
    });
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }
  const pulumi = (...args: string[]) => run("pulumi", [...args, "--non-interactive", "--color", "never"]);
  const up = () => pulumi("up", "--yes", "--skip-preview", "--suppress-progress");

  /** As `up`, for one that fails. Resolves with all that was printed. */
  async function failingUp(onOutput = (_: string, __: number | undefined) => {}): Promise<string> {
    // A group of its own, so that an interrupt reaches everyone in it, as one from the keyboard does.
    const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", "--color", "never"], {
      cwd: folder,
      env,
      detached: true,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        output += data;
        onOutput(output, child.pid);
      });
    }
    const [code] = await once(child, "close");
    expect(code).not.toBe(0);
    return output;
  }

  const state = async () => JSON.parse(await pulumi("stack", "export")).deployment;
  const made = () => emulator.links().map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`);
  const program = (...lines: string[]) =>
    write("index.js", ['const classiclink = require("@pulumi-classiclink/classiclink");', ...lines, ""].join("\n"));
  const A = 'new classiclink.ClassicLink("a", { instanceId: "i-a", vpcId: "vpc-1" });';

  test("a schema check finds nothing, and package add accepts the folder", async () => {
    expect(await pulumi("schema", "check", "./node_modules/pulumi-classiclink/plugin")).not.toMatch(/warning|error/i);
    expect(await pulumi("package", "add", "./node_modules/pulumi-classiclink/plugin")).toContain(
      "Successfully generated",
    );
  });

  test("[21] a stack of the dynamic host moves unchanged, without a call to the cloud", async () => {
    write(
      "index.js",
      'const { ClassicLink } = require("pulumi-classiclink");\nnew ClassicLink("a", { instanceId: "i-a", vpcId: "vpc-1" });\n',
    );
    expect(await up()).toContain("+ 2 created");
    emulator.clearCalls();
    program(A);
    expect(await up()).toMatch(/2 unchanged/);
    expect(emulator.calls()).toEqual([]);
    expect((await state()).resources.at(-1)).toMatchObject({
      type: "classiclink:index:ClassicLink",
      id: "cn-hangzhou:i-a",
    });
    await pulumi("refresh", "--yes", "--skip-preview");
    expect((await state()).resources.at(-1).outputs).toEqual({
      instanceId: "i-a",
      vpcId: "vpc-1",
      regionId: "cn-hangzhou",
    });
  });

  test("[17] the secrets of an explicit provider are encrypted in the state", async () => {
    program(
      A,
      `const provider = new classiclink.Provider("account", ${JSON.stringify({
        region: "cn-hangzhou",
        accessKey: "testid",
        secretKey: SECRET,
        endpoint: emulator.endpoint,
        refreshBeforeUpdate: true,
      })});`,
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
    expect(made()).toContain("i-b→vpc-1");
    program(A);
    await up();
  });

  test("an import prints code that the next preview finds unchanged", async () => {
    emulator.link("i-old", "vpc-2");
    const printed = await pulumi(
      "import",
      "classiclink:index:ClassicLink",
      "old",
      "i-old",
      "--yes",
      "--skip-preview",
      "--protect=false",
    );
    const code = /new classiclink\.ClassicLink\("old", \{[\s\S]*?\}\);/.exec(printed)?.[0] ?? "";
    program(A, code);
    expect(await pulumi("preview", "--expect-no-changes")).toMatch(/3 unchanged/);
  });

  test("[13] an operation keeps to its customTimeouts", async () => {
    emulator.injectFault({ kind: "locked", instanceId: "i-slow" });
    program(
      A,
      'new classiclink.ClassicLink("slow", { instanceId: "i-slow", vpcId: "vpc-1" }, { customTimeouts: { create: "2s" } });',
    );
    expect(await failingUp()).toMatch(/cannot link i-slow to vpc-1 in cn-hangzhou: not done within 2 s/);
    expect((await state()).pending_operations ?? []).toEqual([]);
    expect(made()).not.toContain("i-slow→vpc-1");
  });

  test("[14] ^C ends a wait; a link that was made is partially created in the state, and nothing is pending", async () => {
    emulator.clearFaults();
    // The wait would outlast the test.
    emulator.injectFault({ kind: "invisible", ms: 600_000 });
    program(A, 'new classiclink.ClassicLink("slow", { instanceId: "i-slow", vpcId: "vpc-1" });');
    let isInterrupted = false;
    const output = await failingUp((printed, pid) => {
      if (isInterrupted || pid === undefined || !printed.includes("not listed yet")) return;
      isInterrupted = true;
      process.kill(-pid, "SIGINT");
    });
    expect(output).toContain("cancelled");
    expect((await state()).pending_operations ?? []).toEqual([]);
    expect((await state()).resources).toContainEqual(
      expect.objectContaining({ id: "cn-hangzhou:i-slow", initErrors: [expect.any(String)] }),
    );
    emulator.clearFaults();
    expect(await up()).toMatch(/1 updated/);
  });

  test("destroy removes every link", async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(made()).toEqual([]);
  });
});
