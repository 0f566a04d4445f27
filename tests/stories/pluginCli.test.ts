/** What only the real Pulumi CLI does with the plugin: drift healed by a plain up, an import by id, and ^C. Needs the CLI on PATH. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../emulator";
import { makeProject } from "../support/project";
import { type CliStack, openCliStack, versionOfPulumi } from "../support/pulumiCli";
import { instancesOf, linkedIn, programOf, vpcsOf } from "../support/shop";

// These are commands of the Pulumi CLI. The small engine has none.
const withCli = versionOfPulumi() === undefined ? describe.skip : describe;

// One story: each test goes on where the one before it ended.
withCli("the plugin under the Pulumi CLI", () => {
  const project = makeProject();
  let emulator: Emulator;
  let stack: CliStack;
  let onLine = (_: string) => {};

  beforeAll(async () => {
    const cloud = { instances: instancesOf("i-a", "i-old", "i-slow"), vpcs: vpcsOf("vpc-1", "vpc-2") };
    emulator = await startEmulator(cloud);
    stack = await openCliStack({ project, env: { ...emulator.environment }, onLine: (line) => onLine(line) });
  });
  afterAll(async () => {
    await stack.close();
    await emulator.close();
    project.remove();
  });

  /** Runs a command that succeeds. Resolves with what it printed. */
  async function pulumi(...args: readonly string[]): Promise<string> {
    const { ok, output } = await stack.pulumi(...args);
    expect(ok ? "" : output).toBe("");
    return output;
  }
  const UP = ["up", "--yes", "--skip-preview"];
  const up = () => pulumi(...UP, "--suppress-progress");
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
    onLine = (line) => {
      if (!line.includes("not listed yet")) return;
      onLine = () => {};
      stack.interrupt();
    };
    expect(await stack.pulumi(...UP)).toMatchObject({ ok: false, output: expect.stringContaining("cancelled") });
    const { pending_operations: pending, resources } = (await stack.export()).deployment;
    expect(pending ?? []).toEqual([]);
    const slow = { id: "cn-hangzhou:i-slow", initErrors: [expect.any(String)] };
    expect(resources).toContainEqual(expect.objectContaining(slow));
    emulator.clearFaults();
    expect(await up()).toMatch(/1 updated/);
  });
});
