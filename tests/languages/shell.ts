/** Runs commands, and finds out which there are. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** How a command is run. */
export interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs a command to its end. Throws an error that ends with what it printed, unless it succeeded. */
export async function run({ cwd, env }: Place, command: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
  const [code] = await once(child, "close");
  const output = Buffer.concat(chunks).toString("utf8");
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output.slice(-4_000)}`);
  return output;
}

/** Which of some programs is not on PATH. */
export function missingProgram(programs: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return programs.find((program) => !folders.some((folder) => existsSync(join(folder, program))));
}
