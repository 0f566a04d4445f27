/** The client over the real pop-core, against the emulator and against servers that behave worse. */

import { once } from "node:events";
import { describe, expect, jest, test } from "@jest/globals";
import { type EmulatorOptions, startEmulator } from "../../emulator";
import { OutOfTime } from "../../provider/ecs/budget";
import type { LinkQuery } from "../../provider/ecs/client";
import { type Credentials, CredentialsError } from "../../provider/ecs/credentials";
import { createInspectionClient } from "../../provider/ecs/inspectionClient";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";
import { clientOf, KEYS, LINK, optionsOf } from "../support/ecsClient";
import { ecsErrorOf } from "../support/errors";
import { leaksIn } from "../support/leaks";
import { opener } from "../support/opened";
import { answering, type Handler, json, type RawRequest, type RawServer, startRawServer } from "../support/rawServer";

const open = opener();

async function ecs(options: EmulatorOptions = {}) {
  const instances = [{ instanceId: "i-a" }];
  const emulator = await open(startEmulator({ instances, vpcs: [{ vpcId: "vpc-b" }], ...options }));
  return { emulator, client: clientOf(emulator.endpoint) };
}

async function raw(handler: Handler, credentials = KEYS) {
  const server = await open(startRawServer(handler));
  return { server, client: clientOf(server.endpoint, credentials) };
}

/** The error of an attach that is answered like this. */
const errorOf = async (handler: Handler, credentials = KEYS) =>
  await ecsErrorOf((await raw(handler, credentials)).client.attach(LINK));

const query: LinkQuery = { regionId: "cn-hangzhou", instanceIds: ["i-a"] };
const ok = json(200, { RequestId: "R-1" });

describe("what is sent", () => {
  test("[4] attaches, lists whole pages by number, and detaches", async () => {
    const instances = Array.from({ length: 250 }, (_, n) => ({ instanceId: `i-${n}` }));
    const links = instances.map(({ instanceId }) => ({ instanceId, vpcId: "vpc-b" }));
    const { emulator, client } = await ecs({ instances: [...instances, { instanceId: "i-a" }], links });
    await client.attach(LINK);
    expect(await client.describe(query)).toEqual({ links: [LINK], totalCount: 1 });
    const third = await client.describe({ regionId: "cn-hangzhou", vpcId: "vpc-b", pageNumber: 3 });
    expect([third.links.length, third.totalCount]).toEqual([51, 251]);
    await client.detach(LINK);
    expect(emulator.links()).not.toContainEqual(LINK);
  });

  test("is a POST with everything in its form, nothing in the address, and no parameter that is undefined", async () => {
    const { server, client } = await raw(json(200, { RequestId: "R-1", TotalCount: 0 }));
    await client.describe({ regionId: "cn-hangzhou", instanceIds: ["i-1", "i-2"] });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", url: "/" });
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      ...{ Action: "DescribeClassicLinkInstances", Version: "2014-05-26", Format: "JSON" },
      ...{ RegionId: "cn-hangzhou", InstanceId: "i-1,i-2", PageNumber: "1", PageSize: "100" },
      ...{ AccessKeyId: "testid", SignatureMethod: "HMAC-SHA1", SignatureVersion: "1.0" },
      ...{ Signature: expect.any(String), SignatureNonce: expect.any(String), Timestamp: expect.any(String) },
    });
  });

  test("goes over one connection for every region of an endpoint, and to the endpoint of its region", async () => {
    const [a, b] = [await raw(ok), await raw(ok)];
    const endpointOf = (regionId: string) => (regionId === "cn-b" ? b.server.endpoint : a.server.endpoint);
    const client = createPopCoreClient({ ...optionsOf(""), endpointOf });
    for (const regionId of ["cn-a", "cn-b", "cn-c"]) await client.attach({ ...LINK, regionId });
    const regions = [a, b].map(({ server }) => server.requests.map(({ form }) => form.get("RegionId")));
    expect(regions).toEqual([["cn-a", "cn-c"], ["cn-b"]]);
    expect(new Set(a.server.requests.map(({ port }) => port)).size).toBe(1);
  });

  test("is signed with the credentials of the moment, so a rotated key is used at once", async () => {
    const { emulator } = await ecs();
    let current = KEYS;
    const credentials = { getCredentials: async () => current };
    const client = createPopCoreClient({ ...optionsOf(emulator.endpoint), credentials });
    await client.describe(query);
    current = { accessKeyId: "newid", accessKeySecret: "newsecret", securityToken: "sts/Tok+en==!'()*~ é" };
    emulator.rotateKey(current);
    await client.describe(query);
    expect(emulator.calls().map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
  });

  test("is nothing when a source of credentials does not answer for a moment, which passes by itself", async () => {
    const { server } = await raw(ok);
    const getCredentials = () => Promise.reject(new CredentialsError("assumeRole: no keys (STS: HTTP 503)", true));
    const client = createPopCoreClient({ ...optionsOf(server.endpoint), credentials: { getCredentials } });
    const { facts, message } = await ecsErrorOf(client.attach(LINK));
    expect(facts).toMatchObject({ code: "NoCredentials", kind: "transient", mayHaveSucceeded: false });
    expect(message).toBe('AttachClassicLinkVpc: NoCredentials ("assumeRole: no keys (STS: HTTP 503)")');
    expect(server.requests).toEqual([]);
  });

  test("[15] is nothing when a setting is wrong or there are no credentials, which is reported as itself", async () => {
    const { server } = await raw(ok);
    const wrong = new Error("classiclink:endpoint is wrong");
    const endpointOf = () => {
      throw wrong;
    };
    const none = { getCredentials: () => Promise.reject(wrong) };
    for (const options of [{ endpointOf }, { credentials: none }]) {
      const client = createPopCoreClient({ ...optionsOf(server.endpoint), ...options });
      await expect(client.attach(LINK)).rejects.toBe(wrong);
    }
    expect(server.requests).toEqual([]);
  });
});

describe("[5] what is no usable answer", () => {
  test.each(["reset-before", "lost-answer"] as const)("leaves open whether the call succeeded: %s", async (answer) => {
    const { emulator, client } = await ecs();
    emulator.injectFault({ kind: "answer", action: "AttachClassicLinkVpc", answer });
    const { facts } = await ecsErrorOf(client.attach(LINK));
    expect(facts).toMatchObject({ code: "ConnectionLost", kind: "transient", mayHaveSucceeded: true });
  });

  const page = "<!DOCTYPE html>\n<html><head><title>ERROR</title></head><body>Access Denied</body></html>";
  const ofPage = "with an HTML page, probably from a gateway or a proxy";
  const pages = [200, 408, 425, 429, 500].map((status) => [`${status} page`, answering(status, page), ofPage] as const);
  test.each<readonly [name: string, handler: Handler, found: string]>([
    ["an empty object", json(200, {}), "without RequestId"],
    ["status 500 with a request id and no code", json(500, { RequestId: "R-1" }), "HTTP 500 with no error code"],
    ["null", answering(200, "null"), "a body that cannot be read"],
    ["a list", answering(200, "[]"), "no error code"],
    ["white space", answering(200, "  \n "), "an empty body"],
    ["half of an answer", answering(200, '{"RequestId":"R-1","Lin'), "a body that is not JSON"],
    ["a request id that is none", json(200, { RequestId: 5 }), "without RequestId"],
    ["poisoned keys", answering(200, '{"__proto__":{"RequestId":"R-1"}}'), "a body that is not JSON"],
    ...pages,
  ])("is asked for again for two minutes: %s", async (_, handler, found) => {
    const { facts, message } = await errorOf(handler);
    expect(facts).toMatchObject({ kind: "transient", mayHaveSucceeded: true, code: "UnreadableAnswer" });
    expect(facts).toMatchObject({ retryForMs: 120_000 });
    expect(facts).not.toHaveProperty("retryTries");
    expect(message).toContain(found);
  });

  const redirect: Handler = (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
  test.each<[name: string, handler: Handler, found: string]>([
    ["a proxy's page", answering(403, page), `HTTP 403 ${ofPage}`],
    ["a text", answering(403, "RBAC: access denied"), "HTTP 403 with a body that is not JSON"],
    ["status 400 without a code", json(400, { RequestId: "R-1", Message: "no" }), "HTTP 400 with no error code"],
    ["a code that is none", json(400, { Code: {} }), "HTTP 400 with a body that cannot be read"],
    ["a redirect", redirect, "HTTP 302 with an empty body"],
  ])("because a gateway refuses is asked for a few times: %s", async (_, handler, found) => {
    const { facts, message } = await errorOf(handler);
    const known = { kind: "configuration", mayHaveSucceeded: true, code: "GatewayRefused", retryTries: 3 };
    expect(facts).toMatchObject(known);
    expect(message).toContain(`GatewayRefused ("${found}`);
    expect(message).toMatch(/\(http:\/\/127\.0\.0\.1:\d+\)/);
  });

  const listing = (TotalCount: unknown, Link: unknown) => json(200, { RequestId: "R-1", TotalCount, Links: { Link } });
  const [noCount, noIds] = ["an answer without TotalCount", "a link without InstanceId or VpcId"];
  test.each<[what: string, handler: Handler, found: string]>([
    ["no TotalCount", listing(undefined, []), noCount],
    ["no Links", json(200, { RequestId: "R-1", TotalCount: 1 }), "an answer without Links"],
    ["a count and no links", listing(3, []), "TotalCount 3 and no links"],
    ["a link without VPC", listing(1, [{ InstanceId: "i-a" }]), noIds],
    ["a link with an empty VPC", listing(1, [{ InstanceId: "i-a", VpcId: "" }]), noIds],
    ["a link with an empty instance", listing(1, [{ InstanceId: "", VpcId: "vpc-b" }]), noIds],
    ["a negative count", listing(-1, []), noCount],
    ["a count with a fraction", listing(1.5, [{ InstanceId: "i-a", VpcId: "vpc-b" }]), noCount],
    ["a count that is empty text", listing("", []), noCount],
  ])("[9] is an error of a describe, and no empty list: %s", async (_, handler, found) => {
    const { facts } = await ecsErrorOf((await raw(handler)).client.describe(query));
    expect(facts).toMatchObject({ kind: "transient", code: "UnreadableAnswer", detail: found });
  });

  test.each([
    ["a count of 0 and no links: none", json(200, { RequestId: "R-1", TotalCount: 0 }), []],
    ["a count of 0 as text", json(200, { RequestId: "R-1", TotalCount: "0" }), []],
    ["a count of 0 beside links, which are there", listing(0, [{ InstanceId: "i-a", VpcId: "vpc-b" }]), [LINK]],
  ])("[9] is not %s", async (_, handler, links) => {
    expect(await (await raw(handler)).client.describe(query)).toEqual({ links, totalCount: 0 });
  });
});

test.each([
  ["as many as it counts", 2, ["1", "2"]],
  ["fewer than it counts", 9, ["1", "2", "3"]],
])("instances are read page by page from a server that has %s", async (_, TotalCount, pages) => {
  const { server, client } = await raw((request, response) => {
    const number = request.form.get("PageNumber");
    const Instance = number === "3" ? [] : [{ InstanceId: `i-${number}` }];
    json(200, { RequestId: "R-1", TotalCount, Instances: { Instance } })(request, response);
  });
  expect([...(await client.existing("cn-hangzhou", ["i-1", "i-2", "i-3"]))]).toEqual(["i-1", "i-2"]);
  expect(server.requests.map(({ form }) => form.get("PageNumber"))).toEqual(pages);
});

test("an instance and a VPC are read for doctor, among others and without what the answer leaves out", async () => {
  const details = { Status: "Running", InstanceNetworkType: "vpc", VpcAttributes: { VpcId: "vpc-c" } };
  const locked = { InstanceId: "i-a", ...details, OperationLocks: { LockReason: [{ LockReason: "financial" }] } };
  const Instances = { Instance: [{ InstanceId: "i-b" }, locked] };
  const answer = { RequestId: "R-1", Instances, CidrBlock: "10.0.0.0/8" };
  const { server } = await raw(json(200, answer));
  const clientOf = ({ endpoint }: RawServer) => createInspectionClient(optionsOf(endpoint), optionsOf(endpoint));
  const client = clientOf(server);
  const instance = { networkType: "vpc", status: "Running", vpcId: "vpc-c", locks: ["financial"] };
  expect(await client.instance("cn-hangzhou", "i-a")).toEqual(instance);
  expect(await client.instance("cn-hangzhou", "i-none")).toBeUndefined();
  expect(await client.vpc("cn-hangzhou", "vpc-b")).toEqual({ cidrBlock: "10.0.0.0/8" });
  const names = ["Action", "RegionId", "InstanceIds", "VpcId"];
  const asked = server.requests.map(({ form }) => names.flatMap((name) => form.get(name) ?? []));
  const instances = ['["i-a"]', '["i-none"]'].map((ids) => ["DescribeInstances", "cn-hangzhou", ids]);
  expect(asked).toEqual([...instances, ["DescribeVpcAttribute", "cn-hangzhou", "vpc-b"]]);
  for (const isClassicLinkEnabled of [true, false]) {
    const { server } = await raw(json(200, { ...answer, Instances: {}, ClassicLinkEnabled: isClassicLinkEnabled }));
    expect(await clientOf(server).vpc("cn-hangzhou", "vpc-b")).toMatchObject({ isClassicLinkEnabled });
    const { message } = await ecsErrorOf(clientOf(server).instance("cn-hangzhou", "i-a"));
    expect(message).toContain('DescribeInstances: UnreadableAnswer ("an answer without Instances');
  }
});

test.each<[what: string, endpointOf: (server: RawServer) => string, facts: object]>([
  ["that nobody runs", () => "http://127.0.0.1:1", { code: "ConnectionRefused", kind: "transient" }],
  [
    "whose name has no address",
    // A label is empty, so no name server is asked.
    () => "http://ecs..invalid",
    { code: "HostNotFound", advice: expect.stringContaining("endpoint") },
  ],
  ["that speaks no TLS", ({ endpoint }) => endpoint.replace("http:", "https:"), { code: "CertificateRefused" }],
])("a server %s was never reached, and is named", async (_, endpointOf, facts) => {
  const { server } = await raw(ok);
  const endpoint = endpointOf(server);
  const error = await ecsErrorOf(clientOf(endpoint).attach(LINK));
  expect(error.facts).toMatchObject({ mayHaveSucceeded: false, ...facts });
  expect(error.message).toContain(`(${endpoint}`);
});

describe("what ECS refuses", () => {
  const unknown = { Code: "SomethingNew", Message: "?", RequestId: "R-9" };
  const denied = { Code: "OperationDenied", Message: "linked to other vpc", RequestId: "R-9" };
  const xml = "<Error><RequestId>R-9</RequestId><Code> QuotaExceeded\n</Code><Message>too many</Message></Error>";
  // What each code means: errors.test.ts.
  test.each<[form: string, handler: Handler, facts: object]>([
    ["with its message", json(403, denied), { kind: "conflict", detail: "linked to other vpc" }],
    ["whatever its status", json(500, { ...denied, Code: "InvalidInstanceId.NotFound" }), { kind: "gone" }],
    ["in lower-case letters", json(400, { code: "Throttling", requestId: "R-9" }), { kind: "throttled" }],
    ["with a number for a code", json(403, { ...denied, Code: 403 }), { kind: "authorisation", code: "403" }],
    ["without a message", json(403, { ...denied, Message: undefined }), { kind: "conflict", detail: "" }],
    ["in XML", answering(403, xml, { "content-type": "text/xml" }), { kind: "quota", detail: "too many" }],
    ["in XML by its status", answering(429, xml.replace("QuotaExceeded", "SomethingNew")), { kind: "throttled" }],
    ["by its status, if nobody knows its code", json(403, unknown), { kind: "unknown", code: "SomethingNew" }],
    ["by status 429", json(429, unknown), { kind: "throttled" }],
    [
      "by status 500, after which it may have succeeded",
      json(500, unknown),
      { kind: "transient", mayHaveSucceeded: true },
    ],
  ])("[5] is understood %s", async (_, handler, facts) => {
    const known = { operation: "AttachClassicLinkVpc", mayHaveSucceeded: false, requestId: "R-9" };
    expect((await errorOf(handler)).facts).toMatchObject({ ...known, ...facts });
  });

  test.each([["30000", 30_000], ...["abc", "-1", "1.5", ""].map((text) => [text, undefined] as const)])(
    "with an x-acs-retry-after of %j is to be retried after %s ms",
    async (value, ms) => {
      const { facts } = await errorOf(json(400, { Code: "Throttling", Message: "" }, { "x-acs-retry-after": value }));
      expect(facts.retryAfterMs).toBe(ms);
    },
  );

  test("is reported on one line of limited length, with no address and nothing of the request but its operation", async () => {
    const addresses = "https://help.example/a?b=c, HTTP://other.example or oss://x/y";
    const Message = `first\nsecond\t${addresses} ${"long ".repeat(500)}`;
    const error = await errorOf(
      json(403, { Code: `Bad\nthing\u001b[31m ${"x".repeat(999)}`, Message, RequestId: "R-1" }),
    );
    expect(error.message).toMatch(
      /^AttachClassicLinkVpc: Bad thing 31m x{86} \("first second … … or … long .{200,280}…"\), request R-1$/,
    );
    expect(Object.keys(error).sort()).toEqual(["facts", "name"]);
    expect(error.cause).toBeUndefined();
  });
});

describe("[17] secrets", () => {
  const secret = {
    accessKeyId: "LTAI5tSecretKeyId",
    accessKeySecret: "hunter2/hunter2+hunter2==",
    securityToken: "CAIS/sts+token==!'()*~ end",
  };
  const quoting: [name: string, quote: (request: RawRequest) => string][] = [
    ["its form as it was sent", ({ text }) => text],
    ["its form, encoded once more", ({ text }) => encodeURIComponent(text)],
    ["the string that is signed", ({ text }) => `POST&%2F&${encodeURIComponent(text.replace(/&Signature=.*/, ""))}`],
    ["its key, secret and token", () => `you are ${Object.values(secret)}`],
    ["the encoded values of its form", ({ text }) => text.replaceAll(/&?Signature=[^&]*|\w+=/g, " ")],
    ["these, encoded once more", ({ text }) => encodeURIComponent(text.replaceAll(/&?Signature=[^&]*|\w+=/g, " "))],
    ["its parameters in JSON", ({ form }) => JSON.stringify(Object.fromEntries(form))],
    ["its signature", ({ text }) => text.replace(/.*(?=Signature=)/, "")],
  ];
  const answers: [name: string, write: (said: string) => string][] = [
    ["SignatureDoesNotMatch", (said) => JSON.stringify({ Code: "SignatureDoesNotMatch", Message: said })],
    ["InvalidParameter", (said) => JSON.stringify({ code: "InvalidParameter", message: `wrong: ${said}` })],
    ["XML", (said) => `<Error><Code>X</Code><Message>${said}</Message></Error>`],
    ["a page", (said) => `<html>${said}`],
  ];
  for (const [answer, write] of answers) {
    test.each(quoting)(`are in no message when ECS answers with ${answer} and quotes %s`, async (_, quote) => {
      let signature = "";
      const { message, stack, facts } = await errorOf((request, response) => {
        signature = request.form.get("Signature") ?? "";
        response.end(write(quote(request)));
      }, secret);
      expect(signature).not.toBe("");
      const secrets = [...Object.values(secret), signature];
      expect(leaksIn(`${message}${stack}${JSON.stringify(facts)}`, secrets)).toEqual([]);
    });
  }

  test("are in no message if the source gives other keys each time it is asked", async () => {
    let asked = 0;
    const getCredentials = async () => ({ accessKeyId: `id-${++asked}-secret`, accessKeySecret: `secret-${asked}` });
    const quoteId: Handler = (request, response) =>
      json(403, { Code: "X", Message: `you are ${request.form.get("AccessKeyId")}` })(request, response);
    const { server } = await raw(quoteId);
    const client = createPopCoreClient({ ...optionsOf(server.endpoint), credentials: { getCredentials } });
    for (let n = 0; n < 2; n += 1) expect((await ecsErrorOf(client.attach(LINK))).facts.detail).toBe("you are …");
  });
});

describe("[14] an abort", () => {
  test.each<[when: string, answer: (cancel: () => void) => Handler]>([
    ["that is waiting for its answer", (cancel) => cancel],
    [
      "in the middle of its answer",
      (cancel) => (_, response) => {
        response.writeHead(200).write('{"Requ');
        setImmediate(cancel);
      },
    ],
  ])("ends a call %s, cuts its connection, and leaves the others usable", async (_, answer) => {
    const cancel = new AbortController();
    let cut: Promise<unknown> | undefined;
    const { client } = await raw((request, response) => {
      const now = cut === undefined ? answer(() => cancel.abort(new Error("cancelled"))) : ok;
      cut = once(response, "close");
      now(request, response);
    });
    await expect(client.attach(LINK, cancel)).rejects.toThrow("cancelled");
    await cut;
    await expect(client.attach(LINK)).resolves.toBeUndefined();
  });

  test("that came before, or while credentials are waited for, sends nothing, and says so", async () => {
    const { server, client } = await raw(ok);
    const attaching = client.attach(LINK, { signal: AbortSignal.abort(new OutOfTime()) });
    await expect(attaching).rejects.toMatchObject({ neverSent: true });
    const cancel = new AbortController();
    const getCredentials = () => new Promise<Credentials>(() => setImmediate(() => cancel.abort()));
    const waiting = createPopCoreClient({ ...optionsOf(server.endpoint), credentials: { getCredentials } });
    await expect(waiting.attach(LINK, cancel)).rejects.toMatchObject({ neverSent: true });
    expect(server.requests).toEqual([]);
  });

  test("leaves no listener on a signal that outlives its calls", async () => {
    const { client } = await raw(ok);
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, "addEventListener");
    const removed = jest.spyOn(signal, "removeEventListener");
    for (let n = 0; n < 3; n += 1) await client.attach(LINK, { signal });
    expect(added.mock.calls.length).toBeGreaterThanOrEqual(3);
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });
});
