/** The emulator as others meet it: through pop-core unchanged, and as a command. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import RPCClient from "@alicloud/pop-core";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../../emulator";

const instances = [{ instanceId: "i-test" }];
const vpcs = [{ vpcId: "vpc-test" }];
const link = { RegionId: "cn-hangzhou", InstanceId: "i-test", VpcId: "vpc-test" };

describe("pop-core", () => {
  let emulator: Emulator | undefined;
  afterEach(() => emulator?.close());

  const clientOf = (endpoint: string, more: object = {}) =>
    new RPCClient({
      endpoint,
      apiVersion: "2014-05-26",
      accessKeyId: "testid",
      accessKeySecret: "testsecret",
      ...more,
    });

  test.each(["GET", "POST", "post"])("attaches, lists and detaches with %s", async (method) => {
    emulator = await startEmulator({ instances, vpcs });
    const client = clientOf(emulator.endpoint);
    const ask = (action: string, params: object) => client.request<object>(action, params, { method });
    expect(await ask("AttachClassicLinkVpc", link)).toEqual({ RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/) });
    expect(await ask("DescribeClassicLinkInstances", { ...link, PageNumber: 1, PageSize: 100 })).toMatchObject({
      TotalCount: 1,
      Links: { Link: [{ InstanceId: "i-test", VpcId: "vpc-test" }] },
    });
    await ask("DetachClassicLinkVpc", link);
    expect(emulator.links()).toEqual([]);
  });

  test("gets the code of a refusal", async () => {
    emulator = await startEmulator({ instances, vpcs });
    const client = clientOf(emulator.endpoint);
    await expect(client.request("DetachClassicLinkVpc", link, { method: "POST" })).rejects.toMatchObject({
      code: "OperationDenied",
    });
  });

  test("is let in with an STS token full of characters that must be escaped", async () => {
    emulator = await startEmulator({ instances, vpcs, securityToken: "sts/Tok+en==!'()*~ é" });
    const client = clientOf(emulator.endpoint, { securityToken: "sts/Tok+en==!'()*~ é" });
    for (const method of ["GET", "POST"]) {
      expect(await client.request("DescribeClassicLinkInstances", link, { method })).toMatchObject({ TotalCount: 0 });
    }
  });

  test.each(["GET", "POST"])("links through ASAPI with %s, when its endpoint ends in the path", async (method) => {
    emulator = await startEmulator({ instances, vpcs });
    const client = clientOf(`${emulator.endpoint}/asapi/v3`);
    const given = { ...link, Product: "Ecs" };
    expect(await client.request("AttachClassicLinkVpc", given, { method })).toMatchObject({ asapiSuccess: true });
    expect(emulator.calls()).toMatchObject([{ gateway: "asapi", outcome: "ok" }]);
  });

  test("times out on an answer that never comes, with the work done", async () => {
    emulator = await startEmulator({ instances, vpcs });
    emulator.injectFault({ kind: "answer", action: "AttachClassicLinkVpc", answer: "timeout", afterWork: true });
    const client = clientOf(emulator.endpoint);
    const asked = client.request("AttachClassicLinkVpc", link, { method: "POST", timeout: 50 });
    await expect(asked).rejects.toThrow(/Timeout/i);
    expect(emulator.links()).toHaveLength(1);
  });
});

describe("classiclink-emulator", () => {
  const folder = mkdtempSync(join(tmpdir(), "emulator-"));
  const running: ChildProcess[] = [];
  afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs the command from its source until it ends. */
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

  test("--help teaches every option", async () => {
    const { code, out } = await run("--help").ended;
    expect(code).toBe(0);
    for (const option of ["port", "region", "vpc", "state", "generation", "quota", "organization", "tls-key", "help"]) {
      expect(out).toContain(`--${option} `);
    }
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(90);
  });

  const wrong: [args: string[], told: string][] = [
    [["--prot", "1"], "--prot"],
    [["--port", "web"], "--port must be a whole number"],
    [["--generation", "D"], "--generation must be A, B or C"],
    [["--out-of-scope", "maybe"], "--out-of-scope must be empty, not-found or not-belong"],
    [["--resource-set", "97"], "--resource-set needs --organization"],
    [["--tls-key", "key.pem"], "--tls-key and --tls-cert must be set together"],
  ];
  test.each(wrong)("%j ends with 2 and a hint", async (args, told) => {
    const { code, out, err } = await run(...args).ended;
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(told);
    expect(err).toContain("--help");
  });

  test("says which port is in use, and what to do", async () => {
    const emulator = await startEmulator();
    const port = new URL(emulator.endpoint).port;
    const { code, err } = await run("--port", port).ended;
    await emulator.close();
    expect([code, err]).toEqual([1, `classiclink-emulator: port ${port} is in use; choose another with --port\n`]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "serves what it printed until %s, keeps its state, ends with 0",
    async (signal) => {
      const state = join(mkdtempSync(join(folder, "state-")), "state.json");
      const seeds = ["--instance", "i-test", "--vpc", "vpc-test", "--region", "cn-beijing"];
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
      // The client keeps its connection alive, which must not keep the emulator.
      await client.request("AttachClassicLinkVpc", { ...link, RegionId: env.get("ALICLOUD_REGION") });
      child.kill(signal);
      expect(await ended).toMatchObject({ code: 0, err: "" });
      const links = [{ regionId: "cn-beijing", instanceId: "i-test", vpcId: "vpc-test" }];
      expect(JSON.parse(readFileSync(state, "utf8"))).toMatchObject({ links });
    },
  );
});
