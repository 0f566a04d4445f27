/** The emulator as a command, `classiclink-emulator`, from its source. That SIGTERM ends it: the tests of pages. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { makeFolder } from "../../support/credentials";
import { clientOf } from "../../support/ecsClient";
import { start } from "./caller";

const files = makeFolder();
afterAll(() => files.remove());

/** Runs the command until it ends. */
function run(...args: string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", "emulator/cli.ts", ...args], { timeout: 300_000 });
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

test("--help names every option that is read", async () => {
  const source = readFileSync("emulator/cli.ts", "utf8");
  const options = [...source.matchAll(/^ {6}"?([a-z\d-]+)"?: \{ type: /gm)].map(([, name]) => `  --${name} `);
  expect(options.length).toBeGreaterThan(10);
  const { code, out } = await run("--help").ended;
  expect([code, options.filter((option) => !out.includes(option))]).toEqual([0, []]);
});

test("says which port is in use, and what to do", async () => {
  const { port } = new URL((await start()).endpoint);
  const { code, err } = await run("--port", port).ended;
  expect([code, err]).toEqual([1, `classiclink-emulator: port ${port} is in use; choose another with --port\n`]);
});

test("serves what it printed until ^C, saves its state, ends with 0", async () => {
  const state = join(files.folder, "state.json");
  const seeds = ["--instance", "i-test", "--vpc", "vpc-test", "--region", "cn-beijing", "--links", "1"];
  const { child, told, ended } = run("--port", "0", "--state", state, ...seeds);
  while (!/ALIBABA_CLOUD_ENDPOINT_VPC=.*\n/.test(told.out)) await once(child.stdout, "data");
  const env = new Map([...told.out.matchAll(/(\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value]));
  const endpoint = env.get("ALIBABA_CLOUD_ENDPOINT_ECS") ?? "";
  expect(told.out).toContain(`listens on ${endpoint}\n`);
  const [accessKeyId = "", accessKeySecret = ""] = [env.get("ALICLOUD_ACCESS_KEY"), env.get("ALICLOUD_SECRET_KEY")];
  const link = { regionId: env.get("ALICLOUD_REGION") ?? "", instanceId: "i-test", vpcId: "vpc-test" };
  // The client keeps its connection alive, which must not keep the emulator.
  await clientOf(endpoint, { accessKeyId, accessKeySecret }).attach(link);
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 0, err: "" });
  const linked = { regionId: "cn-beijing", instanceId: "i-linked001", vpcId: "vpc-test" };
  expect(JSON.parse(readFileSync(state, "utf8")).links).toEqual([linked, link]);
});
