/** A walk over the error tables of the reference: every code of every edition comes out of a real request. */
import { describe, expect, test } from "@jest/globals";
import type { Action, Emulator, Generation } from "../../../emulator";
import { attach, call, codeOf, detach, type Given, list, start } from "./caller";

const EDITIONS = ["A", "B", "C"] as const;

// The HTTP status of each code in the editions A, B and C. Written from the pages, not from the emulator's table.
const PAGES: Partial<Record<Action, string>> = {
  AttachClassicLinkVpc: `
    Abs.InvalidInstanceId.MalFormed 400 403 -
    InvalidInstanceId.MalFormed 400 - 403
    InvalidRegionId.Malformed 400 403 403
    InvalidRegionId.NotFound - - 403
    InvalidVpcId.Malformed 400 - 403
    InvalidInstanceId.NotFound 404 - 403
    InvalidInstanceId.NotBelong 403 - 403
    InvalidInstanceId.LimitedRegion - 403 403
    InvalidParameter.InvalidInstanceIdAndVpcId - - 403
    InvalidStatus.InstanceLocked 403 403 403
    InvalidStatus.InstanceStatus 403 403 403
    OperationDenied 403 403 403
    QuotaExceeded 403 403 403
    Forbidden.SubUser - 403 403`,
  DetachClassicLinkVpc: `
    InvalidInstanceId.MalFormed 400 403 403
    InvalidRegionId.Malformed 400 403 403
    InvalidVpcId.Malformed 400 403 403
    InvalidInstanceId.NotBelong 403 403 403
    InvalidInstanceId.NotFound 404 403 403
    InvalidStatus.InstanceStatus 403 403 403
    InvalidStatus.InstanceLocked 403 - -
    OperationDenied - 403 403
    InvalidParameter.InvalidInstanceIdAndVpcId - 403 403
    Forbidden.SubUser - 403 403`,
  DescribeClassicLinkInstances: `
    InvalidRegionId.Malformed 400 - -
    InvalidInstanceId.NotBelong 403 403 403
    InvalidInstanceId.NotFound 404 - 403
    InvalidParameter.InvalidInstanceIdAndVpcId 403 - 403
    InvalidParameter.ToManyInstanceIds 403 - 403
    InvalidVpc.NotBelong 403 - 403`,
  // The pages of the VPC service have no editions.
  DescribeVpcs: "InvalidRegionId.NotFound 404 404 404",
  DescribeVpcAttribute: `
    InvalidRegionId.NotFound 404 404 404
    InvalidVpcId.NotFound 404 404 404`,
};

const manyIds = Array.from({ length: 101 }, (_, index) => `i-${index}`).join(",");

/** How to bring a code about: what to change in a request that would have worked, or in the cloud. */
const CAUSES: Readonly<Record<string, Given | ((emulator: Emulator) => void)>> = {
  "Abs.InvalidInstanceId.MalFormed": (it) => it.link("i-1", "vpc-2"),
  "InvalidInstanceId.MalFormed": (it) => it.setInstance("i-1", { networkType: "vpc" }),
  "InvalidRegionId.Malformed": { RegionId: "Hangzhou!" },
  "InvalidRegionId.NotFound": { RegionId: "cn-atlantis" },
  "InvalidVpcId.Malformed": { VpcId: "vpc-none" },
  "InvalidVpcId.NotFound": { VpcId: "vpc-none" },
  "InvalidInstanceId.NotFound": (it) => it.removeInstance("i-1"),
  "InvalidInstanceId.NotBelong": (it) => it.setInstance("i-1", { owner: "someone" }),
  "InvalidInstanceId.LimitedRegion": { RegionId: "cn-chengdu" },
  "InvalidParameter.InvalidInstanceIdAndVpcId": { InstanceId: undefined, VpcId: undefined },
  "InvalidParameter.ToManyInstanceIds": { InstanceId: manyIds },
  "InvalidVpc.NotBelong": (it) => it.setVpc("vpc-1", { owner: "someone" }),
  "InvalidStatus.InstanceLocked": (it) => it.injectFault({ kind: "locked", instanceId: "i-1" }),
  "InvalidStatus.InstanceStatus": (it) => it.setInstance("i-1", { status: "Starting" }),
  OperationDenied: (it) => it.setVpc("vpc-1", { classicLinkEnabled: false }),
  QuotaExceeded: (it) => it.link("i-2", "vpc-1"),
  "Forbidden.SubUser": (it) => it.injectFault({ kind: "denied" }),
};

async function provoke(errorGeneration: Generation, action: string, code: string) {
  const emulator = await start({ errorGeneration, quota: 1, limitedRegions: ["cn-chengdu"] });
  const cause = CAUSES[code];
  if (typeof cause === "function") cause(emulator);
  return call(emulator, action, { InstanceId: "i-1", VpcId: "vpc-1", ...(typeof cause === "object" ? cause : {}) });
}

describe.each(Object.entries(PAGES))("%s answers", (action, page) => {
  const rows = page.trim().split("\n");
  test.each(rows.map((row) => row.trim().split(" ")))(
    "%s in the editions with HTTP %s, %s, %s",
    async (code, ...of) => {
      for (const [index, generation] of EDITIONS.entries()) {
        if (of[index] === "-") continue;
        expect(await provoke(generation, action, String(code))).toMatchObject({
          status: Number(of[index]),
          body: { Code: code, HostId: "ecs.aliyuncs.com", RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/) },
        });
      }
    },
  );
});

test("where an edition's page is silent, the code comes all the same, with the newest status there is", async () => {
  const answer = await provoke("B", "AttachClassicLinkVpc", "InvalidInstanceId.NotFound");
  expect([answer.status, codeOf(answer)]).toEqual([403, "InvalidInstanceId.NotFound"]);
});

describe("OperationDenied has the keyword of its meaning:", () => {
  const off = (it: Emulator) => it.setVpc("vpc-1", { classicLinkEnabled: false });
  const elsewhere = (it: Emulator) => it.link("i-1", "vpc-2");
  test.each<[string, typeof attach, Generation, (it: Emulator) => void]>([
    ["unable to attach", attach, "A", off],
    ["disabled attach", attach, "B", off],
    ["linked to other vpc", attach, "C", elsewhere],
    ["not allow link", attach, "C", (it) => it.link("i-1", "vpc-1")],
    ["not allowed to detach", detach, "C", elsewhere],
  ])("%s", async (keyword, ask, errorGeneration, change) => {
    const emulator = await start({ errorGeneration });
    change(emulator);
    const { body } = await ask(emulator, "i-1", "vpc-1");
    expect(body).toMatchObject({ Code: "OperationDenied", Message: expect.stringContaining(keyword) });
  });
});

test.each(EDITIONS)(
  "edition %s names a page to read and the missing permission if it is the newest",
  async (edition) => {
    const emulator = await start({ errorGeneration: edition });
    emulator.injectFault({ kind: "denied" });
    const { body } = await attach(emulator, "i-1", "vpc-1");
    const newest = {
      Recommend: expect.stringContaining("Forbidden.SubUser"),
      AccessDeniedDetail: { AuthAction: "ecs:AttachClassicLinkVpc", AuthPrincipalType: "SubUser" },
    };
    if (edition === "C") expect(body).toMatchObject(newest);
    else expect(Object.keys(body)).toEqual(["RequestId", "HostId", "Code", "Message"]);
  },
);

// The codes that every operation of ECS and its gateway may answer with, and the emulator has no cause for.
test.each([
  [503, "ServiceUnavailable.RegionMaintaining"],
  [500, "InternalError"],
  [409, "OperationConflict"],
  [404, "InvalidApi.NotFound InvalidAction.NotFound InvalidAccessKeyId.NotFound"],
  [400, "Throttling Throttling.User Throttling.Api UnknownError IdempotentParameterMismatch IllegalTimestamp"],
  [400, "InvalidSecurityToken.Expired InvalidParamater UnsupportedParameter InvalidAction"],
  [403, "LastTokenProcessing IncorrectInstanceStatus Forbidden.RAM Forbidden.RiskControl InsufficientBalance"],
])("an injected code has its usual HTTP status %s: %s", async (status, codes) => {
  const emulator = await start();
  for (const code of codes.split(" ")) {
    emulator.injectFault({ kind: "answer", answer: { code } });
    expect(await list(emulator, { VpcId: "vpc-1" })).toMatchObject({ status, body: { Code: code } });
  }
});
