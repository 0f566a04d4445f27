/** Records the states of this version. README.md says when and how. Needs a build, and the Pulumi CLI on PATH. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version as sdk } from "@pulumi/pulumi/package.json";
import { version } from "../../package.json";
import { versionOfPulumi } from "../support/pulumiCli";
import { DOORS, type Door } from "../support/shop";
import { openEstate } from "./estate";

/** What `pulumi stack export` says of a stack with two whole and two half-made resources. */
async function record(door: Door): Promise<unknown> {
  const { emulator, stack, declareAll, close } = await openEstate(door);
  try {
    const whole = await stack.up();
    if (!whole.ok) throw new Error(whole.output);
    emulator.injectFault({ kind: "invisible", ms: 600_000 });
    emulator.injectFault({ kind: "locked", instanceId: "i-f" });
    declareAll();
    const half = await stack.up();
    if (half.ok) throw new Error("nothing is half made");
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
  for (const door of DOORS) {
    const file = join(folder, `${door}-${sdk}.json`);
    writeFileSync(file, `${JSON.stringify(await record(door), null, 2)}\n`);
    console.log(file);
  }
}

void main();
