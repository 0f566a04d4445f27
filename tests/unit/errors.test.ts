import { describe, expect, test } from "@jest/globals";
import { classify, ERROR_CODES, FAULTS } from "../../provider/ecs/errorCodes";
import { type ApiOperation, EcsError, type EcsErrorKind } from "../../provider/ecs/errors";

type Documented = readonly [code: string, generations: string, kind: EcsErrorKind, message?: string];

/** What each reference page lists, by generation (A, B, C), and what a caller can do about it. */
const DOCUMENTED: Readonly<Partial<Record<ApiOperation, readonly Documented[]>>> = {
  AttachClassicLinkVpc: [
    ["Abs.InvalidInstanceId.MalFormed", "AB", "conflict"],
    ["InvalidInstanceId.MalFormed", "AC", "gone"],
    ["InvalidRegionId.Malformed", "ABC", "input"],
    ["InvalidRegionId.NotFound", "C", "input"],
    ["InvalidVpcId.Malformed", "AC", "input"],
    ["InvalidInstanceId.NotFound", "AC", "gone"],
    ["InvalidInstanceId.NotBelong", "AC", "authorisation"],
    ["InvalidInstanceId.LimitedRegion", "BC", "retired"],
    ["InvalidParameter.InvalidInstanceIdAndVpcId", "C", "input"],
    ["InvalidStatus.InstanceLocked", "ABC", "busy"],
    ["InvalidStatus.InstanceStatus", "ABC", "busy"],
    ["OperationDenied", "A", "configuration", "The vpc is unable to attach classic link."],
    ["OperationDenied", "BC", "configuration", "The specified vpc has disabled attach."],
    ["OperationDenied", "BC", "conflict", "The instance is not allow link."],
    ["OperationDenied", "C", "conflict", "The instance was linked to other vpc."],
    ["QuotaExceeded", "ABC", "quota"],
    ["Forbidden.SubUser", "BC", "authorisation"],
  ],
  DetachClassicLinkVpc: [
    ["InvalidInstanceId.MalFormed", "ABC", "gone"],
    ["InvalidRegionId.Malformed", "ABC", "input"],
    ["InvalidVpcId.Malformed", "ABC", "input"],
    ["InvalidInstanceId.NotBelong", "ABC", "authorisation"],
    ["InvalidInstanceId.NotFound", "ABC", "gone"],
    ["InvalidStatus.InstanceStatus", "ABC", "busy"],
    ["InvalidStatus.InstanceLocked", "A", "busy"],
    ["OperationDenied", "BC", "conflict", "The instance is not allowed to detach from the vpc."],
    ["InvalidParameter.InvalidInstanceIdAndVpcId", "BC", "input"],
    ["Forbidden.SubUser", "BC", "authorisation"],
  ],
  DescribeClassicLinkInstances: [
    ["InvalidRegionId.Malformed", "A", "input"],
    ["InvalidInstanceId.NotBelong", "ABC", "authorisation"],
    ["InvalidInstanceId.NotFound", "AC", "gone"],
    ["InvalidParameter.InvalidInstanceIdAndVpcId", "AC", "input"],
    ["InvalidParameter.ToManyInstanceIds", "AC", "input"],
    ["InvalidVpc.NotBelong", "AC", "authorisation"],
  ],
  DescribeVpcs: [["InvalidRegionId.NotFound", "ABC", "input"]],
  DescribeVpcAttribute: [
    ["InvalidRegionId.NotFound", "ABC", "input"],
    ["InvalidVpcId.NotFound", "ABC", "input"],
  ],
};

/** Codes that any operation, or the gateway before it, may answer with. */
const COMMON: Readonly<Partial<Record<EcsErrorKind, readonly string[]>>> = {
  throttled: ["Throttling", "Throttling.User", "Throttling.Api", "Rejected.Throttling"],
  transient: [
    "ServiceUnavailable",
    "ServiceUnavailable.RegionMaintaining",
    "InternalError",
    "UnknownError",
    "SignatureNonceUsed",
    "asapi.server.timeout.socket",
    "LockTimeout",
    "RequestTimeout",
  ],
  // The last ones are those that the vendor's provider waits out for attachments of other kinds.
  busy: [
    "LastTokenProcessing",
    "OperationConflict",
    "IncorrectVpcStatus",
    "IncorrectInstanceStatus",
    "IncorrectInstanceStatus.Starting",
    "IncorrectStatus.Instance",
    "TaskConflict",
    "InvalidOperation.Conflict",
    "SystemBusy",
    "OperationFailed.LastTokenProcessing",
  ],
  configuration: ["InvalidProtocol.NeedSsl", "InvalidVersion"],
  gone: ["Forbidden.InstanceNotFound"],
  input: ["IdempotentParameterMismatch", "UnsupportedHTTPMethod", "UnsupportedParameter", "InvalidParamater"],
  retired: ["InvalidAction", "InvalidAction.NotFound", "InvalidApi.NotFound"],
  authorisation: [
    "InvalidAccessKeyId.NotFound",
    "InvalidAccessKeyId.Inactive",
    "InvalidTimeStamp.Expired",
    "InvalidTimeStamp.Format",
    "IllegalTimestamp",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "Forbidden.RAM",
    "Forbidden.Unauthorized",
    "Forbidden.NotSupportRAM",
    "Forbidden.RiskControl",
    "Forbidden.AccessKeyDisabled",
    "RealNameAuthenticationError",
    "InsufficientBalance",
    "403",
    "NoPermission",
    "User.Not.In.Organization",
    "ascm.auth.InvalidParameter",
    "asapi.server.request.parameter.accesskeyid.error",
    "asapi.other.accesskeyid.error",
  ],
};

const pages = Object.entries(DOCUMENTED).flatMap(([operation, rows]) =>
  rows.map(([code, generations, kind, message = ""]) => ({ operation, code, generations, kind, message })),
);
const common = Object.entries(COMMON).flatMap(([kind, codes]) => codes.map((code) => ({ code, kind })));

describe("what an error code means", () => {
  test.each(pages)("$operation ($generations): $code $message → $kind", ({ code, message, kind }) => {
    expect(classify(code, message).kind).toBe(kind);
  });

  test.each(common)("everywhere: $code → $kind", ({ code, kind }) => {
    expect(classify(code, "").kind).toBe(kind);
  });

  test("a refusal names the permission that the operation needs, and no other", () => {
    const adviceOf = (operation: ApiOperation) => classify("Forbidden.RAM", "", { operation }).advice;
    expect(adviceOf("AttachClassicLinkVpc")).toBe("allow ecs:AttachClassicLinkVpc in RAM");
    expect(adviceOf("DescribeVpcs")).toBe("allow vpc:DescribeVpcs in RAM");
  });

  test.each(["InvalidAction", "InvalidAction.NotFound", "InvalidApi.NotFound"])(
    "%s is retried a few times before it is believed: gateways say so while they restart",
    (code) => {
      expect(classify(code, "").retryTries).toBe(3);
    },
  );

  test("a missing permission is doubted on a private cloud only", () => {
    expect(classify("Forbidden.RAM", "", { isPrivate: true }).retryTries).toBe(3);
    expect(classify("Forbidden.RAM", "").retryTries).toBeUndefined();
  });

  test.each(["code: 503, the backend", "Please try later.", "try again later"])(
    "an unknown code with %j may pass",
    (said) => {
      expect(classify("SomethingNew", said).kind).toBe("transient");
    },
  );

  test("no code is in the table that no document lists", () => {
    const documented = new Set([...pages, ...common].map(({ code }) => code));
    expect(Object.keys(ERROR_CODES).filter((code) => !documented.has(code))).toEqual([]);
  });

  test("a code in the table means the same whatever its message says", () => {
    const misleading = "linked to other vpc, disabled attach, Throttling";
    for (const code of Object.keys(ERROR_CODES)) expect(classify(code, misleading)).toEqual(classify(code, ""));
  });

  const denied: [message: string, kind: EcsErrorKind][] = [
    ["The VPC is UNABLE TO ATTACH classic link", "configuration"],
    ["Disabled Attach", "configuration"],
    ["Linked To Other VPC", "conflict"],
    ["NOT ALLOW LINK", "conflict"],
    ["Not Allowed To Detach", "conflict"],
    ["", "conflict"],
    ["something that no document says", "conflict"],
  ];
  test.each(denied)("OperationDenied with %j, in any case of letters, is %s", (message, kind) => {
    expect(classify("OperationDenied", message).kind).toBe(kind);
  });

  test("ClassicLink that is off and an instance that is linked elsewhere get different advice", () => {
    expect(classify("OperationDenied", "disabled attach").advice).toContain("EnableVpcClassicLink");
    expect(classify("OperationDenied", "linked to other vpc").advice).toContain("detach");
  });

  const families: [code: string, kind: EcsErrorKind][] = [
    ["Throttling.Resource", "throttled"],
    ["Ecs.Throttling.Account", "throttled"],
    ["ServiceUnavailable.Other", "transient"],
    ["InvalidSecurityToken.Expired", "authorisation"],
    ["InvalidSecurityToken.MismatchWithAccessKey", "authorisation"],
    ["InvalidAccessKeyId.Other", "authorisation"],
    ["InvalidTimeStamp.Other", "authorisation"],
    ["Forbidden.Other", "authorisation"],
    ["InvalidAction.Other", "retired"],
    ["InvalidApi.Other", "retired"],
    ["MissingParameter", "input"],
    ["MissingParameter.RegionId", "input"],
    ["InvalidParameter", "input"],
    ["InvalidParameter.Other", "input"],
  ];
  test.each(families)("a member of a family, %s, is %s", (code, kind) => {
    expect(classify(code, "").kind).toBe(kind);
  });

  const unlisted = [
    "SomethingNew",
    "",
    "invalidinstanceid.notfound",
    "InvalidInstanceId.Malformed",
    "InvalidParamaters",
    "XForbidden.RAM",
    "constructor",
    "toString",
    "hasOwnProperty",
    "__proto__",
    "valueOf",
  ];
  test.each(unlisted)("%j is unknown: codes are compared exactly, and nothing is inherited", (code) => {
    expect(classify(code, "").kind).toBe("unknown");
  });
});

describe("advice", () => {
  const all = [
    ...Object.values(ERROR_CODES),
    ...Object.values(FAULTS),
    classify("X", ""),
    classify("OperationDenied", ""),
  ];

  test("is one line of bearable length without an address, for every code", () => {
    for (const { advice } of all) expect(advice).toMatch(/^(?!.*:\/\/).{10,200}$/);
  });

  test("what may not pass by itself is given up after a time", () => {
    for (const { kind, retryForMs } of all) {
      if (kind === "transient") expect(retryForMs).toBeLessThanOrEqual(120_000);
      if (kind === "throttled") expect(retryForMs).toBeUndefined();
    }
    expect(ERROR_CODES["InvalidStatus.InstanceLocked"]?.retryForMs).toBeUndefined();
  });

  test("only a request that cannot have reached ECS is clear", () => {
    const mayHaveSucceeded = Object.entries(FAULTS).flatMap(([code, row]) => (row.mayHaveSucceeded ? [code] : []));
    expect(mayHaveSucceeded).toEqual(["ConnectionLost", "Timeout", "UnreadableAnswer"]);
  });
});

describe("an EcsError", () => {
  const facts = { kind: "busy", advice: "wait", operation: "AttachClassicLinkVpc", mayHaveSucceeded: false } as const;

  test("names the operation, the code, the message, and the request", () => {
    const told = { ...facts, code: "OperationConflict", detail: "another task", requestId: "ABC" };
    expect(new EcsError(told).message).toBe('AttachClassicLinkVpc: OperationConflict ("another task"), request ABC');
  });

  test("leaves out what is unknown", () => {
    expect(new EcsError({ ...facts, code: "X", detail: "" }).message).toBe("AttachClassicLinkVpc: X");
  });

  test("has its kind beside its facts", () => {
    expect(new EcsError({ ...facts, code: "X", detail: "" })).toMatchObject({ name: "EcsError", kind: "busy" });
  });
});
