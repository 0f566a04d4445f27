/** `examples/automation-api`: its parts against real servers, and where the Pulumi CLI is on PATH, the whole of it. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { type Emulator, startEmulator } from "pulumi-classiclink/emulator";
import { driftIn, sentenceOf } from "../../examples/automation-api/drift";
import { Watcher } from "../../examples/automation-api/watcher";
import { postDrift } from "../../examples/automation-api/webhook";
import { makeProject, type Project } from "../support/project";
import { versionOfPulumi } from "../support/pulumiCli";
import { type RawServer, startRawServer } from "../support/rawServer";

/** An event as a refresh by Pulumi 3.260 sends it when it has read a resource. */
function refreshed(type: string, name: string, op: OpType, old: object, found?: object): EngineEvent {
  const urn = `urn:pulumi:watch::classiclink-watch::pulumi-nodejs:dynamic/classiclink:${type}::${name}`;
  const state = (outputs: object) => ({
    type,
    urn,
    id: "cn-hangzhou:i-web",
    parent: "",
    provider: "",
    inputs: {},
    outputs,
  });
  const metadata = {
    op,
    urn,
    type,
    provider: "",
    old: state(old),
    ...(found === undefined ? {} : { new: state(found) }),
  };
  return { sequence: 1, timestamp: 1, resOutputsEvent: { metadata } };
}

const LINK = { instanceId: "i-web", vpcId: "vpc-shop", regionId: "cn-hangzhou" };
const LINKS = { vpcId: "vpc-shop", instanceIds: ["i-1", "i-2", "i-3"], regionId: "cn-hangzhou", movedAway: {} };
const GONE = refreshed("ClassicLink", "web", "delete", LINK);
const MOVED = refreshed("ClassicLink", "web", "update", LINK, { ...LINK, vpcId: "vpc-other" });

describe("what a refresh found", () => {
  test.each<[string, EngineEvent, string[]]>([
    ["a link that is gone", GONE, ["web: i-web is not linked any more, it was linked to vpc-shop"]],
    ["a link that was moved", MOVED, ["web: i-web is linked to vpc-other, it was linked to vpc-shop"]],
    ["a link that is as it was", refreshed("ClassicLink", "web", "same", LINK, LINK), []],
    [
      "members that are gone or moved",
      refreshed("ClassicLinks", "workers", "update", LINKS, {
        ...LINKS,
        instanceIds: ["i-1"],
        movedAway: { "i-3": "vpc-other" },
      }),
      [
        "workers: i-2 is not linked any more, it was linked to vpc-shop",
        "workers: i-3 is linked to vpc-other, it was linked to vpc-shop",
      ],
    ],
    [
      "members that came back",
      refreshed("ClassicLinks", "workers", "update", { ...LINKS, instanceIds: ["i-1"] }, LINKS),
      [],
    ],
    ["a resource of another kind", refreshed("Bucket", "web", "delete", LINK), []],
    ["an event that is about no resource", { sequence: 1, timestamp: 1, cancelEvent: {} }, []],
  ])("%s", (_, event, sentences) => {
    expect(driftIn(event).map(sentenceOf)).toEqual(sentences);
  });
});

describe("the webhook", () => {
  let hook: RawServer;
  afterEach(() => hook?.close());

  test("gets the sentences and the facts", async () => {
    hook = await startRawServer((_, response) => response.end());
    await postDrift(hook.endpoint, driftIn(MOVED));
    expect(hook.requests.map(({ method, text }) => [method, JSON.parse(text)])).toEqual([
      [
        "POST",
        {
          text: "web: i-web is linked to vpc-other, it was linked to vpc-shop",
          drift: [{ resource: "web", instanceId: "i-web", was: "vpc-shop", now: "vpc-other" }],
        },
      ],
    ]);
  });

  test("that refuses is an error, and so is one that is not there; neither names its address", async () => {
    hook = await startRawServer((_, response) => response.writeHead(403).end());
    const address = `${hook.endpoint}/T0/secret`;
    await expect(postDrift(address, driftIn(GONE))).rejects.toThrow(/^the webhook answered with 403; check WEBHOOK$/);
    await hook.close();
    await expect(postDrift(address, driftIn(GONE))).rejects.toThrow(/^the webhook cannot be reached; check WEBHOOK$/);
  });

  test("that was down gets with the next check what it missed, once", async () => {
    let status = 503;
    hook = await startRawServer((_, response) => response.writeHead(status).end());
    const refreshes = [[GONE], [], []];
    const logged: string[] = [];
    const stack = {
      refresh: async ({ onEvent }: { onEvent: (event: EngineEvent) => void }) => refreshes.shift()?.forEach(onEvent),
    };
    const watcher = new Watcher(stack, hook.endpoint, (line) => logged.push(line));
    await watcher.check();
    status = 200;
    await watcher.check();
    await watcher.check();
    expect(hook.requests.map(({ text }) => JSON.parse(text).drift)).toEqual([driftIn(GONE), driftIn(GONE)]);
    expect(logged).toEqual([...driftIn(GONE).map(sentenceOf), expect.stringContaining("503")]);
  });

  test("is left alone when nothing has drifted, and a refresh that fails does not end the watch", async () => {
    hook = await startRawServer((_, response) => response.end());
    const logged: string[] = [];
    const refresh = () => Promise.reject(new Error("throttled"));
    await new Watcher({ refresh }, hook.endpoint, (line) => logged.push(line)).check();
    expect(logged).toEqual(["refresh failed: throttled"]);
    expect(hook.requests).toEqual([]);
  });
});

// The Automation API asks the CLI for its version; one that was built from its sources may have none.
const withCli = /\d/.test(versionOfPulumi() ?? "") ? describe : describe.skip;

withCli("[22] npm start, under the Pulumi CLI", () => {
  let emulator: Emulator;
  let hook: RawServer;
  let project: Project;
  let home: string;
  let watch: ChildProcess;
  const lines: string[] = [];
  const bodies: (typeof lines)[] = [];
  let onNews = () => {};

  /** Waits until what was printed and posted is enough. */
  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        onNews = resolve;
      });
    }
  }

  beforeAll(async () => {
    emulator = await startEmulator({
      instances: ["i-web", "i-worker1", "i-worker2"].map((instanceId) => ({ instanceId })),
      vpcs: [{ vpcId: "vpc-shop" }, { vpcId: "vpc-other" }],
    });
    hook = await startRawServer(({ text }, response) => {
      bodies.push(JSON.parse(text).text.split("\n"));
      response.end();
      onNews();
    });
    project = makeProject({}, "examples/automation-api");
    home = mkdtempSync(join(tmpdir(), "classiclink-watch-"));
    mkdirSync(join(home, "backend"));
    const env = {
      ...process.env,
      ...emulator.environment,
      PULUMI_BACKEND_URL: `file://${join(home, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "for-tests-only",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      WEBHOOK: hook.endpoint,
      EVERY_SECONDS: "1",
    };
    // In one process: the command tsx kills its child when that is slow to answer a signal.
    const tsx = pathToFileURL(require.resolve("tsx")).href;
    // From another folder, as cron would.
    watch = spawn(process.execPath, ["--import", tsx, join(project.folder, "watch.ts")], {
      cwd: home,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [watch.stdout, watch.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        onNews();
      });
    }
    watch.once("exit", (code) => {
      lines.push(`ended with ${code}`);
      onNews();
    });
    await until(() => lines.some((line) => /^watching|^ended/.test(line)));
  });
  afterAll(async () => {
    watch?.kill("SIGKILL");
    await emulator?.close();
    await hook?.close();
    project?.remove();
    rmSync(home, { recursive: true, force: true });
  });

  test("makes the links", () => {
    expect(lines).toContainEqual(expect.stringMatching(/^watching/));
    expect(emulator.links()).toHaveLength(3);
  });

  test("posts to the webhook a link that somebody removed, and of one that somebody moved", async () => {
    emulator.unlink("i-web");
    emulator.link("i-worker2", "vpc-other");
    await until(() => bodies.flat().length >= 2 || lines.some((line) => /^(ended|refresh failed)/.test(line)));
    expect(bodies.flat().sort()).toEqual([
      "web: i-web is not linked any more, it was linked to vpc-shop",
      "workers: i-worker2 is linked to vpc-other, it was linked to vpc-shop",
    ]);
  });

  test("ends on an interrupt", async () => {
    watch.kill("SIGINT");
    await until(() => lines.some((line) => line.startsWith("ended")));
    expect(lines.at(-1)).toBe("ended with 0");
  });
});
