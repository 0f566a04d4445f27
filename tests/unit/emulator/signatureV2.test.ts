import { createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { signV2 } from "../../../emulator/authentication";
import { call, list, send, signed, start } from "./caller";

const nonce = "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf";
const signing = { AccessKeyId: "testid", SignatureMethod: "HMAC-SHA1", SignatureNonce: nonce, SignatureVersion: "1.0" };
const own = { ...signing, Format: "JSON", Timestamp: "2024-01-02T03:04:05Z", Version: "2014-05-26" };
const attachment = {
  ...own,
  Action: "AttachClassicLinkVpc",
  RegionId: "cn-hangzhou",
  InstanceId: "i-test",
  VpcId: "vpc-test",
};
const vectors = [
  {
    title: "the official DescribeRegions example",
    params: {
      ...signing,
      Action: "DescribeRegions",
      Format: "XML",
      Timestamp: "2016-02-23T12:46:24Z",
      Version: "2014-05-26",
    },
    GET: "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
    POST: "MxbnVAM4w6sft9xjVpe/GCKueuk=",
  },
  {
    title: "AttachClassicLinkVpc",
    params: attachment,
    GET: "EzcmlpLka+DGYp82U7MhScyQ2uU=",
    POST: "xxYaOJJu9br0SXvZM0LjuBRNtqw=",
  },
  {
    title: "AttachClassicLinkVpc with a token",
    params: { ...attachment, SecurityToken: "sts/Tok+en==" },
    GET: "sRfQO6UY5JQP01GCLeeDgbO4OcY=",
    POST: "JFzf1zNIhmWXPtSYdoEbeSTBALs=",
  },
  {
    title: "DescribeClassicLinkInstances with a list",
    params: {
      ...own,
      Action: "DescribeClassicLinkInstances",
      RegionId: "cn-hangzhou",
      InstanceId: "i-a,i-b",
      PageNumber: "1",
      PageSize: "100",
    },
    GET: "PZUSRJTc/1ltNrR85xPQsuf+P8c=",
    POST: "8+NXItvNB19em7xf0O8PPJqvsEA=",
  },
];

describe.each(vectors)("$title", ({ params, ...signatures }) => {
  test.each(["GET", "POST"] as const)("signs %s as the vector says", (method) => {
    expect(signV2(method, new Map(Object.entries(params)), "testsecret")).toBe(signatures[method]);
  });

  test.each(["GET", "POST"] as const)("is let in over HTTP as %s with the vector's signature", async (method) => {
    const token = "SecurityToken" in params ? { securityToken: params.SecurityToken } : {};
    const emulator = await start({ now: () => Date.parse(params.Timestamp), ...token });
    const query = new URLSearchParams({ ...params, Signature: signatures[method] }).toString();
    await send(
      emulator,
      method === "GET"
        ? { path: `/?${query}` }
        : { method, headers: { "content-type": "application/x-www-form-urlencoded" }, body: query },
    );
    // These come after the signature: no such action, no such instance.
    expect(["InvalidApi.NotFound", "InvalidInstanceId.NotFound"]).toContain(emulator.calls()[0]?.outcome);
  });
});

test("a value outside A-Z a-z 0-9 - _ . ~ is signed percent-encoded, byte by byte", () => {
  const plain = new Map([["a", "!'()* +/=é"]]);
  const stringToSign = "GET&%2F&a%3D%2521%2527%2528%2529%252A%2520%252B%252F%253D%25C3%25A9";
  expect(signV2("GET", plain, "k")).toBe(createHmac("sha1", "k&").update(stringToSign).digest("base64"));
});

const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString().replace(/\.\d+/, "");
const refusals: [title: string, given: Record<string, string | undefined>, status: number, code: string][] = [
  ["no AccessKeyId", { AccessKeyId: undefined }, 400, "MissingParameter"],
  ["an unknown AccessKeyId", { AccessKeyId: "other" }, 404, "InvalidAccessKeyId.NotFound"],
  ["a wrong signature", { Signature: "AAAA" }, 400, "SignatureDoesNotMatch"],
  ["no signature", { Signature: undefined }, 400, "IncompleteSignature"],
  ["another signature method", { SignatureMethod: "HMAC-SHA256" }, 400, "IncompleteSignature"],
  ["another signature version", { SignatureVersion: "2.0" }, 400, "IncompleteSignature"],
  ["no nonce", { SignatureNonce: undefined }, 400, "MissingParameter"],
  ["no timestamp", { Timestamp: undefined }, 400, "MissingParameter"],
  ["milliseconds in the timestamp", { Timestamp: "2024-01-02T03:04:05.000Z" }, 400, "InvalidTimeStamp.Format"],
  ["a month that does not exist", { Timestamp: "2024-13-02T03:04:05Z" }, 400, "InvalidTimeStamp.Format"],
  ["a clock 16 minutes slow", { Timestamp: minutes(-16) }, 400, "InvalidTimeStamp.Expired"],
  ["a clock 16 minutes fast", { Timestamp: minutes(16) }, 400, "InvalidTimeStamp.Expired"],
  ["a token nobody issued", { SecurityToken: "left over" }, 400, "InvalidSecurityToken.MismatchWithAccessKey"],
];

test.each(refusals)("refuses %s", async (_title, given, status, code) => {
  const emulator = await start();
  const answer = await list(emulator, { VpcId: "vpc-1", ...given });
  expect(answer).toMatchObject({ status, body: { Code: code } });
});

test("a clock 14 minutes off is still good", async () => {
  const emulator = await start();
  for (const off of [-14, 14]) {
    expect(await list(emulator, { VpcId: "vpc-1", Timestamp: minutes(off) })).toMatchObject({ status: 200 });
  }
});

test("a nonce works once, and again only when nothing signed with it could still be in time", async () => {
  let now = Date.now();
  const emulator = await start({ now: () => now });
  const stamp = () => new Date(now).toISOString().replace(/\.\d+/, "");
  const once = (SignatureNonce: string) => list(emulator, { VpcId: "vpc-1", SignatureNonce, Timestamp: stamp() });
  expect(await once("n")).toMatchObject({ status: 200 });
  expect(await once("n")).toMatchObject({ status: 400, body: { Code: "SignatureNonceUsed" } });
  now += 29 * 60_000;
  expect(await once("n")).toMatchObject({ status: 400 });
  now += 2 * 60_000;
  expect(await once("n")).toMatchObject({ status: 200 });
});

test("a refused signature does not use up its nonce", async () => {
  const emulator = await start();
  await list(emulator, { VpcId: "vpc-1", SignatureNonce: "n", Signature: "AAAA" });
  expect(await list(emulator, { VpcId: "vpc-1", SignatureNonce: "n" })).toMatchObject({ status: 200 });
});

test("an STS key works only with its token, until the token expires and another takes its place", async () => {
  const emulator = await start({ securityToken: "t0k" });
  const code = async (SecurityToken?: string) => (await list(emulator, { VpcId: "vpc-1", SecurityToken })).body.Code;
  expect(await code()).toBe("InvalidSecurityToken.Malformed");
  expect(await code("wrong")).toBe("InvalidSecurityToken.MismatchWithAccessKey");
  expect(await code("t0k")).toBeUndefined();
  emulator.revokeKey();
  expect(await code("t0k")).toBe("InvalidSecurityToken.Expired");
  emulator.rotateKey({ securityToken: "t1k" });
  expect(await code("t0k")).toBe("InvalidSecurityToken.MismatchWithAccessKey");
  expect(await code("t1k")).toBeUndefined();
});

test("a revoked key is inactive, a rotated one takes another secret", async () => {
  const emulator = await start();
  const query = { VpcId: "vpc-1" };
  emulator.revokeKey();
  expect(await list(emulator, query)).toMatchObject({ status: 400, body: { Code: "InvalidAccessKeyId.Inactive" } });
  emulator.rotateKey({ accessKeySecret: "fresh" });
  expect(await list(emulator, query)).toMatchObject({ body: { Code: "SignatureDoesNotMatch" } });
  expect(await call(emulator, "DescribeClassicLinkInstances", query, "fresh")).toMatchObject({ status: 200 });
});

test("neither answers nor the journal repeat keys, tokens, signatures or unknown parameters", async () => {
  const emulator = await start({ accessKeySecret: "s3cret", securityToken: "t0ken" });
  const params = signed("GET", "AttachClassicLinkVpc", {
    InstanceId: "i-1",
    SecurityToken: "t0ken",
    AccessKeySecret: "oops",
  });
  const answer = await send(emulator, { path: `/?${params}` });
  const told = answer.text + JSON.stringify(emulator.calls());
  for (const secret of ["s3cret", "t0ken", "testid", "oops", params.get("Signature")])
    expect(told).not.toContain(secret);
  expect(emulator.calls()[0]?.params).toEqual({ RegionId: "cn-hangzhou", InstanceId: "i-1" });
});
