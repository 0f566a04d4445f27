/** Follows a page as its reader does: its blocks, in their order, in an empty folder with a home of its own. */

import { deepStrictEqual } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { run } from "../languages/shell";
import { blocksOf, PAGES } from "./markdown";

/**
 * Opens a page, up to the part about one's own account.
 *
 * @param change what has to be typed instead of a block, because nothing is published.
 */
export function followPage(path: string, folder: string, change: (code: string) => string) {
  const [text = ""] = PAGES.find((page) => page.path === path)?.text.split("## Your own account") ?? [];
  const left = new Set(blocksOf({ path, text }).map(({ code }) => code));
  const project = join(folder, "links");
  const HOME = join(folder, "home");
  mkdirSync(HOME);
  const env: Record<string, string> = { HOME, PULUMI_HOME: join(HOME, ".pulumi"), PULUMI_SKIP_UPDATE_CHECK: "true" };
  let endpoint = "http://127.0.0.1:4010";
  let emulator: ChildProcess | undefined;

  /** The one block with these words that was not followed yet. */
  function block(words: string): string {
    const [code, ...others] = [...left].filter((one) => one.includes(words));
    if (code === undefined || others.length > 0) throw new Error(`${path}: not one block has "${words}"`);
    left.delete(code);
    return change(code.replaceAll("http://127.0.0.1:4010", endpoint));
  }
  const setExported = (code: string) => {
    for (const [, name = "", value = ""] of code.matchAll(/^export (\w+)=(.*)$/gm)) env[name] = value;
  };

  return {
    project,
    left,
    block,
    setExported,
    /** Types into a terminal. Resolves with what it prints, and rejects with it when a command fails. */
    type: (code: string, { cwd = project, ...more }: Readonly<Record<string, string>> = {}) =>
      run({ cwd, env: { ...env, ...more } }, "bash", "-euo", "pipefail", "-c", code),
    /** Fails unless each line of a block was printed. */
    expectPrinted(output: string, words: string): void {
      const missing = block(words)
        .split("\n")
        .filter((line) => !output.includes(line));
      if (missing.length > 0) throw new Error(`${path} shows ${missing.join("\n")}, and this was printed:\n${output}`);
    },
    /** Starts the emulator, and pastes what it prints, which is what the page shows. */
    async startEmulator(): Promise<void> {
      const command = `exec ${block("classiclink-emulator")} --port 0`;
      const options = { cwd: project, env: { ...process.env, ...env }, detached: true } as const;
      emulator = spawn("bash", ["-c", command], { ...options, stdio: ["ignore", "pipe", "inherit"] });
      const printed: string[] = [];
      for await (const line of createInterface({ input: emulator.stdout ?? process.stdin })) {
        if (line.startsWith("export ")) printed.push(line);
        if (line.includes("ALIBABA_CLOUD_ENDPOINT_VPC")) break;
      }
      endpoint = /http:\S+/.exec(printed.join("\n"))?.[0] ?? "";
      deepStrictEqual(printed, block("export ALICLOUD_ACCESS_KEY").split("\n"));
      setExported(printed.join("\n"));
    },
    async close(): Promise<void> {
      if (emulator?.pid === undefined || emulator.exitCode !== null) return;
      const ended = once(emulator, "close");
      // npx does not pass a signal on, so all of its group gets it.
      process.kill(-emulator.pid, "SIGTERM");
      await ended;
    },
  };
}
