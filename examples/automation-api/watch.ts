/** `npm start`: puts the links in place, then looks again and again where they are, and tells a webhook what has drifted. */

import { setTimeout as sleep } from "node:timers/promises";
import { type InlineProgramArgs, LocalWorkspace } from "@pulumi/pulumi/automation";
import { program } from "./program";
import { Watcher } from "./watcher";

const { WEBHOOK, EVERY_SECONDS = "600" } = process.env;

async function main(): Promise<void> {
  if (WEBHOOK === undefined) throw new Error("WEBHOOK is not set; set it to the address that drift is posted to");
  const everyMs = Number(EVERY_SECONDS) * 1000;
  if (!(everyMs > 0)) throw new Error("EVERY_SECONDS is not a number of seconds; set it to one such as 600");
  // The folder of this file, in which Pulumi finds the package; without it, Pulumi would look in an empty one.
  const args: InlineProgramArgs = { stackName: "watch", projectName: "classiclink-watch", program };
  const stack = await LocalWorkspace.createOrSelectStack(args, { workDir: __dirname });
  const { summary } = await stack.up({ onOutput: (text) => process.stdout.write(text) });
  console.log(`watching, as of ${summary.endTime.toISOString()}; every ${EVERY_SECONDS} s`);

  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const watcher = new Watcher(stack, WEBHOOK);
  while (!stop.signal.aborted) {
    await watcher.look();
    await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => {});
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
