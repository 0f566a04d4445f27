import { describe, expect, test } from "@jest/globals";
import type { AnswerName, FaultRule } from "../../../emulator";
import { attach, codeOf, detach, list, listed, noted, start, startClocked } from "./caller";

const ATTACH = "AttachClassicLinkVpc";
const DESCRIBE = "DescribeClassicLinkInstances";
const ofVpc1 = { VpcId: "vpc-1" };

describe("a locked instance", () => {
  test("refuses Attach and Detach for as many tries as the rule says, and can be described; others are not locked", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "locked", instanceId: "i-1", times: 2 });
    const codes = [
      await attach(emulator, "i-1", "vpc-1"),
      await attach(emulator, "i-2", "vpc-1"),
      await list(emulator, { InstanceId: "i-1" }),
      await detach(emulator, "i-1", "vpc-1"),
      await attach(emulator, "i-1", "vpc-1"),
    ].map(codeOf);
    const locked = "InvalidStatus.InstanceLocked";
    expect(codes).toEqual([locked, "ok", "ok", locked, "ok"]);
  });

  test("opens when its time is over", async () => {
    const { clock, emulator } = await startClocked();
    emulator.injectFault({ kind: "locked", instanceId: "i-1", forMs: 5000 });
    clock.now += 4999;
    expect((await attach(emulator, "i-1", "vpc-1")).status).toBe(403);
    clock.now += 1;
    expect((await attach(emulator, "i-1", "vpc-1")).status).toBe(200);
  });
});

describe("a quota", () => {
  test("refuses an operation that used up its window until the next one, whatever is asked in between", async () => {
    const { clock, emulator } = await startClocked();
    emulator.injectFault({ kind: "throttle", quota: 2, windowMs: 1000, retryAfter: true });
    const ask = () => list(emulator, ofVpc1);
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    clock.now += 400;
    expect(await ask()).toMatchObject({
      status: 400,
      body: { Code: "Throttling.User", Message: expect.stringMatching(/\w/) },
      headers: { "x-acs-retry-after": "600" },
    });
    clock.now += 599;
    expect((await ask()).status).toBe(400);
    clock.now += 1;
    expect((await ask()).status).toBe(200);
  });

  test("counts each operation and region for itself", async () => {
    const emulator = await start({ regions: ["cn-beijing"] });
    emulator.injectFault({ kind: "throttle", quota: 1 });
    const answers = [
      await list(emulator, ofVpc1),
      await list(emulator, { ...ofVpc1, RegionId: "cn-beijing" }),
      await attach(emulator, "i-1", "vpc-1"),
      await list(emulator, ofVpc1),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 400]);
  });

  test("can be of one operation, with another code and status, without a hint when to retry", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "throttle", quota: 0, action: ATTACH, code: "Throttling", status: 429 });
    const refused = await attach(emulator, "i-1", "vpc-1");
    expect([refused.status, codeOf(refused)]).toEqual([429, "Throttling"]);
    expect(refused.headers).not.toHaveProperty("x-acs-retry-after");
    expect(codeOf(await list(emulator, ofVpc1))).toBe("ok");
  });

  test("beside another one counts only the calls that both let pass, and the longer wait is the one to keep", async () => {
    const { clock, emulator } = await startClocked();
    emulator.injectFault({ kind: "throttle", quota: 3, windowMs: 60_000, retryAfter: true });
    emulator.injectFault({ kind: "throttle", quota: 1, windowMs: 1_000, retryAfter: true });
    const waits: unknown[] = [];
    for (const moved of [0, 0, 0, 1_000, 0, 1_000, 0, 1_000]) {
      clock.now += moved;
      const { status, headers } = await list(emulator, ofVpc1);
      waits.push(status === 200 ? "none" : headers["x-acs-retry-after"]);
    }
    expect(waits).toEqual(["none", "1000", "1000", "none", "1000", "none", "58000", "57000"]);
  });

  test("begins its windows where the phase says", async () => {
    const { clock, emulator } = await startClocked(Math.floor(Date.now() / 60_000) * 60_000 + 50_000);
    emulator.injectFault({ kind: "throttle", quota: 1, windowMs: 60_000, phaseMs: 5_000, retryAfter: true });
    await list(emulator, ofVpc1);
    expect((await list(emulator, ofVpc1)).headers).toMatchObject({ "x-acs-retry-after": "15000" });
    clock.now += 15_000;
    expect((await list(emulator, ofVpc1)).status).toBe(200);
  });
});

describe("an attach that is done later", () => {
  const later = { kind: "answer", action: ATTACH, workAfterMs: 5_000 } as const;

  test.each(["ok", "lost-answer"] as const)(
    "has the answer %s, and the link appears when its time has come",
    async (answer) => {
      const { clock, emulator } = await startClocked();
      emulator.injectFault({ ...later, answer });
      const asked = attach(emulator, "i-1", "vpc-1").then(codeOf, () => "lost-answer");
      expect(await asked).toBe(answer);
      clock.now += 4_999;
      expect(emulator.links()).toEqual([]);
      clock.now += 1;
      expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual(["i-1>vpc-1"]);
    },
  );

  test("is refused at once where it cannot be done", async () => {
    const emulator = await start({ vpcs: [{ vpcId: "vpc-1", classicLinkEnabled: false }] });
    emulator.injectFault({ ...later, answer: "ok" });
    expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("OperationDenied");
  });
});

test("a clock that is ahead shows in Date, and makes the time of requests expire", async () => {
  const emulator = await start();
  emulator.injectFault({ kind: "clock", ms: 20 * 60_000 });
  const answer = await list(emulator, ofVpc1);
  expect(codeOf(answer)).toBe("InvalidTimeStamp.Expired");
  expect(Date.parse(answer.headers.date ?? "") - Date.now()).toBeGreaterThan(15 * 60_000);
  emulator.clearFaults();
  expect(codeOf(await list(emulator, ofVpc1))).toBe("ok");
});

describe("a change that is not listed", () => {
  test("is listed when the rule is cleared, and the rule may be for one instance", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "invisible", instanceId: "i-1" });
    await attach(emulator, "i-1", "vpc-1");
    await attach(emulator, "i-2", "vpc-1");
    expect(listed(await list(emulator, ofVpc1))).toEqual(["i-2>vpc-1"]);
    emulator.clearFaults();
    expect(listed(await list(emulator, ofVpc1))).toEqual(["i-1>vpc-1", "i-2>vpc-1"]);
  });

  test("is an attach and then a detach, for a number of Describes, while links() has the truth", async () => {
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

  test("counts only Describes that would list it", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "invisible", describes: 1 });
    await attach(emulator, "i-1", "vpc-1");
    await list(emulator, { InstanceId: "i-2" });
    await list(emulator, { VpcId: "vpc-2" });
    expect(listed(await list(emulator, ofVpc1))).toEqual([]);
    expect(listed(await list(emulator, ofVpc1))).toEqual(["i-1>vpc-1"]);
  });

  test("is listed when its time is over", async () => {
    const { clock, emulator } = await startClocked();
    emulator.injectFault({ kind: "invisible", ms: 3000 });
    await attach(emulator, "i-1", "vpc-1");
    clock.now += 2999;
    expect(listed(await list(emulator, ofVpc1))).toEqual([]);
    clock.now += 1;
    expect(listed(await list(emulator, ofVpc1))).toEqual(["i-1>vpc-1"]);
  });

  test("hides a change that follows it too, and shows the truth once the faults are cleared", async () => {
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

describe("the answer", () => {
  test.each<[AnswerName, number, RegExp]>([
    ["gateway-html", 502, /^<html>/],
    ["proxy-html", 403, /^<html>/],
    ["unavailable-503", 503, /"Code":"ServiceUnavailable"/],
    ["internal-500-without-code", 500, /^\{"RequestId":"[^"]+","Message":"[^"]+"\}$/],
    ["empty-body", 200, /^$/],
    ["truncated-json", 200, /^\{"RequestId":"[^}]+$/],
    ["xml-error", 503, /^<\?xml .*<Code>ServiceUnavailable<\/Code>/],
    ["lower-case-error", 503, /^\{"requestId":"[^"]+","code":"ServiceUnavailable","message":"[^"]+"\}$/],
  ])("%s is HTTP %s, without and with the work done", async (answer, status, body) => {
    const emulator = await start();
    for (const afterWork of [false, true]) {
      emulator.injectFault({ kind: "answer", action: ATTACH, answer, afterWork });
      expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ status, text: expect.stringMatching(body) });
      expect(emulator.links()).toHaveLength(afterWork ? 1 : 0);
      expect(emulator.calls().at(-1)).toMatchObject({ outcome: answer, status });
    }
  });

  test.each<[AnswerName, number]>([
    ["reset-before", 0],
    ["lost-answer", 1],
  ])("%s cuts the connection and leaves %s links", async (answer, links) => {
    const emulator = await start();
    emulator.injectFault({ kind: "answer", action: ATTACH, answer });
    await expect(attach(emulator, "i-1", "vpc-1")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(emulator.links()).toHaveLength(links);
    expect(emulator.calls()).toMatchObject([{ action: ATTACH, outcome: answer, status: 0 }]);
  });

  test.each([false, true])("timeout never comes, with the work done: %p", async (afterWork) => {
    const emulator = await start();
    emulator.injectFault({ kind: "answer", action: ATTACH, answer: "timeout", afterWork });
    const ended = expect(attach(emulator, "i-1", "vpc-1")).rejects.toMatchObject({ code: "ECONNRESET" });
    // Others are answered in the meantime; only closing the emulator ends this one.
    await noted(emulator, "timeout");
    expect(emulator.links()).toHaveLength(afterWork ? 1 : 0);
    await emulator.close();
    await ended;
  });

  test("with a code has the status of the operation's table, unless the rule names one", async () => {
    const emulator = await start({ errorGeneration: "A" });
    const rule = { kind: "answer", action: ATTACH } as const;
    emulator.injectFault({ ...rule, answer: { code: "InvalidInstanceId.NotFound" } });
    emulator.injectFault({ ...rule, answer: { code: "OperationConflict", status: 400, message: "Busy." } });
    expect((await attach(emulator, "i-1", "vpc-1")).status).toBe(404);
    expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({
      status: 400,
      body: { Code: "OperationConflict", Message: "Busy." },
    });
  });

  test("comes after skipped calls, as often as the rule says, and only for its action and instance", async () => {
    const emulator = await start({ undocumented: { attachAgain: "ok" } });
    const rule = { kind: "answer", answer: "unavailable-503" } as const;
    emulator.injectFault({ ...rule, action: ATTACH, instanceId: "i-1", skip: 1, times: 2 });
    const statuses: number[] = [];
    for (const id of ["i-1", "i-2", "i-1", "i-2", "i-1", "i-1"]) {
      statuses.push((await attach(emulator, id, "vpc-1")).status);
    }
    expect(statuses).toEqual([200, 200, 503, 200, 503, 200]);
    // A Describe may name its instance among others.
    emulator.injectFault({ ...rule, action: DESCRIBE, instanceId: "i-2" });
    expect((await list(emulator, { InstanceId: "i-1" })).status).toBe(200);
    expect((await list(emulator, { InstanceId: "i-1, i-2" })).status).toBe(503);
  });
});

test("a denied key is refused for its operation, with a code of choice, and nothing is done", async () => {
  const emulator = await start();
  emulator.injectFault({ kind: "denied", action: ATTACH });
  expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("Forbidden.SubUser");
  expect([codeOf(await list(emulator, ofVpc1)), emulator.links()]).toEqual(["ok", []]);
  emulator.injectFault({ kind: "denied", code: "Forbidden.RAM", action: DESCRIBE });
  expect(codeOf(await list(emulator, ofVpc1))).toBe("Forbidden.RAM");
});

test("latency makes answers late, and closing does not wait for them", async () => {
  const emulator = await start();
  emulator.injectFault({ kind: "latency", ms: 1, action: DESCRIBE });
  emulator.injectFault({ kind: "latency", ms: 3_600_000, action: ATTACH });
  const pending = expect(attach(emulator, "i-1", "vpc-1")).rejects.toMatchObject({ code: "ECONNRESET" });
  expect((await list(emulator, ofVpc1)).status).toBe(200);
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
    { kind: "answer", action: ATTACH, answer: "reset-before" },
  ];
  for (const rule of rules) emulator.injectFault(rule);
  emulator.clearFaults();
  expect((await attach(emulator, "i-1", "vpc-1")).status).toBe(200);
});

describe("retirement", () => {
  test.each([
    [undefined, "InvalidAction", 400],
    ["InvalidApi.NotFound", "InvalidApi.NotFound", 404],
    ["InvalidInstanceId.LimitedRegion", "InvalidInstanceId.LimitedRegion", 403],
  ])("with code %s refuses every operation with %s, HTTP %i, and may pass", async (code, told, status) => {
    const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
    emulator.injectFault({ kind: "retired", code, times: 3 });
    const refused = { status, body: { Code: told } };
    expect(await attach(emulator, "i-2", "vpc-1")).toMatchObject(refused);
    expect(await detach(emulator, "i-1", "vpc-1")).toMatchObject(refused);
    expect(await list(emulator, ofVpc1)).toMatchObject(refused);
    expect(listed(await list(emulator, ofVpc1))).toEqual(["i-1>vpc-1"]);
  });

  test("of one region or one operation leaves the others alone", async () => {
    const emulator = await start({ regions: ["cn-beijing"] });
    emulator.injectFault({ kind: "retired", regionId: "cn-beijing" });
    emulator.injectFault({ kind: "retired", action: ATTACH });
    expect(codeOf(await list(emulator, { ...ofVpc1, RegionId: "cn-beijing" }))).toBe("InvalidAction");
    expect(codeOf(await list(emulator, ofVpc1))).toBe("ok");
    expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("InvalidAction");
  });
});
