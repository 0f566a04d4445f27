/** The emulator as Alibaba Cloud's official SDKs meet it, through the library that they all run on. */
import Client, { $OpenApiUtil } from "@alicloud/openapi-core";
import { expect, test } from "@jest/globals";
// Comes with openapi-core, which asks for its objects.
import { RuntimeOptions } from "@darabonba/typescript";
import type { AnswerName, Emulator, FaultRule } from "../../../emulator";
import { start } from "./caller";

const link = { RegionId: "cn-hangzhou", InstanceId: "i-1", VpcId: "vpc-1" };

/** As the client of `@alicloud/ecs20140526` calls it. */
function ask(emulator: Emulator, action: string, config: object = {}) {
  const { host } = new URL(emulator.endpoint);
  const key = { accessKeyId: "testid", accessKeySecret: "testsecret" };
  const client = new Client(new $OpenApiUtil.Config({ ...key, endpoint: host, protocol: "HTTP", ...config }));
  const params = new $OpenApiUtil.Params({
    action,
    version: "2014-05-26",
    protocol: "HTTP",
    pathname: "/",
    method: "POST",
    authType: "AK",
    style: "RPC",
    reqBodyType: "formData",
    bodyType: "json",
  });
  return client.callApi(params, new $OpenApiUtil.OpenApiRequest({ query: link }), new RuntimeOptions({}));
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
    const attached = await ask(emulator, "AttachClassicLinkVpc", config);
    expect(attached).toMatchObject({ statusCode: 200, body: { RequestId: requestId } });
    expect(await ask(emulator, "DescribeClassicLinkInstances", config)).toMatchObject({
      body: { TotalCount: 1, Links: { Link: [{ InstanceId: "i-1", VpcId: "vpc-1" }] } },
    });
    await ask(emulator, "DetachClassicLinkVpc", config);
    expect(emulator.links()).toEqual([]);
  },
);

const answering = (answer: AnswerName): FaultRule => ({ kind: "answer", answer });
const unavailable = { name: "ServerError", code: "ServiceUnavailable", statusCode: 503 };
const throttle = { kind: "throttle", quota: 0, windowMs: 30_000, retryAfter: true } as const;
test.each<[string, FaultRule | undefined, object]>([
  ["a refusal", undefined, { name: "ClientError", code: "OperationDenied", statusCode: 403 }],
  ["how long to wait", throttle, { name: "ThrottlingError", code: "Throttling.User", retryAfter: expect.any(Number) }],
  ["that the service is not available", answering("unavailable-503"), unavailable],
  ["that the service is not available, in lower case", answering("lower-case-error"), unavailable],
  ["what is missing", { kind: "denied" }, { accessDeniedDetail: { AuthAction: "ecs:DetachClassicLinkVpc" } }],
])("they learn %s, with the request id", async (_, fault, error) => {
  const emulator = await start();
  if (fault) emulator.injectFault(fault);
  const refused = await ask(emulator, "DetachClassicLinkVpc").catch((thrown: unknown) => thrown);
  expect(refused).toMatchObject({ ...error, requestId: emulator.calls()[0]?.requestId });
});
