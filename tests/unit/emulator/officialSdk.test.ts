/** The emulator as Alibaba Cloud's official SDKs meet it, through the library that they all run on. */
import Client, { $OpenApiUtil } from "@alicloud/openapi-core";
import { expect, test } from "@jest/globals";
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

test.each([
  ["V3 (ACS3-HMAC-SHA256), their default", {}],
  ["v2 (HMAC-SHA1)", { signatureAlgorithm: "v2" }],
])(
  "with %s they attach, list and detach, with an STS token full of characters that must be escaped",
  async (_, how) => {
    const securityToken = "sts/Tok+en==!'()*~";
    const config = { ...how, securityToken };
    const emulator = await start({ securityToken });
    const requestId = expect.stringMatching(/^[0-9A-F-]{36}$/);
    const attached = await ask(emulator, "AttachClassicLinkVpc", { config });
    expect(attached).toMatchObject({ statusCode: 200, body: { RequestId: requestId } });
    const query = { ...link, PageSize: "100" };
    expect(await ask(emulator, "DescribeClassicLinkInstances", { config, query })).toMatchObject({
      body: { TotalCount: 1, PageSize: 100, Links: { Link: [{ InstanceId: "i-1", VpcId: "vpc-1" }] } },
    });
    await ask(emulator, "DetachClassicLinkVpc", { config });
    expect(emulator.links()).toEqual([]);
  },
);

const throttle = { kind: "throttle", quota: 0, windowMs: 30_000, retryAfter: true } as const;
test.each<[string, FaultRule | undefined, object]>([
  ["a refusal", undefined, { name: "ClientError", code: "OperationDenied", statusCode: 403 }],
  ["how long to wait", throttle, { name: "ThrottlingError", code: "Throttling.User", retryAfter: expect.any(Number) }],
  ["what is missing", { kind: "denied" }, { accessDeniedDetail: { AuthAction: "ecs:DetachClassicLinkVpc" } }],
])("they learn %s, with the request id", async (_, fault, error) => {
  const emulator = await start();
  if (fault) emulator.injectFault(fault);
  const refused = await ask(emulator, "DetachClassicLinkVpc").catch((thrown: unknown) => thrown);
  expect(refused).toMatchObject({ ...error, requestId: emulator.calls()[0]?.requestId });
});

test("they reach ASAPI over HTTPS, when they are told its path and the header that names the product", async () => {
  const emulator = await start({ tls: { key: KEY, cert: CERTIFICATE } });
  const headers = { "x-acs-asapi-product": "Ecs" };
  const attached = await ask(emulator, "AttachClassicLinkVpc", { pathname: "/asapi/v3", headers });
  expect(attached).toMatchObject({ body: { asapiSuccess: true, code: "200" } });
  expect(emulator.links()).toHaveLength(1);
});
