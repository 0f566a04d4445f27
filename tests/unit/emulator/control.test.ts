import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../../emulator";
import { attach, codeOf, list, listed, type RawRequest, send, start } from "./caller";

const json = { "content-type": "application/json" };
const post = (emulator: Emulator, path: string, value: unknown) =>
  send(emulator, { method: "POST", path: `/-/${path}`, headers: json, body: JSON.stringify(value) });
const read = async (emulator: Emulator, path: string) =>
  JSON.parse((await send(emulator, { path: `/-/${path}` })).text);
const remove = async (emulator: Emulator, path: string) =>
  expect((await send(emulator, { method: "DELETE", path: `/-/${path}` })).status).toBe(200);

test("makes drift: links are made, moved, read and taken away", async () => {
  const emulator = await start();
  expect((await post(emulator, "links", { instanceId: "i-1", vpcId: "vpc-1" })).status).toBe(200);
  await post(emulator, "links", { instanceId: "i-1", vpcId: "vpc-2" });
  expect(await read(emulator, "links")).toEqual([{ regionId: "cn-hangzhou", instanceId: "i-1", vpcId: "vpc-2" }]);
  await remove(emulator, "links/i-1");
  expect(emulator.links()).toEqual([]);
});

test("adds, changes and removes instances and VPCs, and shows the whole state", async () => {
  const emulator = await start({ instances: [], vpcs: [] });
  await post(emulator, "instances", { instanceId: "i-9", status: "Stopping" });
  await post(emulator, "instances", { instanceId: "i-9", networkType: "vpc" });
  await post(emulator, "vpcs", { vpcId: "vpc-9", classicLinkEnabled: false, owner: "someone" });
  const regionId = "cn-hangzhou";
  expect(await read(emulator, "state")).toEqual({
    instances: [{ instanceId: "i-9", regionId, status: "Stopping", networkType: "vpc", owner: "self" }],
    vpcs: [{ vpcId: "vpc-9", regionId, classicLinkEnabled: false, owner: "someone" }],
    links: [],
  });
  await remove(emulator, "instances/i-9");
  await remove(emulator, "vpcs/vpc-9");
  expect(await read(emulator, "state")).toEqual({ instances: [], vpcs: [], links: [] });
});

test("reads and clears the journal, which does not list control calls", async () => {
  const emulator = await start();
  await attach(emulator, "i-1", "vpc-1");
  expect(await read(emulator, "calls")).toMatchObject([{ action: "AttachClassicLinkVpc", outcome: "ok" }]);
  await remove(emulator, "calls");
  expect(await read(emulator, "calls")).toEqual([]);
});

describe("a fault", () => {
  const action = "AttachClassicLinkVpc";
  test.each([
    [{ kind: "locked", instanceId: "i-1", times: 1 }, "InvalidStatus.InstanceLocked"],
    [{ kind: "throttle", quota: 0, windowMs: 1000, action, retryAfter: true, code: "Throttling" }, "Throttling"],
    [{ kind: "denied", action }, "Forbidden.SubUser"],
    [{ kind: "retired", regionId: "cn-hangzhou" }, "InvalidAction"],
    [{ kind: "clock", ms: -1_800_000, forMs: 60_000 }, "InvalidTimeStamp.Expired"],
    [{ kind: "answer", action, answer: "unavailable-503", times: 1, skip: 0, afterWork: false }, "ServiceUnavailable"],
    [{ kind: "answer", answer: { code: "OperationConflict", status: 409, message: "Busy." } }, "OperationConflict"],
    [{ kind: "invisible", describes: 5 }, "ok"],
    [{ kind: "invisible", ms: 60_000 }, "ok"],
    [{ kind: "latency", ms: 1 }, "ok"],
  ])("%j applies until it is cleared", async (rule, code) => {
    const emulator = await start({ undocumented: { attachAgain: "ok" } });
    expect((await post(emulator, "faults", rule)).status).toBe(200);
    expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe(code);
    if (rule.kind === "invisible") expect(listed(await list(emulator, { VpcId: "vpc-1" }))).toEqual([]);
    await remove(emulator, "faults");
    expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("ok");
    expect(listed(await list(emulator, { VpcId: "vpc-1" }))).toEqual(["i-1>vpc-1"]);
  });
});

describe("a mistake is named:", () => {
  const action = "AttachClassicLinkVpc";
  test.each<[path: string, value: unknown, told: string]>([
    ["faults", [], "rule must be an object"],
    ["faults", { kind: "storm" }, "rule.kind must be one of answer"],
    ["faults", { kind: "locked", instanceId: 1 }, "locked rule.instanceId must be a text"],
    ["faults", { kind: "locked", instanceId: "i-1", tires: 1 }, 'has no field \\"tires\\"'],
    ["faults", { kind: "locked", instanceId: "i-1", quota: 1 }, 'locked rule has no field \\"quota\\"'],
    ["faults", { kind: "latency", ms: "1" }, "latency rule.ms must be a number"],
    ["faults", { kind: "latency", ms: -1 }, "latency rule.ms must be a number"],
    ["faults", { kind: "answer", action: "Stop", answer: "timeout" }, "answer rule.action must be one of Attach"],
    ["faults", { kind: "answer", action, answer: "typo" }, "answer rule.answer must be one of reset"],
    ["faults", { kind: "answer", action, answer: { code: "X", status: "404" } }, "answer.status must"],
    ["faults", { kind: "throttle", quota: 1, retryAfter: "yes" }, "throttle rule.retryAfter must be true or false"],
    ["instances", { instanceId: "i-1", status: "Sleeping" }, "instance.status must be one of Pending"],
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
    ["no such collection", { path: "/-/toString" }, 404],
    ["an inherited name", { path: "/-/__proto__" }, 404],
    ["a verb without a route", { method: "PATCH", path: "/-/links" }, 404],
    ["an item that cannot be read", { path: "/-/links/i-1" }, 404],
    ["a delete of everything", { method: "DELETE", path: "/-/links" }, 404],
    ["a broken escape", { method: "DELETE", path: "/-/links/%E0%A4%A" }, 400],
    ["a huge body", { ...toLinks, headers: json, body: Buffer.alloc(2 ** 20 + 1, "x") }, 413],
  ])("%s", async (_, request, status) => {
    expect((await send(await start(), request)).status).toBe(status);
  });
});
