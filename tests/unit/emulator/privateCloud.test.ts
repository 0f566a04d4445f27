/** The private cloud: organizations and resource sets, ASAPI, and HTTPS. */
import { request as httpsRequest } from "node:https";
import { describe, expect, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../../emulator";
import { CERTIFICATE, HOSTS, KEY } from "../../support/tls";
import { call, callService, type Given, list, listed, type RawRequest, send, signed, start } from "./caller";

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

async function ask(emulator: Emulator, headers: Record<string, string>, given: Given) {
  const query = signed("GET", "DescribeClassicLinkInstances", given);
  return await send(emulator, { path: `/?${query}`, headers });
}

describe("a link of an organization", () => {
  const seen: [who: string, headers: Record<string, string>][] = [
    ["the organization", scoped("26")],
    ["the organization and the resource set", scoped("26", "97")],
  ];
  test.each(seen)("is listed for %s", async (_, headers) => {
    const emulator = await startScoped();
    expect(listed(await ask(emulator, headers, { InstanceId: "i-owned" }))).toEqual(["i-owned>vpc-open"]);
  });

  const unseen: [who: string, headers: Record<string, string>][] = [
    ["nobody", {}],
    ["another organization", scoped("27")],
    ["another resource set", scoped("26", "98")],
  ];
  test.each(unseen)("is left out for %s", async (_, headers) => {
    const emulator = await startScoped();
    expect(listed(await ask(emulator, headers, { InstanceId: "i-owned" }))).toEqual([]);
    expect(listed(await ask(emulator, headers, { VpcId: "vpc-open" }))).toEqual(["i-open>vpc-open"]);
  });

  test.each([
    ["not-found", "InvalidInstanceId.NotFound"],
    ["not-belong", "InvalidInstanceId.NotBelong"],
  ] as const)("out of scope can be %s", async (outOfScope, code) => {
    const emulator = await startScoped({ outOfScope });
    expect((await ask(emulator, scoped("27"), { InstanceId: "i-owned" })).body).toMatchObject({ Code: code });
  });

  test("out of scope cannot be changed, whichever way it is hidden", async () => {
    for (const outOfScope of ["empty", "not-found", "not-belong"] as const) {
      const emulator = await startScoped({ outOfScope });
      const given = { InstanceId: "i-owned", VpcId: "vpc-open" };
      expect((await call(emulator, "DetachClassicLinkVpc", given)).status).toBe(403);
      expect(emulator.links()).toHaveLength(2);
    }
  });

  test("is listed for a key of the organization that names none", async () => {
    const emulator = await startScoped({ organizationId: "26" });
    expect(listed(await list(emulator, { InstanceId: "i-owned" }))).toEqual(["i-owned>vpc-open"]);
  });

  test("is listed for the parameters of the vendor's own client", async () => {
    const emulator = await startScoped();
    const given = { InstanceId: "i-owned", Department: "26", OrganizationId: "26", ResourceGroup: "97" };
    expect(listed(await list(emulator, given))).toEqual(["i-owned>vpc-open"]);
  });
});

test("another key of its own organization is accepted", async () => {
  const keys = [{ accessKeyId: "second", accessKeySecret: "secret", organizationId: "26" }];
  const emulator = await startScoped({ keys });
  const given = { InstanceId: "i-owned", AccessKeyId: "second" };
  expect(listed(await call(emulator, "DescribeClassicLinkInstances", given, "secret"))).toEqual(["i-owned>vpc-open"]);
});

test("VPCs and instances out of scope are left out of their lists", async () => {
  const emulator = await startScoped();
  const { body: vpcs } = await callService(emulator, "vpc", "DescribeVpcs");
  expect(vpcs).toMatchObject({ TotalCount: 1 });
  const { body: instances } = await call(emulator, "DescribeInstances", { InstanceIds: '["i-owned","i-open"]' });
  expect(instances).toMatchObject({ TotalCount: 1 });
});

test("the journal records the headers that name the scope and the product, and no other", async () => {
  const emulator = await startScoped();
  const headers = { ...scoped("26", "97"), "x-acs-regionid": "cn-hangzhou", "x-secret": "s3cret" };
  await ask(emulator, headers, { InstanceId: "i-owned" });
  expect(emulator.calls()).toMatchObject([{ gateway: "pop", params: { InstanceId: "i-owned" } }]);
  expect(emulator.calls()[0]?.headers).toEqual({ ...scoped("26", "97"), "x-acs-regionid": "cn-hangzhou" });
});

describe("ASAPI", () => {
  /** A call as the vendor's client makes it: parameters in the query of a POST. */
  async function asapi(emulator: Emulator, given: Given, { path = "/asapi/v3/", ...request }: RawRequest = {}) {
    const query = signed("POST", "DescribeClassicLinkInstances", { VpcId: "vpc-1", Format: undefined, ...given });
    const { status, text } = await send(emulator, { method: "POST", path: `${path}?${query}`, ...request });
    const body: Readonly<Record<string, unknown>> = JSON.parse(text);
    return { status, body };
  }

  test.each(["/asapi/v3", "/asapi/v3/"])("answers at %s with its wrapper around the product's answer", async (path) => {
    const { status, body } = await asapi(await start(), { Product: "Ecs" }, { path });
    expect(status).toBe(200);
    expect(body).toMatchObject({
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
    });
  });

  test("takes the parameters from a form too", async () => {
    const emulator = await start();
    const body = signed("POST", "AttachClassicLinkVpc", { Product: "Ecs", InstanceId: "i-1", VpcId: "vpc-1" });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await send(emulator, { method: "POST", path: "/asapi/v3", headers, body: body.toString() });
    expect(emulator.calls()).toMatchObject([{ gateway: "asapi", outcome: "ok" }]);
    expect(emulator.links()).toHaveLength(1);
  });

  test.each([
    ["x-acs-asapi-product", "Ecs"],
    ["x-ascm-product-name", "ecs"],
  ])("takes the product from the header %s", async (name, value) => {
    const { body } = await asapi(await start(), {}, { headers: { [name]: value } });
    expect(body).toMatchObject({ asapiSuccess: true });
  });

  test.each([undefined, "Vpc"])("refuses the product %s", async (Product) => {
    const { body } = await asapi(await start(), { Product });
    expect(body).toMatchObject({ asapiSuccess: false, code: "asapi.server.request.parameter.product.error" });
    expect(body).not.toHaveProperty("Code");
  });

  test("refuses an unknown key in its own words, which quote the id of the key", async () => {
    const { status, body } = await asapi(await start(), { Product: "Ecs", AccessKeyId: "unknown-key" });
    expect(status).toBe(500);
    const code = "asapi.server.request.parameter.accesskeyid.error";
    expect(body).toMatchObject({ success: false, code, errorCode: code, asapiErrorCode: code, status: 500 });
    expect(body.message).toContain("unknown-key");
    expect(body).not.toHaveProperty("RequestId");
  });

  test("passes a product's refusal on with its Code", async () => {
    const { status, body } = await asapi(await start(), { Product: "Ecs", VpcId: undefined });
    const code = "InvalidParameter.InvalidInstanceIdAndVpcId";
    expect([status, body]).toEqual([403, expect.objectContaining({ Code: code, HostId: "ecs.apsaracs.com" })]);
    expect(body).toMatchObject({ asapiSuccess: false, asapiErrorCode: code, RequestId: expect.any(String) });
  });

  test("can send every failure with HTTP status 200", async () => {
    const emulator = await start({ asapiAlways200: true });
    for (const given of [
      { Product: "Ecs", AccessKeyId: "unknown" },
      { Product: "Ecs", VpcId: undefined },
    ]) {
      expect(await asapi(emulator, given)).toMatchObject({ status: 200, body: { asapiSuccess: false } });
    }
  });

  test("says that the product was too slow", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "answer", answer: { code: "asapi.server.timeout.socket" } });
    expect((await asapi(emulator, { Product: "Ecs" })).body).toMatchObject({
      asapiSuccess: false,
      code: "asapi.server.timeout.socket",
    });
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
