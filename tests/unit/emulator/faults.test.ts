/** Injected faults: which calls they apply to, and what each kind does. */
import { describe, expect, test } from "@jest/globals";
import type { AnswerName, Emulator, FaultRule } from "../../../emulator";
import { attach, call, codeOf, detach, list, listed, start, startClocked } from "./caller";

const ATTACH = "AttachClassicLinkVpc";
const ofVpc1 = { VpcId: "vpc-1" };

describe("a rule applies", () => {
  test("after skipped calls, as often as it says, and only to its action and instance", async () => {
    const emulator = await start({ undocumented: { attachAgain: "ok" } });
    const rule = { kind: "answer", answer: "unavailable-503" } as const;
    emulator.injectFault({ ...rule, action: ATTACH, instanceId: "i-1", skip: 1, times: 2 });
    const statuses: number[] = [];
    for (const id of ["i-1", "i-2", "i-1", "i-2", "i-1", "i-1"]) {
      statuses.push((await attach(emulator, id, "vpc-1")).status);
    }
    expect(statuses).toEqual([200, 200, 503, 200, 503, 200]);
    // A Describe may name its instance among others.
    emulator.injectFault({ ...rule, instanceId: "i-2" });
    expect((await list(emulator, { InstanceId: "i-1" })).status).toBe(200);
    expect((await list(emulator, { InstanceId: "i-1, i-2" })).status).toBe(503);
  });

  test("in its region, until its time is over", async () => {
    const { clock, emulator } = await startClocked({ regions: ["cn-beijing"] });
    emulator.injectFault({ kind: "denied", code: "Forbidden.RAM", regionId: "cn-beijing", forMs: 5000 });
    const inBeijing = async () => codeOf(await list(emulator, { ...ofVpc1, RegionId: "cn-beijing" }));
    expect(codeOf(await list(emulator, ofVpc1))).toBe("ok");
    clock.now += 4999;
    expect(await inBeijing()).toBe("Forbidden.RAM");
    clock.now += 1;
    expect(await inBeijing()).toBe("ok");
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

  test("counts each operation and region for itself, and may have another code and status, and no hint", async () => {
    const { emulator } = await startClocked({ regions: ["cn-beijing"] });
    emulator.injectFault({ kind: "throttle", quota: 1, code: "Throttling", status: 429 });
    expect(codeOf(await list(emulator, ofVpc1))).toBe("ok");
    expect(codeOf(await list(emulator, { ...ofVpc1, RegionId: "cn-beijing" }))).toBe("ok");
    expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("ok");
    const refused = await list(emulator, ofVpc1);
    expect([refused.status, codeOf(refused)]).toEqual([429, "Throttling"]);
    expect(refused.headers).not.toHaveProperty("x-acs-retry-after");
  });

  test("next to another quota counts only calls that both let pass, and the longer wait is answered", async () => {
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
    const { clock, emulator } = await startClocked({}, Math.floor(Date.now() / 60_000) * 60_000 + 50_000);
    emulator.injectFault({ kind: "throttle", quota: 1, windowMs: 60_000, phaseMs: 5_000, retryAfter: true });
    await list(emulator, ofVpc1);
    expect((await list(emulator, ofVpc1)).headers).toMatchObject({ "x-acs-retry-after": "15000" });
    clock.now += 15_000;
    expect((await list(emulator, ofVpc1)).status).toBe(200);
  });
});

describe("a rule of kind invisible", () => {
  const linksOf1 = async (emulator: Emulator) => listed(await list(emulator, { InstanceId: "i-1" }));

  test("hides an attach, and then a detach, from so many Describes that would list it, while links() has the truth", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "invisible", describes: 2 });
    await attach(emulator, "i-1", "vpc-1");
    expect(emulator.links()).toHaveLength(1);
    await list(emulator, { InstanceId: "i-2" });
    await list(emulator, { VpcId: "vpc-2" });
    expect([await linksOf1(emulator), await linksOf1(emulator)]).toEqual([[], []]);
    expect(await linksOf1(emulator)).toEqual(["i-1>vpc-1"]);
    await detach(emulator, "i-1", "vpc-1");
    expect(emulator.links()).toHaveLength(0);
    expect([await linksOf1(emulator), await linksOf1(emulator)]).toEqual([["i-1>vpc-1"], ["i-1>vpc-1"]]);
    expect(await linksOf1(emulator)).toEqual([]);
  });

  test("hides a change for its time", async () => {
    const { clock, emulator } = await startClocked();
    emulator.injectFault({ kind: "invisible", ms: 3_000 });
    await attach(emulator, "i-1", "vpc-1");
    clock.now += 2_999;
    expect(await linksOf1(emulator)).toEqual([]);
    clock.now += 1;
    expect(await linksOf1(emulator)).toEqual(["i-1>vpc-1"]);
  });

  test("hides the changes that follow it too, until the faults are cleared", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "invisible", instanceId: "i-1" });
    await attach(emulator, "i-1", "vpc-1");
    await detach(emulator, "i-1", "vpc-1");
    expect(await linksOf1(emulator)).toEqual([]);
    await attach(emulator, "i-1", "vpc-2");
    expect(await linksOf1(emulator)).toEqual([]);
    emulator.clearFaults();
    expect(await linksOf1(emulator)).toEqual(["i-1>vpc-2"]);
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

  test("timeout never comes, nor does one that is an hour late: closing the emulator ends both", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "answer", answer: "timeout", instanceId: "i-1" });
    emulator.injectFault({ kind: "latency", ms: 3_600_000, instanceId: "i-2" });
    const ended = ["i-1", "i-2"].map((id) =>
      expect(attach(emulator, id, "vpc-1")).rejects.toMatchObject({ code: "ECONNRESET" }),
    );
    // Others are answered in the meantime.
    expect((await list(emulator, ofVpc1)).status).toBe(200);
    await emulator.close();
    await Promise.all(ended);
    expect(emulator.links()).toEqual([]);
  });

  test.each(["ok", "lost-answer"] as const)(
    "%s may come before the work, which is done in its time",
    async (answer) => {
      const { clock, emulator } = await startClocked();
      emulator.injectFault({ kind: "answer", action: ATTACH, workAfterMs: 5_000, answer });
      expect(await attach(emulator, "i-1", "vpc-1").then(codeOf, () => "lost-answer")).toBe(answer);
      clock.now += 4_999;
      expect(emulator.links()).toEqual([]);
      clock.now += 1;
      expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual(["i-1>vpc-1"]);
    },
  );

  test("ok is not given to work that cannot be done later", async () => {
    const emulator = await start({ vpcs: [{ vpcId: "vpc-1", classicLinkEnabled: false }] });
    emulator.injectFault({ kind: "answer", action: ATTACH, workAfterMs: 5_000, answer: "ok" });
    expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("OperationDenied");
  });
});

test.each([
  [undefined, "InvalidAction", 400],
  ["InvalidInstanceId.LimitedRegion", "InvalidInstanceId.LimitedRegion", 403],
])("an operation that is retired with code %s is refused with %s, HTTP %i", async (code, told, status) => {
  const emulator = await start();
  emulator.injectFault({ kind: "retired", code, action: ATTACH });
  expect(await attach(emulator, "i-2", "vpc-1")).toMatchObject({ status, body: { Code: told } });
  expect(codeOf(await list(emulator, ofVpc1))).toBe("ok");
});

test.each<[rule: FaultRule, code: string]>([
  [{ kind: "clock", ms: 20 * 60_000 }, "InvalidTimeStamp.Expired"],
  [{ kind: "denied" }, "Forbidden.RAM"],
])("the rule %j refuses a call of the VPC service with %s", async (rule, code) => {
  const emulator = await start();
  emulator.injectFault(rule);
  expect(codeOf(await call(emulator, "DescribeVpcs"))).toBe(code);
});
