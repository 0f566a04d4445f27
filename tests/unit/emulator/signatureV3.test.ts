/** Signature V3, ACS3-HMAC-SHA256: the published vectors, and what is refused. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../../emulator";
import { canonicalRequest, Keys, mustBeSigned, readClaim, signV3 } from "../../../emulator/authentication";
import { type HttpRequest, readRequest } from "../../../emulator/requests";
import { type RawAnswer, send, start } from "./caller";

const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const vectors = [
  {
    title: "the official RunInstances example",
    query: { ImageId: "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", RegionId: "cn-shanghai" },
    host: "ecs.cn-shanghai.aliyuncs.com",
    action: "RunInstances",
    date: "2023-10-26T10:22:32Z",
    nonce: "3156853299f313e23d1673dc12e1703d",
    accessKeyId: "YourAccessKeyId",
    accessKeySecret: "YourAccessKeySecret",
    canonicalHash: undefined,
    signature: "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
  },
  {
    title: "AttachClassicLinkVpc",
    query: { InstanceId: "i-test", RegionId: "cn-hangzhou", VpcId: "vpc-test" },
    host: "ecs-cn-hangzhou.aliyuncs.com",
    action: "AttachClassicLinkVpc",
    date: "2024-01-02T03:04:05Z",
    nonce: "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
    accessKeyId: "testid",
    accessKeySecret: "testsecret",
    canonicalHash: "5c0495565b4c70d38ae4616e65d63d868f8bcf4a0f9358d03521dd6ee681f20b",
    signature: "99397c0cf36358ab38b6d432438fae486f49696d4404a458d76e1f9ec3cec081",
  },
] as const;

describe.each(vectors)("$title", ({ query, host, action, date, nonce, accessKeyId, accessKeySecret, ...vector }) => {
  const headers = {
    host,
    "x-acs-action": action,
    "x-acs-version": "2014-05-26",
    "x-acs-date": date,
    "x-acs-signature-nonce": nonce,
    "x-acs-content-sha256": EMPTY,
  };
  const unsigned = { method: "POST", path: "/", query: new Map(Object.entries(query)), headers, body: Buffer.alloc(0) };

  test("is signed as the vector says", () => {
    const names = mustBeSigned(unsigned);
    expect(signV3(unsigned, names, accessKeySecret)).toBe(vector.signature);
    if (vector.canonicalHash !== undefined)
      expect(sha256(canonicalRequest(unsigned, names))).toBe(vector.canonicalHash);
  });

  test("is let in with the vector's signature", () => {
    const names = Object.keys(headers).sort().join(";");
    const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names},Signature=${vector.signature}`;
    const request = readRequest({ ...unsigned, headers: { ...headers, authorization } });
    expect(request).toMatchObject({ isV3: true, action, version: "2014-05-26" });
    const keys = new Keys({ accessKeyId, accessKeySecret }, [], () => Date.parse(date));
    expect(() => keys.verify(readClaim(request))).not.toThrow();
    expect(() => keys.verify(readClaim(request))).toThrow("The SignatureNonce was used before.");
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

/** A Describe over HTTP, signed in its headers; `undefined` leaves one out. */
function describeLinks(emulator: Emulator, { query, headers: given, body = "", signs = [], tampered }: Call = {}) {
  const all = { RegionId: "cn-hangzhou", VpcId: "vpc-1", ...query };
  const said = {
    host: new URL(emulator.endpoint).host,
    "x-acs-action": "DescribeClassicLinkInstances",
    "x-acs-version": "2014-05-26",
    "x-acs-date": new Date().toISOString().replace(/\.\d+/, ""),
    "x-acs-signature-nonce": String(++count),
    "x-acs-content-sha256": sha256(body),
    accept: "application/json",
    ...given,
  };
  const headers = Object.fromEntries(Object.entries(said).flatMap(([name, value]) => (value ? [[name, value]] : [])));
  const unsigned: HttpRequest = {
    method: "POST",
    path: "/",
    query: new Map(Object.entries(all)),
    headers,
    body: Buffer.from(body),
  };
  const names = [...mustBeSigned(unsigned), ...signs].sort();
  const signature = signV3(unsigned, names, "testsecret");
  const authorization = `ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=${names.join(";")},Signature=${signature}`;
  return send(emulator, {
    method: "POST",
    path: `/?${new URLSearchParams(all)}`,
    headers: { authorization, ...headers, ...tampered },
    body,
  });
}

const outcome = ({ status, body }: RawAnswer) => `${status} ${body.Code ?? "ok"}`;

test("lets a signed request in, and writes it into the journal as any other", async () => {
  const emulator = await start();
  expect(outcome(await describeLinks(emulator))).toBe("200 ok");
  expect(emulator.calls()).toMatchObject([
    { action: "DescribeClassicLinkInstances", params: { RegionId: "cn-hangzhou", VpcId: "vpc-1" }, outcome: "ok" },
  ]);
});

test("lets a caller sign other headers too, and holds it to what it signed", async () => {
  const emulator = await start();
  const call = { signs: ["accept", "user-agent"], headers: { "user-agent": "Python/3.11" } };
  expect(outcome(await describeLinks(emulator, call))).toBe("200 ok");
  const tampered = { "user-agent": "Python/2.7" };
  expect(outcome(await describeLinks(emulator, { ...call, tampered }))).toBe("400 SignatureDoesNotMatch");
});

test("takes parameters out of a form that is signed with the rest", async () => {
  const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await describeLinks(emulator, { headers: form, body: "InstanceId=i-1&PageSize=100" });
  expect(answer.body).toMatchObject({ TotalCount: 1, PageSize: 100 });
});

test.each([
  ["application/json", undefined, "application/json;charset=utf-8"],
  [undefined, undefined, "text/xml;charset=utf-8"],
  ["application/json", "XML", "text/xml;charset=utf-8"],
  [undefined, "json", "application/json;charset=utf-8"],
])("with accept %s and Format %s it answers in %s", async (accept, format, type) => {
  const emulator = await start();
  const query: Record<string, string> = format === undefined ? {} : { Format: format };
  expect((await describeLinks(emulator, { query, headers: { accept } })).headers["content-type"]).toBe(type);
});

const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+/, "");
const refusals: [title: string, call: Call, outcome: string][] = [
  ["no authorization", { tampered: { authorization: "" } }, "400 MissingParameter"],
  ["another algorithm", { tampered: { authorization: "ACS3-HMAC-SM3 Credential=testid" } }, "400 IncompleteSignature"],
  [
    "an unknown key",
    {
      tampered: {
        authorization: `ACS3-HMAC-SHA256 Credential=other,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=${EMPTY}`,
      },
    },
    "404 InvalidAccessKeyId.NotFound",
  ],
  [
    "another action than was signed",
    { tampered: { "x-acs-action": "DetachClassicLinkVpc" } },
    "400 SignatureDoesNotMatch",
  ],
  ["a header that was not signed", { tampered: { "x-acs-extra": "1" } }, "400 IncompleteSignature"],
  [
    "another body than was signed",
    { headers: { "x-acs-content-sha256": EMPTY }, body: "a=1" },
    "400 SignatureDoesNotMatch",
  ],
  ["no hash of the body", { headers: { "x-acs-content-sha256": undefined } }, "400 MissingParameter"],
  ["no date", { headers: { "x-acs-date": undefined } }, "400 MissingParameter"],
  ["no nonce", { headers: { "x-acs-signature-nonce": undefined } }, "400 MissingParameter"],
  ["a clock 16 minutes slow", { headers: { "x-acs-date": soon(-16) } }, "400 InvalidTimeStamp.Expired"],
  [
    "a date with milliseconds",
    { headers: { "x-acs-date": "2024-01-02T03:04:05.000Z" } },
    "400 InvalidTimeStamp.Format",
  ],
  [
    "a token nobody issued",
    { headers: { "x-acs-security-token": "t" } },
    "400 InvalidSecurityToken.MismatchWithAccessKey",
  ],
  ["another version", { headers: { "x-acs-version": "2016-04-28" } }, "404 InvalidApi.NotFound"],
  ["an unknown action", { headers: { "x-acs-action": "RunInstances" } }, "404 InvalidApi.NotFound"],
];
test.each(refusals)("refuses %s", async (_title, call, expected) => {
  expect(outcome(await describeLinks(await start(), call))).toBe(expected);
});

test("a nonce works once, whichever way it is signed", async () => {
  const emulator = await start();
  const headers = { "x-acs-signature-nonce": "same" };
  expect(outcome(await describeLinks(emulator, { headers }))).toBe("200 ok");
  expect(outcome(await describeLinks(emulator, { headers }))).toBe("400 SignatureNonceUsed");
});
