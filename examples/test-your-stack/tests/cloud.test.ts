/** What becomes of it in the cloud: real updates by the Pulumi CLI, against an emulated ECS. */

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
      // The region, a key and the address of the emulator. What the stack itself configures wins over them.
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

  test("an up links everything, and waits for an instance that is locked", async () => {
    emulator.injectFault({ kind: "locked", instanceId: "i-web", times: 2 });
    await stack.up();
    expect(linked()).toEqual(["i-db vpc-shop", "i-web vpc-shop"]);
  });

  test("another up changes nothing", async () => {
    const { summary } = await stack.up();
    expect(summary.resourceChanges).toEqual({ same: 3 });
  });

  test("a link that somebody removed is put back by an up that refreshes", async () => {
    emulator.unlink("i-web");
    await stack.up({ refresh: true });
    expect(linked()).toEqual(["i-db vpc-shop", "i-web vpc-shop"]);
  });

  test("a destroy is refused as long as the database is protected", async () => {
    await expect(stack.destroy()).rejects.toThrow(/protected/);
    expect(linked()).toContain("i-db vpc-shop");
  });
});
