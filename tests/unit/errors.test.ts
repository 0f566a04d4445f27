import { describe, expect, test } from "@jest/globals";
import { codes } from "../../emulator/errorTable";
import { classify, CODE_FAMILIES, ERROR_CODES, FAULTS } from "../../provider/ecs/errorCodes";
import { type ApiOperation, EcsError, type EcsErrorKind } from "../../provider/ecs/errors";

/** What a code's name says, and the kind that it then has. A code that no rule matches may have any kind. */
const NAMES: readonly (readonly [name: RegExp, kind: EcsErrorKind])[] = [
  [/Throttling/, "throttled"],
  [/^(ServiceUnavailable|InternalError|UnknownError)|timeout/i, "transient"],
  [/Conflict$|Busy$|TokenProcessing$|^InvalidStatus\.|^Incorrect\w*Status/, "busy"],
  [/InstanceNotFound$|^InvalidInstanceId\.NotFound$/, "gone"],
  [/^Invalid(Vpc|Region)(Id)?\.(Malformed|NotFound)$|^(Invalid|Unsupported|Idempotent|Missing)Param/, "input"],
  [/^Invalid(Action|Api)/, "retired"],
  [/^Invalid(Protocol|Version)/, "configuration"],
  [/NotBelong$|^Forbidden\.(?!Instance)|Authentication|Balance$|Organization$|^ascm\.auth/, "authorisation"],
  [/AccessKeyId|Signature(DoesNotMatch)?$|Time-?stamp|SecurityToken/i, "authorisation"],
];

/** Codes whose names mislead. No rule is for them. */
const MISLEADING: readonly (readonly [code: string, kind: EcsErrorKind])[] = [
  ["InvalidInstanceId.MalFormed", "gone"],
  ["Abs.InvalidInstanceId.MalFormed", "conflict"],
  ["InvalidInstanceId.LimitedRegion", "retired"],
  ["SignatureNonceUsed", "transient"],
  ["403", "authorisation"],
];

/** Members of families, which the documents name by a part only. */
const OF_FAMILIES = [
  ...["Throttling.Resource", "Ecs.Throttling.Account", "ServiceUnavailable.Other"],
  ...["IncorrectInstanceStatus", "IncorrectInstanceStatus.Starting", "IncorrectStatus.Instance"],
  ...["InvalidSecurityToken.Expired", "InvalidSecurityToken.MismatchWithAccessKey", "InvalidAccessKeyId.Other"],
  ...["asapi.other.accesskeyid.error", "InvalidTimeStamp.Other", "Forbidden.Other", "InvalidAction.Other"],
  ...[
    "InvalidApi.Other",
    "MissingParameter",
    "MissingParameter.RegionId",
    "InvalidParameter",
    "InvalidParameter.Other",
  ],
];

/** What the reference lists for calls on links, as the emulator has it. */
const DOCUMENTED = (["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DescribeClassicLinkInstances"] as const).flatMap(
  (action) => Object.keys(codes[action]),
);

describe("what an error code means", () => {
  test.each(NAMES)("a code whose name has %s is %s", (name, kind) => {
    const misleading = MISLEADING.map(([code]) => code);
    const all = [...Object.keys(ERROR_CODES), ...OF_FAMILIES].filter((code) => !misleading.includes(code));
    const named = all.filter((code) => name.test(code));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((code) => classify(code, "").kind !== kind)).toEqual([]);
  });

  test.each(MISLEADING)("%s is %s, whatever its name says", (code, kind) => {
    expect(classify(code, "").kind).toBe(kind);
  });

  test("every code that the reference lists for calls on links is known", () => {
    expect(DOCUMENTED.filter((code) => classify(code, "").kind === "unknown")).toEqual([]);
  });

  test("every member of a family is known", () => {
    expect(OF_FAMILIES.filter((code) => Object.hasOwn(ERROR_CODES, code))).toEqual([]);
    expect(OF_FAMILIES.filter((code) => classify(code, "").kind === "unknown")).toEqual([]);
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

  test("a code in the table means the same whatever its message says", () => {
    const misleading = "linked to other vpc, disabled attach, Throttling";
    for (const code of Object.keys(ERROR_CODES)) expect(classify(code, misleading)).toEqual(classify(code, ""));
  });

  const denied: [message: string, kind: EcsErrorKind][] = [
    ["The vpc is unable to attach classic link.", "configuration"],
    ["The VPC is UNABLE TO ATTACH classic link", "configuration"],
    ["The specified vpc has disabled attach.", "configuration"],
    ["The instance was linked to other vpc.", "conflict"],
    ["The instance is NOT ALLOW LINK.", "conflict"],
    ["The instance is not allowed to detach from the vpc.", "conflict"],
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

  test("names what only a stack has, in a stack only", () => {
    const ofStacks = /pulumi (up|state)|--run-program|classiclink:/;
    const codes = Object.keys({ ...ERROR_CODES, ...CODE_FAMILIES }).map((code) => code.replaceAll("*", "x"));
    const inStacks = codes.filter((code) => ofStacks.test(classify(code, "").advice));
    expect(inStacks).toEqual(expect.arrayContaining(["SignatureDoesNotMatch", "InvalidAction.NotFound"]));
    for (const code of codes) {
      expect(classify(code, "", { isCommand: true, isPrivate: true }).advice).not.toMatch(ofStacks);
    }
    for (const { advice } of Object.values(FAULTS)) expect(advice).not.toMatch(ofStacks);
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
    expect(mayHaveSucceeded).toEqual([
      "NoErrorCode",
      "ConnectionLost",
      "Timeout",
      "GatewayRefused",
      "UnreadableAnswer",
    ]);
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
