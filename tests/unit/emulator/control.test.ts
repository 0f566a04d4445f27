/** The control API under `/-/`: what other processes read and change. */
import { describe, expect, test } from "@jest/globals";
import type { Emulator, FaultRule } from "../../../emulator";
import { parseRule } from "../../../emulator/parse";
import { attach, codeOf, type RawRequest, send, start } from "./caller";

const action = "AttachClassicLinkVpc";
const json = { "content-type": "application/json" };
const post = (emulator: Emulator, path: string, value: unknown) =>
  send(emulator, { method: "POST", path: `/-/${path}`, headers: json, body: JSON.stringify(value) });
const read = async (emulator: Emulator, path: string) =>
  JSON.parse((await send(emulator, { path: `/-/${path}` })).text);
const remove = async (emulator: Emulator, path: string) =>
  expect((await send(emulator, { method: "DELETE", path: `/-/${path}` })).status).toBe(200);

test("adds, changes and removes instances, VPCs and links, and shows the whole state", async () => {
  const emulator = await start({ instances: [], vpcs: [] });
  const regionId = "cn-hangzhou";
  await post(emulator, "instances", { instanceId: "i-9", status: "Stopping" });
  await post(emulator, "instances", { instanceId: "i-9", networkType: "vpc" });
  await post(emulator, "vpcs", { vpcId: "vpc-8" });
  await post(emulator, "vpcs", { vpcId: "vpc-9", classicLinkEnabled: false, owner: "someone" });
  await post(emulator, "links", { instanceId: "i-9", vpcId: "vpc-8" });
  await post(emulator, "links", { instanceId: "i-9", vpcId: "vpc-9" });
  expect(await read(emulator, "state")).toEqual({
    instances: [{ instanceId: "i-9", regionId, status: "Stopping", networkType: "vpc", owner: "self" }],
    vpcs: [
      { vpcId: "vpc-8", regionId, classicLinkEnabled: true, owner: "self" },
      { vpcId: "vpc-9", regionId, classicLinkEnabled: false, owner: "someone" },
    ],
    links: [{ regionId, instanceId: "i-9", vpcId: "vpc-9" }],
  });
  await remove(emulator, "links/i-9");
  expect(await read(emulator, "links")).toEqual([]);
  for (const item of ["instances/i-9", "vpcs/vpc-8", "vpcs/vpc-9"]) await remove(emulator, item);
  expect(await read(emulator, "state")).toEqual({ instances: [], vpcs: [], links: [] });
});

test("injects and clears faults, and reads and clears the journal, which does not list control calls", async () => {
  const emulator = await start();
  expect((await post(emulator, "faults", { kind: "locked", instanceId: "i-1" })).status).toBe(200);
  expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("InvalidStatus.InstanceLocked");
  await remove(emulator, "faults");
  expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("ok");
  const outcomes = [{ action, outcome: "InvalidStatus.InstanceLocked" }, { outcome: "ok" }];
  expect(await read(emulator, "calls")).toMatchObject(outcomes);
  await remove(emulator, "calls");
  expect(await read(emulator, "calls")).toEqual([]);
});

test.each<FaultRule>([
  { kind: "locked", action, instanceId: "i-1", regionId: "cn-hangzhou", skip: 1, times: 1, forMs: 1 },
  { kind: "throttle", quota: 0, windowMs: 1, phaseMs: 1, retryAfter: true, code: "Throttling", status: 429 },
  { kind: "denied", code: "Forbidden.RAM" },
  { kind: "retired", code: "InvalidApi.NotFound" },
  { kind: "clock", ms: -1_800_000 },
  { kind: "answer", answer: "unavailable-503", afterWork: false, workAfterMs: 1 },
  { kind: "answer", answer: "ok" },
  { kind: "answer", answer: { code: "OperationConflict", status: 409, message: "Busy." } },
  { kind: "invisible", describes: 5, ms: 1 },
  { kind: "latency", ms: 1 },
])("the rule %j is read with all of its fields", (rule) => {
  expect(parseRule(JSON.parse(JSON.stringify(rule)))).toEqual(rule);
});

describe("a mistake is named:", () => {
  test.each<[path: string, value: unknown, told: string]>([
    ["faults", [], "rule must be an object"],
    ["faults", { kind: "storm" }, "rule.kind must be one of answer"],
    ["faults", { kind: "locked", instanceId: 1 }, "locked rule.instanceId must be a text"],
    ["faults", { kind: "locked", tires: 1 }, 'has no field \\"tires\\"'],
    ["faults", { kind: "locked", quota: 1 }, 'locked rule has no field \\"quota\\"'],
    ["faults", { kind: "latency", ms: -1 }, "latency rule.ms must be a number"],
    ["faults", { kind: "answer", action, answer: "typo" }, "answer rule.answer must be one of reset"],
    ["faults", { kind: "answer", action, answer: { code: "X", status: "404" } }, "answer.status must"],
    ["faults", { kind: "throttle", quota: 1, retryAfter: "yes" }, "throttle rule.retryAfter must be true or false"],
    ["instances", JSON.parse('{"instanceId":"i-1","__proto__":{"owner":"x"}}'), 'has no field \\"__proto__\\"'],
    ["links", { instanceId: "i-none", vpcId: "vpc-1" }, "no instance i-none"],
  ])("POST /-/%s %j", async (path, value, told) => {
    const { status, text } = await post(await start(), path, value);
    expect([status, text]).toEqual([400, expect.stringContaining(told)]);
  });

  const toLinks = { method: "POST", path: "/-/links" };
  test.each<[string, RawRequest, number]>([
    ["not JSON", { ...toLinks, headers: json, body: "{" }, 400],
    ["a form", { ...toLinks, headers: { "content-type": "text/plain" }, body: "{}" }, 415],
    ["an inherited name", { path: "/-/__proto__" }, 404],
    ["an item that cannot be read", { path: "/-/links/i-1" }, 404],
    ["a delete of everything", { method: "DELETE", path: "/-/links" }, 404],
    ["a broken escape", { method: "DELETE", path: "/-/links/%E0%A4%A" }, 400],
    ["a huge body", { ...toLinks, headers: json, body: Buffer.alloc(2 ** 20 + 1, "x") }, 413],
  ])("%s", async (_, request, status) => {
    expect((await send(await start(), request)).status).toBe(status);
  });
});
