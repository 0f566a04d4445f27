/** `docs/emulator.md`, out of the emulator's docstrings, its help and its control API. */

import { answerNames, startEmulator } from "../emulator";
import { type Documented, Source } from "./docstrings";
import { markdownTable } from "./markdownTable";

const EMULATOR = new Source("emulator/index.ts");
const FAULTS = new Source("emulator/faultRules.ts");

/** A pipe within a cell would end it. */
const cell = (text: string) => text.replaceAll("|", "\\|");

function table(head: string, rows: readonly Documented[]): string {
  return markdownTable(
    [head, "meaning"],
    rows.map(({ name, text }) => [`\`${cell(name)}\``, cell(text)]),
  );
}

/** What the control API offers: it tells who asks for something else. */
async function routes(): Promise<string> {
  const emulator = await startEmulator();
  try {
    const answer = await fetch(`${emulator.endpoint}/-/nothing`);
    const { routes: known }: { routes: readonly string[] } = JSON.parse(await answer.text());
    return known.map((route) => `\`${route.replace(" ", " /-/")}\``).join(", ");
  } finally {
    await emulator.close();
  }
}

/** The text of the page. */
export async function emulatorPage(): Promise<string> {
  return [
    "# The emulator",
    "<!-- Made by `npm run docs` from emulator/. Change it there. -->",
    "An ECS for this one feature, on your own machine: for trying the package without an account, and for testing stacks. It answers as the " +
      "documentation says, checks signatures (V2 and V3), and injects the faults that you ask for. It shares no code with the provider.",
    "## As a command",
    `\`\`\`text\n${new Source("emulator/cli.ts").textOf("help").trimEnd()}\n\`\`\``,
    `The control API takes and gives JSON. It answers programs on this machine only: ${await routes()}. To delete a link, an instance or a ` +
      "VPC, append its id.",
    "## As a library",
    '```ts\nimport { startEmulator } from "pulumi-classiclink/emulator";\n\n' +
      'const emulator = await startEmulator({\n  instances: [{ instanceId: "i-web" }],\n  vpcs: [{ vpcId: "vpc-shop" }],\n});\n' +
      'emulator.injectFault({ kind: "locked", instanceId: "i-web", times: 2 });\n' +
      "// Run a stack with the variables of emulator.environment, then ask what is true:\nemulator.links();\nawait emulator.close();\n```",
    "[A stack with tests of its own](../examples/test-your-stack) uses it with Jest. What `startEmulator` takes:",
    table("option", EMULATOR.membersOf("EmulatorOptions")),
    "What it gives:",
    table("member", EMULATOR.membersOf("Emulator")),
    "## Faults",
    "A fault rule for `emulator.injectFault(…)` and `POST /-/faults` says what happens:",
    table("rule", FAULTS.alternativesOf("FaultEffect")),
    "and to which calls. What is left out does not matter:",
    table("member", FAULTS.membersOf("FaultScope")),
    `Answers with a name: ${answerNames.map((name) => `\`${name}\``).join(", ")}.`,
    "## What no document says",
    "The emulator lets you choose, with the option `undocumented`:",
    table("member", new Source("emulator/ecs.ts").membersOf("Undocumented")),
  ].join("\n\n");
}
