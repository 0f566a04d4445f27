/** The emulator as a command, `classiclink-emulator`, from its source. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import RPCClient from "@alicloud/pop-core";
import { afterAll, afterEach, expect, test } from "@jest/globals";
import { start } from "./caller";

const folder = mkdtempSync(join(tmpdir(), "emulator-"));
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command until it ends. */
function run(...args: string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", "emulator/cli.ts", ...args]);
  running.push(child);
  const told = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    told.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    told.err += chunk;
  });
  const ended = once(child, "exit").then(([code]) => ({ code, ...told }));
  return { child, told, ended };
}

test.each<[args: string[], told: string]>([
  [["--prot", "1"], "--prot"],
  [["--port", "web"], "--port must be a whole number"],
  [["--generation", "D"], "--generation must be A, B or C"],
  [["--out-of-scope", "maybe"], "--out-of-scope must be empty, not-found or not-belong"],
  [["--resource-set", "97"], "--resource-set needs --organization"],
  [["--tls-key", "key.pem"], "--tls-key and --tls-cert must be set together"],
])("%j ends with 2 and a hint", async (args, told) => {
  const { code, out, err } = await run(...args).ended;
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(told);
  expect(err).toContain("--help");
});

test("says which port is in use, and what to do", async () => {
  const { port } = new URL((await start()).endpoint);
  const { code, err } = await run("--port", port).ended;
  expect([code, err]).toEqual([1, `classiclink-emulator: port ${port} is in use; choose another with --port\n`]);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "serves what it printed until %s, saves its state, ends with 0",
  async (signal) => {
    const state = join(folder, `${signal}.json`);
    const seeds = ["--instance", "i-test", "--vpc", "vpc-test", "--region", "cn-beijing", "--links", "1"];
    const { child, told, ended } = run("--port", "0", "--state", state, ...seeds);
    while (!/ALIBABA_CLOUD_ENDPOINT_VPC=.*\n/.test(told.out)) await once(child.stdout, "data");
    const env = new Map([...told.out.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
    expect(told.out).toContain(`listens on ${env.get("ALIBABA_CLOUD_ENDPOINT_ECS")}\n`);
    const client = new RPCClient({
      endpoint: env.get("ALIBABA_CLOUD_ENDPOINT_ECS") ?? "",
      apiVersion: "2014-05-26",
      accessKeyId: env.get("ALICLOUD_ACCESS_KEY") ?? "",
      accessKeySecret: env.get("ALICLOUD_SECRET_KEY") ?? "",
    });
    const link = { RegionId: env.get("ALICLOUD_REGION"), InstanceId: "i-test", VpcId: "vpc-test" };
    // The client keeps its connection alive, which must not keep the emulator.
    await client.request("AttachClassicLinkVpc", link);
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 0, err: "" });
    const { links } = JSON.parse(readFileSync(state, "utf8"));
    expect(links).toMatchObject(
      ["i-linked001", "i-test"].map((instanceId) => ({ regionId: "cn-beijing", instanceId })),
    );
  },
);
