/** `npm start`: creates the links, refreshes them on a timer, and posts drift to a webhook. */

import { setTimeout as sleep } from "node:timers/promises";
import { type InlineProgramArgs, LocalWorkspace, type ProjectSettings } from "@pulumi/pulumi/automation";
import { program } from "./program";
import { Watcher } from "./watcher";

const { WEBHOOK, EVERY_SECONDS = "600" } = process.env;

async function main(): Promise<void> {
  if (WEBHOOK === undefined) throw new Error("WEBHOOK is not set; set it to the address that drift is posted to");
  const everyMs = Number(EVERY_SECONDS) * 1000;
  if (!(everyMs > 0)) throw new Error("EVERY_SECONDS is not a number of seconds; set it to one such as 600");
  const projectName = "classiclink-watch";
  const args: InlineProgramArgs = { stackName: "watch", projectName, program };
  // An inline program has no folder. So `main` is the folder whose node_modules Pulumi loads.
  const projectSettings: ProjectSettings = { name: projectName, runtime: "nodejs", main: __dirname };
  const stack = await LocalWorkspace.createOrSelectStack(args, { projectSettings });
  const { summary } = await stack.up({ onOutput: (text) => process.stdout.write(text) });
  console.log(`watching, as of ${summary.endTime.toISOString()}; every ${EVERY_SECONDS} s`);

  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const watcher = new Watcher(stack, WEBHOOK);
  while (!stop.signal.aborted) {
    await watcher.check();
    await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => {});
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
