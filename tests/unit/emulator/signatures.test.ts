/** The signatures V2 (HMAC-SHA1) and V3 (ACS3-HMAC-SHA256): the published vectors, and what is refused. */
import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../../emulator";
import { canonicalRequest, mustBeSigned, signV2, signV3 } from "../../../emulator/authentication";
import { call, codeOf, FORM, type Given, list, send, start, startClocked, utc } from "./caller";

const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");
const NONCE = "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf";
const minutesFromNow = (minutes: number) => utc(Date.now() + minutes * 60_000);

describe("V2 signs as the vector says:", () => {
  const all = { AccessKeyId: "testid", SignatureMethod: "HMAC-SHA1", SignatureVersion: "1.0", SignatureNonce: NONCE };
  const official = { Action: "DescribeRegions", Format: "XML", Timestamp: "2016-02-23T12:46:24Z" };
  const ours = { Format: "JSON", Timestamp: "2024-01-02T03:04:05Z", RegionId: "cn-hangzhou" };
  const attach = { ...ours, Action: "AttachClassicLinkVpc", InstanceId: "i-test", VpcId: "vpc-test" };
  const describing = { ...ours, Action: "DescribeClassicLinkInstances", PageNumber: "1", PageSize: "100" };
  test.each<[title: string, params: Record<string, string>, GET: string, POST: string]>([
    ["the official example", official, "OLeaidS1JvxuMvnyHOwuJ+uX5qY=", "MxbnVAM4w6sft9xjVpe/GCKueuk="],
    ["an attach", attach, "EzcmlpLka+DGYp82U7MhScyQ2uU=", "xxYaOJJu9br0SXvZM0LjuBRNtqw="],
    [
      "an attach with a token",
      { ...attach, SecurityToken: "sts/Tok+en==" },
      "sRfQO6UY5JQP01GCLeeDgbO4OcY=",
      "JFzf1zNIhmWXPtSYdoEbeSTBALs=",
    ],
    [
      "a describe with a list",
      { ...describing, InstanceId: "i-a,i-b" },
      "PZUSRJTc/1ltNrR85xPQsuf+P8c=",
      "8+NXItvNB19em7xf0O8PPJqvsEA=",
    ],
  ])("%s", (_, params, ...signatures) => {
    const signed = new Map(Object.entries({ ...all, Version: "2014-05-26", ...params }));
    expect(["GET", "POST"].map((method) => signV2(method, signed, "testsecret"))).toEqual(signatures);
  });

  test("a value outside A-Z a-z 0-9 - _ . ~ is percent-encoded, byte by byte", () => {
    const stringToSign = "GET&%2F&a%3D%2521%2527%2528%2529%252A%2520%252B%252F%253D%25C3%25A9";
    const signature = createHmac("sha1", "k&").update(stringToSign).digest("base64");
    expect(signV2("GET", new Map([["a", "!'()* +/=é"]]), "k")).toBe(signature);
  });
});

describe("V3 signs as the vector says:", () => {
  test.each([
    [
      "the official example",
      { ImageId: "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", RegionId: "cn-shanghai" },
      {
        host: "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
      },
      "YourAccessKeySecret",
      "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
    ],
    [
      "an attach",
      { InstanceId: "i-test", RegionId: "cn-hangzhou", VpcId: "vpc-test" },
      {
        host: "ecs-cn-hangzhou.aliyuncs.com",
        "x-acs-action": "AttachClassicLinkVpc",
        "x-acs-date": "2024-01-02T03:04:05Z",
        "x-acs-signature-nonce": NONCE,
      },
      "testsecret",
      "99397c0cf36358ab38b6d432438fae486f49696d4404a458d76e1f9ec3cec081",
    ],
  ])("%s", (_, query, given, secret, signature) => {
    const headers = { ...given, "x-acs-version": "2014-05-26", "x-acs-content-sha256": sha256("") };
    const request = {
      method: "POST",
      path: "/",
      query: new Map(Object.entries(query)),
      headers,
      body: Buffer.alloc(0),
    };
    expect(signV3(request, mustBeSigned(request), secret)).toBe(signature);
    expect(canonicalRequest(request, mustBeSigned(request))).toMatch(/^POST\n\/\nI.*\nhost:.*\n(x-acs-.*\n)+\nhost;/);
  });
});

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

describe("V3 refuses", () => {
  const unknownKey = `ACS3-HMAC-SHA256 Credential=other,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=${sha256("")}`;
  test.each<[title: string, call: Call, status: number, code: string]>([
    ["no authorization", { tampered: { authorization: "" } }, 400, "MissingParameter"],
    ["another algorithm", { tampered: { authorization: "ACS3-HMAC-SM3 Credential=a" } }, 400, "IncompleteSignature"],
    ["an unknown key", { tampered: { authorization: unknownKey } }, 404, "InvalidAccessKeyId.NotFound"],
    ["another action", { tampered: { "x-acs-action": "DetachClassicLinkVpc" } }, 400, "SignatureDoesNotMatch"],
    ["a header that was not signed", { tampered: { "x-acs-extra": "1" } }, 400, "IncompleteSignature"],
    ["another body", { headers: { "x-acs-content-sha256": sha256("") }, body: "a" }, 400, "SignatureDoesNotMatch"],
    ["no hash of the body", { headers: { "x-acs-content-sha256": undefined } }, 400, "MissingParameter"],
    ["no date", { headers: { "x-acs-date": undefined } }, 400, "MissingParameter"],
    ["no nonce", { headers: { "x-acs-signature-nonce": undefined } }, 400, "MissingParameter"],
    ["a nonce that was used", { headers: { "x-acs-signature-nonce": "same" } }, 400, "SignatureNonceUsed"],
    ["a slow clock", { headers: { "x-acs-date": minutesFromNow(-16) } }, 400, "InvalidTimeStamp.Expired"],
    [
      "a token nobody issued",
      { headers: { "x-acs-security-token": "t" } },
      400,
      "InvalidSecurityToken.MismatchWithAccessKey",
    ],
    ["another version", { headers: { "x-acs-version": "2016-04-28" } }, 404, "InvalidApi.NotFound"],
    ["an unknown action", { headers: { "x-acs-action": "RunInstances" } }, 404, "InvalidApi.NotFound"],
  ])("%s", async (_, asked, status, code) => {
    const emulator = await start();
    await describeV3(emulator, { headers: { "x-acs-signature-nonce": "same" } });
    const answer = await describeV3(emulator, asked);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });
});

describe("V2 refuses", () => {
  test.each<[title: string, given: Given, status: number, code: string]>([
    ["no AccessKeyId", { AccessKeyId: undefined }, 400, "MissingParameter"],
    ["an unknown AccessKeyId", { AccessKeyId: "other" }, 404, "InvalidAccessKeyId.NotFound"],
    ["a wrong signature", { Signature: "AAAA" }, 400, "SignatureDoesNotMatch"],
    ["no signature", { Signature: undefined }, 400, "IncompleteSignature"],
    ["another signature method", { SignatureMethod: "HMAC-SHA256" }, 400, "IncompleteSignature"],
    ["another signature version", { SignatureVersion: "2.0" }, 400, "IncompleteSignature"],
    ["no nonce", { SignatureNonce: undefined }, 400, "MissingParameter"],
    ["no timestamp", { Timestamp: undefined }, 400, "MissingParameter"],
    ["milliseconds", { Timestamp: "2024-01-02T03:04:05.000Z" }, 400, "InvalidTimeStamp.Format"],
    ["a month that does not exist", { Timestamp: "2024-13-02T03:04:05Z" }, 400, "InvalidTimeStamp.Format"],
    ["a clock 16 minutes slow", { Timestamp: minutesFromNow(-16) }, 400, "InvalidTimeStamp.Expired"],
    ["a clock 16 minutes fast", { Timestamp: minutesFromNow(16) }, 400, "InvalidTimeStamp.Expired"],
  ])("%s", async (_, given, status, code) => {
    const answer = await list(await start(), { VpcId: "vpc-1", ...given });
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });
});

test.each([-14, 14])("a clock %s minutes off is still good", async (off) => {
  expect(codeOf(await list(await start(), { VpcId: "vpc-1", Timestamp: minutesFromNow(off) }))).toBe("ok");
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
  expect(await code("wrong")).toBe("InvalidSecurityToken.MismatchWithAccessKey");
  expect(await code("t0k")).toBe("ok");
  emulator.revokeKey();
  expect(await code("t0k")).toBe("InvalidSecurityToken.Expired");
  emulator.rotateKey({ securityToken: "t1k" });
  expect(await code("t0k")).toBe("InvalidSecurityToken.MismatchWithAccessKey");
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
