/** The client over the real pop-core, against the emulator and against servers that behave worse. */

import { describe, expect, jest, test } from "@jest/globals";
import { type AnswerName, type Emulator, type EmulatorOptions, startEmulator } from "../../emulator";
import { OutOfTime } from "../../provider/ecs/budget";
import type { EcsClient, LinkQuery } from "../../provider/ecs/client";
import { type Credentials, CredentialsError } from "../../provider/ecs/credentials";
import type { EcsErrorKind } from "../../provider/ecs/errors";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";
import { clientOf, KEYS, LINK, optionsOf } from "../support/ecsClient";
import { ecsErrorOf } from "../support/errors";
import { leaksIn } from "../support/leaks";
import { opener } from "../support/opened";
import { answering, type Handler, json, type RawRequest, type RawServer, startRawServer } from "../support/rawServer";

const open = opener();

async function ecs(options: EmulatorOptions = {}): Promise<{ emulator: Emulator; client: EcsClient }> {
  const instances = ["i-a", "i-b"].map((instanceId) => ({ instanceId }));
  const vpcs = ["vpc-b", "vpc-c"].map((vpcId) => ({ vpcId }));
  const emulator = await open(startEmulator({ instances, vpcs, ...options }));
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

describe("against the emulator", () => {
  test("[4] attaches, lists and detaches", async () => {
    const { emulator, client } = await ecs();
    await client.attach(LINK);
    expect(emulator.links()).toEqual([LINK]);
    const one = { links: [LINK], totalCount: 1 };
    expect(await client.describe(query)).toEqual(one);
    expect(await client.describe({ regionId: "cn-hangzhou", vpcId: "vpc-b" })).toEqual(one);
    expect(await client.describe({ ...query, vpcId: "vpc-c" })).toEqual({ links: [], totalCount: 0 });
    await client.detach(LINK);
    expect(emulator.links()).toEqual([]);
  });

  test("asks for whole pages, by number, and for instances without spaces between them", async () => {
    const instances = Array.from({ length: 250 }, (_, n) => ({ instanceId: `i-${n}` }));
    const links = instances.map(({ instanceId }) => ({ instanceId, vpcId: "vpc-b" }));
    const { emulator, client } = await ecs({ instances, links });
    const third = await client.describe({ regionId: "cn-hangzhou", vpcId: "vpc-b", pageNumber: 3 });
    expect([third.links.length, third.totalCount]).toEqual([50, 250]);
    await client.describe({ regionId: "cn-hangzhou", instanceIds: ["i-1", "i-2"] });
    expect(emulator.calls().map(({ params }) => params)).toEqual([
      { RegionId: "cn-hangzhou", VpcId: "vpc-b", PageNumber: "3", PageSize: "100" },
      { RegionId: "cn-hangzhou", InstanceId: "i-1,i-2", PageNumber: "1", PageSize: "100" },
    ]);
  });

  const faults: [fault: AnswerName, code: string][] = [
    ["reset-before", "ConnectionLost"],
    ["lost-answer", "ConnectionLost"],
    ["gateway-html", "UnreadableAnswer"],
    ["proxy-html", "GatewayRefused"],
    ["unavailable-503", "ServiceUnavailable"],
    ["internal-500-without-code", "UnreadableAnswer"],
    ["empty-body", "UnreadableAnswer"],
    ["truncated-json", "UnreadableAnswer"],
    ["xml-error", "ServiceUnavailable"],
    ["lower-case-error", "ServiceUnavailable"],
  ];
  test.each(faults)("[5] %s is %s, which leaves open whether the call was carried out", async (answer, code) => {
    const { emulator, client } = await ecs();
    const calls = {
      AttachClassicLinkVpc: () => client.attach(LINK),
      DetachClassicLinkVpc: () => client.detach(LINK),
      DescribeClassicLinkInstances: () => client.describe(query),
    };
    for (const action of ["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DescribeClassicLinkInstances"] as const) {
      emulator.injectFault({ kind: "answer", action, answer });
      const { facts, kind, message } = await ecsErrorOf(calls[action]());
      expect(facts).toMatchObject({ operation: action, code, mayHaveSucceeded: true });
      expect(kind).toBe(code === "GatewayRefused" ? "configuration" : "transient");
      expect(message).toMatch(new RegExp(`^${action}: ${code}`));
    }
  });

  // What each code means: errors.test.ts.
  test.each<[code: string, kind: EcsErrorKind, prepare: (emulator: Emulator) => void]>([
    ["InvalidInstanceId.NotFound", "gone", (emulator) => emulator.removeInstance("i-a")],
    ["InvalidInstanceId.MalFormed", "gone", (emulator) => emulator.setInstance("i-a", { networkType: "vpc" })],
    ["InvalidStatus.InstanceLocked", "busy", (emulator) => emulator.injectFault({ kind: "locked", instanceId: "i-a" })],
    ["OperationDenied", "configuration", (emulator) => emulator.setVpc("vpc-b", { classicLinkEnabled: false })],
    ["OperationDenied", "conflict", (emulator) => emulator.link("i-a", "vpc-b")],
    ["OperationDenied", "conflict", (emulator) => emulator.link("i-a", "vpc-c")],
    ["SignatureDoesNotMatch", "authorisation", (emulator) => emulator.rotateKey({ accessKeySecret: "other" })],
  ])("a refusal, %s, is %s, and clear", async (code, kind, prepare) => {
    const { emulator, client } = await ecs();
    prepare(emulator);
    const { facts } = await ecsErrorOf(client.attach(LINK));
    const requestId = emulator.calls().at(-1)?.requestId;
    expect(facts).toMatchObject({ operation: "AttachClassicLinkVpc", code, kind, mayHaveSucceeded: false, requestId });
  });

  test.each(["A", "B", "C"] as const)(
    "the same codes mean the same in generation %s, whatever their HTTP status",
    async (errorGeneration) => {
      const { emulator, client } = await ecs({ errorGeneration });
      emulator.link("i-b", "vpc-c");
      expect((await ecsErrorOf(client.attach({ ...LINK, instanceId: "i-b" }))).kind).toBe("conflict");
      expect((await ecsErrorOf(client.attach({ ...LINK, instanceId: "i-none" }))).kind).toBe("gone");
      expect((await ecsErrorOf(client.detach(LINK))).kind).toBe("conflict");
    },
  );

  test("[16] an STS token full of characters that must be escaped is sent and signed", async () => {
    const securityToken = "sts/Tok+en==!'()*~ é";
    const { emulator, client } = await ecs({ securityToken });
    await clientOf(emulator.endpoint, { ...KEYS, securityToken }).attach(LINK);
    expect(emulator.links()).toHaveLength(1);
    expect((await ecsErrorOf(client.attach(LINK))).facts.code).toBe("InvalidSecurityToken.Malformed");
  });

  test("credentials are asked for before each call, so a rotated key is used at once", async () => {
    const { emulator } = await ecs();
    let current = KEYS;
    const credentials = { getCredentials: async () => current };
    const client = createPopCoreClient({ ...optionsOf(emulator.endpoint), credentials });
    await client.describe(query);
    current = { accessKeyId: "newid", accessKeySecret: "newsecret", securityToken: "newtoken" };
    emulator.rotateKey(current);
    await client.describe(query);
    expect(emulator.calls().map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
  });
});

describe("what is sent", () => {
  test("is a POST with everything in its form, and nothing in the address", async () => {
    const { server, client } = await raw(ok);
    await client.attach(LINK);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", url: "/" });
    expect(Object.fromEntries(request?.form ?? [])).toMatchObject({
      ...{ Action: "AttachClassicLinkVpc", Version: "2014-05-26", Format: "JSON" },
      ...{ RegionId: "cn-hangzhou", InstanceId: "i-a", VpcId: "vpc-b" },
      ...{ AccessKeyId: "testid", SignatureMethod: "HMAC-SHA1" },
    });
  });

  test("holds no parameter that is undefined", async () => {
    const { server, client } = await raw(json(200, { RequestId: "R-1", TotalCount: 0, Links: { Link: [] } }));
    await client.describe({ regionId: "cn-hangzhou", vpcId: "vpc-b" });
    const [request] = server.requests;
    expect(request?.text).not.toMatch(/undefined|null/);
    expect(["InstanceId", "SecurityToken"].map((name) => request?.form.has(name))).toEqual([false, false]);
  });

  test("goes over one connection, with a new nonce each time, for every region of an endpoint", async () => {
    const { server, client } = await raw(ok);
    for (const regionId of ["cn-a", "cn-b", "cn-a"]) await client.attach({ ...LINK, regionId });
    expect(new Set(server.requests.map(({ port }) => port)).size).toBe(1);
    expect(new Set(server.requests.map(({ form }) => form.get("SignatureNonce"))).size).toBe(3);
  });

  test("goes to the endpoint of its region", async () => {
    const [a, b] = [await raw(ok), await raw(ok)];
    const endpointOf = (regionId: string) => (regionId === "cn-a" ? a.server.endpoint : b.server.endpoint);
    const client = createPopCoreClient({ ...optionsOf(""), endpointOf });
    for (const regionId of ["cn-a", "cn-b"]) await client.attach({ ...LINK, regionId });
    const regions = [a, b].map(({ server }) => server.requests.map(({ form }) => form.get("RegionId")));
    expect(regions).toEqual([["cn-a"], ["cn-b"]]);
  });

  test("is nothing when a source of credentials does not answer for a moment, which passes by itself", async () => {
    const { server } = await raw(ok);
    const getCredentials = async () => {
      throw new CredentialsError("assumeRole: the role gave no credentials (STS: HTTP 503)", true);
    };
    const client = createPopCoreClient({ ...optionsOf(server.endpoint), credentials: { getCredentials } });
    const { facts, message } = await ecsErrorOf(client.attach(LINK));
    expect(facts).toMatchObject({ code: "NoCredentials", kind: "transient", mayHaveSucceeded: false });
    expect(message).toBe(
      'AttachClassicLinkVpc: NoCredentials ("assumeRole: the role gave no credentials (STS: HTTP 503)")',
    );
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
  const page = "<!DOCTYPE html>\n<html><head><title>ERROR</title></head><body>Access Denied</body></html>";
  const ofPage = "with an HTML page, probably from a gateway or a proxy";
  const redirect: Handler = (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
  const useless: [name: string, handler: Handler, found?: string][] = [
    ["an empty object", json(200, {})],
    ["an empty object with status 500", json(500, {})],
    ["status 500 with a request id and no code", json(500, { RequestId: "R-1" })],
    ["null", answering(200, "null")],
    ["a text", answering(200, '"ok"')],
    ["a list", answering(200, "[]")],
    ["nothing", answering(200, "")],
    ["nothing with status 204", (_, response) => response.writeHead(204).end()],
    ["white space", answering(200, "  \n ")],
    ["half of an answer", answering(200, '{"RequestId":"R-1","Lin')],
    ["a request id that is none", json(200, { RequestId: 5 })],
    ["poisoned keys", answering(200, '{"__proto__":{"RequestId":"R-1"}}')],
    ...[200, 408, 425, 429, 500, 502].map((status): [string, Handler, string] => [
      `a page with status ${status}`,
      answering(status, page),
      `HTTP ${status} ${ofPage}`,
    ]),
  ];
  test.each(useless)("is asked for again for two minutes: %s", async (_, handler, found = "") => {
    const { facts, message } = await errorOf(handler);
    expect(facts).toMatchObject({ kind: "transient", mayHaveSucceeded: true, code: "UnreadableAnswer" });
    expect(facts).toMatchObject({ retryForMs: 120_000 });
    expect(facts).not.toHaveProperty("retryTries");
    expect(message).toContain(found);
  });

  const refused: [name: string, handler: Handler, found: string][] = [
    ["a proxy's page", answering(403, page), `HTTP 403 ${ofPage}`],
    ["a page that is called JSON", answering(404, "<html>no</html>"), "HTTP 404 with an HTML page"],
    ["a text", answering(403, "RBAC: access denied"), "HTTP 403 with a body that is not JSON"],
    ["status 400 without a code", json(400, { RequestId: "R-1", Message: "no" }), "HTTP 400 with no error code"],
    ["a code that is none", json(400, { Code: {} }), "HTTP 400 with a body that cannot be read"],
    ["a redirect", redirect, "HTTP 302 with an empty body"],
  ];
  test.each(refused)("because a gateway refuses is asked for a few times: %s", async (_, handler, found) => {
    const { facts, message } = await errorOf(handler);
    const known = { kind: "configuration", mayHaveSucceeded: true, code: "GatewayRefused", retryTries: 3 };
    expect(facts).toMatchObject(known);
    expect(message).toContain(`GatewayRefused ("${found}`);
    expect(message).toMatch(/\(http:\/\/127\.0\.0\.1:\d+\)/);
  });

  const listing = (TotalCount: unknown, Link: unknown) => ({ RequestId: "R-1", TotalCount, Links: { Link } });
  test.each([
    ["no TotalCount", listing(undefined, [])],
    ["no Links", { RequestId: "R-1", TotalCount: 1 }],
    ["links that are no list", listing(1, { InstanceId: "i-a", VpcId: "vpc-b" })],
    ["a count and no links", listing(3, [])],
    ["a link without VPC", listing(1, [{ InstanceId: "i-a" }])],
    ["a link with an empty VPC", listing(1, [{ InstanceId: "i-a", VpcId: "" }])],
    ["a link that is null", listing(1, [null])],
    ["a negative count", listing(-1, [])],
    ["a count that is empty text", listing("", [])],
    ["an empty object", {}],
  ])("[9] to a describe, where it would be misread as no links: %s", async (_, body) => {
    const { client } = await raw(json(200, body));
    const { facts } = await ecsErrorOf(client.describe(query));
    expect(facts).toMatchObject({ kind: "transient", code: "UnreadableAnswer" });
  });

  test.each([0, "0"])("is not a count of %j and no links: none", async (TotalCount) => {
    const { client } = await raw(json(200, { RequestId: "R-1", TotalCount }));
    expect(await client.describe(query)).toEqual({ links: [], totalCount: 0 });
  });

  test("[9] is not a count of 0 beside links, which are there", async () => {
    const { client } = await raw(json(200, listing(0, [{ InstanceId: "i-a", VpcId: "vpc-b" }])));
    expect((await client.describe(query)).links).toEqual([LINK]);
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

test.each<[what: string, endpointOf: (server: RawServer) => string, facts: object]>([
  ["that nobody runs", () => "http://127.0.0.1:1", { code: "ConnectionRefused", kind: "transient" }],
  [
    "whose name has no address",
    () => "http://ecs.invalid",
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
  test.each([
    [403, { kind: "unknown", mayHaveSucceeded: false }],
    [429, { kind: "throttled", mayHaveSucceeded: false }],
    [500, { kind: "transient", mayHaveSucceeded: true }],
    [503, { kind: "transient", mayHaveSucceeded: true }],
  ])("[5] with a code that nobody knows is judged by its status: %d is %j", async (status, facts) => {
    const error = await errorOf(json(status, { Code: "SomethingNew", Message: "?", RequestId: "R-1" }));
    expect(error.facts).toMatchObject({ code: "SomethingNew", ...facts });
  });

  const lowerCase = { code: "Throttling.User", message: "slow down", requestId: "R-9" };
  const xml = "<Error><RequestId>R-9</RequestId><Code>QuotaExceeded</Code><Message>too many</Message></Error>";
  test.each<[form: string, handler: Handler, facts: object]>([
    [
      "lower-case letters",
      json(400, lowerCase, { "x-acs-retry-after": "1500" }),
      { kind: "throttled", code: "Throttling.User", detail: "slow down", requestId: "R-9", retryAfterMs: 1_500 },
    ],
    [
      "XML",
      answering(403, xml, { "content-type": "text/xml" }),
      { kind: "quota", code: "QuotaExceeded", detail: "too many", requestId: "R-9" },
    ],
  ])("is understood in %s too", async (_, handler, facts) => {
    expect((await errorOf(handler)).facts).toMatchObject(facts);
  });

  test.each([["30000", 30_000], ...["abc", "-1", "1.5", "", "1e3"].map((text) => [text, undefined] as const)])(
    "with an x-acs-retry-after of %j is to be retried after %s ms",
    async (value, ms) => {
      const { facts } = await errorOf(json(400, { Code: "Throttling", Message: "" }, { "x-acs-retry-after": value }));
      expect(facts.retryAfterMs).toBe(ms);
    },
  );

  const long = `first\nsecond\t${"long ".repeat(500)}`;
  const addresses = "see https://help.example/a?b=c, HTTP://other.example or oss://x/y";
  test.each<[how: string, body: object, message: RegExp]>([
    [
      "on one line of limited length",
      { Code: "X", Message: long, RequestId: "R-1" },
      /^AttachClassicLinkVpc: X \("first second long .{200,350}…"\), request R-1$/,
    ],
    ["without addresses", { Code: "X", Message: addresses }, /^(?!.*(:\/\/|example))/],
    ["on one line whatever its code is", { Code: "Bad\nthing\u001b[31m", Message: "no" }, /^\P{C}*$/u],
  ])("is reported %s", async (_, body, message) => {
    const error = await errorOf(json(403, body));
    expect(error.message).toMatch(message);
    // Nothing of the request but its operation.
    expect(Object.keys(error).sort()).toEqual(["facts", "name"]);
    expect(error.cause).toBeUndefined();
  });
});

describe("[17] secrets", () => {
  const secret: Credentials = {
    accessKeyId: "LTAI5tSecretKeyId",
    accessKeySecret: "hunter2/hunter2+hunter2==",
    securityToken: "CAIS/sts+token==!'()*~ end",
  };
  /** As it is, as pop-core encodes it, and as a form does. */
  const formsOf = (value: string) => [
    value,
    encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    new URLSearchParams({ v: value }).toString().slice(2),
  ];
  type Quote = (request: RawRequest) => string;
  const quoting: [name: string, quote: Quote][] = [
    ["its form as it was sent", ({ text }) => text],
    ["its form, decoded", ({ form }) => [...form].map((pair) => pair.join("=")).join("&")],
    ["its form, encoded once more", ({ text }) => encodeURIComponent(text)],
    ["the string that is signed", ({ text }) => `POST&%2F&${encodeURIComponent(text.replace(/&Signature=.*/, ""))}`],
    ["its secret", () => `the secret is ${secret.accessKeySecret}`],
    ["its parameters in JSON", ({ form }) => JSON.stringify(Object.fromEntries(form))],
    ["its signature", ({ text }) => text.replace(/.*(?=Signature=)/, "")],
  ];
  const coded = (Code: string) => (said: string) => JSON.stringify({ Code, Message: `wrong: ${said}` });
  const answers: [name: string, write: (said: string) => string][] = [
    ["SignatureDoesNotMatch", coded("SignatureDoesNotMatch")],
    ["IncompleteSignature", coded("IncompleteSignature")],
    ["InvalidParameter", coded("InvalidParameter")],
    ["InternalError", coded("InternalError")],
    ["a code in lower-case letters", (said) => JSON.stringify({ code: "InvalidParameter", message: said })],
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
      const secrets = [...Object.values(secret), signature].flatMap(formsOf);
      expect(leaksIn(`${message}${stack}${JSON.stringify(facts)}`, secrets)).toEqual([]);
    });
  }

  test("are in no message though keys are rotated between asking for them and signing with them", async () => {
    let turn = 0;
    const getCredentials = async () => ({ accessKeyId: `id-${++turn}-secret`, accessKeySecret: `secret-${turn}` });
    const { server } = await raw((request, response) => {
      json(403, { Code: "X", Message: `you are ${request.form.get("AccessKeyId")}` })(request, response);
    });
    const client = createPopCoreClient({ ...optionsOf(server.endpoint), credentials: { getCredentials } });
    expect((await ecsErrorOf(client.attach(LINK))).message).not.toMatch(/id-\d-secret/);
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
    let now = answer(() => cancel.abort(new Error("cancelled")));
    const { server, client } = await raw((request, response) => now(request, response));
    await expect(client.attach(LINK, cancel)).rejects.toThrow("cancelled");
    await server.cut;
    now = ok;
    await expect(client.attach(LINK)).resolves.toBeUndefined();
  });

  test("that came before sends nothing, and says so", async () => {
    const { server, client } = await raw(ok);
    const attaching = client.attach(LINK, { signal: AbortSignal.abort(new OutOfTime()) });
    await expect(attaching).rejects.toMatchObject({ neverSent: true });
    expect(server.requests).toEqual([]);
  });

  test("ends the wait for credentials too", async () => {
    const cancel = new AbortController();
    const getCredentials = () =>
      new Promise<Credentials>(() => setImmediate(() => cancel.abort(new Error("cancelled"))));
    const client = createPopCoreClient({ ...optionsOf("http://127.0.0.1:1"), credentials: { getCredentials } });
    await expect(client.attach(LINK, cancel)).rejects.toMatchObject({ neverSent: true });
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
