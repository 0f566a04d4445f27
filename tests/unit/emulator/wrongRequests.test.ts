/** Requests that are wrong in a known way. `hostileRequests.test.ts` sends what is drawn at random. */
import { beforeEach, expect, test } from "@jest/globals";
import type { Emulator } from "../../../emulator";
import { Journal } from "../../../emulator/journal";
import { attach, call, list, listed, noted, type RawRequest, send, signed, start } from "./caller";

const form = { "content-type": "application/x-www-form-urlencoded" };
let emulator: Emulator;
beforeEach(async () => {
  emulator = await start();
});
const works = () => list(emulator, { VpcId: "vpc-1" });

const requests: [string, RawRequest, number, string][] = [
  ["an unknown path", { path: "/somewhere" }, 404, "InvalidApi.NotFound"],
  ["nothing at all", {}, 400, "MissingParameter"],
  ["broken escapes", { path: "/?%E0%A4%A=%&Format=JSON&%%%" }, 400, "MissingParameter"],
  [
    "a JSON body",
    { method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
    400,
    "MissingParameter",
  ],
  ["binary in a form", { method: "POST", headers: form, body: Buffer.from([0, 255, 254, 37, 38, 61]) }, 400, "Missing"],
  ["a body of 2 MB", { method: "POST", headers: form, body: Buffer.alloc(2e6, "a") }, 413, "InvalidParameter"],
  ["PUT", { method: "PUT" }, 400, "UnsupportedHTTPMethod"],
  ["DELETE", { method: "DELETE", path: "/?Format=JSON" }, 400, "UnsupportedHTTPMethod"],
];
test.each(requests)("%s is refused with its code", async (_title, request, status, code) => {
  const answer = await send(emulator, request);
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(code)]);
  expect(await works()).toMatchObject({ status: 200 });
});

test("an unknown action, or one of another version, is not an API", async () => {
  const unknown = { status: 404, body: { Code: "InvalidApi.NotFound" } };
  expect(await call(emulator, "DescribeRegions")).toMatchObject(unknown);
  expect(await call(emulator, "__proto__")).toMatchObject(unknown);
  expect(await call(emulator, "AttachClassicLinkVpc", { Version: "2016-04-28" })).toMatchObject(unknown);
});

test("a body just under the limit is read, and one over it ends the connection", async () => {
  const params = signed("POST", "DescribeClassicLinkInstances", { VpcId: "vpc-1", Padding: "a".repeat(1_000_000) });
  const body = params.toString();
  expect(await send(emulator, { method: "POST", headers: form, body })).toMatchObject({ status: 200 });
  const refused = await send(emulator, { method: "POST", headers: form, body: body + "a".repeat(100_000) });
  expect(refused).toMatchObject({ status: 413, headers: { connection: "close" } });
});

test("parameters named like parts of every object are only names", async () => {
  const odd = Object.fromEntries(["__proto__", "constructor", "toString", "hasOwnProperty"].map((name) => [name, "x"]));
  const answer = await list(emulator, { VpcId: "vpc-1", ...odd });
  expect(listed(answer)).toEqual([]);
  const weird = await attach(emulator, "__proto__", "constructor");
  expect(weird).toMatchObject({ status: 403, body: { Code: "InvalidInstanceId.NotFound" } });
  expect({}).not.toHaveProperty("x");
});

test("a caller who hangs up in the middle does it no harm", async () => {
  emulator.injectFault({ kind: "latency", ms: 50, action: "AttachClassicLinkVpc" });
  const leaving = new AbortController();
  const path = `/?${signed("GET", "AttachClassicLinkVpc", { InstanceId: "i-1", VpcId: "vpc-1" })}`;
  const gone = expect(send(emulator, { path, signal: leaving.signal })).rejects.toThrow();
  await works();
  leaving.abort();
  await gone;
  await noted(emulator, "ok", "AttachClassicLinkVpc");
  // The service does not know that nobody waits for the answer any more.
  expect(emulator.links()).toHaveLength(1);
});

test("the journal keeps the newest 20000 calls", () => {
  const journal = new Journal();
  const request = { action: "", params: new Map(), headers: {} };
  const result = { outcome: "ok", requestId: "", status: 200, gateway: "pop" } as const;
  for (let at = 1; at <= 50_000; at++) journal.add(request, { ...result, at });
  expect(journal.calls()).toHaveLength(20_000);
  expect(journal.calls().at(-1)).toMatchObject({ at: 50_000 });
});

test("long values are cut in the journal", async () => {
  await list(emulator, { VpcId: "v".repeat(10_000) });
  expect(emulator.calls()[0]?.params.VpcId).toHaveLength(4096);
});
