/** The emulator, in its own process, so that its CPU time is not measured. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Call, Link } from "../emulator";
import { instanceIdsOf, regionId, vpcId } from "./programs/fleet";

const COMMAND = join(__dirname, "..", "dist", "emulator", "cli.js");

/** The number of calls of each operation. */
export type CallCounts = Readonly<Record<string, number>>;

export interface Cloud {
  /** The environment variables that make a program use the emulator. */
  readonly environment: Readonly<Record<string, string>>;
  /** The calls since the last `takeCalls`. */
  takeCalls(): Promise<CallCounts>;
  /** The number of links. */
  links(): Promise<number>;
  close(): Promise<void>;
}

/** Starts an emulator. @param latencyMs the delay of each answer, in ms. */
export async function startCloud(instances: number, latencyMs: number): Promise<Cloud> {
  const seeds = [...instanceIdsOf(instances).flatMap((id) => ["--instance", id]), "--vpc", vpcId];
  const child = spawn(process.execPath, [COMMAND, "--port", "0", "--region", regionId, ...seeds], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const environment = await environmentOf(child.stdout);
  const endpoint = environment.ALIBABA_CLOUD_ENDPOINT_ECS;
  const control = async <T>(method: string, route: string, body?: object): Promise<T> => {
    const sent =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const answer = await fetch(`${endpoint}/-/${route}`, { method, ...sent });
    if (!answer.ok) throw new Error(`the emulator refused ${method} ${route}: ${await answer.text()}`);
    const answered: T = JSON.parse(await answer.text());
    return answered;
  };
  if (latencyMs > 0) await control("POST", "faults", { kind: "latency", ms: latencyMs });
  return {
    environment,
    async takeCalls() {
      const calls = await control<Call[]>("GET", "calls");
      await control("DELETE", "calls");
      const counts: Record<string, number> = {};
      for (const { action } of calls) counts[action] = (counts[action] ?? 0) + 1;
      return counts;
    },
    links: async () => (await control<Link[]>("GET", "links")).length,
    async close() {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

/** The last variable that the command prints. */
const LAST_VARIABLE = "ALIBABA_CLOUD_ENDPOINT_VPC";

/** Reads the lines `export NAME=value` that the command prints. */
async function environmentOf(stdout: NodeJS.ReadableStream): Promise<Readonly<Record<string, string>>> {
  const environment: Record<string, string> = {};
  for await (const line of createInterface(stdout)) {
    const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    environment[name] = value;
    if (name === LAST_VARIABLE) return environment;
  }
  throw new Error("the emulator did not start; run npm run build first");
}
