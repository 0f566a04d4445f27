/** The private cloud: organizations and resource sets, ASAPI, and HTTPS. */
import { request as httpsRequest } from "node:https";
import { describe, expect, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../../emulator";
import { CERTIFICATE, HOSTS, KEY } from "../../support/tls";
import { call, codeOf, detach, FORM, type Given, listed, type RawRequest, send, signed, start } from "./caller";

const OWNED = { organizationId: "26", resourceSetId: "97" };
const scoped = (organization: string, set?: string) => ({
  "x-acs-organizationid": organization,
  ...(set === undefined ? {} : { "x-acs-resourcegroupid": set }),
});

/** One link of organization 26, resource set 97, and one that everybody sees. */
const startScoped = (options: EmulatorOptions = {}) =>
  start({
    instances: [{ instanceId: "i-owned", ...OWNED }, { instanceId: "i-open" }],
    vpcs: [{ vpcId: "vpc-owned", ...OWNED }, { vpcId: "vpc-open" }],
    links: [
      { instanceId: "i-owned", vpcId: "vpc-open" },
      { instanceId: "i-open", vpcId: "vpc-open" },
    ],
    ...options,
  });

const ask = (emulator: Emulator, headers: Record<string, string>, given: Given) =>
  send(emulator, { path: `/?${signed("GET", "DescribeClassicLinkInstances", given)}`, headers });

describe("a link of an organization", () => {
  const key = { organizationId: "26" };
  const second = { accessKeyId: "second", accessKeySecret: "testsecret", organizationId: "26" };
  test.each<[who: string, headers: Record<string, string>, given: Given, options: EmulatorOptions]>([
    ["the organization", scoped("26"), {}, {}],
    ["the organization and the resource set", scoped("26", "97"), {}, {}],
    ["the vendor's parameters", {}, { Department: "26", OrganizationId: "26", ResourceGroup: "97" }, {}],
    ["a key of the organization that names none", {}, {}, key],
    ["another key of the organization", {}, { AccessKeyId: "second" }, { keys: [second] }],
  ])("is listed for %s", async (_, headers, given, options) => {
    const answer = await ask(await startScoped(options), headers, { InstanceId: "i-owned", ...given });
    expect(listed(answer)).toEqual(["i-owned>vpc-open"]);
  });

  test.each<[who: string, headers: Record<string, string>]>([
    ["nobody", {}],
    ["another organization", scoped("27")],
    ["another resource set", scoped("26", "98")],
  ])("is left out for %s", async (_, headers) => {
    const emulator = await startScoped();
    expect(listed(await ask(emulator, headers, { InstanceId: "i-owned" }))).toEqual([]);
    expect(listed(await ask(emulator, headers, { VpcId: "vpc-open" }))).toEqual(["i-open>vpc-open"]);
    expect(listed(await ask(emulator, headers, { VpcId: "vpc-owned" }))).toEqual([]);
  });

  test.each([
    ["empty", "nothing"],
    ["not-found", "InvalidInstanceId.NotFound"],
    ["not-belong", "InvalidInstanceId.NotBelong"],
  ] as const)("out of scope can be %s, and cannot be changed", async (outOfScope, told) => {
    const emulator = await startScoped({ outOfScope });
    const answer = await ask(emulator, scoped("27"), { InstanceId: "i-owned" });
    expect(answer.body.Links ? listed(answer).join() || "nothing" : codeOf(answer)).toBe(told);
    expect((await detach(emulator, "i-owned", "vpc-open")).status).toBe(403);
    expect(emulator.links()).toHaveLength(2);
  });
});

test("VPCs and instances out of scope are left out of their lists, and in scope they say whose they are", async () => {
  const emulator = await startScoped();
  const given = { InstanceIds: '["i-owned","i-open"]' };
  expect((await call(emulator, "DescribeVpcs")).body).toMatchObject({ TotalCount: 1 });
  expect((await call(emulator, "DescribeInstances", given)).body).toMatchObject({ TotalCount: 1 });
  expect((await call(emulator, "DescribeInstances", { ...given, Department: "26" })).body).toMatchObject({
    TotalCount: 2,
    Instances: { Instance: [{}, { Department: "26", ResourceGroup: "97" }] },
  });
});

describe("ASAPI", () => {
  /** A call as the vendor's client makes it: parameters in the query of a POST. */
  const asapi = (emulator: Emulator, given: Given, { path = "/asapi/v3/", ...request }: RawRequest = {}) => {
    const query = signed("POST", "DescribeClassicLinkInstances", { VpcId: "vpc-1", Format: undefined, ...given });
    return send(emulator, { method: "POST", path: `${path}?${query}`, ...request });
  };

  test.each(["/asapi/v3", "/asapi/v3/"])("answers at %s with its wrapper around the product's answer", async (path) => {
    expect(await asapi(await start(), { Product: "Ecs" }, { path })).toMatchObject({
      status: 200,
      body: {
        TotalCount: 0,
        Links: { Link: [] },
        RequestId: expect.any(String),
        asapiSuccess: true,
        success: true,
        code: "200",
        asapiRequestId: expect.any(String),
        eagleEyeTraceId: expect.any(String),
        api: "ecs:DescribeClassicLinkInstances:2014-05-26",
        asapiVersion: "v4",
      },
    });
  });

  test("takes the parameters from a form too", async () => {
    const emulator = await start();
    const body = `${signed("POST", "AttachClassicLinkVpc", { Product: "Ecs", InstanceId: "i-1", VpcId: "vpc-1" })}`;
    await send(emulator, { method: "POST", path: "/asapi/v3", headers: FORM, body });
    expect(emulator.calls()).toMatchObject([{ gateway: "asapi", outcome: "ok" }]);
    expect(emulator.links()).toHaveLength(1);
  });

  test.each([
    ["x-acs-asapi-product", "Ecs"],
    ["x-ascm-product-name", "ecs"],
  ])("takes the product from the header %s", async (name, value) => {
    expect((await asapi(await start(), {}, { headers: { [name]: value } })).body.asapiSuccess).toBe(true);
  });

  test.each([undefined, "Vpc"])("refuses the product %s", async (Product) => {
    const { body } = await asapi(await start(), { Product });
    expect(body).toMatchObject({ asapiSuccess: false, code: "asapi.server.request.parameter.product.error" });
    expect(body).not.toHaveProperty("Code");
  });

  test("refuses an unknown key in its own words, which quote the id of the key", async () => {
    const { status, body } = await asapi(await start(), { Product: "Ecs", AccessKeyId: "unknown-key" });
    const code = "asapi.server.request.parameter.accesskeyid.error";
    expect([status, body]).toEqual([
      500,
      expect.objectContaining({ success: false, code, errorCode: code, asapiErrorCode: code, status: 500 }),
    ]);
    expect(body.message).toContain("unknown-key");
    expect(body).not.toHaveProperty("RequestId");
  });

  test("passes a product's refusal on with its Code", async () => {
    const asapiErrorCode = "InvalidParameter.InvalidInstanceIdAndVpcId";
    const refused = { Code: asapiErrorCode, HostId: "ecs.apsaracs.com", asapiSuccess: false, asapiErrorCode };
    expect(await asapi(await start(), { Product: "Ecs", VpcId: undefined })).toMatchObject({
      status: 403,
      body: { ...refused, RequestId: expect.any(String) },
    });
  });

  test("can send every failure with HTTP status 200", async () => {
    const emulator = await start({ asapiAlways200: true });
    for (const given of [{ AccessKeyId: "unknown" }, { VpcId: undefined }]) {
      const failed = await asapi(emulator, { Product: "Ecs", ...given });
      expect(failed).toMatchObject({ status: 200, body: { asapiSuccess: false } });
    }
  });

  test("says that the product was too slow", async () => {
    const emulator = await start();
    const code = "asapi.server.timeout.socket";
    emulator.injectFault({ kind: "answer", answer: { code } });
    expect((await asapi(emulator, { Product: "Ecs" })).body).toMatchObject({ asapiSuccess: false, code });
  });
});

test("HTTPS is served with the given certificate, for the given host names", async () => {
  const emulator = await start({ tls: { key: KEY, cert: CERTIFICATE }, hosts: [HOSTS.ecs] });
  const path = `/?${signed("GET", "DescribeClassicLinkInstances", { VpcId: "vpc-1" })}`;
  const { port } = new URL(emulator.endpoint);
  const [host, headers] = ["127.0.0.1", { host: HOSTS.ecs }];
  const status = await new Promise((resolve, reject) => {
    const options = { host, port, path, headers, servername: HOSTS.ecs, ca: CERTIFICATE, agent: false };
    httpsRequest(options, (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });
  expect([emulator.endpoint, status]).toEqual([`https://127.0.0.1:${port}`, 200]);
});
