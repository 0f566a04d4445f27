/** Measures how long modules take to load and processes to start, and the memory of a dynamic host without a provider. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { Client, credentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { GetSchemaRequest, type GetSchemaResponse } from "@pulumi/pulumi/proto/provider_pb";
import { PLUGIN_FOLDER } from "./benchProject";
import { UsageNotes } from "./usage";

/** The number of measurements of each time. */
const TIMES = 11;

const PLUGIN = join(PLUGIN_FOLDER, "pulumi-resource-classiclink");

/** The time until the host is idle, in ms. */
const SETTLING_MS = 500;

export interface StartTimes {
  /** The time to load `pulumi-classiclink`, in a program that has loaded `@pulumi/pulumi`. */
  readonly importMs: number;
  /** The time to load `pulumi-classiclink/dynamic`, in a new process. */
  readonly dynamicMs: number;
  /** The time from the start of the plugin's process until it prints its port. Undefined if it does not start. */
  readonly pluginMs: number | undefined;
  /** The peak memory of a dynamic host that has loaded no provider. */
  readonly bareHostBytes: number;
}

/** Measures all of them. Each time is a median. */
export async function measureStartTimes(): Promise<StartTimes> {
  const timeOf = (prepare: string, path: string) =>
    median(
      times(() =>
        Number(node(`${prepare}; const t = performance.now(); require("${path}"); console.log(performance.now() - t)`)),
      ),
    );
  const importMs = timeOf('require("@pulumi/pulumi")', "pulumi-classiclink");
  const dynamicMs = timeOf("0", "pulumi-classiclink/dynamic");
  const pluginStarts: number[] = [];
  try {
    for (let time = 0; time < TIMES; time += 1) pluginStarts.push(await measurePluginStart());
  } catch {
    // Without a build, there is no plugin. The subjects that need it are reported as skipped.
  }
  return {
    importMs,
    dynamicMs,
    pluginMs: pluginStarts.length === 0 ? undefined : median(pluginStarts),
    bareHostBytes: await measureBareHost(),
  };
}

/** The resource types in the plugin's schema. @throws {Error} if it does not start. */
export async function typesOfPlugin(): Promise<readonly string[]> {
  const { child, port } = await startProcess(PLUGIN);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  try {
    const { path, requestSerialize, responseDeserialize } = ResourceProviderService.getSchema;
    const answer = await new Promise<GetSchemaResponse>((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, new GetSchemaRequest(), (error, response) =>
        response === undefined ? reject(error) : resolve(response),
      );
    });
    const schema: { resources?: object } = JSON.parse(answer.getSchema());
    return Object.keys(schema.resources ?? {});
  } finally {
    client.close();
    child.kill("SIGKILL");
  }
}

async function measurePluginStart(): Promise<number> {
  const startedAt = performance.now();
  const { child } = await startProcess(PLUGIN);
  const took = performance.now() - startedAt;
  await end(child);
  return took;
}

async function measureBareHost(): Promise<number> {
  const notes = new UsageNotes();
  try {
    const host = createRequire(__filename).resolve("@pulumi/pulumi/cmd/dynamic-provider");
    const { child } = await startProcess(host, { ...process.env, ...notes.environment });
    await wait(SETTLING_MS);
    await end(child);
    return notes.take().provider.peakBytes;
  } finally {
    notes.remove();
  }
}

/** Starts a provider as an engine does, and waits for its port. Nothing listens at the address of its engine. */
async function startProcess(script: string, env = process.env): Promise<{ child: ChildProcess; port: string }> {
  const child = spawn(process.execPath, [script, "127.0.0.1:1"], { env, stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the process ended with code ${code} before it printed a port`);
  });
  ended.catch(() => {});
  const [port] = await Promise.race([once(createInterface(child.stdout), "line"), ended]);
  return { child, port: String(port).trim() };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

function node(code: string): string {
  return execFileSync(process.execPath, ["-e", code], { cwd: join(__dirname, ".."), encoding: "utf8" });
}

function times<T>(work: () => T): T[] {
  return Array.from({ length: TIMES }, work);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
