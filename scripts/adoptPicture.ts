/** `npm run pictures`: adopts 250 links, types what adopt says, and draws what was printed. */

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "pulumi-classiclink/emulator";
import { runCli } from "../tests/support/cli";
import { fleetOf250 } from "../tests/support/fleet";
import { makeProject, REPOSITORY } from "../tests/support/project";
import { openStack } from "../tests/support/stack";
import { terminalPicture } from "./terminalPicture";

async function main(): Promise<void> {
  const emulator = await startEmulator(fleetOf250());
  const dependencies = { "pulumi-classiclink": "*", "@pulumi/pulumi": "*", typescript: "*" };
  const project = makeProject({ "package.json": JSON.stringify({ name: "links", dependencies }) });
  rmSync(join(project.folder, "Pulumi.yaml"));
  const env = { ...emulator.environment };
  try {
    const { stdout } = await runCli(["adopt", "--all-vpcs"], { cwd: project.folder, env });
    const commands = [...stdout.matchAll(/^ +(pulumi .*)$/gm)].map(([, command = ""]) => `$ ${command}`);
    const stack = await openStack({ project, env });
    await stack.import("classiclinks.import.json");
    const { output } = await stack.preview();
    await stack.close();
    const lines = [
      "$ npx pulumi-classiclink adopt --all-vpcs",
      ...stdout.trimEnd().split("\n"),
      "",
      ...commands,
      ...countsIn(output),
    ];
    const title =
      "adopt finds 250 links to three VPCs, writes a project and says what to type; the preview at the end shows no change.";
    writeFileSync(join(REPOSITORY, "docs/images/adopt.svg"), terminalPicture(title, lines));
  } finally {
    await emulator.close();
    project.remove();
  }
}

/** What Pulumi says at the end of an operation. */
function countsIn(output: string): string[] {
  const lines = output.split("\n").map((line) => line.trimEnd());
  return lines.slice(lines.lastIndexOf("Resources:")).filter((line) => /^Resources:|^ +\S/.test(line));
}

void main();
