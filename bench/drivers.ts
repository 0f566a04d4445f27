/** Runs programs, with the Pulumi CLI or with the repository's own small engine. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openStack } from "../tests/engine";
import { PLUGIN_FOLDER } from "./benchProject";

export type DriverOperation = "up" | "refresh" | "destroy";

export interface Driver {
  /** Runs an operation. @throws {Error} with the whole output, if it fails. */
  run(operation: DriverOperation): Promise<void>;
  /** The size of the state. */
  stateSize(): StateSize;
}

/** The size of a state in bytes: in the engine's file, and as `pulumi stack export` prints it. */
export interface StateSize {
  readonly fileBytes: number;
  readonly exportBytes: number;
}

const STACK = "test";

/** Opens a new stack of the project in a folder. Its processes get `env` too. */
export async function openDriver(folder: string, env: Readonly<Record<string, string>>, cli: boolean): Promise<Driver> {
  return cli ? await openCli(folder, env) : openOwnEngine(folder, env);
}

/** The name of the driver, for the report. */
export function nameOfDriver(cli: boolean): string {
  if (!cli) return "the repository's own small engine (tests/engine)";
  const { status, stdout } = spawnSync("pulumi", ["version"], { encoding: "utf8" });
  if (status !== 0) throw new Error("--cli needs the Pulumi CLI on PATH");
  return `the Pulumi CLI (${stdout.trim() || "built from its sources"}) with the file backend`;
}

function openOwnEngine(folder: string, env: Readonly<Record<string, string>>): Driver {
  const stateFile = join(folder, "state.json");
  const plugins = { classiclink: PLUGIN_FOLDER };
  return {
    async run(operation) {
      // Opens the stack again for each operation, as the CLI does.
      const stack = openStack({ projectDir: folder, stackName: STACK, stateFile, env, plugins });
      const { ok, output } = await stack[operation]();
      if (!ok) throw new Error(output);
    },
    stateSize: () => {
      const text = readFileSync(stateFile, "utf8");
      return sizeOf(text, JSON.parse(text));
    },
  };
}

async function openCli(folder: string, env: Readonly<Record<string, string>>): Promise<Driver> {
  const backend = join(folder, "backend");
  mkdirSync(backend);
  const environment = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "for-the-bench-only",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...env,
  };
  const pulumi = async (...args: string[]): Promise<void> => {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${output}`);
  };
  await pulumi("stack", "init", STACK);
  return {
    async run(operation) {
      await pulumi(operation, "--stack", STACK, "--yes", "--skip-preview", "--suppress-progress");
    },
    stateSize: () => {
      const text = readFileSync(join(backend, ".pulumi", "stacks", "bench", `${STACK}.json`), "utf8");
      const { version, checkpoint } = JSON.parse(text);
      return sizeOf(text, { version, deployment: checkpoint.latest });
    },
  };
}

function sizeOf(file: string, exported: object): StateSize {
  return {
    fileBytes: Buffer.byteLength(file),
    exportBytes: Buffer.byteLength(JSON.stringify(exported, null, 4)),
  };
}
