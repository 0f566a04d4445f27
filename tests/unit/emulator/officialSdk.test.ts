/** The emulator as Alibaba Cloud's official SDKs meet it, through the library that they all run on. */
import Client, { $OpenApiUtil } from "@alicloud/openapi-core";
import { describe, expect, test } from "@jest/globals";
// Comes with openapi-core, which asks for its objects.
import { RuntimeOptions } from "@darabonba/typescript";
import type { Emulator, FaultRule } from "../../../emulator";
import { CERTIFICATE, KEY } from "../../support/tls";
import { start } from "./caller";

const link = { RegionId: "cn-hangzhou", InstanceId: "i-1", VpcId: "vpc-1" };

interface Asked {
  readonly config?: object;
  readonly pathname?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

/** As the client of `@alicloud/ecs20140526` calls it. */
function ask(emulator: Emulator, action: string, { config, pathname = "/", query = link, headers = {} }: Asked = {}) {
  const { host, protocol } = new URL(emulator.endpoint);
  const scheme = protocol === "https:" ? "HTTPS" : "HTTP";
  const key = { accessKeyId: "testid", accessKeySecret: "testsecret" };
  const client = new Client(new $OpenApiUtil.Config({ ...key, endpoint: host, protocol: scheme, ...config }));
  const params = new $OpenApiUtil.Params({
    action,
    version: "2014-05-26",
    protocol: scheme,
    pathname,
    method: "POST",
    authType: "AK",
    style: "RPC",
    reqBodyType: "formData",
    bodyType: "json",
  });
  const request = new $OpenApiUtil.OpenApiRequest({ query, headers });
  return client.callApi(params, request, new RuntimeOptions({ ignoreSSL: true }));
}

describe.each([
  ["V3 (ACS3-HMAC-SHA256), their default", {}],
  ["v2 (HMAC-SHA1)", { signatureAlgorithm: "v2" }],
])("signing with %s", (_, config) => {
  test("attaches, lists and detaches", async () => {
    const emulator = await start();
    const requestId = expect.stringMatching(/^[0-9A-F-]{36}$/);
    const attached = await ask(emulator, "AttachClassicLinkVpc", { config });
    expect(attached).toMatchObject({ statusCode: 200, body: { RequestId: requestId } });
    const query = { ...link, PageSize: "100" };
    expect(await ask(emulator, "DescribeClassicLinkInstances", { config, query })).toMatchObject({
      body: { TotalCount: 1, PageSize: 100, Links: { Link: [{ InstanceId: "i-1", VpcId: "vpc-1" }] } },
    });
    await ask(emulator, "DetachClassicLinkVpc", { config });
    expect(emulator.links()).toEqual([]);
  });

  test("is let in with an STS token full of characters that must be escaped", async () => {
    const securityToken = "sts/Tok+en==!'()*~";
    const emulator = await start({ securityToken });
    const attached = await ask(emulator, "AttachClassicLinkVpc", { config: { ...config, securityToken } });
    expect(attached).toMatchObject({ statusCode: 200 });
  });

  const answer = (name: "unavailable-503" | "lower-case-error"): FaultRule => ({ kind: "answer", answer: name });
  const serverError = { name: "ServerError", code: "ServiceUnavailable", statusCode: 503 };
  test.each<[string, FaultRule | undefined, object]>([
    ["a refusal", undefined, { name: "ClientError", code: "OperationDenied", statusCode: 403 }],
    [
      "how long to wait",
      { kind: "throttle", quota: 0, windowMs: 30_000, retryAfter: true },
      { name: "ThrottlingError", code: "Throttling.User", retryAfter: expect.any(Number) },
    ],
    [
      "which permission is missing",
      { kind: "denied" },
      { accessDeniedDetail: { AuthAction: "ecs:DetachClassicLinkVpc" } },
    ],
    ["that the service is unavailable", answer("unavailable-503"), serverError],
    ["the same in lower case", answer("lower-case-error"), serverError],
  ])("learns %s", async (_, fault, error) => {
    const emulator = await start();
    if (fault) emulator.injectFault(fault);
    const refused = ask(emulator, "DetachClassicLinkVpc", { config });
    await expect(refused).rejects.toMatchObject(error);
    if (!fault) await expect(refused).rejects.toMatchObject({ requestId: emulator.calls()[0]?.requestId });
  });
});

test.each([
  ["HTTP", undefined],
  ["HTTPS", { key: KEY, cert: CERTIFICATE }],
])("links an instance of its organization through ASAPI over %s", async (_, tls) => {
  const owned = { organizationId: "26" };
  const emulator = await start({
    instances: [{ instanceId: "i-1", ...owned }],
    vpcs: [{ vpcId: "vpc-1", ...owned }],
    tls,
  });
  // The client is unchanged; it is told the path and the header that names the product.
  const headers = { "x-acs-asapi-product": "Ecs", "x-acs-organizationid": "26" };
  const attached = await ask(emulator, "AttachClassicLinkVpc", { pathname: "/asapi/v3", headers });
  expect(attached).toMatchObject({ body: { asapiSuccess: true, code: "200" } });
  expect(emulator.links()).toHaveLength(1);
});
