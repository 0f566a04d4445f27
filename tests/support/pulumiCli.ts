/** The Pulumi CLI, where it is on PATH: a stack with its backend in a folder of its own. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Run, Stack, StackOptions, Summary } from "./stack";

/** The version of the CLI on PATH, or undefined where there is none. */
export function versionOfPulumi(): string | undefined {
  const { status, stdout } = spawnSync("pulumi", ["version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** What only the CLI has. */
export interface CliStack extends Stack {
  /** Runs a command. */
  pulumi(...args: readonly string[]): Promise<Run>;
  /** Interrupts the command that runs, and the processes that it has started, as ^C does. */
  interrupt(): void;
}

/** Opens a new stack. Closing it removes everything. */
export async function openCliStack(options: StackOptions): Promise<CliStack> {
  const home = mkdtempSync(join(tmpdir(), "classiclink-pulumi-"));
  mkdirSync(join(home, "backend"));
  const environment = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${join(home, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "for-tests-only",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...options.env,
  };

  let running: number | undefined;

  async function pulumi(...args: readonly string[]): Promise<Run> {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: options.project.folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that an interrupt reaches all its processes, as ^C does.
      detached: true,
    });
    running = child.pid;
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        options.onLine?.(line);
      });
    }
    const [code] = await once(child, "close");
    const output = lines.join("\n");
    return { ok: code === 0, output, summary: summaryOf(output) };
  }

  async function quietly(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = spawnSync("pulumi", args, {
      cwd: options.project.folder,
      env: environment,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`pulumi ${args[0]} ${args[1]}: ${stderr}`);
    return stdout;
  }

  /** The URNs of resources in the state, by their names. */
  async function urnsOf(names: readonly string[]): Promise<string[]> {
    const urns = (await stack.export()).deployment.resources.map(({ urn }) => urn);
    return urns.filter((urn) => names.some((name) => urn.endsWith(`::${name}`)));
  }

  await quietly("stack", "init", "test");
  const stack: CliStack = {
    drivenBy: `Pulumi CLI ${versionOfPulumi()}`.trimEnd(),
    async configure(key, value) {
      await quietly("config", "set", ...(typeof value === "string" ? [key, value] : ["--secret", key, value.secret]));
    },
    pulumi,
    interrupt: () => void (running !== undefined && process.kill(-running, "SIGINT")),
    preview: () => pulumi("preview", "--diff"),
    async up({ refresh = false, replace = [] } = {}) {
      const urns = replace.length === 0 ? [] : await urnsOf(replace);
      const flags = [...(refresh ? ["--refresh"] : []), ...urns.flatMap((urn) => ["--replace", urn])];
      return await pulumi("up", "--yes", "--skip-preview", "--suppress-progress", ...flags);
    },
    refresh: () => pulumi("refresh", "--yes", "--skip-preview", "--diff"),
    destroy: () => pulumi("destroy", "--yes", "--skip-preview", "--suppress-progress"),
    async import(file) {
      const { ok, output } = await pulumi("import", "--file", file, "--yes", "--generate-code=false");
      if (!ok) throw new Error(output);
    },
    async restore(file) {
      await quietly("stack", "import", "--file", file);
    },
    export: async () => JSON.parse(await quietly("stack", "export")),
    kept: () =>
      readdirSync(home, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
        .join("\n"),
    async close() {
      rmSync(home, { recursive: true, force: true });
      rmSync(join(options.project.folder, "Pulumi.test.yaml"), { force: true });
    },
  };
  for (const [key, value] of Object.entries(options.config ?? {})) await stack.configure(key, value);
  return stack;
}

/** Reads the counts that Pulumi prints under "Resources:" at the end of an operation. */
function summaryOf(output: string): Summary {
  const block = output.slice(output.lastIndexOf("\nResources:") + 1);
  const count = (line: RegExp) => Number(line.exec(block)?.[1] ?? 0);
  return {
    create: count(/^ +\+ (\d+) /m),
    update: count(/^ +~ (\d+) /m),
    replace: count(/^ +\+-\s?(\d+) /m),
    delete: count(/^ +- (\d+) /m),
    same: count(/(\d+) unchanged/),
  };
}
