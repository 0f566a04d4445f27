/** `examples/automation-api`: its parts against real servers, and where the Pulumi CLI is on PATH, the whole of it. */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test } from "@jest/globals";
import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { startEmulator } from "pulumi-classiclink/emulator";
import { Watcher } from "../../examples/automation-api/watcher";
import { postDrift } from "../../examples/automation-api/webhook";
import { makeProject } from "../support/project";
import { versionOfPulumi } from "../support/pulumiCli";
import { type RawServer, startRawServer } from "../support/rawServer";
import { instancesOf, vpcsOf } from "../support/shop";

let hook: RawServer | undefined;
afterEach(() => hook?.close());

/** An event as a refresh by Pulumi 3.260 sends it when it has read a resource. */
function refreshed(type: string, name: string, op: OpType, old: object, found?: object): EngineEvent {
  const urn = `urn:pulumi:watch::classiclink-watch::pulumi-nodejs:dynamic/classiclink:${type}::${name}`;
  const state = (outputs: object) => ({ type, urn, id: "any", parent: "", provider: "", inputs: {}, outputs });
  const sides = { old: state(old), ...(found && { new: state(found) }) };
  return { sequence: 1, timestamp: 1, resOutputsEvent: { metadata: { op, urn, type, provider: "", ...sides } } };
}

test("the watcher reports what is gone or moved; a webhook that was down gets it once with the next check, its address is not logged", async () => {
  let status = 503;
  hook = await startRawServer((_, response) => response.writeHead(status).end());
  const link = { instanceId: "i-web", vpcId: "vpc-shop" };
  const links = { vpcId: "vpc-shop", instanceIds: ["i-1", "i-2", "i-3"], movedAway: {} };
  const left = { ...links, instanceIds: ["i-1"], movedAway: { "i-3": "vpc-other" } };
  const drift = [
    refreshed("ClassicLink", "web", "update", link, { ...link, vpcId: "vpc-other" }),
    refreshed("ClassicLink", "db", "delete", { ...link, instanceId: "i-db" }),
    refreshed("ClassicLinks", "workers", "update", links, left),
  ];
  // Members that came back are no drift.
  const events = [drift, undefined, [refreshed("ClassicLinks", "workers", "update", left, links)]];
  const logged: string[] = [];
  const stack = {
    async refresh({ onEvent }: { onEvent: (event: EngineEvent) => void }) {
      const found = events.shift();
      if (found === undefined) throw new Error("throttled");
      found.forEach(onEvent);
    },
  };
  const watcher = new Watcher(stack, `${hook.endpoint}/T0/secret`, (line) => logged.push(line));
  await watcher.check();
  status = 200;
  await watcher.check();
  await watcher.check();
  const sentences = [
    "web: i-web is linked to vpc-other, it was linked to vpc-shop",
    "db: i-db is not linked any more, it was linked to vpc-shop",
    "workers: i-2 is not linked any more, it was linked to vpc-shop",
    "workers: i-3 is linked to vpc-other, it was linked to vpc-shop",
  ];
  const [first, second, ...more] = hook.requests.map((request) => JSON.parse(request.text));
  expect([second, more]).toEqual([first, []]);
  expect(first.text).toBe(sentences.join("\n"));
  expect(first.drift[0]).toEqual({ resource: "web", instanceId: "i-web", was: "vpc-shop", now: "vpc-other" });
  expect(logged).toEqual([...sentences, "the webhook answered with 503; check WEBHOOK", "refresh failed: throttled"]);
});

test("a webhook that cannot be reached is named, and its address is not", async () => {
  await expect(postDrift("https://T0:secret", [])).rejects.toThrow(/^the webhook cannot be reached; check WEBHOOK$/);
});

// The Automation API asks the CLI for its version; one that was built from its sources may have none.
const withCli = /\d/.test(versionOfPulumi() ?? "") ? test : test.skip;
withCli("[22] gets drift from npm start, under the Pulumi CLI, until that is interrupted", async () => {
  const instances = instancesOf("i-web", "i-worker1", "i-worker2");
  const emulator = await startEmulator({ instances, vpcs: vpcsOf("vpc-shop", "vpc-other") });
  const project = makeProject({ "home/backend/.keep": "" }, "examples/automation-api");
  const cwd = join(project.folder, "home");
  hook = await startRawServer((_, response) => {
    response.end();
    watch.kill("SIGINT");
  });
  // In one process, since the command tsx kills its child when that is slow to answer a signal. From another folder, as cron would.
  const args = ["--import", pathToFileURL(require.resolve("tsx")).href, join(project.folder, "watch.ts")];
  const env = {
    ...process.env,
    ...emulator.environment,
    PULUMI_BACKEND_URL: `file://${join(cwd, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "for-tests-only",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    EVERY_SECONDS: "1",
    WEBHOOK: hook.endpoint,
  };
  const watch = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  createInterface(watch.stdout).on("line", (line) => {
    if (line.startsWith("watching")) emulator.unlink("i-web");
  });
  const code = await new Promise((resolve) => watch.once("close", resolve));
  await emulator.close();
  project.remove();
  const posted = hook.requests.map((request) => JSON.parse(request.text).text);
  expect([code, posted]).toEqual([0, ["web: i-web is not linked any more, it was linked to vpc-shop"]]);
});
