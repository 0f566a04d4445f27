/** Records the states of this version. README.md says when and how. Needs a build, and the Pulumi CLI on PATH. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version as sdk } from "@pulumi/pulumi/package.json";
import { version } from "../../package.json";
import { versionOfPulumi } from "../support/pulumiCli";
import { HOSTS, type Host } from "../support/shop";
import { openEstate } from "./estate";

/** What `pulumi stack export` says of a stack with two whole and two partially created resources. */
async function record(host: Host): Promise<unknown> {
  const { emulator, stack, declareAll, close } = await openEstate(host);
  try {
    const whole = await stack.up();
    if (!whole.ok) throw new Error(whole.output);
    emulator.injectFault({ kind: "invisible", ms: 600_000 });
    emulator.injectFault({ kind: "locked", instanceId: "i-f" });
    declareAll();
    const half = await stack.up();
    if (half.ok) throw new Error("nothing is partially created");
    return withoutMachine(await stack.export());
  } finally {
    await close();
  }
}

/** What names folders of the machine that it was made on, and means nothing elsewhere. */
const OF_THE_MACHINE = ["plugins", "sourcePosition", "stackTrace"];

function withoutMachine(exported: unknown): unknown {
  return JSON.parse(JSON.stringify(exported), (name, value) => (OF_THE_MACHINE.includes(name) ? undefined : value));
}

async function main(): Promise<void> {
  if (versionOfPulumi() === undefined) throw new Error("only the Pulumi CLI makes states: put it on PATH");
  const folder = join(__dirname, version);
  mkdirSync(folder, { recursive: true });
  for (const host of HOSTS) {
    const file = join(folder, `${host}-${sdk}.json`);
    writeFileSync(file, `${JSON.stringify(await record(host), null, 2)}\n`);
    console.log(file);
  }
}

void main();
