/** What goes over the wire to a private cloud, and what comes of its answers. */

import { describe, expect, test } from "@jest/globals";
import { type EmulatorOptions, startEmulator } from "../../emulator";
import { Agents } from "../../provider/ecs/agents";
import { connectInspector } from "../../provider/resources/connect";
import { ecsErrorOf } from "../support/errors";
import { opener } from "../support/opened";
import { type ProxyServer, startProxy } from "../support/proxy";
import { type Handler, json, type RawServer, startRawServer } from "../support/rawServer";
import { settingsOf, type Values } from "../support/settings";
import { sign } from "../support/sts";
import { CERTIFICATE, KEY } from "../support/tls";

const REGION = "cn-wulan-env200-d01";
const ASAPI = "/asapi/v3";
const link = { regionId: REGION, instanceId: "i-a", vpcId: "vpc-b" };
const owned = { organizationId: "26", resourceSetId: "97" };
const tls = { key: KEY, cert: CERTIFICATE };
const SECRET = "testsecret";
const FORM = "application/x-www-form-urlencoded";

const open = opener();
const cloudOf = (options: EmulatorOptions = {}) =>
  open(
    startEmulator({
      regionId: REGION,
      instances: [{ instanceId: "i-a", ...owned }],
      vpcs: [{ vpcId: "vpc-b", ...owned }],
      asapiAlways200: true,
      ...options,
    }),
  );
const serverOf = (handler: Handler) => open(startRawServer(handler));

/** The clients without rate limits and retries, and the source of their credentials. */
const connectTo = (endpoint: string, more: Values = {}) =>
  connectInspector(
    settingsOf({
      "classiclink:endpoint": endpoint,
      "classiclink:accessKey": "testid",
      "classiclink:secretKey": SECRET,
      "classiclink:organizationId": "26",
      "classiclink:resourceSetId": "97",
      ...more,
    }),
  );

/** Assumes a role at an address. */
async function assumeAt(endpoint: string, more: Values = {}) {
  const role = { "classiclink:region": REGION, "classiclink:assumeRole": '{"roleArn":"acs:ram::1:role/a"}' };
  await (await connectTo(endpoint, { ...role, ...more })).credentials();
}

/** The only request that a server got. */
function requestTo({ requests }: RawServer) {
  const [request] = requests;
  if (request === undefined || requests.length > 1) throw new Error(`${requests.length} requests came`);
  const { method, url, headers, text, form } = request;
  const [path, query = ""] = url.split("?");
  const params = Object.fromEntries([...new URLSearchParams(query), ...form]);
  return { method, path, query, headers, text, params };
}

const proxyTo = (servers: Readonly<Record<string, { readonly endpoint: string }>> = {}): Promise<ProxyServer> => {
  const ports = Object.entries(servers).map(([host, { endpoint }]) => [host, Number(new URL(endpoint).port)]);
  return open(startProxy(Object.fromEntries(ports)));
};

test.each([
  ["POP over HTTP", "", {}],
  ["ASAPI over HTTPS", ASAPI, { tls }],
])("%s makes, lists, hides and removes links", async (_, path, options) => {
  const cloud = await cloudOf({ ...options, organizationId: "26" });
  const endpoint = `${cloud.endpoint}${path}`;
  const values = { "classiclink:vpcEndpoint": endpoint, "classiclink:insecure": "tls" in options ? "true" : "" };
  const linksUnder = async (scope: Values = {}) => {
    const { ecs } = await connectTo(endpoint, { ...values, ...scope });
    return (await ecs.describe({ regionId: REGION, vpcId: "vpc-b" })).links;
  };
  const { ecs, vpcs } = await connectTo(endpoint, values);
  await ecs.attach(link);
  expect(await linksUnder()).toEqual([link]);
  expect(await linksUnder({ "classiclink:resourceSetId": "" })).toEqual([link]);
  // Without a scope, that of the key counts.
  expect(await linksUnder({ "classiclink:organizationId": "", "classiclink:resourceSetId": "" })).toEqual([link]);
  expect(await linksUnder({ "classiclink:resourceSetId": "98" })).toEqual([]);
  expect(await linksUnder({ "classiclink:organizationId": "27" })).toEqual([]);
  expect(await ecs.existing(REGION, ["i-a"])).toEqual(new Set(["i-a"]));
  expect((await vpcs.describeVpcs({ regionId: REGION, pageNumber: 1 })).items).toEqual(["vpc-b"]);
  const { facts } = await ecsErrorOf(ecs.attach({ ...link, instanceId: "i-no" }));
  expect(facts).toMatchObject({ code: "InvalidInstanceId.NotFound", requestId: expect.any(String) });
  await ecs.detach(link);
  expect(cloud.links()).toEqual([]);
});

describe("the wire", () => {
  const session = { AccessKeyId: "STS.1", AccessKeySecret: "secret-1", SecurityToken: "token-1" };
  const answer = json(200, { RequestId: "R-1", Credentials: { ...session, Expiration: "2126-01-01T00:00:00Z" } });
  const attachAt = async (endpoint: string) => (await connectTo(endpoint)).ecs.attach(link);
  const inspectAt = async (endpoint: string) => void (await (await connectTo(endpoint)).details.vpc(REGION, "vpc-b"));
  const assumeAtSts = (endpoint: string) => assumeAt(endpoint, { "classiclink:stsEndpoint": endpoint });
  const pop = { method: "POST", path: "/", query: "" };
  const asapi = { method: "POST", path: `${ASAPI}/`, text: "" };
  const productOf = (Product: string) => ({ "x-acs-asapi-product": Product, "x-ascm-product-name": Product });

  test.each<[string, string, (endpoint: string) => Promise<void>, object, object, object]>([
    ["ECS at POP gets a form at /", "", attachAt, pop, { "x-acs-version": "2014-05-26" }, { InstanceId: "i-a" }],
    ["ECS at ASAPI gets a query, and the product", ASAPI, attachAt, asapi, productOf("Ecs"), { Product: "Ecs" }],
    ["VPC at ASAPI gets a query, and the product", ASAPI, inspectAt, asapi, productOf("Vpc"), { Product: "Vpc" }],
    ["STS of POP gets a form at /", "", assumeAtSts, pop, { "content-type": FORM }, { Action: "AssumeRole" }],
    ["STS at ASAPI gets a query, and the product", ASAPI, assumeAt, asapi, productOf("Sts"), { Product: "Sts" }],
  ])(
    "%s, with the region and the scope, as the vendor's client sends them",
    async (_, path, ask, where, more, asked) => {
      const server = await serverOf(answer);
      await ask(`${server.endpoint}${path}`);
      const { headers, params, ...request } = requestTo(server);
      expect(request).toMatchObject(where);
      // It is not known which gateways read the scope from headers, and which from parameters.
      const scope = { "x-acs-organizationid": "26", "x-acs-resourcegroupid": "97", "x-acs-regionid": REGION };
      expect(headers).toMatchObject({ "x-acs-caller-sdk-source": "pulumi-classiclink", ...scope, ...more });
      const inParams = { OrganizationId: "26", Department: "26", ResourceGroup: "97", RegionId: REGION };
      expect(params).toMatchObject({ ...inParams, ...asked });
      expect(params.Signature).toBe(sign("POST", new URLSearchParams(params), SECRET));
    },
  );

  test("STS gets no region and no scope if none is set", async () => {
    const server = await serverOf(answer);
    const none = { "classiclink:region": "", "classiclink:organizationId": "", "classiclink:resourceSetId": "" };
    await assumeAt(server.endpoint, { "classiclink:stsEndpoint": server.endpoint, ...none });
    const { headers, params } = requestTo(server);
    const names = /organization|resourcegroup|department|regionid/i;
    expect([...Object.keys(headers), ...Object.keys(params)].filter((name) => names.test(name))).toEqual([]);
  });

  test("[30] the public cloud gets nothing of it", async () => {
    const server = await serverOf(answer);
    const proxy = await proxyTo({ [`ecs.${REGION}.aliyuncs.com`]: server });
    const { ecs } = await connectTo("", {
      "classiclink:protocol": "HTTP",
      "classiclink:organizationId": "",
      "classiclink:resourceSetId": "",
      CLASSICLINK_ORGANIZATION_ID: "26",
      HTTP_PROXY: proxy.host,
    });
    await ecs.attach(link);
    const { headers, params } = requestTo(server);
    const names = /organization|resourcegroup|department|regionid|caller|product/i;
    const sent = [...Object.keys(headers), ...Object.keys(params)].filter((name) => names.test(name));
    expect(sent).toEqual(["RegionId"]);
  });

  test("a region that no header can carry is refused at once, before anything is sent", async () => {
    const server = await serverOf(answer);
    const { ecs } = await connectTo(server.endpoint);
    const error = await ecsErrorOf(ecs.describe({ regionId: "ｘ", vpcId: "vpc-b" }));
    expect(error.facts).toMatchObject({ code: "InvalidCharacter", kind: "input", mayHaveSucceeded: false });
    expect(server.requests).toEqual([]);
  });
});

describe("a role", () => {
  test("that ASAPI refuses with HTTP status 200 is refused with its code, and without the key", async () => {
    const cloud = await cloudOf({ accessKeyId: "another" });
    const message = await assumeAt(`${cloud.endpoint}${ASAPI}`).then(String, String);
    expect(message).toMatch(/HTTP 200 asapi\.server\.request\.parameter\.accesskeyid\.error from [\d.:]+\)/);
    expect(message).not.toContain("testid");
  });

  test.each([
    ["asapi.server.timeout.socket", true],
    ["NoPermission", false],
  ])("that fails with %s is worth a retry: %s", async (code, isTransient) => {
    const cloud = await cloudOf();
    cloud.injectFault({ kind: "answer", action: "AssumeRole", answer: { code } });
    await expect(assumeAt(`${cloud.endpoint}${ASAPI}`)).rejects.toMatchObject({ isTransient });
  });

  test("[30] is not assumed outside of the private cloud: its own STS is asked", async () => {
    const proxy = await proxyTo();
    const { credentials } = await connectInspector(
      settingsOf({
        ALIBABACLOUDSTACK_POPGW_DOMAIN: "cloud.example",
        ALIBABACLOUDSTACK_ACCESS_KEY: "testid",
        ALIBABACLOUDSTACK_SECRET_KEY: SECRET,
        ALIBABACLOUDSTACK_ASSUME_ROLE_ARN: "acs:ram::1:role/a",
        ALIBABACLOUDSTACK_PROXY: proxy.host,
        ALIBABA_CLOUD_STS_REGION: "cn-hangzhou",
        ALICLOUD_REGION: "cn-hangzhou",
      }),
    );
    await expect(credentials()).rejects.toThrow("(STS: sts.cloud.example was not reached");
    expect(proxy.asked).toEqual(["CONNECT sts.cloud.example:443"]);
  });
});

describe("[31] answers", () => {
  const describeWith = async (body: object, status = 200) => {
    const { endpoint } = await serverOf(json(status, body));
    const { ecs } = await connectTo(`${endpoint}${ASAPI}`);
    return await ecs.describe({ regionId: REGION, instanceIds: ["i-a"] });
  };
  const empty = { Links: { Link: [] }, TotalCount: 0, RequestId: "R-1" };

  test.each(["200", 200, "OK", "Success", "success", ""])("code %j is success", async (code) => {
    const page = await describeWith({ ...empty, code, success: true, asapiSuccess: true, HttpStatusCode: 200 });
    expect(page).toEqual({ links: [], totalCount: 0 });
  });

  test.each([
    ["asapiSuccess", { asapiSuccess: false, asapiErrorCode: "NoPermission.Org" }, "NoPermission.Org"],
    ["success", { success: false, errorCode: "NoPermission" }, "NoPermission"],
    ["success as text", { success: "false", errorCode: "NoPermission" }, "NoPermission"],
    ["errorKey", { errorKey: "ascm.NoPermission", errorMessage: "no" }, "ascm.NoPermission"],
    ["a name beside a number", { asapiSuccess: false, Code: "403", asapiErrorCode: "NoPermission" }, "NoPermission"],
    ["a number alone", { asapiSuccess: false, code: "403" }, "403"],
    ["HttpStatusCode", { HttpStatusCode: 500 }, "500"],
    ["an HTTP status of 0, as text,", { httpStatusCode: "0" }, "0"],
  ])("%s says that the call failed, with a list and HTTP status 200 all the same", async (_, marks, code) => {
    const error = await ecsErrorOf(describeWith({ ...empty, ...marks }));
    expect(error.facts).toMatchObject({ code, requestId: "R-1" });
  });

  test("a failure that names no code proves nothing either, keeps its message and id, and is retried a few times", async () => {
    const failure = { eagleEyeTraceId: "trace-78", message: "broken for testid", asapiSuccess: false };
    const { facts, message } = await ecsErrorOf(describeWith({ ...empty, RequestId: undefined, ...failure }));
    expect(facts).toMatchObject({ code: "NoErrorCode", kind: "transient", mayHaveSucceeded: true, retryTries: 3 });
    expect(message).toMatch(/: NoErrorCode \("broken for … \(http:\S+\)"\), request trace-78$/);
  });

  const scopeFirst = /^check the organization, the resource set, .*; (use|check) /;
  test.each([
    ["InvalidInstanceId.NotBelong", scopeFirst],
    ["InvalidInstanceId.NotFound", scopeFirst],
    ["InvalidVpc.NotBelong", scopeFirst],
    ["InvalidVpcId.NotFound", scopeFirst],
    ["InvalidVpcId.Malformed", scopeFirst],
    ["Forbidden.InstanceNotFound", scopeFirst],
    ["InvalidProtocol.NeedSsl", /set protocol to HTTPS/],
  ])("%s has advice for a private cloud", async (Code, advice) => {
    const error = await ecsErrorOf(describeWith({ Code, RequestId: "R-1" }, 403));
    expect(error.facts.advice).toMatch(advice);
  });

  test("a failure of ASAPI itself has its request id, and neither the key nor the signature of the query that it quotes", async () => {
    const server = await serverOf((request, response) => {
      const failure = { asapiSuccess: false, asapiErrorCode: "NoPermissionOfResourceSet", asapiRequestId: "a-1" };
      json(200, { ...failure, asapiErrorMessage: `no: ${request.url}` })(request, response);
    });
    const error = await ecsErrorOf((await connectTo(`${server.endpoint}${ASAPI}`)).ecs.attach(link));
    expect(error.facts).toMatchObject({ code: "NoPermissionOfResourceSet", kind: "authorisation", requestId: "a-1" });
    expect(error.facts.detail).toMatch(/^no: /);
    const { Signature = "" } = requestTo(server).params;
    for (const secret of ["testid", SECRET, Signature, encodeURIComponent(Signature)]) {
      expect(`${error.stack}${JSON.stringify(error.facts)}`).not.toContain(secret);
    }
  });
});

describe("connections", () => {
  test("the error for a certificate that is not trusted has the host and advice, and no path", async () => {
    const cloud = await cloudOf({ tls });
    const { facts, message } = await ecsErrorOf((await connectTo(`${cloud.endpoint}${ASAPI}`)).ecs.attach(link));
    expect(facts.code).toBe("CertificateRefused");
    expect(message).toContain(`(${cloud.endpoint})`);
    expect(message).not.toMatch(/asapi\/v3|Signature/);
    expect(facts.advice).toContain("NODE_EXTRA_CA_CERTS");
    expect(cloud.calls()).toEqual([]);
  });

  test("ASAPI is reached through a proxy, and what fails on the way quotes no query", async () => {
    const cloud = await cloudOf();
    const proxy = await proxyTo({ "internal.asapi.example": cloud });
    const { ecs } = await connectTo(`http://internal.asapi.example${ASAPI}`, { "classiclink:proxy": proxy.host });
    await ecs.attach(link);
    expect(cloud.links()).toHaveLength(1);
    proxy.answer(502);
    const error = await ecsErrorOf(ecs.detach(link));
    expect(error.message).toContain(`(http://internal.asapi.example:80, through the proxy ${proxy.host})`);
    expect(`${error.stack}${JSON.stringify(error.facts)}`).not.toMatch(/Signature|testid|asapi\/v3/);
  });

  test("insecure does not reach the public cloud", () => {
    const agents = new Agents(undefined, () => true);
    expect(agents.tlsOf("https://ecs.cn-beijing.aliyuncs.com")).toEqual({});
    expect(agents.tlsOf("https://ecs-internal.cloud.example")).toEqual({ rejectUnauthorized: false });
  });

  test("[30] everything that a private cloud is asked for goes to its own hosts", async () => {
    const cloud = await cloudOf();
    const proxy = await proxyTo({ "ecs-internal.cloud.example": cloud, "vpc-internal.cloud.example": cloud });
    const { ecs, vpcs } = await connectTo("", {
      "alibabacloudstack:popgwDomain": "cloud.example",
      "classiclink:proxy": `http://${proxy.host}`,
      ALIBABA_CLOUD_STS_REGION: "cn-hangzhou",
    });
    await ecs.attach(link);
    await ecs.describe({ regionId: REGION, instanceIds: ["i-a"] });
    await vpcs.describeVpcs({ regionId: REGION, pageNumber: 1 });
    await ecs.detach(link);
    const hosts = ["POST http://ecs-internal.cloud.example/", "POST http://vpc-internal.cloud.example/"];
    expect([...new Set(proxy.asked)]).toEqual(hosts);
  });
});
