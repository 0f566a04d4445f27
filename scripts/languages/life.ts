/** The life of the links of an example, through the Pulumi CLI against an emulator. */

import { deepStrictEqual } from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "../../emulator";
import { run } from "./shell";

/** What every example declares. */
const DECLARED = ["i-web→vpc-shop", "i-worker1→vpc-jobs", "i-worker2→vpc-jobs"];

/**
 * Lives it: up, unchanged, drift, its repair, replacement, destroy.
 *
 * @param project the folder of the program, ready to run.
 * @param program the file that names the VPCs.
 * @param home the folder of Pulumi, with the plugins that are installed.
 * @throws an error that says at which step something else came out.
 */
export async function live(project: string, program: string, home: string): Promise<void> {
  const emulator = await startEmulator({
    instances: ["i-web", "i-worker1", "i-worker2"].map((instanceId) => ({ instanceId })),
    vpcs: [{ vpcId: "vpc-shop" }, { vpcId: "vpc-jobs" }, { vpcId: "vpc-new" }],
  });
  const backend = join(project, ".backend");
  mkdirSync(backend);
  const env = { ...emulator.environment, ...environmentOf(home), PULUMI_BACKEND_URL: `file://${backend}` };
  const pulumi = (...args: string[]) => run({ cwd: project, env }, "pulumi", ...args, "--non-interactive");
  const expectLinks = (step: string, expected: readonly string[]) => {
    const links = emulator.links().map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`);
    deepStrictEqual(links.sort(), expected, `after ${step} the links are ${links.join(", ") || "none"}`);
  };
  try {
    await pulumi("stack", "init", "dev");
    await pulumi("up", "--yes", "--skip-preview");
    expectLinks("up", DECLARED);
    const outputs: { ids: string[] } = JSON.parse(await pulumi("stack", "output", "--json"));
    deepStrictEqual(outputs.ids, ["cn-hangzhou:i-web", "cn-hangzhou:vpc-jobs"]);
    await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    emulator.unlink("i-web");
    emulator.unlink("i-worker2");
    await pulumi("refresh", "--yes", "--skip-preview");
    expectLinks("a refresh", ["i-worker1→vpc-jobs"]);
    await pulumi("up", "--yes", "--skip-preview");
    expectLinks("the repair", DECLARED);
    const file = join(project, program);
    writeFileSync(file, readFileSync(file, "utf8").replace("vpc-shop", "vpc-new"));
    await pulumi("up", "--yes", "--skip-preview");
    expectLinks("the replacement", ["i-web→vpc-new", ...DECLARED.slice(1)]);
    await pulumi("destroy", "--yes", "--skip-preview");
    expectLinks("destroy", []);
  } finally {
    await emulator.close();
  }
}

/** The environment of every command of Pulumi. */
export function environmentOf(home: string) {
  return { PULUMI_HOME: home, PULUMI_CONFIG_PASSPHRASE: "for-tests-only", PULUMI_SKIP_UPDATE_CHECK: "true" };
}
