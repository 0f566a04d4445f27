import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../../emulator";
import { attach, list, listed, type RawRequest, send, start } from "./caller";

const json = { "content-type": "application/json" };
const post = (emulator: Emulator, path: string, value: unknown) =>
  send(emulator, { method: "POST", path, headers: json, body: JSON.stringify(value) });
const read = async (emulator: Emulator, path: string) => JSON.parse((await send(emulator, { path })).text);

test("makes drift: links are made, moved, read and taken away", async () => {
  const emulator = await start();
  expect(await post(emulator, "/-/links", { instanceId: "i-1", vpcId: "vpc-1" })).toMatchObject({ status: 200 });
  await post(emulator, "/-/links", { instanceId: "i-1", vpcId: "vpc-2" });
  expect(await read(emulator, "/-/links")).toEqual([{ regionId: "cn-hangzhou", instanceId: "i-1", vpcId: "vpc-2" }]);
  expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual(["i-1>vpc-2"]);
  expect(await send(emulator, { method: "DELETE", path: "/-/links/i-1" })).toMatchObject({ status: 200 });
  expect(emulator.links()).toEqual([]);
});

test("adds, changes and removes instances and VPCs, and shows the whole state", async () => {
  const emulator = await start({ instances: [], vpcs: [] });
  await post(emulator, "/-/instances", { instanceId: "i-9", status: "Stopping" });
  await post(emulator, "/-/instances", { instanceId: "i-9", networkType: "vpc" });
  await post(emulator, "/-/vpcs", { vpcId: "vpc-9", classicLinkEnabled: false, owner: "someone" });
  const regionId = "cn-hangzhou";
  expect(await read(emulator, "/-/state")).toEqual({
    instances: [{ instanceId: "i-9", regionId, status: "Stopping", networkType: "vpc", owner: "self" }],
    vpcs: [{ vpcId: "vpc-9", regionId, classicLinkEnabled: false, owner: "someone" }],
    links: [],
  });
  await send(emulator, { method: "DELETE", path: "/-/instances/i-9" });
  await send(emulator, { method: "DELETE", path: "/-/vpcs/vpc-9" });
  expect(await read(emulator, "/-/state")).toEqual({ instances: [], vpcs: [], links: [] });
});

test("reads and clears the journal, which does not list control calls", async () => {
  const emulator = await start();
  await attach(emulator, "i-1", "vpc-1");
  expect(await read(emulator, "/-/calls")).toMatchObject([{ action: "AttachClassicLinkVpc", outcome: "ok" }]);
  await send(emulator, { method: "DELETE", path: "/-/calls" });
  expect(await read(emulator, "/-/calls")).toEqual([]);
});

describe("faults", () => {
  const rules = [
    { kind: "locked", instanceId: "i-1", times: 1 },
    {
      kind: "throttle",
      quota: 0,
      windowMs: 1000,
      action: "AttachClassicLinkVpc",
      retryAfter: true,
      code: "Throttling",
    },
    { kind: "denied", action: "AttachClassicLinkVpc" },
    {
      kind: "answer",
      action: "AttachClassicLinkVpc",
      answer: "unavailable-503",
      times: 1,
      skip: 0,
      afterWork: false,
    },
    {
      kind: "answer",
      action: "AttachClassicLinkVpc",
      answer: { code: "OperationConflict", status: 409, message: "Busy." },
    },
  ];
  test.each(rules)("%j applies until it is cleared", async (rule) => {
    const emulator = await start();
    expect(await post(emulator, "/-/faults", rule)).toMatchObject({ status: 200 });
    expect((await attach(emulator, "i-1", "vpc-1")).status).toBeGreaterThanOrEqual(400);
    await send(emulator, { method: "DELETE", path: "/-/faults" });
    expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ status: 200 });
  });

  test.each([
    { kind: "invisible", describes: 5 },
    { kind: "invisible", ms: 60_000 },
  ])("%j hides", async (rule) => {
    const emulator = await start();
    await post(emulator, "/-/faults", rule);
    await attach(emulator, "i-1", "vpc-1");
    expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual([]);
    await send(emulator, { method: "DELETE", path: "/-/faults" });
    expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual(["i-1>vpc-1"]);
  });

  test("latency is taken", async () => {
    expect(await post(await start(), "/-/faults", { kind: "latency", ms: 1 })).toMatchObject({ status: 200 });
  });
});

describe("a mistake is named", () => {
  const wrong: [path: string, value: unknown, told: string][] = [
    ["faults", [], "rule must be an object"],
    ["faults", { kind: "storm" }, "rule.kind must be one of answer"],
    ["faults", { kind: "locked", instanceId: 1 }, "locked rule.instanceId must be a text"],
    ["faults", { kind: "locked", instanceId: "i-1", tires: 1 }, 'has no field \\"tires\\"'],
    ["faults", { kind: "locked", instanceId: "i-1", quota: 1 }, 'locked rule has no field \\"quota\\"'],
    ["faults", { kind: "latency", ms: "1" }, "latency rule.ms must be a number"],
    ["faults", { kind: "latency", ms: -1 }, "latency rule.ms must be a number"],
    [
      "faults",
      { kind: "answer", action: "StopInstance", answer: "timeout" },
      "answer rule.action must be one of Attach",
    ],
    [
      "faults",
      { kind: "answer", action: "AttachClassicLinkVpc", answer: "typo" },
      "answer rule.answer must be one of reset",
    ],
    [
      "faults",
      { kind: "answer", action: "AttachClassicLinkVpc", answer: { code: "X", status: "404" } },
      "answer.status must",
    ],
    ["faults", { kind: "throttle", quota: 1, retryAfter: "yes" }, "throttle rule.retryAfter must be true or false"],
    ["instances", { instanceId: "i-1", status: "Sleeping" }, "instance.status must be one of Pending"],
    ["instances", JSON.parse('{"instanceId":"i-1","__proto__":{"owner":"x"}}'), 'has no field \\"__proto__\\"'],
    ["links", { instanceId: "i-none", vpcId: "vpc-1" }, "no instance i-none"],
  ];
  test.each(wrong)("POST /-/%s %j", async (path, value, told) => {
    const answer = await post(await start(), `/-/${path}`, value);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(told)]);
  });

  const requests: [string, RawRequest, number][] = [
    ["not JSON", { method: "POST", path: "/-/links", headers: json, body: "{" }, 400],
    ["a form", { method: "POST", path: "/-/links", headers: { "content-type": "text/plain" }, body: "{}" }, 415],
    ["no such collection", { path: "/-/toString" }, 404],
    ["an inherited name", { path: "/-/__proto__" }, 404],
    ["a verb without a route", { method: "PATCH", path: "/-/links" }, 404],
    ["an item that cannot be read", { path: "/-/links/i-1" }, 404],
    ["a delete of everything", { method: "DELETE", path: "/-/links" }, 404],
    ["a broken escape", { method: "DELETE", path: "/-/links/%E0%A4%A" }, 400],
    ["a huge body", { method: "POST", path: "/-/links", headers: json, body: Buffer.alloc(2 ** 20 + 1, "x") }, 413],
  ];
  test.each(requests)("%s", async (_title, request, status) => {
    expect(await send(await start(), request)).toMatchObject({ status });
  });
});
