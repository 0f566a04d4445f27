#!/usr/bin/env node
/** The command `pulumi-classiclink`: loads each command when it is called, and prints errors as one sentence. */

import "../provider/hosts/prerequisites";
import { createProgram } from "./program";
import { coloured } from "./terminal";

// The reader of the output may close it early, as in `discover | head`. A full disk loses output.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") process.exit();
    process.stderr.write(`error: the output could not be written (${code})\n`);
    process.exit(1);
  });
}

createProgram({
  discover: async (options) => await (await import("./discover.js")).discover(options),
  adopt: async (options) => await (await import("./adopt/adopt.js")).adopt(options),
  doctor: async (options) => await (await import("./doctor/doctor.js")).doctor(options),
  check: async (file, options) => await (await import("./check/check.js")).check(file, options),
})
  .parseAsync()
  .catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${coloured("red", "error:", process.stderr)} ${message}\n`);
    process.exitCode = process.argv[2] === "doctor" ? 2 : 1;
  })
  .finally(() => {
    // Does not wait for open connections: other listings, or a proxy that never answers, may take minutes.
    // Errors of the output are reported in the next turn.
    setImmediate(() => process.stdout.write("", () => process.stderr.write("", () => process.exit())));
  });
