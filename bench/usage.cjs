/**
 * Loaded into the processes that the bench starts (`NODE_OPTIONS=--require`). A provider or a program writes its usage every 50 ms.
 * It cannot write it at its exit, because engines end providers with SIGKILL.
 */

const { openSync, readFileSync, writeSync } = require("node:fs");
const { join } = require("node:path");

const EVERY_MS = 50;

/** The length of each note. All have the same length, so that a note replaces the earlier one completely. */
const NOTE_LENGTH = 120;

function role() {
  const script = (process.argv[1] ?? "").replaceAll("\\", "/");
  if (/\/cmd\/(dynamic-provider|run-plugin)(\/|$)/.test(script) || /\/pulumi-resource-[\w-]+$/.test(script)) {
    return "provider";
  }
  return /\/cmd\/run(\/|$)/.test(script) ? "program" : undefined;
}

/** The peak memory, in bytes. On Linux, `maxRSS` also counts the process before it became Node, so `VmHWM` is read there. */
function peak() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}

const folder = process.env.BENCH_USAGE;
const name = role();
if (folder !== undefined && name !== undefined) {
  const file = openSync(join(folder, `${name}-${process.pid}.json`), "w");
  const note = () => {
    const { user, system } = process.cpuUsage();
    const text = JSON.stringify({ cpuMs: (user + system) / 1000, peakBytes: peak() });
    writeSync(file, text.padEnd(NOTE_LENGTH), 0);
  };
  note();
  setInterval(note, EVERY_MS).unref();
  process.on("exit", note);
}
