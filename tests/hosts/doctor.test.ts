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
    instances: [...instancesOf("i-a", "i-b"), { instanceId: "i-vpc", networkType: "vpc" }],
    vpcs: [...vpcsOf("vpc-1", "vpc-2"), { vpcId: "vpc-off", classicLinkEnabled: false }],
    links: [{ instanceId: "i-b", vpcId: "vpc-2" }],
    accessKeySecret: "s3cr3t+MARKER",
  });
});
afterEach(() => emulator.close());

/** The operations that were called. The unsigned request that asks for the time names none. */
const called = () => emulator.calls().flatMap(({ action }) => (action === "" ? [] : [action]));

/** The exit code, and the findings as `state text`, those that are fine among them. */
async function doctor(args: readonly string[] = [], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runCli(["doctor", "--json", "--organization", "26", ...args], {
    env: { ...emulator.environment, ...env },
  });
  expect(`${stdout}${stderr}`).not.toMatch(/MARKER|testid/);
  expect(called().filter((action) => !action.startsWith("Describe"))).toEqual([]);
  const findings: { state: string; text: string }[] = stdout === "" ? [] : JSON.parse(stdout).findings;
  return { code, findings: findings.map(({ state, text }) => `${state} ${text}`) };
}

/** An end with a finding that begins with its state. */
const endOf = (code: number, found: string) => ({
  code,
  findings: expect.arrayContaining([expect.stringMatching(new RegExp(`^${found}`))]),
});

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
const action = "DescribeClassicLinkInstances";

test.each<[string, FaultRule, 0 | 1, string]>([
  ["denied", { kind: "denied", action }, 1, `problem ${LINKS} is refused`],
  ["a clock that is off", { kind: "clock", ms: 3_600_000 }, 1, "problem The clock of the service is 60 min ahead"],
  ["a cut", { kind: "answer", action, answer: "reset-before", times: 9 }, 1, `problem ${LINKS} failed`],
  ["a throttle", { kind: "throttle", quota: 0 }, 0, `warning ${LINKS} is throttled now`],
])("a fault is named: %s", async (_, rule, code, found) => {
  emulator.injectFault(rule);
  expect(await doctor()).toEqual(endOf(code, found));
});

test("a key that was revoked is a problem, and what was not checked for that reason is a warning", async () => {
  emulator.revokeKey();
  const ended = await doctor();
  expect(ended).toEqual(endOf(1, `problem ${LINKS} is refused`));
  expect(ended).toEqual(endOf(1, "warning Not checked"));
});

test.each([
  ["linked elsewhere", ["--instance", "i-b", "--vpc", "vpc-1"], "i-b is linked to vpc-2, not to vpc-1"],
  ["the switch is off", ["--vpc", "vpc-off"], "ClassicLink is not enabled on vpc-off"],
  ["no such VPC", ["--vpc", "vpc-none"], "cn-hangzhou shows no VPC vpc-none"],
  ["no such instance", ["--instance", "i-none"], "cn-hangzhou shows no instance i-none to this key"],
  ["an instance in a VPC", ["--instance", "i-vpc"], "i-vpc is in the VPC .*, not in the classic network"],
])("what keeps an instance from a VPC is named: %s", async (_, args, text) => {
  expect(await doctor(args)).toEqual(endOf(1, `problem ${text}`));
});

test.each([
  ["half a key", { ALICLOUD_SECRET_KEY: "" }, "There are no credentials"],
  ["a port where nobody listens", { ALIBABA_CLOUD_ENDPOINT_ECS: "127.0.0.1:1" }, ".* accepts no connections"],
  ["a name without an address", { ALIBABA_CLOUD_ENDPOINT_ECS: "ecs.test.invalid" }, "This machine cannot resolve"],
  ["TLS where there is none", { ALIBABA_CLOUD_ENDPOINT_ECS: "https://HOST" }, ".* does not speak TLS"],
])("settings that cannot work are named before anything is called: %s", async (_, env, text) => {
  const { host } = new URL(emulator.endpoint);
  expect(await doctor([], JSON.parse(JSON.stringify(env).replace("HOST", host)))).toEqual(endOf(1, `problem ${text}`));
  expect(called()).toEqual([]);
});

test("a certificate that nobody knows is a problem, and with --insecure a warning", async () => {
  const secure = await startEmulator({ tls: { key: KEY, cert: CERTIFICATE }, vpcs: [{ vpcId: "vpc-1" }] });
  expect(await doctor([], secure.environment)).toEqual(endOf(1, "problem .* is not trusted"));
  expect(await doctor(["--insecure"], secure.environment)).toEqual(endOf(0, "warning .* is not verified"));
  await secure.close();
});

test("a proxy that refuses is a problem of the proxy", async () => {
  const proxy = await startProxy({}, "user:password");
  const env = { ALIBABA_CLOUD_ENDPOINT_ECS: "https://ecs.test.invalid", CLASSICLINK_PROXY: `http://${proxy.host}` };
  expect(await doctor([], env)).toEqual(endOf(1, "problem The proxy does not let requests"));
  await proxy.close();
});

test("a wrong option is reported with exit code 2", async () => {
  expect((await doctor(["--instance", "a b"])).code).toBe(2);
});
