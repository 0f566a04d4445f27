/** The emulator answers each request of a program or a page, keeps its links, and answers the next one. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Emulator, startEmulator } from "../../../emulator";
import { actions } from "../../../emulator/errorTable";
import { fuzz } from "../../support/fuzz";
import { call, codeOf, FORM, list, listed, type RawRequest, send, signed } from "./caller";

let emulator: Emulator;
beforeEach(async () => {
  const instances = ["i-1", "i-2"].map((instanceId) => ({ instanceId }));
  const vpcs = ["vpc-1", "vpc-2"].map((vpcId) => ({ vpcId }));
  emulator = await startEmulator({ instances, vpcs, links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
});
/** It still answers, and has the same link. */
afterEach(async () => {
  emulator.clearFaults();
  const link = await list(emulator, { InstanceId: "i-1" });
  await emulator.close();
  expect(listed(link)).toEqual(["i-1>vpc-1"]);
});

const port = () => Number(new URL(emulator.endpoint).port);

describe("a request that is wrong in a known way:", () => {
  const ofSize = (size: number) => {
    const body = `${signed("POST", "DescribeClassicLinkInstances", { VpcId: "vpc-1", Padding: "a".repeat(size) })}`;
    return { method: "POST", headers: FORM, body };
  };

  test.each<[string, RawRequest, number, string]>([
    ["an unknown path", { path: "/somewhere" }, 404, "InvalidApi.NotFound"],
    ["nothing at all", {}, 400, "MissingParameter"],
    ["broken escapes", { path: "/?%E0%A4%A=%&Format=JSON&%%%" }, 400, "MissingParameter"],
    ["binary in a form", { method: "POST", headers: FORM, body: Buffer.from([0, 255, 37, 38, 61]) }, 400, "Missing"],
    ["another method", { method: "DELETE", path: "/?Format=JSON" }, 400, "UnsupportedHTTPMethod"],
    ["more than 1 MiB", ofSize(1_100_000), 413, "InvalidParameter"],
  ])("%s is refused with its code", async (_, request, status, code) => {
    const answer = await send(emulator, request);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(code)]);
    expect(answer.headers).toMatchObject(status === 413 ? { connection: "close" } : {});
  });

  test("a body just under 1 MiB is read", async () => {
    expect((await send(emulator, ofSize(1_000_000))).status).toBe(200);
  });

  test.each<[action: string, version: string | undefined]>([
    ["DescribeRegions", undefined],
    ["AttachClassicLinkVpc", "2016-04-28"],
    ["DescribeVpcs", "2014-05-26"],
  ])("%s in version %s is no API", async (action, version) => {
    const answer = await call(emulator, action, version === undefined ? {} : { Version: version });
    expect([answer.status, codeOf(answer)]).toEqual([404, "InvalidApi.NotFound"]);
  });
});

test("a request that is signed is answered, whatever its parameters are", async () => {
  const names = fc.constantFrom(
    ...["RegionId", "InstanceId", "InstanceIds", "VpcId", "PageNumber", "PageSize", "Format", "__proto__"],
    ...["CidrBlock", "VpcName", "RoleArn", "RoleSessionName", "DurationSeconds", "Product", "Department"],
  );
  const values = fc.constantFrom("i-2", "vpc-2", "cn-hangzhou", "1", '["i-1"]', "Ecs", "__proto__");
  const params = fc.dictionary(names, fc.oneof(fc.string({ unit: "grapheme" }), values));
  const paths = fc.constantFrom("/", "/asapi/v3");
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...actions), paths, params, async (action, path, given) => {
      const { status, text } = await send(emulator, { path: `${path}?${signed("GET", action, given)}` });
      // ASAPI's own refusals have status 500.
      expect([200, 400, 403, 404, ...(path === "/" ? [] : [500])]).toContain(status);
      expect(text).not.toContain("defect");
    }),
    fuzz(300),
  );
});

describe("a page in a browser", () => {
  test.each<[what: string, headers: Record<string, string>]>([
    ["whose name was pointed at 127.0.0.1", { host: "evil.example:PORT" }],
    ["whose name looks like 127.0.0.1", { host: "127.0.0.1.evil.example:PORT" }],
    ["whose name ends in localhost", { host: "evil.localhost:PORT" }],
    ["of another site", { origin: "https://evil.example" }],
    ["of nowhere, such as a file", { origin: "null" }],
    ["of another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["that sends no Origin, but is of another site", { "sec-fetch-site": "cross-site" }],
    ["of a name beside", { "sec-fetch-site": "same-site" }],
  ])("%s reaches neither ECS nor the control API", async (_, { host = "127.0.0.1:PORT", ...others }) => {
    const headers = { host: host.replace("PORT", String(port())), ...others };
    const control = await send(emulator, { path: "/-/links", headers });
    expect([control.status, control.text]).toEqual([403, expect.not.stringContaining("vpc-1")]);
    expect((await send(emulator, { method: "DELETE", path: "/-/links/i-1", headers })).status).toBe(403);
    // It knows the key: that is in the documents.
    const path = `/?${signed("GET", "DetachClassicLinkVpc", { InstanceId: "i-1", VpcId: "vpc-1" })}`;
    const detached = await send(emulator, { path, headers });
    expect([detached.status, codeOf(detached)]).toEqual([403, "Forbidden.CrossSite"]);
  });

  const programs: Record<string, string>[] = [{}, { "sec-fetch-site": "none" }, { "sec-fetch-site": "same-origin" }];
  test.each(programs)("of the emulator's own address, as a program, is let in: %j", async (more) => {
    const headers = { host: `localhost:${port()}`, origin: `http://localhost:${port()}`, ...more };
    expect((await send(emulator, { path: "/-/links", headers })).status).toBe(200);
  });

  (process.platform === "linux" ? test : test.skip)("gets in by no other address of this machine", async () => {
    const [error] = await once(connect(port(), "127.0.0.2"), "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });
});
