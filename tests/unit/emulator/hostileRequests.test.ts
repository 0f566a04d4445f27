/** Whatever is sent to the emulator, by programs, pages or noise, it answers, keeps what it has, and goes on. */
import { once } from "node:events";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Emulator, startEmulator } from "../../../emulator";
import { actions, serviceOf } from "../../../emulator/errorTable";
import { Journal } from "../../../emulator/journal";
import { fuzz } from "../../support/fuzz";
import { list, listed, send, signed } from "./caller";

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({
    instances: [{ instanceId: "i-1" }],
    vpcs: [{ vpcId: "vpc-1" }],
    links: [{ instanceId: "i-1", vpcId: "vpc-1" }],
  });
});
afterEach(() => emulator.close());

/** It is as it was before. */
async function goesOn(): Promise<void> {
  expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual(["i-1>vpc-1"]);
}

const port = () => Number(new URL(emulator.endpoint).port);

/** Sends bytes as they are, and gives back what comes until the connection ends. */
function shout(...pieces: readonly Uint8Array[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port(), "127.0.0.1", () => {
      for (const piece of pieces) socket.write(piece);
      socket.end();
    });
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
    });
    socket.on("error", () => {}).on("close", () => resolve(heard));
  });
}

const method = fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");
const headerText = fc.stringMatching(/^[!-~]{0,30}$/);
const headers = fc.dictionary(
  fc.constantFrom("content-type", "authorization", "x-acs-action", "x-acs-date", "accept", "x-acs-content-sha256"),
  fc.oneof(
    headerText,
    fc.constantFrom("application/json", "application/x-www-form-urlencoded", "ACS3-HMAC-SHA256 a=b"),
  ),
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => Buffer.from(text)),
);

/** Node sends no length with the body of a GET, which makes noise of it. */
const bodyOf = (verb: string, content: string | Uint8Array) =>
  verb === "GET" || verb === "DELETE" || verb === "OPTIONS" ? {} : { body: Buffer.from(content) };

describe("any request", () => {
  test("to ECS is refused in its words, if it is not signed", async () => {
    const path = fc.oneof(
      fc.webQueryParameters().map((query) => `/?${query}`),
      fc.webPath().map((text) => text || "/"),
      fc.webQueryParameters().map((query) => `/asapi/v3?${query}`),
      fc.constantFrom("/", "/?Action=__proto__&Format=JSON", "/?Format=json&Format=XML", "/%00", "/?%"),
    );
    await fc.assert(
      fc.asyncProperty(method, path, headers, body, async (verb, to, given, content) => {
        fc.pre(!to.startsWith("/-/"));
        const { status, text } = await send(emulator, {
          method: verb,
          path: to,
          headers: given,
          ...bodyOf(verb, content),
        });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(text).toMatch(/"Code":"\w|<Code>\w|"code":"asapi\./);
        expect(text).not.toContain("defect");
      }),
      fuzz(300),
    );
    await goesOn();
  });

  test("that is signed is answered, whatever its parameters are", async () => {
    const action = fc.constantFrom(...actions);
    const name = fc.constantFrom(
      ...["RegionId", "InstanceId", "InstanceIds", "VpcId", "PageNumber", "PageSize", "Format", "__proto__"],
      ...["CidrBlock", "VpcName", "RoleArn", "RoleSessionName", "DurationSeconds", "Product", "Department"],
    );
    const path = fc.constantFrom("/", "/asapi/v3");
    const given = fc.dictionary(
      name,
      fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("i-1", "vpc-2", "cn-hangzhou", "1", '["i-1"]', "Ecs")),
    );
    await fc.assert(
      fc.asyncProperty(action, path, given, async (asked, to, params) => {
        const versioned = { Version: serviceOf(asked).version, ...params };
        const { status, text } = await send(emulator, { path: `${to}?${signed("GET", asked, versioned)}` });
        // ASAPI's own refusals have status 500.
        expect(to === "/" ? [200, 400, 403, 404] : [200, 400, 403, 404, 500]).toContain(status);
        expect(text).not.toContain("defect");
      }),
      fuzz(300),
    );
    await goesOn();
  });

  test("to the control API is answered", async () => {
    const collection = fc.constantFrom("state", "links", "instances", "vpcs", "calls", "faults", "__proto__", "");
    const id = fc.oneof(fc.constantFrom("", "/", "/i-none", "/%", "/%2e%2e", "/__proto__", "/a/b"), headerText);
    const content = fc.oneof(
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ kind: "denied", ...Object(value) })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("GET", "POST", "DELETE"),
        collection,
        id,
        content,
        async (verb, what, which, said) => {
          const json = { "content-type": "application/json" };
          const path = `/-/${what}${encodeURI(which).replace(/[?#]/g, "")}`;
          const { status, text } = await send(emulator, { method: verb, path, headers: json, ...bodyOf(verb, said) });
          expect([200, 400, 404, 415]).toContain(status);
          expect(() => JSON.parse(text)).not.toThrow();
        },
      ),
      fuzz(300),
    );
    emulator.clearFaults();
    await goesOn();
  });

  test("that is no request, or one with others behind it, does no harm", async () => {
    const whole = Buffer.from(`GET /-/links HTTP/1.1\r\nHost: 127.0.0.1:${port()}\r\n\r\n`);
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.uint8Array({ maxLength: 500 }), async (first, noise) => {
        const heard = await shout(...(first ? [whole] : []), noise);
        // Noise that comes in one piece with a request spoils it, so that may be refused too.
        expect(heard).toMatch(first ? /^HTTP\/1\.1 (200|4\d\d) / : /^(HTTP\/1\.1 4\d\d |$)/);
      }),
      fuzz(200),
    );
    await goesOn();
  });
});

describe("a page in a browser", () => {
  const here = () => `127.0.0.1:${port()}`;
  const pages: [what: string, headers: () => Record<string, string>][] = [
    ["whose name was pointed at 127.0.0.1", () => ({ host: `evil.example:${port()}` })],
    ["whose name looks like 127.0.0.1", () => ({ host: `127.0.0.1.evil.example:${port()}` })],
    ["whose name ends in localhost", () => ({ host: `evil.localhost:${port()}` })],
    ["of another site", () => ({ host: here(), origin: "https://evil.example" })],
    ["of nowhere, such as a file", () => ({ host: here(), origin: "null" })],
    ["of another port of this machine", () => ({ host: here(), origin: "http://127.0.0.1:1" })],
    ["that sends no Origin, but is of another site", () => ({ host: here(), "sec-fetch-site": "cross-site" })],
    ["of a name beside", () => ({ host: here(), "sec-fetch-site": "same-site" })],
  ];
  test.each(pages)("%s reaches neither ECS nor the control API", async (_, foreign) => {
    const headers = foreign();
    const control = await send(emulator, { path: "/-/links", headers });
    expect([control.status, control.text]).toEqual([403, expect.not.stringContaining("vpc-1")]);
    const remove = await send(emulator, { method: "DELETE", path: "/-/links/i-1", headers });
    expect(remove.status).toBe(403);
    // It knows the key: that is in the documents.
    const query = signed("POST", "DetachClassicLinkVpc", { InstanceId: "i-1", VpcId: "vpc-1" });
    const detach = await send(emulator, { method: "POST", path: `/?${query}`, headers });
    expect(detach).toMatchObject({ status: 403, body: { Code: "Forbidden.CrossSite" } });
    await goesOn();
  });

  test("without a name is none of this machine's", async () => {
    expect(await shout(Buffer.from("GET /-/links HTTP/1.0\r\n\r\n"))).toMatch(/^HTTP\/1\.1 403 /);
  });

  const programs: Record<string, string>[] = [{}, { "sec-fetch-site": "none" }, { "sec-fetch-site": "same-origin" }];
  test.each(programs)("of the emulator's own address, as a program, is let in: %j", async (more) => {
    const names = { host: `localhost:${port()}`, origin: `http://localhost:${port()}` };
    expect((await send(emulator, { path: "/-/links", headers: { ...names, ...more } })).status).toBe(200);
  });
});

test("a body without end is cut off", async () => {
  const chunk = Buffer.alloc(64 * 1024, "a");
  const socket = connect(port(), "127.0.0.1").on("error", () => {});
  socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${port()}\r\nContent-Length: 1000000000\r\n\r\n`);
  let written = 0;
  const more = () => {
    while (!socket.destroyed && written < 200 * 1024 * 1024) {
      written += chunk.length;
      if (!socket.write(chunk)) return;
    }
  };
  socket.on("drain", more).resume();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  more();
  await closed;
  // 16 MB are read for the sake of an answer that can be read; a few more were on their way.
  expect(written).toBeLessThan(64 * 1024 * 1024);
  await goesOn();
});

(process.platform === "linux" ? test : test.skip)("nobody gets in by another address of this machine", async () => {
  const socket = connect(port(), "127.0.0.2");
  const [error] = await once(socket, "error");
  expect(error).toMatchObject({ code: "ECONNREFUSED" });
});

const RESULT = { at: 0, outcome: "ok", requestId: "", status: 200, gateway: "pop" } as const;

/** The heap in MB, after what nobody needs was collected. */
function heap(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

test("the journal keeps no body alive that a parameter was cut out of", () => {
  const journal = new Journal();
  const before = heap();
  for (let n = 0; n < 300; n += 1) {
    const body = `${n}${"x".repeat(1_000_000)}`;
    journal.add({ action: body.slice(0, 100), params: new Map([["VpcId", body.slice(0, 200)]]), headers: {} }, RESULT);
  }
  expect(heap() - before).toBeLessThan(100);
  expect(journal.calls()).toHaveLength(300);
});

test("the journal forgets the oldest calls sooner when they are long", () => {
  const journal = new Journal();
  const params = new Map([["VpcId", "x".repeat(4_096)]]);
  for (let n = 0; n < 20_000; n += 1) journal.add({ action: "", params, headers: {} }, { ...RESULT, at: n });
  const kept = journal.calls();
  expect(kept.length).toBeLessThanOrEqual((2 * 16 * 1024 * 1024) / 4_096);
  expect(kept.at(-1)).toMatchObject({ at: 19_999 });
});
