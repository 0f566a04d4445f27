import { describe, expect, test } from "@jest/globals";
import type { AnswerName, FaultRule } from "../../../emulator";
import { attach, detach, list, listed, noted, start } from "./caller";

/** An emulator whose clock the test moves, and whose calls are stamped with it. */
async function startClocked() {
  const clock = { now: Date.now() };
  const emulator = await start({ now: () => clock.now });
  const stamp = () => ({ Timestamp: new Date(clock.now).toISOString().replace(/\.\d+/, "") });
  return { clock, emulator, stamp };
}

describe("a locked instance", () => {
  test("refuses Attach and Detach for as many tries as the rule says, and not for others", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "locked", instanceId: "i-1", times: 2 });
    const locked = { status: 403, body: { Code: "InvalidStatus.InstanceLocked" } };
    expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject(locked);
    expect(await attach(emulator, "i-2", "vpc-1")).toMatchObject({ status: 200 });
    expect(await detach(emulator, "i-1", "vpc-1")).toMatchObject(locked);
    expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ status: 200 });
  });

  test("opens when its time is over", async () => {
    const { clock, emulator, stamp } = await startClocked();
    emulator.injectFault({ kind: "locked", instanceId: "i-1", forMs: 5000 });
    clock.now += 4999;
    expect(await attach(emulator, "i-1", "vpc-1", stamp())).toMatchObject({ status: 403 });
    clock.now += 1;
    expect(await attach(emulator, "i-1", "vpc-1", stamp())).toMatchObject({ status: 200 });
  });

  test("can still be described", async () => {
    const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
    emulator.injectFault({ kind: "locked", instanceId: "i-1" });
    expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual(["i-1>vpc-1"]);
  });
});

describe("the throttle", () => {
  test("refuses an operation that used up its window until the next one, whatever is asked in between", async () => {
    const { clock, emulator, stamp } = await startClocked();
    emulator.injectFault({ kind: "throttle", quota: 2, windowMs: 1000, retryAfter: true });
    const ask = () => list(emulator, { VpcId: "vpc-1", ...stamp() });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    clock.now += 400;
    expect(await ask()).toMatchObject({
      status: 400,
      body: { Code: "Throttling.User" },
      headers: { "x-acs-retry-after": "600" },
    });
    clock.now += 599;
    expect(await ask()).toMatchObject({ status: 400 });
    clock.now += 1;
    expect(await ask()).toMatchObject({ status: 200 });
  });

  test("counts each operation and region for itself", async () => {
    const emulator = await start({ regions: ["cn-beijing"] });
    emulator.injectFault({ kind: "throttle", quota: 1 });
    const statuses = [
      await list(emulator, { VpcId: "vpc-1" }),
      await list(emulator, { VpcId: "vpc-1", RegionId: "cn-beijing" }),
      await attach(emulator, "i-1", "vpc-1"),
      await list(emulator, { VpcId: "vpc-1" }),
    ].map((answer) => answer.status);
    expect(statuses).toEqual([200, 200, 200, 400]);
  });

  test("can be bound to one operation, under another code, without a hint when to retry", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "throttle", quota: 0, action: "AttachClassicLinkVpc", code: "Throttling" });
    const refused = await attach(emulator, "i-1", "vpc-1");
    expect(refused).toMatchObject({ status: 400, body: { Code: "Throttling" } });
    expect(refused.headers).not.toHaveProperty("x-acs-retry-after");
    expect(await list(emulator, { VpcId: "vpc-1" })).toMatchObject({ status: 200 });
  });
});

describe("two quotas at once", () => {
  test("count only the calls that both let pass", async () => {
    const { clock, emulator, stamp } = await startClocked();
    emulator.injectFault({ kind: "throttle", quota: 3, windowMs: 60_000 });
    emulator.injectFault({ kind: "throttle", quota: 1, windowMs: 1_000, retryAfter: true });
    const ask = async () => (await list(emulator, { VpcId: "vpc-1", ...stamp() })).status;
    expect([await ask(), await ask(), await ask()]).toEqual([200, 400, 400]);
    clock.now += 1_000;
    expect([await ask(), await ask()]).toEqual([200, 400]);
    clock.now += 1_000;
    expect(await ask()).toBe(200);
    clock.now += 1_000;
    expect(await ask()).toBe(400);
  });

  test("begin their windows where the phase says", async () => {
    const clock = { now: Math.floor(Date.now() / 60_000) * 60_000 + 50_000 };
    const emulator = await start({ now: () => clock.now });
    emulator.injectFault({ kind: "throttle", quota: 1, windowMs: 60_000, phaseMs: 0, retryAfter: true });
    const stamp = () => ({ Timestamp: new Date(clock.now).toISOString().replace(/\.\d+/, "") });
    const ask = () => list(emulator, { VpcId: "vpc-1", ...stamp() });
    expect((await ask()).status).toBe(200);
    expect((await ask()).headers).toMatchObject({ "x-acs-retry-after": "10000" });
    clock.now += 10_000;
    expect((await ask()).status).toBe(200);
  });
});

describe("an attach that is done later", () => {
  const later = { kind: "answer", action: "AttachClassicLinkVpc", workAfterMs: 5_000 } as const;

  test("is acknowledged, and the link appears when its time has come", async () => {
    const { clock, emulator, stamp } = await startClocked();
    emulator.injectFault({ ...later, answer: "ok" });
    expect(await attach(emulator, "i-1", "vpc-1", stamp())).toMatchObject({ status: 200 });
    clock.now += 4_999;
    expect(emulator.links()).toEqual([]);
    clock.now += 1;
    expect(listed(await list(emulator, { InstanceId: "i-1", ...stamp() }))).toEqual(["i-1>vpc-1"]);
  });

  test("gets no answer, and the link appears all the same", async () => {
    const { clock, emulator, stamp } = await startClocked();
    emulator.injectFault({ ...later, answer: "lost-answer" });
    await expect(attach(emulator, "i-1", "vpc-1", stamp())).rejects.toThrow();
    expect(emulator.links()).toEqual([]);
    clock.now += 5_000;
    expect(emulator.links()).toHaveLength(1);
  });

  test("is refused at once where it cannot be done", async () => {
    const emulator = await start({ vpcs: [{ vpcId: "vpc-1", classicLinkEnabled: false }] });
    emulator.injectFault({ ...later, answer: "ok" });
    expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ body: { Code: "OperationDenied" } });
  });
});

test("a clock that is ahead shows in Date, and makes the time of requests expire", async () => {
  const emulator = await start();
  emulator.injectFault({ kind: "clock", ms: 20 * 60_000 });
  const { body, headers } = await list(emulator, { VpcId: "vpc-1" });
  expect(body.Code).toBe("InvalidTimeStamp.Expired");
  expect(Date.parse(headers.date ?? "") - Date.now()).toBeGreaterThan(15 * 60_000);
  emulator.clearFaults();
  expect(await list(emulator, { VpcId: "vpc-1" })).toMatchObject({ status: 200 });
});

test("an operation may be missing a few times, and then be there", async () => {
  const emulator = await start();
  emulator.injectFault({ kind: "retired", code: "InvalidAction.NotFound", times: 2 });
  const ask = async () => (await list(emulator, { VpcId: "vpc-1" })).body.Code ?? "ok";
  expect([await ask(), await ask(), await ask()]).toEqual(["InvalidAction.NotFound", "InvalidAction.NotFound", "ok"]);
});

describe("delayed visibility", () => {
  test("can last until it is cleared, for one instance", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "invisible", instanceId: "i-1" });
    await attach(emulator, "i-1", "vpc-1");
    await attach(emulator, "i-2", "vpc-1");
    expect(listed(await list(emulator, { VpcId: "vpc-1" }))).toEqual(["i-2>vpc-1"]);
    emulator.clearFaults();
    expect(listed(await list(emulator, { VpcId: "vpc-1" }))).toEqual(["i-1>vpc-1", "i-2>vpc-1"]);
  });

  test("hides an attach and then a detach for a number of Describes, while the emulator knows the truth", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "invisible", describes: 2 });
    const look = async () => listed(await list(emulator, { InstanceId: "i-1" }));
    await attach(emulator, "i-1", "vpc-1");
    expect(emulator.links()).toHaveLength(1);
    expect([await look(), await look(), await look()]).toEqual([[], [], ["i-1>vpc-1"]]);
    await detach(emulator, "i-1", "vpc-1");
    expect(emulator.links()).toHaveLength(0);
    expect([await look(), await look(), await look()]).toEqual([["i-1>vpc-1"], ["i-1>vpc-1"], []]);
  });

  test("counts only Describes that would list the change", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "invisible", describes: 1 });
    await attach(emulator, "i-1", "vpc-1");
    await list(emulator, { InstanceId: "i-2" });
    await list(emulator, { VpcId: "vpc-2" });
    expect(listed(await list(emulator, { VpcId: "vpc-1" }))).toEqual([]);
    expect(listed(await list(emulator, { VpcId: "vpc-1" }))).toEqual(["i-1>vpc-1"]);
  });

  test("ends with its time", async () => {
    const { clock, emulator, stamp } = await startClocked();
    emulator.injectFault({ kind: "invisible", ms: 3000 });
    await attach(emulator, "i-1", "vpc-1");
    clock.now += 2999;
    expect(listed(await list(emulator, { VpcId: "vpc-1", ...stamp() }))).toEqual([]);
    clock.now += 1;
    expect(listed(await list(emulator, { VpcId: "vpc-1", ...stamp() }))).toEqual(["i-1>vpc-1"]);
  });

  test("shows neither of two changes that follow each other, and the truth once the faults are cleared", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "invisible", describes: 9 });
    await attach(emulator, "i-1", "vpc-1");
    await detach(emulator, "i-1", "vpc-1");
    await attach(emulator, "i-1", "vpc-2");
    expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual([]);
    emulator.clearFaults();
    expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual(["i-1>vpc-2"]);
  });
});

describe("a fault", () => {
  const action = "AttachClassicLinkVpc";
  const answered: [AnswerName, number, RegExp][] = [
    ["gateway-html", 502, /^<html>/],
    ["proxy-html", 403, /^<html>/],
    ["unavailable-503", 503, /"Code":"ServiceUnavailable"/],
    ["internal-500-without-code", 500, /^\{"RequestId":"[^"]+","Message":"[^"]+"\}$/],
    ["empty-body", 200, /^$/],
    ["truncated-json", 200, /^\{"RequestId":"[^}]+$/],
    ["xml-error", 503, /^<\?xml .*<Code>ServiceUnavailable<\/Code>/],
    ["lower-case-error", 503, /^\{"requestId":"[^"]+","code":"ServiceUnavailable","message":"[^"]+"\}$/],
  ];
  test.each(answered)("%s is HTTP %s, without and with the work done", async (fault, status, body) => {
    const emulator = await start();
    for (const afterWork of [false, true]) {
      emulator.injectFault({ kind: "answer", action, answer: fault, afterWork });
      const answer = await attach(emulator, "i-1", "vpc-1");
      expect([answer.status, body.test(answer.text)]).toEqual([status, true]);
      expect(emulator.links()).toHaveLength(afterWork ? 1 : 0);
      expect(emulator.calls().at(-1)).toMatchObject({ outcome: fault, status });
    }
  });

  const cut: [AnswerName, number][] = [
    ["reset-before", 0],
    ["lost-answer", 1],
  ];
  test.each(cut)("%s cuts the connection and leaves %s links", async (fault, links) => {
    const emulator = await start();
    emulator.injectFault({ kind: "answer", action, answer: fault });
    await expect(attach(emulator, "i-1", "vpc-1")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(emulator.links()).toHaveLength(links);
    expect(emulator.calls()).toMatchObject([{ action, outcome: fault, status: 0 }]);
  });

  test.each([false, true])("timeout never answers, with the work done: %p", async (afterWork) => {
    const emulator = await start();
    emulator.injectFault({ kind: "answer", action, answer: "timeout", afterWork });
    const pending = attach(emulator, "i-1", "vpc-1");
    const ended = expect(pending).rejects.toMatchObject({ code: "ECONNRESET" });
    // Others are answered in the meantime; only closing the emulator ends this one.
    await noted(emulator, "timeout", action);
    expect(emulator.links()).toHaveLength(afterWork ? 1 : 0);
    await emulator.close();
    await ended;
  });

  test("of any code takes the status of the operation's table unless it names one", async () => {
    const emulator = await start({ errorGeneration: "A" });
    emulator.injectFault({ kind: "answer", action, answer: { code: "InvalidInstanceId.NotFound" } });
    emulator.injectFault({
      kind: "answer",
      action,
      answer: { code: "OperationConflict", status: 409, message: "Busy." },
    });
    expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ status: 404 });
    expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({
      status: 409,
      body: { Code: "OperationConflict", Message: "Busy." },
    });
  });

  test("skips calls first, applies as often as it says, and only to its action and instance", async () => {
    const emulator = await start({ undocumented: { attachAgain: "ok" } });
    emulator.injectFault({ kind: "answer", action, instanceId: "i-1", skip: 1, times: 2, answer: "unavailable-503" });
    const statuses: number[] = [];
    for (const id of ["i-1", "i-2", "i-1", "i-2", "i-1", "i-1"]) {
      statuses.push((await attach(emulator, id, "vpc-1")).status);
    }
    expect(statuses).toEqual([200, 200, 503, 200, 503, 200]);
    expect(await list(emulator, { InstanceId: "i-1" })).toMatchObject({ status: 200 });
  });

  test("on Describe applies to a list that names its instance", async () => {
    const emulator = await start();
    const rule = {
      kind: "answer",
      action: "DescribeClassicLinkInstances",
      instanceId: "i-2",
      answer: "empty-body",
    } as const;
    emulator.injectFault(rule);
    expect((await list(emulator, { InstanceId: "i-1" })).text).not.toBe("");
    expect((await list(emulator, { InstanceId: "i-1, i-2" })).text).toBe("");
  });
});

test("a denied key is refused for its operation, with a code of choice, and nothing is done", async () => {
  const emulator = await start();
  emulator.injectFault({ kind: "denied", action: "AttachClassicLinkVpc" });
  expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ status: 403, body: { Code: "Forbidden.SubUser" } });
  expect(await list(emulator, { InstanceId: "i-1" })).toMatchObject({ status: 200 });
  emulator.injectFault({ kind: "denied", code: "Forbidden.RAM", action: "DescribeClassicLinkInstances" });
  expect(await list(emulator, { InstanceId: "i-1" })).toMatchObject({ status: 403, body: { Code: "Forbidden.RAM" } });
});

test("latency makes answers late, and closing does not wait for them", async () => {
  const emulator = await start();
  emulator.injectFault({ kind: "latency", ms: 30, action: "DescribeClassicLinkInstances" });
  expect(await list(emulator, { VpcId: "vpc-1" })).toMatchObject({ status: 200 });
  emulator.injectFault({ kind: "latency", ms: 3_600_000, action: "AttachClassicLinkVpc" });
  const pending = expect(attach(emulator, "i-1", "vpc-1")).rejects.toMatchObject({ code: "ECONNRESET" });
  await list(emulator, { VpcId: "vpc-1" });
  await emulator.close();
  await pending;
  expect(emulator.links()).toEqual([]);
});

test("clearFaults removes every rule", async () => {
  const emulator = await start();
  const rules: FaultRule[] = [
    { kind: "denied" },
    { kind: "throttle", quota: 0 },
    { kind: "locked", instanceId: "i-1" },
    { kind: "answer", action: "AttachClassicLinkVpc", answer: "reset-before" },
  ];
  for (const rule of rules) emulator.injectFault(rule);
  emulator.clearFaults();
  expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ status: 200 });
});

test("the journal records each call, its outcome and its request id", async () => {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const emulator = await start({ now: () => now });
  const { body } = await attach(emulator, "i-1", "vpc-1");
  await attach(emulator, "i-none", "vpc-1");
  const params = { RegionId: "cn-hangzhou", InstanceId: "i-1", VpcId: "vpc-1" };
  expect(emulator.calls()).toMatchObject([
    { at: now, action: "AttachClassicLinkVpc", params, outcome: "ok", requestId: body.RequestId, status: 200 },
    { outcome: "InvalidInstanceId.NotFound", status: 403 },
  ]);
  emulator.clearCalls();
  expect(emulator.calls()).toEqual([]);
});

describe("retirement", () => {
  test.each([
    [undefined, "InvalidAction", 400],
    ["InvalidApi.NotFound", "InvalidApi.NotFound", 404],
    ["InvalidInstanceId.LimitedRegion", "InvalidInstanceId.LimitedRegion", 403],
  ])("with code %s refuses every operation with %s, HTTP %i", async (code, told, status) => {
    const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
    emulator.injectFault({ kind: "retired", code });
    const refused = { status, body: { Code: told } };
    expect(await attach(emulator, "i-2", "vpc-1")).toMatchObject(refused);
    expect(await detach(emulator, "i-1", "vpc-1")).toMatchObject(refused);
    expect(await list(emulator, { VpcId: "vpc-1" })).toMatchObject(refused);
    expect(emulator.links()).toHaveLength(1);
  });

  test("of one region or one operation leaves the others alone", async () => {
    const emulator = await start({ regions: ["cn-beijing"] });
    emulator.injectFault({ kind: "retired", regionId: "cn-beijing" });
    emulator.injectFault({ kind: "retired", action: "AttachClassicLinkVpc" });
    const query = { VpcId: "vpc-1" };
    expect(await list(emulator, { ...query, RegionId: "cn-beijing" })).toMatchObject({
      body: { Code: "InvalidAction" },
    });
    expect(await list(emulator, query)).toMatchObject({ status: 200 });
    expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ body: { Code: "InvalidAction" } });
  });
});
