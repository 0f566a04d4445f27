/** The emulator as Alibaba Cloud's official SDKs meet it, through the library that they all run on. */
import Client, { $OpenApiUtil } from "@alicloud/openapi-core";
import { afterEach, describe, expect, test } from "@jest/globals";
// Comes with openapi-core, which asks for its objects.
import { RuntimeOptions } from "@darabonba/typescript";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../../emulator";
import { CERTIFICATE, KEY } from "../../support/tls";

const link = { RegionId: "cn-hangzhou", InstanceId: "i-test", VpcId: "vpc-test" };
let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  emulator = await startEmulator({ instances: [{ instanceId: "i-test" }], vpcs: [{ vpcId: "vpc-test" }], ...options });
  return emulator;
}

describe.each([
  ["V3 (ACS3-HMAC-SHA256), their default", undefined],
  ["v2 (HMAC-SHA1)", "v2"],
])("signing with %s", (_title, signatureAlgorithm) => {
  /** As the client of `@alicloud/ecs20140526` calls it. */
  function ask(emulator: Emulator, action: string, query: Record<string, string>, more: object = {}) {
    const config = new $OpenApiUtil.Config({
      accessKeyId: "testid",
      accessKeySecret: "testsecret",
      endpoint: new URL(emulator.endpoint).host,
      protocol: "HTTP",
      ...(signatureAlgorithm === undefined ? {} : { signatureAlgorithm }),
      ...more,
    });
    const params = new $OpenApiUtil.Params({
      action,
      version: "2014-05-26",
      protocol: "HTTPS",
      pathname: "/",
      method: "POST",
      authType: "AK",
      style: "RPC",
      reqBodyType: "formData",
      bodyType: "json",
    });
    return new Client(config).callApi(params, new $OpenApiUtil.OpenApiRequest({ query }), new RuntimeOptions({}));
  }

  test("attaches, lists and detaches", async () => {
    const emulator = await start();
    expect(await ask(emulator, "AttachClassicLinkVpc", link)).toMatchObject({
      statusCode: 200,
      body: { RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/) },
    });
    expect(await ask(emulator, "DescribeClassicLinkInstances", { ...link, PageSize: "100" })).toMatchObject({
      body: { TotalCount: 1, PageSize: 100, Links: { Link: [{ InstanceId: "i-test", VpcId: "vpc-test" }] } },
    });
    await ask(emulator, "DetachClassicLinkVpc", link);
    expect(emulator.links()).toEqual([]);
    expect(emulator.calls().map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "AttachClassicLinkVpc ok",
      "DescribeClassicLinkInstances ok",
      "DetachClassicLinkVpc ok",
    ]);
  });

  test("is let in with an STS token full of characters that must be escaped", async () => {
    const securityToken = "sts/Tok+en==!'()*~";
    const emulator = await start({ securityToken });
    expect(await ask(emulator, "AttachClassicLinkVpc", link, { securityToken })).toMatchObject({ statusCode: 200 });
  });

  test("gets the code, the status and the request id of a refusal", async () => {
    const emulator = await start();
    const refused = ask(emulator, "DetachClassicLinkVpc", link);
    await expect(refused).rejects.toMatchObject({ name: "ClientError", code: "OperationDenied", statusCode: 403 });
    await expect(refused).rejects.toMatchObject({ requestId: emulator.calls()[0]?.requestId });
  });

  test("learns from a throttled answer how long to wait", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "throttle", quota: 0, windowMs: 30_000, retryAfter: true });
    await expect(ask(emulator, "AttachClassicLinkVpc", link)).rejects.toMatchObject({
      name: "ThrottlingError",
      code: "Throttling.User",
      retryAfter: expect.any(Number),
    });
  });

  test("learns which permission is missing", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "denied" });
    await expect(ask(emulator, "AttachClassicLinkVpc", link)).rejects.toMatchObject({
      accessDeniedDetail: { AuthAction: "ecs:AttachClassicLinkVpc" },
    });
  });

  test.each(["unavailable-503", "lower-case-error"] as const)("takes %s for a fault of the service", async (fault) => {
    const emulator = await start();
    emulator.injectFault({ kind: "answer", action: "AttachClassicLinkVpc", answer: fault });
    await expect(ask(emulator, "AttachClassicLinkVpc", link)).rejects.toMatchObject({
      name: "ServerError",
      code: "ServiceUnavailable",
      statusCode: 503,
    });
  });

  test("with another secret is refused", async () => {
    const refused = ask(await start(), "AttachClassicLinkVpc", link, { accessKeySecret: "other" });
    await expect(refused).rejects.toMatchObject({ code: "SignatureDoesNotMatch", statusCode: 400 });
  });
});

describe("through ASAPI, a private cloud's gateway", () => {
  /** The client is unchanged; it is told the path and the header that names the product. */
  function ask(endpoint: string, action: string) {
    const { host, protocol } = new URL(endpoint);
    const scheme = protocol === "https:" ? "HTTPS" : "HTTP";
    const config = new $OpenApiUtil.Config({
      accessKeyId: "testid",
      accessKeySecret: "testsecret",
      endpoint: host,
      protocol: scheme,
    });
    const params = new $OpenApiUtil.Params({
      action,
      version: "2014-05-26",
      protocol: scheme,
      pathname: "/asapi/v3",
      method: "POST",
      authType: "AK",
      style: "RPC",
      reqBodyType: "formData",
      bodyType: "json",
    });
    const headers = { "x-acs-asapi-product": "Ecs", "x-acs-organizationid": "26" };
    const request = new $OpenApiUtil.OpenApiRequest({ query: link, headers });
    return new Client(config).callApi(params, request, new RuntimeOptions({ ignoreSSL: true }));
  }
  const owned = { organizationId: "26" };
  const seeds = { instances: [{ instanceId: "i-test", ...owned }], vpcs: [{ vpcId: "vpc-test", ...owned }] };

  test.each([
    ["V3, HTTP", {}],
    ["V3, HTTPS", { tls: { key: KEY, cert: CERTIFICATE } }],
  ])("%s: links an instance of its organization", async (_title, options) => {
    const emulator = await start({ ...seeds, ...options });
    expect(await ask(emulator.endpoint, "AttachClassicLinkVpc")).toMatchObject({
      body: { asapiSuccess: true, code: "200" },
    });
    expect(emulator.links()).toHaveLength(1);
    expect(emulator.calls()).toMatchObject([{ headers: { "x-acs-organizationid": "26" } }]);
  });
});
