/** `docs/emulator.md`, out of the emulator's docstrings, its help and its control API. */

import { answerNames, startEmulator } from "../emulator";
import { type Documented, Source } from "./docstrings";
import { markdownTable } from "./markdownTable";

const EMULATOR = new Source("emulator/index.ts");
const FAULTS = new Source("emulator/faults/faultRules.ts");

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
    "## A private cloud",
    "The emulator plays Apsara Stack's two gateways. The operations are at `/`, as on a POP gateway, and at `/asapi/v3`, as on ASAPI. ASAPI wants " +
      "the product, `Ecs`, `Vpc` or `Sts`: in the header `x-acs-asapi-product` or `x-ascm-product-name`, or in the parameter `Product`. It wraps " +
      "each answer in its own fields (`asapiSuccess`, `code`, `asapiRequestId` and others).",
    "An instance and a VPC may belong to an organization and a resource set; a link belongs to those of its instance. The headers " +
      "`x-acs-organizationid` and `x-acs-resourcegroupid` say for whom a call asks, or the parameters `OrganizationId` or `Department`, and " +
      "`ResourceGroup`. Without them, the organization of the key counts. The option `outOfScope` says how the rest is hidden. Without a " +
      "resource set, a call sees all of the organization. Everybody sees what belongs to no organization.",
    '```ts\nimport { startEmulator } from "pulumi-classiclink/emulator";\n\nconst owned = { organizationId: "26", resourceSetId: "97" };\nconst emulator = await startEmulator({\n' +
      '  instances: [{ instanceId: "i-web", ...owned }],\n  vpcs: [{ vpcId: "vpc-shop", ...owned }],\n  outOfScope: "not-found",\n});\n```',
    "## Faults",
    "A fault rule for `emulator.injectFault(…)` and `POST /-/faults` says what happens:",
    table("rule", FAULTS.alternativesOf("FaultEffect")),
    "and to which calls. What is left out does not matter:",
    table("member", FAULTS.membersOf("FaultScope")),
    `Answers with a name: ${answerNames.map((name) => `\`${name}\``).join(", ")}.`,
    "## What no document says",
    "The emulator lets you choose, with the option `undocumented`:",
    table("member", new Source("emulator/cloud/ecs.ts").membersOf("Undocumented")),
  ].join("\n\n");
}
