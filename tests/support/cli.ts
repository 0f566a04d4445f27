/** The built command line as a process, in a folder and an environment of its own. Needs a build. */

import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { once } from "node:events";
import { join } from "node:path";
import { REPOSITORY } from "./project";

/** What a command has printed, and its exit code. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  /** All of its environment, besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its standard input. */
  readonly input?: string;
}

const MAIN = join(REPOSITORY, "dist", "cli", "main.js");

/** Runs `pulumi-classiclink` with arguments. Not synchronous: the emulator that answers may live in this process. */
export async function runCli(args: readonly string[], { cwd, env, input = "" }: CommandOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env.PATH, ...env },
  });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, stdout, stderr };
}
