/** CPU time and peak memory of the processes that an operation starts. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The usage of one kind of process: the CPU time of all of them, and the memory of the largest one. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakBytes: number;
}

const PRELOAD = join(__dirname, "usage.cjs");

/** Measures the processes that are started with its environment. They write files. See `usage.cjs`. */
export class UsageNotes {
  readonly #folder = mkdtempSync(join(tmpdir(), "classiclink-usage-"));

  readonly environment: Readonly<Record<string, string>> = {
    BENCH_USAGE: this.#folder,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --require ${JSON.stringify(PRELOAD)}`.trim(),
  };

  /** The usage since the last `take`. */
  take(): { readonly provider: Usage; readonly program: Usage } {
    const files = readdirSync(this.#folder);
    const usageOf = (role: string): Usage => {
      const notes = files.filter((file) => file.startsWith(role)).map((file) => readNote(join(this.#folder, file)));
      return {
        cpuMs: notes.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
        peakBytes: Math.max(0, ...notes.map(({ peakBytes }) => peakBytes)),
      };
    };
    const usage = { provider: usageOf("provider"), program: usageOf("program") };
    for (const file of files) rmSync(join(this.#folder, file));
    return usage;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function readNote(file: string): Usage {
  return JSON.parse(readFileSync(file, "utf8"));
}
