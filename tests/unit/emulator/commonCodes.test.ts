/**
 * The codes that every operation of ECS and its gateway may answer with, and that no other test of the emulator brings about:
 * each comes out of a real request.
 */
import { expect, test } from "@jest/globals";
import type { Emulator, FaultRule } from "../../../emulator";
import { attach, list, type RawAnswer, start } from "./caller";

const action = "DescribeClassicLinkInstances";
const refuse = (rule: FaultRule) => (emulator: Emulator) => {
  emulator.injectFault(rule);
  return list(emulator, { VpcId: "vpc-1" });
};
const throttle = (code: string, status?: number) => refuse({ kind: "throttle", quota: 0, code, status });
/** What these three operations have no cause for, or the emulator no clock: the words of the answer all the same. */
const scripted = (code: string, status?: number) => refuse({ kind: "answer", action, answer: { code, status } });

// Code, and every HTTP status that the pages give it; several where they differ by operation or edition.
const rows: [code: string, statuses: number[], provoke: (emulator: Emulator) => Promise<RawAnswer>][] = [
  ["Throttling", [400], throttle("Throttling")],
  ["Throttling", [403], throttle("Throttling", 403)],
  ["Throttling", [429], throttle("Throttling", 429)],
  ["Throttling.Api", [400], throttle("Throttling.Api")],
  ["Rejected.Throttling", [400], throttle("Rejected.Throttling")],
  ["ServiceUnavailable.RegionMaintaining", [503], scripted("ServiceUnavailable.RegionMaintaining")],
  ["InternalError", [500], scripted("InternalError")],
  ["UnknownError", [400], scripted("UnknownError")],
  ["LastTokenProcessing", [403], scripted("LastTokenProcessing")],
  ["OperationConflict", [409], scripted("OperationConflict")],
  ["IdempotentParameterMismatch", [400], scripted("IdempotentParameterMismatch")],
  ["IncorrectInstanceStatus", [403], scripted("IncorrectInstanceStatus")],
  ["IncorrectInstanceStatus", [400], scripted("IncorrectInstanceStatus", 400)],
  ["IncorrectInstanceStatus", [405], scripted("IncorrectInstanceStatus", 405)],
  ["IllegalTimestamp", [400], scripted("IllegalTimestamp")],
  ["InvalidSecurityToken.Expired", [400, 403], scripted("InvalidSecurityToken.Expired")],
  ["Forbidden.RAM", [403], scripted("Forbidden.RAM")],
  ["Forbidden.Unauthorized", [403], scripted("Forbidden.Unauthorized")],
  ["Forbidden.NotSupportRAM", [403], scripted("Forbidden.NotSupportRAM")],
  ["Forbidden.RiskControl", [400, 403], scripted("Forbidden.RiskControl")],
  ["Forbidden.AccessKeyDisabled", [400, 403], scripted("Forbidden.AccessKeyDisabled")],
  ["RealNameAuthenticationError", [400, 403], scripted("RealNameAuthenticationError")],
  ["InsufficientBalance", [400, 403], scripted("InsufficientBalance")],
  ["InvalidParamater", [400, 403, 404], scripted("InvalidParamater")],
  ["UnsupportedParameter", [400, 403, 404], scripted("UnsupportedParameter")],
  ["InvalidAction", [400, 403, 404], scripted("InvalidAction")],
];

test.each(rows)("answers %s with HTTP %j", async (code, statuses, provoke) => {
  const { status, body } = await provoke(await start());
  expect(body).toMatchObject({ Code: code, HostId: "ecs.aliyuncs.com", Message: expect.stringMatching(/\w/) });
  expect(statuses).toContain(status);
});

test("says in newer answers which permission is missing", async () => {
  for (const errorGeneration of ["B", "C"] as const) {
    const emulator = await start({ errorGeneration });
    emulator.injectFault({ kind: "denied" });
    const { body } = await attach(emulator, "i-1", "vpc-1");
    expect(body.Code).toBe("Forbidden.SubUser");
    const detail = { AuthAction: "ecs:AttachClassicLinkVpc", AuthPrincipalType: "SubUser" };
    if (errorGeneration === "C") expect(body).toMatchObject({ AccessDeniedDetail: detail });
    else expect(body).not.toHaveProperty("AccessDeniedDetail");
  }
});
