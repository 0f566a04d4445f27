/** Whatever answers in place of ECS, a call ends: with an answer that is whole, or with one clear error. */

import type { ServerResponse } from "node:http";
import { createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { Agents } from "../../provider/ecs/agents";
import type { EcsClient } from "../../provider/ecs/client";
import { EcsError } from "../../provider/ecs/errors";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";
import { clientOf, LINK, optionsOf } from "../support/ecsClient";
import { fuzz } from "../support/fuzz";
import { listen } from "../support/loopback";
import { opener } from "../support/opened";
import { answering, type Handler, startRawServer } from "../support/rawServer";

const KEYS = { accessKeyId: "id", accessKeySecret: "hunter2", securityToken: "sts-token" };
const describeOne = (client: EcsClient) => client.describe({ regionId: "cn-hangzhou", instanceIds: ["i-a"] });
const attach = (client: EcsClient) => client.attach(LINK);

const open = opener();
afterEach(() => void jest.useRealTimers());

/** A server whose answer can be changed from call to call. */
async function changeable(answer: Handler = answering(200, "{}")) {
  const now = { answer };
  const server = await open(startRawServer((request, response) => now.answer(request, response)));
  return { now, server, client: clientOf(server.endpoint, KEYS) };
}

/** A client of a server that answers whatever it is sent in its own way. */
async function clientOfSpeaking(speak: (socket: Socket) => void): Promise<EcsClient> {
  const server = createServer((socket) => {
    socket.on("error", () => {}).once("data", () => speak(socket));
  });
  const { port } = await open(listen(server));
  return clientOf(`http://127.0.0.1:${port}`, KEYS);
}

/** What came of a call: nothing, a page, or an error that reads well. Anything else fails the test. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    const page = await call;
    if (page === undefined) return "done";
    expect(page).toEqual({ links: expect.any(Array), totalCount: expect.any(Number) });
    const { links, totalCount }: { links: unknown[]; totalCount: number } = Object(page);
    expect(Number.isSafeInteger(totalCount)).toBe(true);
    const text = expect.stringMatching(/./);
    for (const one of links) expect(one).toEqual({ regionId: "cn-hangzhou", instanceId: text, vpcId: text });
    return "page";
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    expect(error.message).toMatch(/^(Attach|Describe)ClassicLink\w+: [\w.: -]+( \(".*"\))?(, request [\w-]+)?$/);
    expect(error.message).toMatch(/^\P{C}{1,600}$/u);
    expect(error.message).not.toContain("hunter2");
    return error.facts.code;
  }
}

/** One of these values, or any other one. */
const almost = (...values: readonly unknown[]) => fc.oneof(fc.constantFrom(...values), fc.jsonValue());
const item = fc.record({ InstanceId: almost("i-a"), VpcId: fc.constant("vpc-b") });
const page = fc.record({
  RequestId: almost("R-1"),
  TotalCount: almost(0, 1, 2, "1", 1e15, 2 ** 60),
  Links: fc.oneof(fc.record({ Link: fc.oneof(fc.array(item, { maxLength: 3 }), fc.jsonValue()) }), fc.jsonValue()),
});
const codes = almost("OK", "Throttling", "OperationDenied", "InvalidInstanceId.NotFound", "1", "");
const text = fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue());
const refusal = fc.record({ RequestId: text, Code: codes, code: codes, Message: text }, { requiredKeys: [] });
const jsonText = fc.oneof(page, refusal, fc.jsonValue()).map((body) => JSON.stringify(body));
const status = fc.constantFrom(200, 200, 204, 302, 400, 403, 404, 429, 500, 502, 503);
const headers = fc.dictionary(
  fc.constantFrom("x-acs-retry-after", "content-type", "content-encoding", "x-acs-request-id"),
  fc.oneof(fc.constantFrom("gzip", "deflate", "br", "text/xml", "9e99", "-1"), fc.stringMatching(/^[!-~]{0,20}$/)),
);

describe("[5] a call ends with a whole answer or one clear error if it gets", () => {
  test("any JSON", async () => {
    const { now, client } = await changeable();
    const seen = new Set<string>();
    const call = fc.constantFrom(attach, describeOne);
    await fc.assert(
      fc.asyncProperty(status, headers, jsonText, call, async (code, more, body, called) => {
        now.answer = answering(code, body, more);
        seen.add(await outcomeOf(called(client)));
      }),
      fuzz(800),
    );
    // Or else the answers are all of one kind, and this proves little.
    const kinds = ["UnreadableAnswer", "OperationDenied", "done", "page"];
    expect([...seen]).toEqual(expect.arrayContaining(kinds));
  });

  test("any bytes, with or without the form of HTTP", async () => {
    let bytes: Uint8Array = Buffer.alloc(0);
    const client = await clientOfSpeaking((socket) => void socket.end(bytes));
    const line = fc.oneof(
      fc.constant(""),
      status.map((code) => `HTTP/1.1 ${code} OK\r\n`),
    );
    const more = fc.constantFrom("", "Content-Length: 99999999999\r\n", "Transfer-Encoding: chunked\r\n");
    const end = fc.constantFrom("", "\r\n");
    await fc.assert(
      fc.asyncProperty(line, more, end, fc.uint8Array({ maxLength: 500 }), async (first, second, third, rest) => {
        bytes = Buffer.concat([Buffer.from(first + second + third), rest]);
        expect(["UnreadableAnswer", "GatewayRefused", "ConnectionLost"]).toContain(await outcomeOf(attach(client)));
      }),
      fuzz(300),
    );
  });

  // A pattern that is tried at each position of such a body would outlast the test.
  test.each([
    ["half a million lists in each other", "[".repeat(500_000)],
    ["a code of a million letters", `{"Code":"${"A".repeat(1_000_000)}","Message":"no"}`],
    ["a message of a million letters", `{"Code":"X","Message":"${"a".repeat(1_000_000)}"}`],
    ["a message of half a million URLs", `{"Code":"X","Message":"${"a:".repeat(500_000)}"}`],
    ["a message full of half characters", `{"Code":"X","Message":"${"\\ud83d".repeat(100_000)}"}`],
    ["an XML error of a million letters", `<Error><Code>X</Code><Message>${"a".repeat(1_000_000)}</Message></Error>`],
  ])("%s", async (_, body) => {
    const { client } = await changeable(answering(400, body));
    await outcomeOf(attach(client));
  });
});

describe("an answer without end", () => {
  const chunk = Buffer.alloc(64 * 1024, " ");
  const HUNDRED_MB = 100 * 1024 * 1024;

  /** Writes as fast as it is read, until nobody reads any more. Resolves with the number of bytes. */
  const pour = (socket: Socket) =>
    new Promise<number>((resolve) => {
      let written = 0;
      const more = () => {
        while (!socket.destroyed && written < HUNDRED_MB) {
          written += chunk.length;
          if (!socket.write(chunk)) return;
        }
        socket.end();
      };
      socket.on("drain", more).once("close", () => resolve(written));
      more();
    });

  test.each([
    ["a body that ends with its connection", "HTTP/1.1 200 OK\r\n\r\n"],
    ["a body in one endless piece", "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n6400000\r\n"],
  ])("is cut off: %s", async (_, head) => {
    let written = Promise.resolve(0);
    const client = await clientOfSpeaking((socket) => {
      socket.write(head);
      written = pour(socket);
    });
    const detail = expect.stringContaining("an answer of more than 1024 kB (http://127.0.0.1:");
    await expect(attach(client)).rejects.toMatchObject({
      facts: { code: "UnreadableAnswer", detail, kind: "transient", mayHaveSucceeded: true },
    });
    // The buffers of both ends hold a few MB.
    expect(await written).toBeLessThan(HUNDRED_MB / 4);
  });

  test("in headers is cut off", async () => {
    const endless = `HTTP/1.1 200 OK\r\nX: ${"x".repeat(1_000_000)}`;
    const client = await clientOfSpeaking((socket) => void socket.write(endless));
    expect(await outcomeOf(attach(client))).toBe("UnreadableAnswer");
  });

  test("that drips is cut off after 15 s, with its connection, however steadily it comes", async () => {
    jest.useFakeTimers({ doNotFake: ["Date", "setImmediate", "nextTick", "queueMicrotask", "performance"] });
    let drops = 0;
    let onClose = () => {};
    const closed = new Promise<void>((resolve) => {
      onClose = resolve;
    });
    const client = await clientOfSpeaking((socket) => {
      socket.once("close", onClose).write("HTTP/1.1 200 OK\r\n\r\n");
      const drip = () => {
        if (socket.destroyed) return;
        drops += 1;
        socket.write(" ");
        jest.advanceTimersByTime(100);
        setImmediate(drip);
      };
      drip();
    });
    await expect(attach(client)).rejects.toMatchObject({
      facts: { code: "Timeout", kind: "transient", mayHaveSucceeded: true },
    });
    await closed;
    expect(drops).toBeGreaterThanOrEqual(150);
    expect(drops).toBeLessThan(200);
  });

  test("is not made of a small one: no compression is accepted, and nothing is decompressed", async () => {
    const packed = gzipSync(`{"RequestId":"R-1","x":"${"x".repeat(50_000_000)}"}`);
    const { server, client } = await changeable((_, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(packed),
    );
    expect(await outcomeOf(attach(client))).toBe("UnreadableAnswer");
    expect(server.requests.map((request) => request.headers["accept-encoding"])).toEqual(["identity"]);
  });
});

describe("the limit of 1024 kB is for one answer", () => {
  const large = JSON.stringify({ TotalCount: 0, Links: { Link: [] }, Padding: "x".repeat(500_000) });

  test("five answers of half of it pass over one connection", async () => {
    const { server, client } = await changeable(answering(200, large));
    for (let n = 0; n < 5; n += 1) expect(await outcomeOf(describeOne(client))).toBe("page");
    expect(new Set(server.requests.map(({ port }) => port)).size).toBe(1);
  });

  test("no listener stays on the connection, or Node would warn of a leak", async () => {
    const { server } = await changeable(answering(200, large));
    const agents = new Agents();
    await describeOne(createPopCoreClient({ ...optionsOf(server.endpoint), agents }));
    const { agent } = await agents.to(server.endpoint);
    const idle = Object.values(agent.freeSockets).flatMap((sockets = []) => sockets);
    expect(idle.map((socket) => socket.listenerCount("data"))).toEqual([0]);
  });

  test("the cut of one answer leaves calls on other connections alone", async () => {
    const { now, client } = await changeable();
    let slow = Promise.resolve("");
    const response = await new Promise<ServerResponse>((resolve) => {
      now.answer = (_, begun) => resolve(begun);
      slow = outcomeOf(describeOne(client));
    });
    response.write(large.slice(0, -1));
    now.answer = answering(200, large.repeat(3));
    expect(await outcomeOf(attach(client))).toBe("UnreadableAnswer");
    response.end("}");
    expect(await slow).toBe("page");
  });
});
