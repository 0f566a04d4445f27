/** The client over the real pop-core, against the emulator and against servers that behave worse. */

import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { type Emulator, type EmulatorOptions, type AnswerName, startEmulator } from "../../emulator";
import { OutOfTime } from "../../provider/ecs/budget";
import type { EcsClient, LinkQuery } from "../../provider/ecs/client";
import { type Credentials, CredentialsError } from "../../provider/ecs/credentials";
import type { EcsErrorKind } from "../../provider/ecs/errors";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";
import { ecsErrorOf } from "../support/errors";
import { listen } from "../support/loopback";
import { answering, type Handler, json, type RawServer, startRawServer } from "../support/rawServer";

const link = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };
const keys: Credentials = { accessKeyId: "testid", accessKeySecret: "testsecret" };

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  jest.useRealTimers();
  await Promise.all(closing.splice(0).map((server) => server.close()));
});

const clientOf = (endpoint: string, credentials = keys): EcsClient =>
  createPopCoreClient({ endpointOf: () => endpoint, credentials: { getCredentials: async () => credentials } });

async function ecs(options: EmulatorOptions = {}): Promise<{ emulator: Emulator; client: EcsClient }> {
  const instances = ["i-a", "i-b"].map((instanceId) => ({ instanceId }));
  const vpcs = ["vpc-b", "vpc-c"].map((vpcId) => ({ vpcId }));
  const emulator = await startEmulator({ instances, vpcs, ...options });
  closing.push(emulator);
  return { emulator, client: clientOf(emulator.endpoint) };
}

async function raw(handler: Handler, credentials = keys): Promise<{ server: RawServer; client: EcsClient }> {
  const server = await startRawServer(handler);
  closing.push(server);
  return { server, client: clientOf(server.endpoint, credentials) };
}

const query: LinkQuery = { regionId: "cn-hangzhou", instanceIds: ["i-a"] };

describe("against the emulator", () => {
  test("[4] attaches, lists and detaches", async () => {
    const { emulator, client } = await ecs();
    await client.attach(link);
    expect(emulator.links()).toEqual([link]);
    expect(await client.describe(query)).toEqual({ links: [link], totalCount: 1 });
    expect(await client.describe({ regionId: "cn-hangzhou", vpcId: "vpc-b" })).toEqual({
      links: [link],
      totalCount: 1,
    });
    expect(await client.describe({ ...query, vpcId: "vpc-c" })).toEqual({ links: [], totalCount: 0 });
    await client.detach(link);
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
  const methods: [
    method: "attach" | "detach" | "describe",
    on: "AttachClassicLinkVpc" | "DetachClassicLinkVpc" | "DescribeClassicLinkInstances",
  ][] = [
    ["attach", "AttachClassicLinkVpc"],
    ["detach", "DetachClassicLinkVpc"],
    ["describe", "DescribeClassicLinkInstances"],
  ];
  for (const [method, on] of methods) {
    test.each(faults)(`[5] ${method}: %s is %s, which leaves open whether it was carried out`, async (fault, code) => {
      const { emulator, client } = await ecs();
      emulator.injectFault({ kind: "answer", action: on, answer: fault });
      const error = await ecsErrorOf(method === "describe" ? client.describe(query) : client[method](link));
      expect(error.facts).toMatchObject({ operation: on, code, mayHaveSucceeded: true });
      expect(error.kind).toBe(code === "GatewayRefused" ? "configuration" : "transient");
      expect(error.message).toMatch(new RegExp(`^${on}: ${code}`));
    });
  }

  const refusals: [code: string, kind: EcsErrorKind, prepare: (emulator: Emulator) => void][] = [
    ["InvalidInstanceId.NotFound", "gone", (emulator) => emulator.removeInstance("i-a")],
    ["InvalidInstanceId.MalFormed", "gone", (emulator) => emulator.setInstance("i-a", { networkType: "vpc" })],
    ["InvalidInstanceId.NotBelong", "authorisation", (emulator) => emulator.setInstance("i-a", { owner: "other" })],
    ["InvalidVpcId.Malformed", "input", (emulator) => emulator.removeVpc("vpc-b")],
    ["InvalidStatus.InstanceLocked", "busy", (emulator) => emulator.injectFault({ kind: "locked", instanceId: "i-a" })],
    ["InvalidStatus.InstanceStatus", "busy", (emulator) => emulator.setInstance("i-a", { status: "Starting" })],
    ["OperationDenied", "configuration", (emulator) => emulator.setVpc("vpc-b", { classicLinkEnabled: false })],
    ["OperationDenied", "conflict", (emulator) => emulator.link("i-a", "vpc-b")],
    ["OperationDenied", "conflict", (emulator) => emulator.link("i-a", "vpc-c")],
    ["Forbidden.SubUser", "authorisation", (emulator) => emulator.injectFault({ kind: "denied" })],
    ["Throttling.User", "throttled", (emulator) => emulator.injectFault({ kind: "throttle", quota: 0 })],
    ["InvalidAccessKeyId.Inactive", "authorisation", (emulator) => emulator.revokeKey()],
    ["SignatureDoesNotMatch", "authorisation", (emulator) => emulator.rotateKey({ accessKeySecret: "other" })],
  ];
  test.each(refusals)("a refusal, %s, is %s, and clear", async (code, kind, prepare) => {
    const { emulator, client } = await ecs();
    prepare(emulator);
    const { facts } = await ecsErrorOf(client.attach(link));
    const requestId = emulator.calls().at(-1)?.requestId;
    expect(facts).toMatchObject({ operation: "AttachClassicLinkVpc", code, kind, mayHaveSucceeded: false, requestId });
  });

  test.each(["A", "B", "C"] as const)(
    "the same codes mean the same in generation %s, whatever their HTTP status",
    async (errorGeneration) => {
      const { emulator, client } = await ecs({ errorGeneration });
      emulator.link("i-b", "vpc-c");
      expect((await ecsErrorOf(client.attach({ ...link, instanceId: "i-b" }))).kind).toBe("conflict");
      expect((await ecsErrorOf(client.attach({ ...link, instanceId: "i-none" }))).kind).toBe("gone");
      expect((await ecsErrorOf(client.detach(link))).kind).toBe("conflict");
    },
  );

  test("a quota that is used up is reported", async () => {
    const { client } = await ecs({ quota: 0 });
    expect(await ecsErrorOf(client.attach(link))).toMatchObject({ kind: "quota", facts: { code: "QuotaExceeded" } });
  });

  test("x-acs-retry-after is read, in milliseconds", async () => {
    const { emulator, client } = await ecs();
    emulator.injectFault({ kind: "throttle", quota: 0, retryAfter: true, windowMs: 30_000 });
    const { retryAfterMs } = (await ecsErrorOf(client.attach(link))).facts;
    expect(retryAfterMs).toBeGreaterThan(29_000);
    expect(retryAfterMs).toBeLessThanOrEqual(30_000);
  });

  test("[16] an STS token full of characters that must be escaped is sent and signed", async () => {
    const securityToken = "sts/Tok+en==!'()*~ é";
    const { emulator } = await ecs({ securityToken });
    await clientOf(emulator.endpoint, { ...keys, securityToken }).attach(link);
    expect(emulator.links()).toHaveLength(1);
    expect((await ecsErrorOf(clientOf(emulator.endpoint).attach(link))).facts.code).toBe(
      "InvalidSecurityToken.Malformed",
    );
  });

  test("credentials are asked for before each call, so a rotated key is used at once", async () => {
    const { emulator } = await ecs();
    let current = keys;
    const credentials = { getCredentials: async () => current };
    const client = createPopCoreClient({ endpointOf: () => emulator.endpoint, credentials });
    await client.describe(query);
    current = { accessKeyId: "newid", accessKeySecret: "newsecret", securityToken: "newtoken" };
    emulator.rotateKey(current);
    await client.describe(query);
    expect(emulator.calls().map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
  });

  test("a region that the emulator does not know is reported", async () => {
    const { client } = await ecs();
    expect((await ecsErrorOf(client.describe({ ...query, regionId: "cn-nowhere" }))).kind).toBe("input");
  });
});

const ok = json(200, { RequestId: "R-1" });

describe("what is sent", () => {
  test("is a POST with everything in its form, and nothing in the address", async () => {
    const { server, client } = await raw(ok);
    await client.attach(link);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", url: "/" });
    expect(Object.fromEntries(request?.form ?? [])).toMatchObject({
      Action: "AttachClassicLinkVpc",
      Version: "2014-05-26",
      Format: "JSON",
      RegionId: "cn-hangzhou",
      InstanceId: "i-a",
      VpcId: "vpc-b",
      AccessKeyId: "testid",
      SignatureMethod: "HMAC-SHA1",
    });
  });

  test("holds no parameter that is undefined", async () => {
    const { server, client } = await raw(json(200, { RequestId: "R-1", TotalCount: 0, Links: { Link: [] } }));
    await client.describe({ regionId: "cn-hangzhou", vpcId: "vpc-b" });
    const [request] = server.requests;
    expect(request?.text).not.toMatch(/undefined|null/);
    expect(request?.form.has("InstanceId")).toBe(false);
    expect(request?.form.has("SecurityToken")).toBe(false);
  });

  test("carries a new nonce each time", async () => {
    const { server, client } = await raw(ok);
    for (let n = 0; n < 3; n += 1) await client.attach(link);
    expect(new Set(server.requests.map(({ form }) => form.get("SignatureNonce"))).size).toBe(3);
  });

  test("goes over one connection, call after call, for every region of an endpoint", async () => {
    const { server, client } = await raw(ok);
    for (const regionId of ["cn-a", "cn-b", "cn-a"]) await client.attach({ ...link, regionId });
    await client.detach(link);
    expect(new Set(server.requests.map(({ port }) => port)).size).toBe(1);
  });

  test("goes to the endpoint of its region", async () => {
    const [a, b] = [await raw(ok), await raw(ok)];
    const endpointOf = (regionId: string) => (regionId === "cn-a" ? a.server.endpoint : b.server.endpoint);
    const client = createPopCoreClient({ endpointOf, credentials: { getCredentials: async () => keys } });
    await client.attach({ ...link, regionId: "cn-a" });
    await client.attach({ ...link, regionId: "cn-b" });
    expect([a, b].map(({ server }) => server.requests.map(({ form }) => form.get("RegionId")))).toEqual([
      ["cn-a"],
      ["cn-b"],
    ]);
  });

  test("is nothing when a source of credentials does not answer for a moment, which passes by itself", async () => {
    const server = await startRawServer(json(200, {}));
    closing.push(server);
    const getCredentials = async () => {
      throw new CredentialsError("assumeRole: the role gave no credentials (STS: HTTP 503)", true);
    };
    const client = createPopCoreClient({ endpointOf: () => server.endpoint, credentials: { getCredentials } });
    const { facts, message } = await ecsErrorOf(client.attach(link));
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
    const without = new Error("accessKey: none");
    const none = { getCredentials: () => Promise.reject(without) };
    const calls = [
      createPopCoreClient({ endpointOf, credentials: { getCredentials: async () => keys } }).attach(link),
      createPopCoreClient({ endpointOf: () => server.endpoint, credentials: none }).attach(link),
    ];
    expect(await Promise.allSettled(calls)).toMatchObject([{ reason: wrong }, { reason: without }]);
    expect(server.requests).toEqual([]);
  });
});

describe("[5] what is no usable answer", () => {
  const useless: [name: string, handler: Handler][] = [
    ["an empty object", json(200, {})],
    ["an empty object with status 500", json(500, {})],
    ["status 500 with a request id and no code", json(500, { RequestId: "R-1" })],
    ["null", answering(200, "null")],
    ["a text", answering(200, '"ok"')],
    ["a list", answering(200, "[]")],
    ["nothing", answering(200, "")],
    ["nothing with status 204", (_, response) => response.writeHead(204).end()],
    ["white space", answering(200, "  \n ")],
    ["an HTML page", answering(200, "<html><body>please log in</body></html>", { "content-type": "text/html" })],
    ["half of an answer", answering(200, '{"RequestId":"R-1","Lin')],
    ["a request id that is none", json(200, { RequestId: 5 })],
    ["poisoned keys", answering(200, '{"__proto__":{"RequestId":"R-1"}}')],
  ];
  test.each(useless)("to an attach: %s", async (_, handler) => {
    const { client } = await raw(handler);
    expect((await ecsErrorOf(client.attach(link))).facts).toMatchObject({
      kind: "transient",
      mayHaveSucceeded: true,
      code: "UnreadableAnswer",
    });
  });

  const page = "<!DOCTYPE html>\n<html><head><title>ERROR</title></head><body>Access Denied</body></html>";
  const refused: [name: string, handler: Handler, found: string][] = [
    ["a proxy's page", answering(403, page), "HTTP 403 with an HTML page, probably from a gateway or a proxy"],
    ["a page that is called JSON", answering(404, "<html>no</html>"), "HTTP 404 with an HTML page"],
    ["a text", answering(403, "RBAC: access denied"), "HTTP 403 with a body that is not JSON"],
    ["status 404 without a code", json(404, { RequestId: "R-1", Message: "no" }), "HTTP 404 with no error code"],
    ["a code that is none", json(400, { Code: {} }), "HTTP 400 with a body that cannot be read"],
    [
      "a redirect",
      (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      "HTTP 302 with an empty body",
    ],
  ];
  test.each(refused)("to an attach, where a gateway refuses: %s is asked a few times", async (_, handler, found) => {
    const { server, client } = await raw(handler);
    const { facts, message } = await ecsErrorOf(client.attach(link));
    expect(facts).toMatchObject({
      kind: "configuration",
      mayHaveSucceeded: true,
      code: "GatewayRefused",
      retryTries: 3,
    });
    expect(message).toContain(`GatewayRefused ("${found}`);
    expect(message).toContain(`(${server.endpoint})`);
  });

  test.each([200, 408, 425, 429, 500, 502])(
    "a page with status %s is asked for again for two minutes",
    async (status) => {
      const { client } = await raw(answering(status, page));
      const { facts, message } = await ecsErrorOf(client.describe(query));
      expect(facts).toMatchObject({
        kind: "transient",
        mayHaveSucceeded: true,
        code: "UnreadableAnswer",
        retryForMs: 120_000,
      });
      expect(facts).not.toHaveProperty("retryTries");
      expect(message).toContain(`HTTP ${status} with an HTML page, probably from a gateway or a proxy`);
    },
  );

  const noProof: [name: string, body: unknown][] = [
    ["no TotalCount", { RequestId: "R-1", Links: { Link: [] } }],
    ["no Links", { RequestId: "R-1", TotalCount: 1 }],
    [
      "links that are no list",
      { RequestId: "R-1", TotalCount: 1, Links: { Link: { InstanceId: "i-a", VpcId: "vpc-b" } } },
    ],
    ["a count and no links", { RequestId: "R-1", TotalCount: 3, Links: { Link: [] } }],
    ["a link without VPC", { RequestId: "R-1", TotalCount: 1, Links: { Link: [{ InstanceId: "i-a" }] } }],
    [
      "a link with an empty VPC",
      { RequestId: "R-1", TotalCount: 1, Links: { Link: [{ InstanceId: "i-a", VpcId: "" }] } },
    ],
    ["a link that is null", { RequestId: "R-1", TotalCount: 1, Links: { Link: [null] } }],
    ["a negative count", { RequestId: "R-1", TotalCount: -1, Links: { Link: [] } }],
    ["a count that is empty text", { RequestId: "R-1", TotalCount: "", Links: { Link: [] } }],
    ["an empty object", {}],
  ];
  test.each(noProof)("[9] to a describe, where it would be misread as no links: %s", async (_, body) => {
    const { client } = await raw(json(200, body));
    expect((await ecsErrorOf(client.describe(query))).facts).toMatchObject({
      kind: "transient",
      code: "UnreadableAnswer",
    });
  });

  test.each([0, "0"])("a count of %j and no links is an answer: none", async (TotalCount) => {
    const { client } = await raw(json(200, { RequestId: "R-1", TotalCount }));
    expect(await client.describe(query)).toEqual({ links: [], totalCount: 0 });
  });

  test("[9] a count of 0 beside links is no proof of absence", async () => {
    const Links = { Link: [{ InstanceId: "i-a", VpcId: "vpc-b" }] };
    const { client } = await raw(json(200, { RequestId: "R-1", TotalCount: 0, Links }));
    const outcome = client.describe(query).then(
      ({ links }) => links.length,
      (error) => error.facts.code,
    );
    expect([1, "UnreadableAnswer"]).toContain(await outcome);
  });

  test("a body that never ends is cut off after 15 s, with its connection", async () => {
    jest.useFakeTimers({
      doNotFake: ["Date", "setImmediate", "nextTick", "queueMicrotask", "performance", "setInterval"],
    });
    let begun = () => {};
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const { server, client } = await raw((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write('{"RequestId":');
      begun();
    });
    const attaching = ecsErrorOf(client.attach(link));
    await beginning;
    // Once the headers have come, pop-core sets a timer for the body.
    while (jest.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    jest.advanceTimersByTime(14_000);
    expect(await Promise.race([attaching, new Promise((resolve) => setImmediate(() => resolve("waiting")))])).toBe(
      "waiting",
    );
    jest.advanceTimersByTime(1_500);
    expect((await attaching).facts).toMatchObject({ code: "Timeout", kind: "transient", mayHaveSucceeded: true });
    await server.cut;
  });

  test("a server that is not there was never reached", async () => {
    const server = await startRawServer(ok);
    await server.close();
    const error = await ecsErrorOf(clientOf(server.endpoint).attach(link));
    expect(error.facts).toMatchObject({ code: "ConnectionRefused", kind: "transient", mayHaveSucceeded: false });
  });

  test("a host name that does not exist was never reached", async () => {
    const error = await ecsErrorOf(clientOf("http://ecs.invalid").attach(link));
    expect(error.facts).toMatchObject({
      code: "HostNotFound",
      mayHaveSucceeded: false,
      advice: expect.stringContaining("endpoint"),
    });
  });

  test("a server that speaks no TLS is reported as such", async () => {
    const { server } = await raw(ok);
    const error = await ecsErrorOf(clientOf(server.endpoint.replace("http:", "https:")).attach(link));
    expect(error.kind).not.toBe("unknown");
    expect(error.message).toContain(`(${server.endpoint.replace("http:", "https:")})`);
  });

  test("bytes that are no HTTP are reported as such", async () => {
    const speak = (socket: Socket) => void socket.resume().end("SSH-2.0-OpenSSH_9.6\r\n");
    const server = await listen(createServer((socket) => speak(socket.on("error", () => {}))));
    closing.push(server);
    const error = await ecsErrorOf(clientOf(`http://127.0.0.1:${server.port}`).attach(link));
    expect(error.facts).toMatchObject({ kind: "transient", mayHaveSucceeded: true });
  });
});

describe("what ECS refuses", () => {
  test.each([
    ["unknown", 403, false],
    ["throttled", 429, false],
    ["transient", 500, true],
    ["transient", 503, true],
  ])(
    "[5] with a code that nobody knows is %s with status %d, mayHaveSucceeded %s",
    async (kind, status, mayHaveSucceeded) => {
      const server = await startRawServer(json(status, { Code: "SomethingNew", Message: "?", RequestId: "R-1" }));
      closing.push(server);
      const error = await ecsErrorOf(clientOf(server.endpoint).attach(link));
      expect(error.facts).toMatchObject({ code: "SomethingNew", kind, mayHaveSucceeded });
    },
  );

  test("in lower-case letters is understood too", async () => {
    const { client } = await raw(json(400, { code: "Throttling.User", message: "slow down", requestId: "R-9" }));
    expect((await ecsErrorOf(client.attach(link))).facts).toMatchObject({
      kind: "throttled",
      code: "Throttling.User",
      detail: "slow down",
      requestId: "R-9",
    });
  });

  test("in lower-case letters keeps its x-acs-retry-after", async () => {
    const headers = { "x-acs-retry-after": "1500" };
    const { client } = await raw(json(429, { code: "Throttling.User", message: "slow down" }, headers));
    expect((await ecsErrorOf(client.attach(link))).facts.retryAfterMs).toBe(1_500);
  });

  test("in XML is understood too", async () => {
    const body = "<Error><RequestId>R-9</RequestId><Code>QuotaExceeded</Code><Message>too many</Message></Error>";
    const { client } = await raw(answering(403, body, { "content-type": "text/xml" }));
    expect((await ecsErrorOf(client.attach(link))).facts).toMatchObject({
      kind: "quota",
      detail: "too many",
      requestId: "R-9",
    });
  });

  test("is reported on one line of limited length", async () => {
    const { client } = await raw(
      json(403, { Code: "X", Message: `first\nsecond\t${"long ".repeat(500)}`, RequestId: "R-1" }),
    );
    const { message } = await ecsErrorOf(client.attach(link));
    expect(message).toMatch(/^AttachClassicLinkVpc: X \("first second long .*…"\), request R-1$/);
    expect(message.length).toBeLessThan(400);
  });

  test("is reported without addresses", async () => {
    const said = "see https://help.example/a?b=c, HTTP://other.example or oss://x/y";
    const { client } = await raw(json(403, { Code: "X", Message: said }));
    expect((await ecsErrorOf(client.attach(link))).message).not.toMatch(/:\/\/|example/);
  });

  test("is reported on one line whatever its code is", async () => {
    const { client } = await raw(json(403, { Code: "Bad\nthing\u001b[31m", Message: "no" }));
    expect((await ecsErrorOf(client.attach(link))).message).toMatch(/^\P{C}*$/u);
  });

  test.each(["abc", "-1", "1.5", "", "1e3"])("an x-acs-retry-after of %j is none", async (value) => {
    const { client } = await raw(json(400, { Code: "Throttling", Message: "" }, { "x-acs-retry-after": value }));
    expect((await ecsErrorOf(client.attach(link))).facts).not.toHaveProperty("retryAfterMs");
  });

  test("holds nothing of the request but its operation", async () => {
    const { client } = await raw(json(403, { Code: "X", Message: "no" }));
    const error = await ecsErrorOf(client.attach(link));
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
  const forms = (value: string) => {
    const strict = (text: string) =>
      encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
    return [
      value,
      encodeURIComponent(value),
      strict(value),
      strict(strict(value)),
      new URLSearchParams({ v: value }).toString().slice(2),
    ];
  };
  const secrets = Object.values(secret).flatMap(forms);
  const leaksIn = (text: string) => secrets.filter((form) => text.includes(form));
  const quoting: [name: string, quote: (text: string, form: URLSearchParams) => string][] = [
    ["its form as it was sent", (text) => text],
    ["its form, decoded", (_, form) => [...form].map((pair) => pair.join("=")).join("&")],
    ["its form, encoded once more", (text) => encodeURIComponent(text)],
    ["the string that is signed", (text) => `POST&%2F&${encodeURIComponent(text.replace(/&Signature=.*/, ""))}`],
    ["its secret", () => `the secret is ${secret.accessKeySecret}`],
    ["its parameters in JSON", (_, form) => JSON.stringify(Object.fromEntries(form))],
  ];
  const codes = ["SignatureDoesNotMatch", "IncompleteSignature", "InvalidParameter", "InternalError"];

  for (const code of codes) {
    test.each(quoting)(`are in no message when ECS answers ${code} and quotes %s`, async (_, quote) => {
      const { client } = await raw(({ text, form }, response) => {
        const Message = `wrong: ${quote(text, form)}`;
        json(400, { Code: code, Message, RequestId: "R-1" })(
          { method: "", url: "", headers: {}, text, form, port: 0 },
          response,
        );
      }, secret);
      const error = await ecsErrorOf(client.attach(link));
      expect(leaksIn(`${error.message}${error.stack}${JSON.stringify(error.facts)}`)).toEqual([]);
      expect(error.message).toContain(code);
    });
  }

  test.each(quoting)("nor when the answer has its code in lower-case letters and quotes %s", async (_, quote) => {
    const { client } = await raw(({ text, form }, response) => {
      response.end(JSON.stringify({ code: "InvalidParameter", message: quote(text, form) }));
    }, secret);
    const { message } = await ecsErrorOf(client.attach(link));
    expect(leaksIn(message)).toEqual([]);
  });

  test.each(quoting)("nor when the answer is XML or a page and quotes %s", async (_, quote) => {
    for (const wrap of [
      (said: string) => `<Error><Code>X</Code><Message>${said}</Message></Error>`,
      (said: string) => `<html>${said}`,
    ]) {
      const { client } = await raw(({ text, form }, response) => void response.end(wrap(quote(text, form))), secret);
      const error = await ecsErrorOf(client.attach(link));
      expect(leaksIn(`${error.message}${error.stack}`)).toEqual([]);
    }
  });

  test("nor does a signature get into a message", async () => {
    let signature = "";
    const { client } = await raw(({ text, form }, response) => {
      signature = form.get("Signature") ?? "";
      response.end(
        JSON.stringify({ Code: "InvalidParameter", Message: `bad request: ${text.replace(/.*(?=Signature=)/, "")}` }),
      );
    });
    const { message } = await ecsErrorOf(client.attach(link));
    expect(signature).not.toBe("");
    for (const form of forms(signature)) expect(message).not.toContain(form);
  });

  test("nor do keys that were rotated between asking for them and signing with them", async () => {
    let turn = 0;
    const getCredentials = async () => ({ accessKeyId: `id-${++turn}-secret`, accessKeySecret: `secret-${turn}` });
    const server = await startRawServer((request, response) => {
      json(403, { Code: "X", Message: `you are ${request.form.get("AccessKeyId")}` })(request, response);
    });
    closing.push(server);
    const client = createPopCoreClient({ endpointOf: () => server.endpoint, credentials: { getCredentials } });
    expect((await ecsErrorOf(client.attach(link))).message).not.toMatch(/id-\d-secret/);
  });
});

describe("[14] an abort", () => {
  test("ends a call that is waiting for its answer, and cuts its connection", async () => {
    const cancel = new AbortController();
    const { server, client } = await raw(() => cancel.abort(new Error("cancelled")));
    await expect(client.attach(link, cancel)).rejects.toThrow("cancelled");
    await server.cut;
  });

  test("ends a call in the middle of its answer", async () => {
    const cancel = new AbortController();
    const { server, client } = await raw((_, response) => {
      response.writeHead(200).write('{"Requ');
      setImmediate(() => cancel.abort(new Error("cancelled")));
    });
    await expect(client.describe(query, cancel)).rejects.toThrow("cancelled");
    await server.cut;
  });

  test("that came before sends nothing, and says so", async () => {
    const { server, client } = await raw(ok);
    await expect(client.attach(link, { signal: AbortSignal.abort(new OutOfTime()) })).rejects.toMatchObject({
      neverSent: true,
    });
    expect(server.requests).toEqual([]);
  });

  test("ends the wait for credentials too", async () => {
    const cancel = new AbortController();
    const { server } = await raw(ok);
    const getCredentials = () =>
      new Promise<Credentials>(() => setImmediate(() => cancel.abort(new Error("cancelled"))));
    const client = createPopCoreClient({ endpointOf: () => server.endpoint, credentials: { getCredentials } });
    await expect(client.attach(link, cancel)).rejects.toThrow();
  });

  test("leaves the connection pool usable", async () => {
    const cancel = new AbortController();
    let first = true;
    const { client } = await raw((request, response) => {
      if (first) cancel.abort();
      else ok(request, response);
      first = false;
    });
    await Promise.allSettled([client.attach(link, cancel)]);
    await expect(client.attach(link)).resolves.toBeUndefined();
  });

  test("leaves no listener on a signal that outlives its calls", async () => {
    const { client } = await raw(ok);
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, "addEventListener");
    const removed = jest.spyOn(signal, "removeEventListener");
    for (let n = 0; n < 3; n += 1) await client.attach(link, { signal });
    expect(added.mock.calls.length).toBeGreaterThanOrEqual(3);
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });
});
