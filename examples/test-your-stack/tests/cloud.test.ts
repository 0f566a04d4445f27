/** Tests the effect in the cloud: the Pulumi CLI runs real updates with an emulated ECS. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { type Emulator, startEmulator } from "pulumi-classiclink/emulator";

const hasPulumi = spawnSync("pulumi", ["version"]).status === 0;

(hasPulumi ? describe : describe.skip)("the stack, with the Pulumi CLI", () => {
  let emulator: Emulator;
  let stack: Stack;
  const backend = mkdtempSync(join(tmpdir(), "shop-"));

  beforeAll(async () => {
    emulator = await startEmulator({
      instances: [{ instanceId: "i-web" }, { instanceId: "i-db" }],
      vpcs: [{ vpcId: "vpc-shop" }, { vpcId: "vpc-other" }],
    });
    const envVars = {
      // The region, a key and the address of the emulator. The stack's own configuration wins over them.
      ...emulator.environment,
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: "for-tests-only",
    };
    stack = await LocalWorkspace.createStack({ stackName: "test", workDir: join(__dirname, "..") }, { envVars });
    await stack.setAllConfig({
      vpcId: { value: "vpc-shop" },
      instances: { value: JSON.stringify({ web: "i-web", db: "i-db" }) },
    });
  });
  afterAll(async () => {
    await stack?.workspace.removeStack("test", { force: true });
    await emulator?.close();
    rmSync(backend, { recursive: true, force: true });
  });

  const linked = () => emulator.links().map(({ instanceId, vpcId }) => `${instanceId} ${vpcId}`);

  test("an update creates all links, and waits for a locked instance", async () => {
    emulator.injectFault({ kind: "locked", instanceId: "i-web", times: 2 });
    await stack.up();
    expect(linked()).toEqual(["i-db vpc-shop", "i-web vpc-shop"]);
  });

  test("another update changes nothing", async () => {
    const { summary } = await stack.up();
    expect(summary.resourceChanges).toEqual({ same: 3 });
  });

  test("an update with a refresh restores a link that somebody removed", async () => {
    emulator.unlink("i-web");
    await stack.up({ refresh: true });
    expect(linked()).toEqual(["i-db vpc-shop", "i-web vpc-shop"]);
  });

  test("a destroy fails while the database is protected", async () => {
    await expect(stack.destroy()).rejects.toThrow(/protected/);
    expect(linked()).toContain("i-db vpc-shop");
  });
});
