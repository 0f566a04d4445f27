/** What the error codes of ECS mean: rules for the table of codes, not a second copy of it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { codes } from "../../emulator/errorTable";
import { classify, CODE_FAMILIES, ERROR_CODES, FAULTS } from "../../provider/ecs/errorCodes";
import type { ApiOperation, EcsErrorKind } from "../../provider/ecs/errors";
import { type Addressee, toEcsError } from "../../provider/ecs/toEcsError";
import { errorsTable } from "../../scripts/errorsTable";
import { REPOSITORY } from "../support/project";

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
  ...["Throttling.Resource", "Ecs.Throttling.Account", "ServiceUnavailable.Other", "IncorrectStatus.Instance"],
  ...["IncorrectInstanceStatus", "IncorrectInstanceStatus.Starting", "InvalidSecurityToken.Expired"],
  ...["InvalidSecurityToken.MismatchWithAccessKey", "InvalidAccessKeyId.Other", "asapi.other.accesskeyid.error"],
  ...["InvalidTimeStamp.Other", "Forbidden.Other", "InvalidAction.Other", "InvalidApi.Other", "MissingParameter"],
  ...["MissingParameter.RegionId", "InvalidParameter", "InvalidParameter.Other"],
];

/** What the reference lists for calls on links, as the emulator has it. */
const DOCUMENTED = (["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DescribeClassicLinkInstances"] as const).flatMap(
  (action) => Object.keys(codes[action]),
);

const kindOf = (code: string, message = "") => classify(code, message).kind;

describe("what an error code means", () => {
  test.each(NAMES)("a code whose name has %s is %s", (name, kind) => {
    const misleading = MISLEADING.map(([code]) => code);
    const all = [...Object.keys(ERROR_CODES), ...OF_FAMILIES].filter((code) => !misleading.includes(code));
    const named = all.filter((code) => name.test(code));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((code) => kindOf(code) !== kind)).toEqual([]);
  });

  test.each(MISLEADING)("%s is %s, whatever its name says", (code, kind) => {
    expect(kindOf(code)).toBe(kind);
  });

  test("every code that the reference lists for calls on links is known, and so is every member of a family", () => {
    expect(OF_FAMILIES.filter((code) => Object.hasOwn(ERROR_CODES, code))).toEqual([]);
    expect([...DOCUMENTED, ...OF_FAMILIES].filter((code) => kindOf(code) === "unknown")).toEqual([]);
  });

  test("a refusal names the permission that an operation needs, and no other", () => {
    const adviceFor = (operation: ApiOperation) => classify("Forbidden.RAM", "", { operation }).advice;
    expect(adviceFor("AttachClassicLinkVpc")).toBe("allow ecs:AttachClassicLinkVpc in RAM");
    expect(adviceFor("DescribeVpcs")).toBe("allow vpc:DescribeVpcs in RAM");
  });

  test.each([
    // Gateways say so while they restart.
    ["InvalidAction.NotFound", {}, 3],
    ["InvalidApi.NotFound", {}, 3],
    // A missing permission is doubted on a private cloud only.
    ["Forbidden.RAM", { isPrivate: true }, 3],
    ["Forbidden.RAM", {}, undefined],
  ])("%s with %j is retried a few times before it is believed: %s", (code, context, tries) => {
    expect(classify(code, "", context).retryTries).toBe(tries);
  });

  test("a code in the table means the same whatever its message says", () => {
    const misleading = "linked to other vpc, disabled attach, Throttling";
    for (const code of Object.keys(ERROR_CODES)) expect(classify(code, misleading)).toEqual(classify(code, ""));
  });

  test.each<[message: string, kind: EcsErrorKind, advice: string]>([
    ["The VPC is UNABLE TO ATTACH classic link", "configuration", "EnableVpcClassicLink"],
    ["The specified vpc has disabled attach.", "configuration", "EnableVpcClassicLink"],
    ["The instance was linked to other vpc.", "conflict", "detach"],
    ["The instance is NOT ALLOW LINK.", "conflict", ""],
    ["The instance is not allowed to detach from the vpc.", "conflict", ""],
    ["something that no document says", "conflict", ""],
  ])("OperationDenied with %j, in any case of letters, is %s, with advice of its own", (message, kind, advice) => {
    expect(classify("OperationDenied", message)).toMatchObject({ kind, advice: expect.stringContaining(advice) });
  });

  test.each(["code: 503, the backend", "Please try later.", "try again later"])(
    "an unknown code with %j may pass",
    (it) => expect(kindOf("SomethingNew", it)).toBe("transient"),
  );

  const misspelt = ["", "invalidinstanceid.notfound", "InvalidInstanceId.Malformed", "XForbidden.RAM"];
  test.each(["SomethingNew", ...misspelt, "constructor", "toString", "__proto__"])(
    "%j is unknown: codes are compared exactly, and nothing is inherited",
    (code) => expect(kindOf(code)).toBe("unknown"),
  );
});

const REACHED: Addressee = {
  endpoint: "https://ecs.example",
  proxy: undefined,
  isPrivate: false,
  isCommand: false,
  secrets: [],
};
const PROXIED = { ...REACHED, proxy: "http://proxy.example:3128" };
test.each([
  ["ENOTFOUND", "HostNotFound"],
  ["EAI_AGAIN", "HostNotFound"],
  ["ECONNREFUSED", "ConnectionRefused"],
  ["EHOSTUNREACH", "ConnectionRefused"],
  ["ENETUNREACH", "ConnectionRefused"],
])("%s is %s with the host; through a proxy, it is the proxy that is not reached", (code, ours) => {
  const { facts } = toEcsError("DescribeVpcs", { code }, REACHED);
  expect(facts).toMatchObject({ code: ours, detail: `${code} (https://ecs.example:443)`, mayHaveSucceeded: false });
  expect(facts.advice).not.toMatch(/proxy/i);
  const proxied = toEcsError("DescribeVpcs", { code }, PROXIED).facts;
  const detail = `${code} (the proxy http://proxy.example:3128, on the way to https://ecs.example:443)`;
  expect(proxied).toMatchObject({ code: "ProxyNotReached", detail });
  expect(proxied.advice).toMatch(/^(?!.*proxy too).*\(CLASSICLINK_PROXY, HTTPS_PROXY, HTTP_PROXY, NO_PROXY\)$/);
});

test.each([
  ["EPROTO", "CertificateRefused"],
  ["HPE_INVALID_CONSTANT", "UnreadableAnswer"],
  ["ETIMEDOUT", "Timeout"],
  ["ECONNRESET", "ConnectionLost"],
])("%s is %s, and with a proxy the advice names both", (code, ours) => {
  const { facts } = toEcsError("DescribeVpcs", { code }, PROXIED);
  expect(facts).toMatchObject({ code: ours, detail: expect.stringContaining("https://ecs.example:443, through the") });
  expect(facts.advice).toContain("check the proxy too");
});

test.each([
  ["SomethingNew", true],
  ["QuotaExceeded", false],
])("%s without a known HTTP status may have succeeded: %s", (Code, mayHaveSucceeded) => {
  expect(toEcsError("AttachClassicLinkVpc", { data: { Code } }, REACHED).facts).toMatchObject({ mayHaveSucceeded });
});

const PAGE = readFileSync(join(REPOSITORY, "docs/errors.md"), "utf8");
test.each([...PAGE.matchAll(/: errors (\w+) -->/g)].map(([, kind = ""]) => kind))(
  "docs/errors.md has each error of the kind %s, with its meaning, its advice, and how long it is retried",
  (kind) => expect(PAGE).toContain(errorsTable(kind)),
);

describe("every code and every fault", () => {
  const ofCodes = [...Object.values(ERROR_CODES), classify("X", ""), classify("OperationDenied", "")];
  const all = [...ofCodes, ...Object.values(FAULTS)];

  test("has advice of 10 to 200 characters on one line, without an address", () => {
    for (const { advice } of all) expect(advice).toMatch(/^(?!.*:\/\/).{10,200}$/);
  });

  test("has advice about stacks in a stack only", () => {
    const ofStacks = /pulumi (up|state)|--run-program|classiclink:/;
    const known = Object.keys({ ...ERROR_CODES, ...CODE_FAMILIES }).map((code) => code.replaceAll("*", "x"));
    const inStacks = known.filter((code) => ofStacks.test(classify(code, "").advice));
    expect(inStacks).toEqual(expect.arrayContaining(["SignatureDoesNotMatch", "InvalidAction.NotFound"]));
    const inCommands = known.map((code) => classify(code, "", { isCommand: true, isPrivate: true }));
    for (const { advice } of [...inCommands, ...Object.values(FAULTS)]) expect(advice).not.toMatch(ofStacks);
  });

  test("is retried for two minutes at most if it is transient, and without a limit if it is a throttle", () => {
    for (const { kind, retryForMs } of all) {
      if (kind === "transient") expect(retryForMs).toBeLessThanOrEqual(120_000);
      if (kind === "throttled") expect(retryForMs).toBeUndefined();
    }
    expect(ERROR_CODES["InvalidStatus.InstanceLocked"]?.retryForMs).toBeUndefined();
  });

  test("may have succeeded, unless its request cannot have reached ECS", () => {
    const uncertain = Object.entries(FAULTS).flatMap(([code, row]) => (row.mayHaveSucceeded ? [code] : []));
    expect(uncertain).toEqual(["NoErrorCode", "ConnectionLost", "Timeout", "GatewayRefused", "UnreadableAnswer"]);
  });
});
