/** Finds and kills the provider process of a project, whoever drives the stack. */

import { spawnSync } from "node:child_process";
import { readlinkSync } from "node:fs";
import type { Host } from "./shop";

/** The command lines of provider processes. The engine runs the plugin's own executable. */
const COMMANDS: Readonly<Record<Host, RegExp>> = {
  dynamic: /node\S* .*dynamic-provider/,
  plugin: /node\S* .*pulumi-resource-classiclink/,
};

/** Kills, as `kill -9` does, the provider that runs in a folder. Returns whether there was one. */
export function killProvider(host: Host, folder: string): boolean {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,args="], { encoding: "utf8" });
  const processes = stdout.split("\n").filter((line) => COMMANDS[host].test(line));
  const pids = processes
    .map((line) => Number(line.trim().split(" ")[0]))
    .filter((pid) => workingDirectoryOf(pid) === folder);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  return pids.length > 0;
}

function workingDirectoryOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // The process has ended, or the system has no /proc.
    const { stdout } = spawnSync("lsof", ["-a", "-p", String(pid), "-d", "cwd", "-Fn"], { encoding: "utf8" });
    return /^n(.*)$/m.exec(stdout ?? "")?.[1];
  }
}
