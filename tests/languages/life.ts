/** What is done with a project of each language: the life of its links, and the schema's examples, through the Pulumi CLI against an emulator. */

import { deepStrictEqual } from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "../../emulator";
import EXAMPLES from "../../provider/hosts/plugin/examples.json";
import { codeIn } from "../../scripts/schemaExamples";
import { run } from "./shell";

/** What the program of every example folder declares. */
const DECLARED = ["i-web→vpc-shop", "i-worker1→vpc-jobs", "i-worker2→vpc-jobs"];

/** A project that is ready to run. */
export interface Project {
  readonly folder: string;
  /** As a code block names it. */
  readonly language: string;
  /** The file of the program. */
  readonly program: string;
  /** The home of Pulumi, with the plugins that are installed. */
  readonly home: string;
}

/**
 * Takes the links of the program through up, unchanged, drift, its repair, replacement and destroy. Then runs the examples of the schema.
 *
 * @throws an error that says at which step something else came out.
 */
export async function live({ folder, language, program, home }: Project): Promise<void> {
  const emulator = await startEmulator({
    instances: ["i-web", "i-worker1", "i-worker2", "i-bp1web", "i-bp1worker1", "i-bp1worker2"].map((instanceId) => ({
      instanceId,
    })),
    vpcs: ["vpc-shop", "vpc-jobs", "vpc-new", "vpc-bp1shop"].map((vpcId) => ({ vpcId })),
  });
  const backend = join(folder, ".backend");
  mkdirSync(backend);
  const env = { ...emulator.environment, ...environmentOf(home), PULUMI_BACKEND_URL: `file://${backend}` };
  const pulumi = (...args: string[]) => run({ cwd: folder, env }, "pulumi", ...args, "--non-interactive");
  const up = (...args: string[]) => pulumi("up", "--yes", "--skip-preview", ...args);
  const outputs = async () => JSON.parse(await pulumi("stack", "output", "--json"));
  const expectLinks = (step: string, expected: readonly string[]) => {
    const links = emulator.links().map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`);
    deepStrictEqual(links.sort(), expected, `after ${step} the links are ${links.join(", ") || "none"}`);
  };
  const file = join(folder, program);
  const before = readFileSync(file, "utf8");
  const runExample = async (name: keyof typeof EXAMPLES, expected: readonly string[]) => {
    writeFileSync(file, exampleAsProgram(language, codeIn(EXAMPLES[name], language), before));
    await up();
    expectLinks(`the schema's example of ${name}`, expected);
  };
  try {
    await pulumi("stack", "init", "dev");
    await up();
    expectLinks("up", DECLARED);
    deepStrictEqual((await outputs()).ids, ["cn-hangzhou:i-web", "cn-hangzhou:vpc-jobs"]);
    await up("--expect-no-changes");
    emulator.unlink("i-web");
    emulator.unlink("i-worker2");
    await pulumi("refresh", "--yes", "--skip-preview");
    expectLinks("a refresh", ["i-worker1→vpc-jobs"]);
    await up();
    expectLinks("the repair", DECLARED);
    writeFileSync(file, before.replace("vpc-shop", "vpc-new"));
    await up();
    expectLinks("the replacement", ["i-web→vpc-new", ...DECLARED.slice(1)]);
    await pulumi("destroy", "--yes", "--skip-preview");
    expectLinks("destroy", []);

    await runExample("ClassicLink", ["i-bp1web→vpc-bp1shop"]);
    await runExample("ClassicLinks", ["i-bp1worker1→vpc-bp1shop", "i-bp1worker2→vpc-bp1shop"]);
    // It lists the links of the example before, which the same update then removes.
    await runExample("getLinks", []);
    const found = JSON.stringify((await outputs()).linked);
    if (!found.includes("i-bp1worker1")) throw new Error(`the schema's example of getLinks found ${found}`);
  } finally {
    await emulator.close();
  }
}

/** An example in the place of the program that was there before. */
function exampleAsProgram(language: string, code: string, before: string): string {
  if (language === "java") return code.replace("package generated_program", "package shop");
  // A program in YAML is in the project's file, whose first lines name the plugin.
  if (language === "yaml") return `${before.slice(0, before.search(/^resources:/m))}${code}\n`;
  return code;
}

/** The environment of every command of Pulumi. */
export function environmentOf(home: string) {
  return { PULUMI_HOME: home, PULUMI_CONFIG_PASSPHRASE: "for-tests-only", PULUMI_SKIP_UPDATE_CHECK: "true" };
}
