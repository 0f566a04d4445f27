/** What goes over the wire to a private cloud, and what comes of its answers. Against a stand-in for both gateways. */

import { afterEach, describe, expect, test } from "@jest/globals";
import { startEmulator } from "../../emulator";
import { Agents } from "../../provider/ecs/agents";
import { createCredentialsProvider } from "../../provider/ecs/credentials/createProvider";
import type { EcsErrorKind } from "../../provider/ecs/errors";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";
import { createVpcClient } from "../../provider/ecs/vpcClient";
import { classicLinks } from "../../provider/resources/classicLinks";
import { connect } from "../../provider/resources/connect";
import { Provider } from "../../provider/resources/provider";
import { Settings } from "../../provider/settings";
import { ecsErrorOf } from "../support/errors";
import { type Gateway, type GatewayOptions, type GatewayRequest, startGateway } from "../support/gateways";
import { type ProxyServer, startProxy } from "../support/proxy";

const REGION = "cn-wulan-env200-d01";
const link = { regionId: REGION, instanceId: "i-a", vpcId: "vpc-b" };
const caller = { signal: new AbortController().signal };
const SECRET = "testsecret";
type Values = Readonly<Record<string, string>>;

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((server) => server.close()));
});

async function gatewayOf(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const instances = { "i-a": { organizationId: "26", resourceSetId: "97" } };
  const gateway = await startGateway({ gateway: "pop", instances, vpcs: ["vpc-b", "vpc-c"], ...options });
  closing.push(gateway);
  return gateway;
}

/** Settings for a gateway, with our keys. An empty value is none. */
function settingsOf(endpoint: string, more: Values = {}): Settings {
  const values: Values = {
    "classiclink:endpoint": endpoint,
    "classiclink:accessKey": "testid",
    "classiclink:secretKey": SECRET,
    "classiclink:organizationId": "26",
    ...more,
  };
  return new Settings((key) => values[key], values);
}

/** What connects as `provider/resources/connect.ts` does. */
function connectTo(endpoint: string, more: Values = {}) {
  const settings = settingsOf(endpoint, { "classiclink:resourceSetId": "97", ...more });
  const agents = new Agents(
    (url) => settings.proxyFor(url),
    () => settings.insecure(),
  );
  const credentials = { getCredentials: async () => ({ accessKeyId: "testid", accessKeySecret: SECRET }) };
  const common = { credentials, agents, scope: () => settings.scope() };
  return {
    ecs: createPopCoreClient({ ...common, endpointOf: (regionId) => settings.endpointOf(regionId) }),
    vpcs: createVpcClient({ ...common, endpointOf: (regionId) => settings.vpcEndpointOf(regionId) }),
  };
}

/** The only request that a gateway got. */
function requestTo({ requests }: Gateway): GatewayRequest {
  const [request] = requests;
  if (request === undefined || requests.length > 1) throw new Error(`${requests.length} requests came`);
  return request;
}

/** The names in a request that say for whom it is. */
const scopeIn = ({ headers, params }: GatewayRequest, names: RegExp) =>
  [...Object.keys(headers), ...Object.keys(params)].filter((name) => names.test(name));

async function proxyTo(hosts: Readonly<Record<string, Gateway>> = {}): Promise<ProxyServer> {
  const ports = Object.entries(hosts).map(([host, { endpoint }]) => [host, Number(new URL(endpoint).port)]);
  const proxy = await startProxy(Object.fromEntries(ports));
  closing.push(proxy);
  return proxy;
}

describe.each([
  ["POP", "HTTP", { gateway: "pop" }],
  ["POP", "HTTPS", { gateway: "pop", tls: true }],
  ["ASAPI", "HTTP", { gateway: "asapi" }],
  ["ASAPI", "HTTPS", { gateway: "asapi", tls: true }],
] as const)("over %s and %s", (_, scheme, options) => {
  const insecure = { "classiclink:insecure": scheme === "HTTPS" ? "true" : "" };

  test("links are made, listed and removed", async () => {
    const gateway = await gatewayOf(options);
    const { ecs, vpcs } = connectTo(gateway.endpoint, { ...insecure, "classiclink:vpcEndpoint": gateway.endpoint });
    await ecs.attach(link, caller);
    expect([...gateway.links]).toEqual([["i-a", "vpc-b"]]);
    expect(await ecs.describe({ regionId: REGION, vpcId: "vpc-b" }, caller)).toEqual({ links: [link], totalCount: 1 });
    expect(await ecs.existing(REGION, ["i-a"], caller)).toEqual(new Set(["i-a"]));
    expect((await vpcs.describeVpcs({ regionId: REGION, pageNumber: 1 }, caller)).items).toEqual(["vpc-b", "vpc-c"]);
    await ecs.detach(link, caller);
    expect([...gateway.links]).toEqual([]);
  });

  test("a fleet is made, drifts, heals and is removed, and under another organization nothing changes", async () => {
    const place = { organizationId: "26", resourceSetId: "97" };
    const gateway = await gatewayOf({ ...options, instances: { "i-a": place, "i-b": place, "i-c": place } });
    const under = (organizationId: string) => {
      const settings = settingsOf(gateway.endpoint, { ...insecure, "classiclink:organizationId": organizationId });
      return new Provider(settings, undefined, connect);
    };
    const inputs = { regionId: REGION, vpcId: "vpc-b", instanceIds: ["i-a", "i-b", "i-c"] };
    const all = { "i-a": "vpc-b", "i-b": "vpc-b", "i-c": "vpc-b" };
    const { outputs } = await classicLinks.create(under("26"), inputs, {});
    expect(Object.fromEntries(gateway.links)).toEqual(all);

    gateway.links.delete("i-a");
    gateway.links.set("i-b", "vpc-c");
    const drifted = await classicLinks.read(under("26"), outputs, {});
    expect(drifted?.outputs).toMatchObject({ instanceIds: ["i-c"], movedAway: { "i-b": "vpc-c" } });

    const both = /organization 26.*organization 27/;
    for (const hiding of ["empty", "NotFound", "NotBelong"] as const) {
      gateway.hide(hiding);
      await expect(classicLinks.read(under("27"), outputs, {})).rejects.toThrow(both);
      await expect(classicLinks.update(under("27"), outputs, inputs, {})).rejects.toThrow(both);
      await expect(classicLinks.delete(under("27"), outputs, {})).rejects.toThrow(both);
    }
    expect(Object.fromEntries(gateway.links)).toEqual({ "i-b": "vpc-c", "i-c": "vpc-b" });

    const healed = await classicLinks.update(under("26"), { ...drifted?.outputs }, inputs, {});
    expect(Object.fromEntries(gateway.links)).toEqual(all);
    await classicLinks.delete(under("26"), healed.outputs, {});
    expect([...gateway.links]).toEqual([]);
  });

  test.each(["headers", "parameters"] as const)(
    "the scope is where the gateway looks for it: in the %s",
    async (scopeFrom) => {
      const gateway = await gatewayOf({ ...options, scopeFrom, hiding: "empty" });
      gateway.links.set("i-a", "vpc-b");
      const linksUnder = async (scope: Readonly<Record<string, string>>) => {
        const { ecs } = connectTo(gateway.endpoint, { ...insecure, ...scope });
        return (await ecs.describe({ regionId: REGION, vpcId: "vpc-b" }, caller)).totalCount;
      };
      expect(await linksUnder({})).toBe(1);
      expect(await linksUnder({ "classiclink:resourceSetId": "" })).toBe(1);
      expect(await linksUnder({ "classiclink:resourceSetId": "98" })).toBe(0);
      expect(await linksUnder({ "classiclink:organizationId": "27" })).toBe(0);
    },
  );
});

const CALLED_BY_POP = ["POST", "/", ""];
const CALLED_BY_ASAPI = ["POST", "/asapi/v3/", ""];

describe("the wire", () => {
  test("POP gets a form at /, with the scope beside it", async () => {
    const gateway = await gatewayOf();
    await connectTo(gateway.endpoint).ecs.attach(link, caller);
    const { method, path, query, headers, params } = requestTo(gateway);
    expect([method, path, query]).toEqual(CALLED_BY_POP);
    expect(headers).toMatchObject({
      "x-acs-organizationid": "26",
      "x-acs-resourcegroupid": "97",
      "x-acs-regionid": REGION,
      "x-acs-caller-sdk-source": "pulumi-classiclink",
      "x-acs-version": "2014-05-26",
    });
    expect(params).toMatchObject({ OrganizationId: "26", Department: "26", ResourceGroup: "97", RegionId: REGION });
  });

  test("ASAPI gets what the vendor's client sends: everything in the query, an empty body, and the product", async () => {
    const gateway = await gatewayOf({ gateway: "asapi" });
    await connectTo(gateway.endpoint).ecs.attach(link, caller);
    const { method, path, body, headers, params } = requestTo(gateway);
    expect([method, path, body]).toEqual(CALLED_BY_ASAPI);
    expect(headers).toMatchObject({ "x-acs-asapi-product": "Ecs", "x-ascm-product-name": "Ecs" });
    expect(params).toMatchObject({ Product: "Ecs", OrganizationId: "26", Department: "26", ResourceGroup: "97" });
  });

  const none = { "classiclink:organizationId": "", "classiclink:resourceSetId": "" };

  test("without a scope nothing of one is sent", async () => {
    const gateway = await gatewayOf({ instances: { "i-a": { organizationId: "1" } } });
    await connectTo(gateway.endpoint, none).ecs.attach(link, caller);
    expect(scopeIn(requestTo(gateway), /organization|resourcegroup|department/i)).toEqual([]);
  });

  test("[30] the public cloud gets nothing of it", async () => {
    const gateway = await gatewayOf({ instances: { "i-a": { organizationId: "1" } } });
    const proxy = await proxyTo({ "ecs.cn-wulan-env200-d01.aliyuncs.com": gateway });
    const values = { "classiclink:protocol": "HTTP", CLASSICLINK_ORGANIZATION_ID: "26", HTTP_PROXY: proxy.host };
    await connectTo("", { ...none, ...values }).ecs.attach(link, caller);
    const names = /organization|resourcegroup|department|regionid|caller|product/i;
    expect(scopeIn(requestTo(gateway), names)).toEqual(["RegionId"]);
  });

  test("a region that no header can carry is refused at once, before anything is sent", async () => {
    const { ecs } = connectTo((await gatewayOf()).endpoint);
    const error = await ecsErrorOf(ecs.describe({ regionId: "ｘ", vpcId: "vpc-b" }, caller));
    expect(error.facts).toMatchObject({ code: "InvalidCharacter", kind: "input", mayHaveSucceeded: false });
  });
});

describe("a role", () => {
  const rolesAt = (endpoint: string, more: Values = {}) => {
    const role = { "classiclink:region": REGION, "classiclink:assumeRole": '{"roleArn":"acs:ram::1:role/a"}', ...more };
    return createCredentialsProvider(settingsOf(endpoint, role).credentialsSource(), new Agents()).getCredentials();
  };

  test("is assumed at ASAPI as ECS is called there: all in the query, with the product, the region and the scope", async () => {
    const gateway = await gatewayOf({ gateway: "asapi" });
    expect((await rolesAt(gateway.endpoint)).securityToken).toBe("token-of-the-role");
    const { method, path, body, headers, params } = requestTo(gateway);
    expect([method, path, body]).toEqual(CALLED_BY_ASAPI);
    expect(headers).toMatchObject({
      "x-acs-asapi-product": "Sts",
      "x-acs-regionid": REGION,
      "x-acs-organizationid": "26",
    });
    const asked = { Action: "AssumeRole", Product: "Sts", RegionId: REGION, RoleArn: "acs:ram::1:role/a" };
    expect(params).toMatchObject(asked);
  });

  test("is assumed at the STS of POP with the region and the scope, in a form, as the vendor's client names them", async () => {
    const gateway = await gatewayOf();
    const more = { "classiclink:stsEndpoint": gateway.endpoint, "classiclink:resourceSetId": "97" };
    await rolesAt(gateway.endpoint, more);
    const { method, path, query, headers, params } = requestTo(gateway);
    expect([method, path, query]).toEqual(CALLED_BY_POP);
    expect(headers).toMatchObject({
      "content-type": "application/x-www-form-urlencoded",
      "x-acs-regionid": REGION,
      "x-acs-organizationid": "26",
      "x-acs-resourcegroupid": "97",
    });
    expect(params).toMatchObject({ RegionId: REGION, Department: "26", OrganizationId: "26", ResourceGroup: "97" });
  });

  test("that ASAPI refuses with HTTP status 200 is refused with its code, and without the key", async () => {
    const gateway = await gatewayOf({ gateway: "asapi", accessKeyId: "another" });
    const message = await rolesAt(gateway.endpoint).then(String, String);
    expect(message).toMatch(/HTTP 200 asapi\.server\.request\.parameter\.accesskeyid\.error from [\d.:]+\)/);
    expect(message).not.toContain("testid");
  });

  test.each([
    ["asapi.server.timeout.socket", true],
    ["NoPermission", false],
  ])("that fails with %s is worth a retry: %s", async (code, isTransient) => {
    const gateway = await gatewayOf({ gateway: "asapi" });
    gateway.next("AssumeRole", { body: { asapiSuccess: false, asapiErrorCode: code } });
    await expect(rolesAt(gateway.endpoint)).rejects.toMatchObject({ isTransient });
  });

  test("[30] is not assumed outside of the private cloud: its own STS is asked", async () => {
    const proxy = await proxyTo();
    const values: Values = {
      ALIBABACLOUDSTACK_POPGW_DOMAIN: "cloud.example",
      ALIBABACLOUDSTACK_ACCESS_KEY: "testid",
      ALIBABACLOUDSTACK_SECRET_KEY: SECRET,
      ALIBABACLOUDSTACK_ASSUME_ROLE_ARN: "acs:ram::1:role/a",
      ALIBABACLOUDSTACK_PROXY: proxy.host,
      ALIBABA_CLOUD_STS_REGION: "cn-hangzhou",
      ALICLOUD_REGION: "cn-hangzhou",
    };
    const settings = new Settings(undefined, values);
    const agents = new Agents((url) => settings.proxyFor(url));
    const getting = createCredentialsProvider(settings.credentialsSource(), agents).getCredentials();
    await expect(getting).rejects.toThrow("(STS: sts.cloud.example was not reached");
    expect(proxy.asked).toEqual(["CONNECT sts.cloud.example:443"]);
  });
});

describe("[31] answers", () => {
  const describeWith = async (body: object, status = 200, gateway: "pop" | "asapi" = "asapi") => {
    const server = await gatewayOf({ gateway });
    server.next("DescribeClassicLinkInstances", { status, body });
    return await connectTo(server.endpoint).ecs.describe({ regionId: REGION, instanceIds: ["i-a"] }, caller);
  };
  const empty = { Links: { Link: [] }, TotalCount: 0, RequestId: "R-1" };

  test.each(["200", 200, "OK", "Success", "success", ""])("code %j is success", async (code) => {
    expect(await describeWith({ ...empty, code, success: true, asapiSuccess: true })).toEqual({
      links: [],
      totalCount: 0,
    });
  });

  test.each([
    ["asapiSuccess", { asapiSuccess: false, asapiErrorCode: "NoPermission.Org" }, "NoPermission.Org"],
    ["success", { success: false, errorCode: "NoPermission" }, "NoPermission"],
    ["success as text", { success: "false", code: "NoPermission" }, "NoPermission"],
    ["errorKey", { errorKey: "ascm.NoPermission", errorMessage: "no" }, "ascm.NoPermission"],
    [
      "a number and a name",
      { asapiSuccess: false, Code: "403", asapiErrorCode: "NoPermissionOfOrg" },
      "NoPermissionOfOrg",
    ],
    ["a number alone", { asapiSuccess: false, code: "403" }, "403"],
    ["HttpStatusCode", { HttpStatusCode: 500 }, "500"],
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

  const scopeFirst = expect.stringMatching(/^check the organization, the resource set, .*; (use|check) /);
  test.each<[Code: string, status: number, facts: object]>([
    ["InvalidInstanceId.NotBelong", 403, { advice: scopeFirst }],
    ["InvalidInstanceId.NotFound", 404, { advice: scopeFirst }],
    ["InvalidVpc.NotBelong", 403, { advice: scopeFirst }],
    ["InvalidVpcId.NotFound", 404, { advice: scopeFirst }],
    ["InvalidProtocol.NeedSsl", 400, { advice: expect.stringContaining("set protocol to HTTPS") }],
    ["InvalidAction.NotFound", 403, { retryTries: 3 }],
    ["Forbidden.RAM", 403, { retryTries: 3 }],
  ])("%s of POP, which may mean another organization, HTTPS, or a gateway in trouble", async (Code, status, facts) => {
    const error = await ecsErrorOf(describeWith({ Code, RequestId: "R-1" }, status, "pop"));
    expect(error.facts).toMatchObject(facts);
  });

  test.each<[code: string, kind: EcsErrorKind]>([
    ["asapi.server.timeout.socket", "transient"],
    ["LockTimeout", "transient"],
    ["RequestTimeout", "transient"],
    ["asapi.server.request.parameter.accesskeyid.error", "authorisation"],
    ["NoPermissionOfResourceSet", "authorisation"],
    ["User.Not.In.Organization", "authorisation"],
    ["InvalidProtocol.NeedSsl", "configuration"],
  ])("%s is %s", async (code, kind) => {
    const error = await ecsErrorOf(describeWith({ asapiSuccess: false, asapiErrorCode: code, asapiRequestId: "a-1" }));
    expect(error.facts).toMatchObject({ code, kind, requestId: "a-1" });
  });

  test("the key that ASAPI quotes is left out, and so is the signature", async () => {
    const gateway = await gatewayOf({ gateway: "asapi", accessKeyId: "another" });
    const error = await ecsErrorOf(connectTo(gateway.endpoint).ecs.attach(link, caller));
    expect(error.facts.code).toBe("asapi.server.request.parameter.accesskeyid.error");
    expect(error.facts.detail).toContain("accessKeyId […]");
    const signature = gateway.requests[0]?.params.Signature ?? "";
    for (const secret of ["testid", SECRET, signature, encodeURIComponent(signature)]) {
      expect(`${error.stack}${JSON.stringify(error.facts)}`).not.toContain(secret);
    }
  });
});

describe("connections", () => {
  test("a certificate that is not trusted is refused with the host and what helps, and no path", async () => {
    const gateway = await gatewayOf({ gateway: "asapi", tls: true });
    const { facts, message } = await ecsErrorOf(connectTo(gateway.endpoint).ecs.attach(link, caller));
    expect(facts.code).toBe("CertificateRefused");
    expect(message).toContain(`(${new URL(gateway.endpoint).origin})`);
    expect(message).not.toMatch(/asapi\/v3|Signature/);
    expect(facts.advice).toContain("NODE_EXTRA_CA_CERTS");
    expect(gateway.requests).toEqual([]);
  });

  test.each(["http://127.0.0.1:1/asapi/v3", "http://ecs.invalid/asapi/v3"])(
    "a host that is not reached is named with its scheme and port, and no path: %s",
    async (endpoint) => {
      const { message } = await ecsErrorOf(connectTo(endpoint).ecs.attach(link, caller));
      const { protocol, hostname, port } = new URL(endpoint);
      expect(message).toContain(`(${protocol}//${hostname}:${port || 80})`);
    },
  );

  test("ASAPI is reached through a proxy, and what fails on the way quotes no query", async () => {
    const gateway = await gatewayOf({ gateway: "asapi" });
    const proxy = await proxyTo({ "internal.asapi.example": gateway });
    const endpoint = "http://internal.asapi.example/asapi/v3";
    const { ecs } = connectTo(endpoint, { "classiclink:proxy": proxy.host });
    await ecs.attach(link, caller);
    expect(gateway.links.size).toBe(1);
    proxy.answer(502);
    const error = await ecsErrorOf(ecs.detach(link, caller));
    expect(error.message).toContain(`(http://internal.asapi.example:80, through the proxy ${proxy.host})`);
    expect(`${error.stack}${JSON.stringify(error.facts)}`).not.toMatch(/Signature|testid|asapi\/v3/);
  });

  test("insecure does not reach the public cloud", () => {
    const agents = new Agents(undefined, () => true);
    expect(agents.tlsOf("https://ecs.cn-beijing.aliyuncs.com")).toEqual({});
    expect(agents.tlsOf("https://ecs-internal.cloud.example")).toEqual({ rejectUnauthorized: false });
  });
});

describe("the emulator agrees with the stand-in", () => {
  test.each(["", "/asapi/v3"])("on what goes to its path %s/", async (path) => {
    const emulator = await startEmulator({
      regions: [REGION],
      instances: [{ instanceId: "i-a", organizationId: "26", resourceSetId: "97", regionId: REGION }],
      vpcs: [{ vpcId: "vpc-b", regionId: REGION }],
      asapiAlways200: true,
    });
    closing.push(emulator);
    const endpoint = `${emulator.endpoint}${path}`;
    const { ecs } = connectTo(endpoint);
    await ecs.attach(link, caller);
    expect((await ecs.describe({ regionId: REGION, vpcId: "vpc-b" }, caller)).links).toEqual([link]);
    const other = connectTo(endpoint, { "classiclink:organizationId": "27" }).ecs;
    expect((await other.describe({ regionId: REGION, vpcId: "vpc-b" }, caller)).links).toEqual([]);
    const refused = await ecsErrorOf(ecs.attach({ ...link, instanceId: "i-no" }, caller));
    expect(refused.facts).toMatchObject({ code: "InvalidInstanceId.NotFound", requestId: expect.any(String) });
    await ecs.detach(link, caller);
  });
});

test("[30] everything that a private cloud is asked for goes to its own hosts", async () => {
  const gateway = await gatewayOf();
  const hosts = { "ecs-internal.cloud.example": gateway, "vpc-internal.cloud.example": gateway };
  const proxy = await proxyTo(hosts);
  const { ecs, vpcs } = connectTo("", {
    "classiclink:endpoint": "",
    "alibabacloudstack:popgwDomain": "cloud.example",
    "classiclink:proxy": `http://${proxy.host}`,
    ALIBABA_CLOUD_STS_REGION: "cn-hangzhou",
  });
  await ecs.attach(link, caller);
  await ecs.describe({ regionId: REGION, instanceIds: ["i-a"] }, caller);
  await vpcs.describeVpcs({ regionId: REGION, pageNumber: 1 }, caller);
  await ecs.detach(link, caller);
  expect(new Set(proxy.asked)).toEqual(
    new Set(["POST http://ecs-internal.cloud.example/", "POST http://vpc-internal.cloud.example/"]),
  );
});
