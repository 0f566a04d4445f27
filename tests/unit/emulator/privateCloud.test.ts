/** The private cloud: organizations and resource sets, and ASAPI. Over HTTPS: proxy.test.ts. */
import { describe, expect, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../../emulator";
import { call, codeOf, detach, type Given, listed, send, signed, start } from "./caller";

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
  const keys = [{ accessKeyId: "second", accessKeySecret: "testsecret", organizationId: "26" }];
  const vendors = { Department: "26", OrganizationId: "26", ResourceGroup: "97" };
  test.each<[who: string, isListed: boolean, headers: Record<string, string>, given: Given, options: EmulatorOptions]>([
    ["the organization", true, scoped("26"), {}, {}],
    ["the organization and the resource set", true, scoped("26", "97"), {}, {}],
    ["the vendor's parameters", true, {}, vendors, {}],
    ["a key of the organization that names none", true, {}, {}, { organizationId: "26" }],
    ["another key of the organization", true, {}, { AccessKeyId: "second" }, { keys }],
    ["nobody", false, {}, {}, {}],
    ["another organization", false, scoped("27"), vendors, {}],
    ["another resource set", false, scoped("26", "98"), {}, {}],
  ])("for %s is listed: %s", async (_, isListed, headers, given, options) => {
    const emulator = await startScoped(options);
    const [open, owned] = ["i-open>vpc-open", ...(isListed ? ["i-owned>vpc-open"] : [])];
    const listedOf = async (more: Given) => listed(await ask(emulator, headers, { ...given, ...more }));
    expect(await listedOf({ InstanceId: "i-owned" })).toEqual(owned ? [owned] : []);
    expect(await listedOf({ VpcId: "vpc-open" })).toEqual(owned ? [open, owned] : [open]);
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
  expect(listed(await ask(emulator, scoped("27"), { VpcId: "vpc-owned" }))).toEqual([]);
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
  const asapi = (emulator: Emulator, given: Given, headers = {}) => {
    const query = signed("POST", "DescribeClassicLinkInstances", { VpcId: "vpc-1", Format: undefined, ...given });
    return send(emulator, { method: "POST", path: `/asapi/v3/?${query}`, headers });
  };

  test.each([
    ["the parameter Product", { Product: "Ecs" }, {}],
    ["the header x-ascm-product-name", {}, { "x-ascm-product-name": "ecs" }],
  ])(
    "takes the product from %s, and answers with its wrapper around the product's answer",
    async (_, given, headers) => {
      expect(await asapi(await start(), given, headers)).toMatchObject({
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
    },
  );

  test.each<[what: string, given: Given, code: string, message: string]>([
    ["no product", { Product: undefined }, "product.error", "missing"],
    ["another product", { Product: "Vpc" }, "product.error", "no such API"],
    ["an unknown key, which it quotes", { AccessKeyId: "unknown-key" }, "accesskeyid.error", "unknown-key"],
  ])("refuses %s in its own words", async (_, given, name, message) => {
    const { status, body } = await asapi(await start(), { Product: "Ecs", ...given });
    const code = `asapi.server.request.parameter.${name}`;
    const marks = { success: false, asapiSuccess: false, status: 500 };
    expect(status).toBe(500);
    expect(body).toMatchObject({ ...marks, code, errorCode: code, asapiErrorCode: code });
    expect(body.message).toContain(message);
    for (const field of ["Code", "RequestId"]) expect(body).not.toHaveProperty(field);
  });

  test.each([
    [false, 403],
    [true, 200],
  ])("passes a product's refusal on with its Code, always as 200: %s", async (asapiAlways200, status) => {
    const asapiErrorCode = "InvalidParameter.InvalidInstanceIdAndVpcId";
    const refused = { Code: asapiErrorCode, HostId: "ecs.apsaracs.com", asapiSuccess: false, asapiErrorCode };
    expect(await asapi(await start({ asapiAlways200 }), { Product: "Ecs", VpcId: undefined })).toMatchObject({
      status,
      body: { ...refused, RequestId: expect.any(String) },
    });
  });
});
