/** `doctor` as a process against the emulator: for each fault it says what is wrong, and it changes nothing. */

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type Emulator, type FaultRule, startEmulator } from "pulumi-classiclink/emulator";
import { runCli } from "../support/cli";
import { startProxy } from "../support/proxy";
import { instancesOf, vpcsOf } from "../support/shop";
import { CERTIFICATE, KEY } from "../support/tls";

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({
    instances: instancesOf("i-a", "i-b"),
    vpcs: [...vpcsOf("vpc-1", "vpc-2"), { vpcId: "vpc-off", classicLinkEnabled: false }],
    links: [{ instanceId: "i-b", vpcId: "vpc-2" }],
    accessKeySecret: "s3cr3t+MARKER",
  });
});
afterEach(() => emulator.close());

/** The operations that were called. The unsigned request that asks for the time names none. */
const called = () => emulator.calls().flatMap(({ action }) => (action === "" ? [] : [action]));

/** The findings that are not fine, as `state text`, and the exit code. */
async function doctor(args: readonly string[] = [], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runCli(["doctor", "--json", "--organization", "26", ...args], {
    env: { ...emulator.environment, ...env },
  });
  expect(`${stdout}${stderr}`).not.toMatch(/MARKER|testid/);
  expect(called().filter((action) => !action.startsWith("Describe"))).toEqual([]);
  const findings: { state: string; text: string }[] = stdout === "" ? [] : JSON.parse(stdout).findings;
  return { code, stderr, findings: findings.map(({ state, text }) => `${state} ${text}`) };
}

const finding = (state: string, text: string) =>
  expect.arrayContaining([expect.stringMatching(new RegExp(`^${state} .*${text}`))]);

test("all is well: exit code 0, and no problem", async () => {
  const { code, findings } = await doctor(["--vpc", "vpc-1"]);
  expect([code, findings.filter((one) => one.startsWith("problem"))]).toEqual([0, []]);
  expect(findings).toEqual(
    expect.arrayContaining([
      "ok ecs:DescribeClassicLinkInstances is allowed",
      "ok vpc:DescribeVpcs is allowed",
      "ok ClassicLink is enabled on vpc-1",
      "ok 0 of at most 1000 instances are linked to vpc-1",
    ]),
  );
});

const LINKS = "ecs:DescribeClassicLinkInstances";
const CUT: FaultRule = { kind: "answer", action: "DescribeClassicLinkInstances", answer: "reset-before", times: 9 };

test.each<[string, FaultRule, 0 | 1, string, string]>([
  ["denied", { kind: "denied", action: "DescribeClassicLinkInstances" }, 1, "problem", `${LINKS} is refused`],
  ["a clock that is off", { kind: "clock", ms: 3_600_000 }, 1, "problem", "The clock of the service is 60 min ahead"],
  ["a connection that is cut", CUT, 1, "problem", `${LINKS} failed`],
  ["VPCs may not be listed", { kind: "denied", action: "DescribeVpcs" }, 0, "warning", "vpc:DescribeVpcs is refused"],
  ["a throttle", { kind: "throttle", quota: 0 }, 0, "warning", `${LINKS} is throttled now`],
])("a fault is named: %s", async (_, rule, exitCode, state, text) => {
  emulator.injectFault(rule);
  const { code, findings } = await doctor();
  expect([code, findings]).toEqual([exitCode, finding(state, text)]);
});

test("a key that was revoked is a problem, and what was not checked for that reason is a warning", async () => {
  emulator.revokeKey();
  const { code, findings } = await doctor();
  expect([code, findings]).toEqual([1, finding("problem", `${LINKS} is refused`)]);
  expect(findings).toEqual(finding("warning", "Not checked"));
});

test.each([
  ["linked elsewhere", ["--instance", "i-b", "--vpc", "vpc-1"], "i-b is linked to vpc-2, not to vpc-1"],
  ["the switch is off", ["--instance", "i-a", "--vpc", "vpc-off"], "ClassicLink is not enabled on vpc-off"],
  ["no such VPC", ["--vpc", "vpc-none"], "shows no VPC vpc-none"],
  ["no such instance", ["--instance", "i-none"], "shows no instance i-none to this key"],
  ["an instance in a VPC", ["--instance", "i-vpc"], "i-vpc is in the VPC .*, not in the classic network"],
])("what keeps an instance from a VPC is named: %s", async (_, args, text) => {
  emulator.addInstance({ instanceId: "i-vpc", networkType: "vpc" });
  const { code, findings } = await doctor(args);
  expect([code, findings]).toEqual([1, finding("problem", text)]);
});

test.each([
  ["no region", { ALICLOUD_REGION: "" }, "no region is configured"],
  ["half a key", { ALICLOUD_SECRET_KEY: "" }, "There are no credentials"],
  ["a port where nobody listens", { ALIBABA_CLOUD_ENDPOINT_ECS: "127.0.0.1:1" }, "accepts no connections"],
  ["a name without an address", { ALIBABA_CLOUD_ENDPOINT_ECS: "ecs.test.invalid" }, "This machine cannot resolve"],
  ["TLS where there is none", { ALIBABA_CLOUD_ENDPOINT_ECS: "https://HOST" }, "does not speak TLS"],
])("settings that cannot work are named before anything is called: %s", async (_, env, text) => {
  const host = new URL(emulator.endpoint).host;
  const { code, findings } = await doctor([], JSON.parse(JSON.stringify(env).replace("HOST", host)));
  expect([code, findings]).toEqual([1, finding("problem", text)]);
  expect(called()).toEqual([]);
});

test("a certificate that nobody knows is a problem, and with --insecure a warning", async () => {
  const secure = await startEmulator({ tls: { key: KEY, cert: CERTIFICATE }, vpcs: [{ vpcId: "vpc-1" }] });
  const strict = await doctor([], secure.environment);
  const lax = await doctor(["--insecure"], secure.environment);
  await secure.close();
  expect([strict.code, strict.findings]).toEqual([1, finding("problem", "is not trusted")]);
  expect([lax.code, lax.findings]).toEqual([0, finding("warning", "is not verified")]);
});

test("a proxy that refuses is a problem of the proxy", async () => {
  const proxy = await startProxy({}, "user:password");
  const env = { ALIBABA_CLOUD_ENDPOINT_ECS: "https://ecs.test.invalid", CLASSICLINK_PROXY: `http://${proxy.host}` };
  const { code, findings } = await doctor([], env);
  await proxy.close();
  expect([code, findings]).toEqual([1, finding("problem", "The proxy does not let requests")]);
});

test("a wrong option is reported with exit code 2", async () => {
  expect((await doctor(["--instance", "a b"])).code).toBe(2);
  expect((await doctor(["--frob"])).code).toBe(2);
});
