/** `docs/emulator.md`, made from the emulator's docstrings, its help and its control API. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { answerNames, startEmulator } from "../emulator";
import { type Documented, Source } from "./docstrings";
import { markdownTable } from "./markdownTable";

const EMULATOR = new Source("emulator/index.ts");
const FAULTS = new Source("emulator/types.ts");

/** A pipe would end the cell. */
const cell = (text: string) => text.replaceAll("|", "\\|");

function table(head: string, rows: readonly Documented[]): string {
  return markdownTable(
    [head, "meaning"],
    rows.map(({ name, text }) => [`\`${cell(name)}\``, cell(text)]),
  );
}

/** The routes of the control API, which it lists for a wrong request. */
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

/** What the command prints. */
function help(): string {
  const cli = join(__dirname, "..", "emulator", "cli.ts");
  return execFileSync(process.execPath, ["--import", "tsx", cli, "--help"], { encoding: "utf8" }).trimEnd();
}

/** The text of the page. */
export async function emulatorPage(): Promise<string> {
  return [
    "# The emulator",
    "<!-- Made by `npm run docs` from emulator/. Change it there. -->",
    "The emulator is an ECS on your own machine, for ClassicLink only. Use it to try the package without an account, and to test stacks. It " +
      "answers as ECS is documented, checks signatures (V2 and V3), and injects faults. It shares no code with the provider.",
    "## As a command",
    `\`\`\`text\n${help()}\n\`\`\``,
    `The control API uses JSON, and accepts requests from this machine only: ${await routes()}. To delete a link, an instance or a ` +
      "VPC, append its id.",
    "## As a library",
    '```ts\nimport { startEmulator } from "pulumi-classiclink/emulator";\n\n' +
      'const emulator = await startEmulator({\n  instances: [{ instanceId: "i-web" }],\n  vpcs: [{ vpcId: "vpc-shop" }],\n});\n' +
      'emulator.injectFault({ kind: "locked", instanceId: "i-web", times: 2 });\n' +
      "// Run a stack with the variables of emulator.environment. Then check the links:\nemulator.links();\nawait emulator.close();\n```",
    "The example [test-your-stack](../examples/test-your-stack) uses it with Jest. The options of `startEmulator`:",
    table("option", EMULATOR.membersOf("EmulatorOptions")),
    "The members of the emulator:",
    table("member", EMULATOR.membersOf("Emulator")),
    "## A private cloud",
    "The emulator has Apsara Stack's two gateways. The operations are at `/`, as on a POP gateway, and at `/asapi/v3`, as on ASAPI. ASAPI " +
      "requires the product, `Ecs`, `Vpc` or `Sts`: in the header `x-acs-asapi-product` or `x-ascm-product-name`, or in the parameter `Product`. " +
      "It wraps each answer in its own fields (`asapiSuccess`, `code`, `asapiRequestId` and others).",
    "An instance and a VPC may belong to an organization and a resource set. A link belongs to those of its instance. A call names its scope in " +
      "the headers `x-acs-organizationid` and `x-acs-resourcegroupid`, or in the parameters `OrganizationId` or `Department`, and " +
      "`ResourceGroup`. Otherwise the organization of the key counts. Without a resource set, a call sees the whole organization. The option " +
      "`outOfScope` decides how the others are hidden. What belongs to no organization is visible to all calls.",
    '```ts\nimport { startEmulator } from "pulumi-classiclink/emulator";\n\nconst owned = { organizationId: "26", resourceSetId: "97" };\nconst emulator = await startEmulator({\n' +
      '  instances: [{ instanceId: "i-web", ...owned }],\n  vpcs: [{ vpcId: "vpc-shop", ...owned }],\n  outOfScope: "not-found",\n});\n```',
    "## Faults",
    "`emulator.injectFault(…)` and `POST /-/faults` take a fault rule. Its kinds:",
    table("rule", FAULTS.alternativesOf("FaultEffect")),
    "These members choose the calls. Those that are left out match all calls:",
    table("member", FAULTS.membersOf("FaultScope")),
    `Named answers: ${answerNames.map((name) => `\`${name}\``).join(", ")}.`,
    "## Undocumented behaviour",
    "Some answers of ECS are not documented. Choose them with the option `undocumented`:",
    table("member", new Source("emulator/types.ts").membersOf("Undocumented")),
  ].join("\n\n");
}
