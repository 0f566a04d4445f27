/** The machine that the bench ran on. */

import { cpus, loadavg, platform, release, totalmem } from "node:os";

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  /** The load of the last minute before the bench. */
  readonly loadBefore: number;
  readonly date: string;
}

export function describeMachine(): Machine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "unknown",
    memoryBytes: totalmem(),
    system: `${platform() === "linux" ? "Linux" : platform()} ${release().split("-")[0]}`,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
    date: new Date().toISOString().slice(0, 10),
  };
}
