/** What only the real Pulumi CLI does with the plugin: drift healed by a plain up, an import by id, and ^C. Needs the CLI on PATH. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../emulator";
import { makeProject } from "../support/project";
import { versionOfPulumi } from "../support/pulumiCli";
import { instancesOf, linkedIn, programOf, vpcsOf } from "../support/shop";

const withCli = versionOfPulumi() === undefined ? describe.skip : describe;

// One story: each test goes on where the one before it ended.
withCli("the plugin under the Pulumi CLI", () => {
  const project = makeProject();
  let env: NodeJS.ProcessEnv;
  let emulator: Emulator;

  beforeAll(async () => {
    const cloud = { instances: instancesOf("i-a", "i-old", "i-slow"), vpcs: vpcsOf("vpc-1", "vpc-2") };
    emulator = await startEmulator(cloud);
    mkdirSync(join(project.folder, ".backend"));
    env = {
      ...process.env,
      ...emulator.environment,
      PULUMI_BACKEND_URL: `file://${join(project.folder, ".backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "for-tests-only",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    await pulumi("stack", "init", "test");
  });
  afterAll(async () => {
    await emulator.close();
    project.remove();
  });

  /** Resolves with what was printed. `onOutput` gets all of it so far, and the process. */
  async function run(args: readonly string[], onOutput = (_: string, __: number | undefined) => {}): Promise<string> {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: project.folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that an interrupt reaches everyone in it, as one from the keyboard does.
      detached: true,
    });
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
  const UP = ["up", "--yes", "--skip-preview"];
  const pulumi = (...args: string[]) => run(args);
  const up = () => run([...UP, "--suppress-progress"]);
  const declare = (...lines: string[]) => project.write("index.js", programOf("plugin", ...lines));

  test("refreshBeforeUpdate heals drift in a plain up", async () => {
    declare(
      'const provider = new Provider("account", { refreshBeforeUpdate: true });',
      'new ClassicLink("a", { instanceId: "i-a", vpcId: "vpc-1" }, { provider });',
    );
    await up();
    emulator.link("i-a", "vpc-2");
    expect(await up()).toMatch(/drift: i-a is linked to vpc-2, no longer to vpc-1/);
    expect(linkedIn(emulator)).toBe("i-a→vpc-1");
  });

  test("an import prints code that the next preview finds unchanged", async () => {
    declare();
    await up();
    emulator.link("i-old", "vpc-2");
    const what = ["classiclink:index:ClassicLink", "old", "i-old"];
    const printed = await pulumi("import", ...what, "--yes", "--skip-preview", "--protect=false");
    const [, code = ""] = /new classiclink\.(ClassicLink\("old", \{[\s\S]*?\}\);)/.exec(printed) ?? [];
    declare(`new ${code}`);
    expect(await pulumi("preview", "--expect-no-changes")).toMatch(/2 unchanged/);
  });

  test("[14] ^C ends a wait; a link that was made is partially created in the state, and nothing is pending", async () => {
    // The wait would outlast the test.
    emulator.injectFault({ kind: "invisible", ms: 600_000 });
    declare('new ClassicLink("slow", { instanceId: "i-slow", vpcId: "vpc-1" });');
    let isInterrupted = false;
    const interrupted = run(UP, (printed, pid) => {
      if (isInterrupted || pid === undefined || !printed.includes("not listed yet")) return;
      isInterrupted = true;
      process.kill(-pid, "SIGINT");
    });
    await expect(interrupted).rejects.toThrow("cancelled");
    const { pending_operations: pending, resources } = JSON.parse(await pulumi("stack", "export")).deployment;
    expect(pending ?? []).toEqual([]);
    const slow = { id: "cn-hangzhou:i-slow", initErrors: [expect.any(String)] };
    expect(resources).toContainEqual(expect.objectContaining(slow));
    emulator.clearFaults();
    expect(await up()).toMatch(/1 updated/);
  });
});
