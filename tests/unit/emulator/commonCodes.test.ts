/** A walk over the codes that every operation of ECS and its gateway may answer with: each comes out of a real request. */
import { expect, test } from "@jest/globals";
import { type Emulator, startEmulator, type FaultRule } from "../../../emulator";
import { attach, call, type Given, list, type RawAnswer, send, start } from "./caller";

const action = "DescribeClassicLinkInstances";
const ask = (emulator: Emulator, given: Given = {}) => list(emulator, { VpcId: "vpc-1", ...given });
const refuse = (rule: FaultRule) => (emulator: Emulator) => {
  emulator.injectFault(rule);
  return ask(emulator);
};
const throttle = (code?: string, status?: number) => refuse({ kind: "throttle", quota: 0, code, status });
/** What these three operations have no cause for, or the emulator no clock: the words of the answer all the same. */
const scripted = (code: string, status?: number) => refuse({ kind: "answer", action, answer: { code, status } });
const given = (changes: Given) => (emulator: Emulator) => ask(emulator, changes);

// Code, and every HTTP status that the pages give it; several where they differ by operation or edition.
const rows: [code: string, statuses: number[], provoke: (emulator: Emulator) => Promise<RawAnswer>][] = [
  ["Throttling", [400], throttle("Throttling")],
  ["Throttling", [403], throttle("Throttling", 403)],
  ["Throttling", [429], throttle("Throttling", 429)],
  ["Throttling.User", [400], throttle()],
  ["Throttling.Api", [400], throttle("Throttling.Api")],
  ["Rejected.Throttling", [400], throttle("Rejected.Throttling")],
  ["ServiceUnavailable", [503], refuse({ kind: "answer", action, answer: "unavailable-503" })],
  ["ServiceUnavailable.RegionMaintaining", [503], scripted("ServiceUnavailable.RegionMaintaining")],
  ["InternalError", [500], scripted("InternalError")],
  ["UnknownError", [400], scripted("UnknownError")],
  ["LastTokenProcessing", [403], scripted("LastTokenProcessing")],
  ["OperationConflict", [409], scripted("OperationConflict")],
  ["IdempotentParameterMismatch", [400], scripted("IdempotentParameterMismatch")],
  ["IncorrectInstanceStatus", [403], scripted("IncorrectInstanceStatus")],
  ["IncorrectInstanceStatus", [400], scripted("IncorrectInstanceStatus", 400)],
  ["IncorrectInstanceStatus", [405], scripted("IncorrectInstanceStatus", 405)],
  ["InvalidAccessKeyId.NotFound", [400, 404], given({ AccessKeyId: "other" })],
  [
    "InvalidAccessKeyId.Inactive",
    [400, 404],
    (emulator) => {
      emulator.revokeKey();
      return ask(emulator);
    },
  ],
  ["InvalidTimeStamp.Expired", [400], given({ Timestamp: "2024-01-02T03:04:05Z" })],
  ["InvalidTimeStamp.Format", [400], given({ Timestamp: "yesterday" })],
  ["IllegalTimestamp", [400], scripted("IllegalTimestamp")],
  [
    "SignatureNonceUsed",
    [400],
    async (emulator) => {
      await ask(emulator, { SignatureNonce: "n" });
      return ask(emulator, { SignatureNonce: "n" });
    },
  ],
  ["SignatureDoesNotMatch", [400], given({ Signature: "AAAA" })],
  ["IncompleteSignature", [400], given({ Signature: undefined })],
  ["InvalidSecurityToken.MismatchWithAccessKey", [400, 403], given({ SecurityToken: "left over" })],
  ["InvalidSecurityToken.Expired", [400, 403], scripted("InvalidSecurityToken.Expired")],
  ["Forbidden.RAM", [403], scripted("Forbidden.RAM")],
  ["Forbidden.SubUser", [403], refuse({ kind: "denied" })],
  ["Forbidden.Unauthorized", [403], scripted("Forbidden.Unauthorized")],
  ["Forbidden.NotSupportRAM", [403], scripted("Forbidden.NotSupportRAM")],
  ["Forbidden.RiskControl", [400, 403], scripted("Forbidden.RiskControl")],
  ["Forbidden.AccessKeyDisabled", [400, 403], scripted("Forbidden.AccessKeyDisabled")],
  ["RealNameAuthenticationError", [400, 403], scripted("RealNameAuthenticationError")],
  ["InsufficientBalance", [400, 403], scripted("InsufficientBalance")],
  ["MissingParameter", [400], given({ RegionId: undefined })],
  ["InvalidParameter", [400], given({ PageSize: "1000" })],
  ["InvalidParamater", [400, 403, 404], scripted("InvalidParamater")],
  ["UnsupportedParameter", [400, 403, 404], scripted("UnsupportedParameter")],
  ["InvalidAction", [400, 403, 404], scripted("InvalidAction")],
  ["InvalidApi.NotFound", [400, 403, 404], (emulator) => call(emulator, "DescribeRegions")],
  ["UnsupportedHTTPMethod", [400, 403, 404], (emulator) => send(emulator, { method: "PUT", path: "/?Format=JSON" })],
];

test.each(rows)("answers %s with HTTP %j", async (code, statuses, provoke) => {
  const { status, body } = await provoke(await start());
  expect(body).toMatchObject({ Code: code, HostId: "ecs.aliyuncs.com", Message: expect.stringMatching(/\w/) });
  expect(statuses).toContain(status);
});

test("an expired token is reported as such when it really expires", async () => {
  const emulator = await startEmulator({ securityToken: "t" });
  emulator.revokeKey();
  expect(await ask(emulator, { SecurityToken: "t" })).toMatchObject({ body: { Code: "InvalidSecurityToken.Expired" } });
  await emulator.close();
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
