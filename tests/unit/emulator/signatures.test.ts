/**
 * The signatures V2 (HMAC-SHA1) and V3 (ACS3-HMAC-SHA256): what is refused. That the emulator calculates them as the
 * vendor's clients do: officialSdk.test.ts, and popCoreClient.test.ts.
 */
import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import type { Emulator } from "../../../emulator";
import { mustBeSigned, signV3 } from "../../../emulator/authentication";
import { call, codeOf, FORM, type Given, list, send, start, startClocked, utc } from "./caller";

const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");
const MISMATCH = "InvalidSecurityToken.MismatchWithAccessKey";
const NOW = Date.now();
const minutesFromNow = (minutes: number) => utc(NOW + minutes * 60_000);

interface Call {
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: string;
  /** Headers that are signed besides those that must be. */
  readonly signs?: readonly string[];
  /** What is done to a request after it was signed. */
  readonly tampered?: Record<string, string>;
}

let count = 0;

/** A Describe over HTTP, signed V3; an `undefined` header is left out. */
function describeV3(emulator: Emulator, { query, headers: given, body = "", signs = [], tampered }: Call = {}) {
  const all = { RegionId: "cn-hangzhou", VpcId: "vpc-1", ...query };
  const said = {
    host: new URL(emulator.endpoint).host,
    "x-acs-action": "DescribeClassicLinkInstances",
    "x-acs-version": "2014-05-26",
    "x-acs-date": utc(Date.now()),
    "x-acs-signature-nonce": String(++count),
    "x-acs-content-sha256": sha256(body),
    accept: "application/json",
    ...given,
  };
  const headers = Object.fromEntries(Object.entries(said).flatMap(([name, value]) => (value ? [[name, value]] : [])));
  const request = { method: "POST", path: "/", headers, body: Buffer.from(body) };
  const unsigned = { ...request, query: new Map(Object.entries(all)) };
  const names = [...mustBeSigned(unsigned), ...signs].sort();
  const signature = signV3(unsigned, names, "testsecret");
  const authorization = `ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=${names.join(";")},Signature=${signature}`;
  const path = `/?${new URLSearchParams(all)}`;
  return send(emulator, { ...request, path, headers: { authorization, ...headers, ...tampered } });
}

test("V3 lets a caller sign other headers too, and holds it to what it signed", async () => {
  const emulator = await start();
  const signing = { signs: ["accept", "user-agent"], headers: { "user-agent": "Python/3.11" } };
  expect(codeOf(await describeV3(emulator, signing))).toBe("ok");
  expect(emulator.calls()).toMatchObject([{ action: "DescribeClassicLinkInstances", params: { VpcId: "vpc-1" } }]);
  const tampered = { "user-agent": "Python/2.7" };
  expect(codeOf(await describeV3(emulator, { ...signing, tampered }))).toBe("SignatureDoesNotMatch");
});

test("V3 takes parameters out of a form that is signed with the rest", async () => {
  const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
  const answer = await describeV3(emulator, { headers: FORM, body: "InstanceId=i-1&PageSize=100" });
  expect(answer.body).toMatchObject({ TotalCount: 1, PageSize: 100 });
});

test.each<[string | undefined, Record<string, string>, string]>([
  ["application/json", {}, "application/json;charset=utf-8"],
  [undefined, {}, "text/xml;charset=utf-8"],
  ["application/json", { Format: "XML" }, "text/xml;charset=utf-8"],
  [undefined, { Format: "json" }, "application/json;charset=utf-8"],
])("with accept %s and %j a request of V3 is answered in %s", async (accept, query, type) => {
  const { headers } = await describeV3(await start(), { query, headers: { accept } });
  expect(headers["content-type"]).toBe(type);
});

// What is checked for both signatures is in the table of V2.
test.each<[title: string, call: Call, code: string]>([
  ["no authorization", { tampered: { authorization: "" } }, "MissingParameter"],
  ["another algorithm", { tampered: { authorization: "ACS3-HMAC-SM3 Credential=a" } }, "IncompleteSignature"],
  ["another action", { tampered: { "x-acs-action": "DetachClassicLinkVpc" } }, "SignatureDoesNotMatch"],
  ["a header that was not signed", { tampered: { "x-acs-extra": "1" } }, "IncompleteSignature"],
  ["another body", { headers: { "x-acs-content-sha256": sha256("") }, body: "a" }, "SignatureDoesNotMatch"],
  ["no date", { headers: { "x-acs-date": undefined } }, "MissingParameter"],
  ["a token nobody issued", { headers: { "x-acs-security-token": "t" } }, MISMATCH],
])("V3 with %s is refused with %s", async (_, asked, code) => {
  const answer = await describeV3(await start(), asked);
  expect([answer.status, codeOf(answer)]).toEqual([400, code]);
});

test.each<[title: string, given: Given, status: number, code: string]>([
  ["no AccessKeyId", { AccessKeyId: undefined }, 400, "MissingParameter"],
  ["an unknown AccessKeyId", { AccessKeyId: "other" }, 404, "InvalidAccessKeyId.NotFound"],
  ["a wrong signature", { Signature: "AAAA" }, 400, "SignatureDoesNotMatch"],
  ["no signature", { Signature: undefined }, 400, "IncompleteSignature"],
  ["another signature method", { SignatureMethod: "HMAC-SHA256" }, 400, "IncompleteSignature"],
  ["no nonce", { SignatureNonce: undefined }, 400, "MissingParameter"],
  ["no timestamp", { Timestamp: undefined }, 400, "MissingParameter"],
  ["milliseconds", { Timestamp: "2024-01-02T03:04:05.000Z" }, 400, "InvalidTimeStamp.Format"],
  ["a month that does not exist", { Timestamp: "2024-13-02T03:04:05Z" }, 400, "InvalidTimeStamp.Format"],
  ["a clock 16 minutes slow", { Timestamp: minutesFromNow(-16) }, 400, "InvalidTimeStamp.Expired"],
  ["a clock 16 minutes fast", { Timestamp: minutesFromNow(16) }, 400, "InvalidTimeStamp.Expired"],
  ["a clock 14 minutes slow", { Timestamp: minutesFromNow(-14) }, 200, "ok"],
  ["a clock 14 minutes fast", { Timestamp: minutesFromNow(14) }, 200, "ok"],
])("V2 with %s has HTTP status %s and code %s", async (_, given, status, code) => {
  const answer = await list(await start({ now: () => NOW }), { VpcId: "vpc-1", Timestamp: utc(NOW), ...given });
  expect([answer.status, codeOf(answer)]).toEqual([status, code]);
});

test("a nonce works once, and again only when nothing signed with it could still be in time", async () => {
  const { clock, emulator, stamp } = await startClocked();
  const once = async (more: Given = {}) =>
    codeOf(await list(emulator, { VpcId: "vpc-1", SignatureNonce: "n", ...stamp(), ...more }));
  // A refused signature does not use it up.
  expect(await once({ Signature: "AAAA" })).toBe("SignatureDoesNotMatch");
  expect([await once(), await once()]).toEqual(["ok", "SignatureNonceUsed"]);
  clock.now += 29 * 60_000;
  expect(await once()).toBe("SignatureNonceUsed");
  clock.now += 2 * 60_000;
  expect(await once()).toBe("ok");
});

test("an STS key works only with its token, until the token expires and another takes its place", async () => {
  const emulator = await start({ securityToken: "t0k" });
  const code = async (SecurityToken?: string) => codeOf(await list(emulator, { VpcId: "vpc-1", SecurityToken }));
  expect(await code()).toBe("InvalidSecurityToken.Malformed");
  expect(await code("wrong")).toBe(MISMATCH);
  expect(await code("t0k")).toBe("ok");
  emulator.revokeKey();
  expect(await code("t0k")).toBe("InvalidSecurityToken.Expired");
  emulator.rotateKey({ securityToken: "t1k" });
  expect(await code("t0k")).toBe(MISMATCH);
  expect(await code("t1k")).toBe("ok");
});

test("a revoked key is inactive, a rotated one takes another secret", async () => {
  const emulator = await start();
  const code = async (secret?: string) => codeOf(await call(emulator, "DescribeVpcs", {}, secret));
  emulator.revokeKey();
  expect(await code()).toBe("InvalidAccessKeyId.Inactive");
  emulator.rotateKey({ accessKeySecret: "fresh" });
  expect([await code(), await code("fresh")]).toEqual(["SignatureDoesNotMatch", "ok"]);
});
