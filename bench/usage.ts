/** CPU time and peak memory of the processes that an operation starts. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What one kind of process has used: CPU time of all of them, memory of the largest. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakBytes: number;
}

const PRELOAD = join(__dirname, "usage.cjs");

/** Has what is started with its environment write down what it uses. See `usage.cjs`. */
export class UsageNotes {
  readonly #folder = mkdtempSync(join(tmpdir(), "classiclink-usage-"));

  readonly environment: Readonly<Record<string, string>> = {
    BENCH_USAGE: this.#folder,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --require ${JSON.stringify(PRELOAD)}`.trim(),
  };

  /** What has been noted, and forgets it. */
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
