/** A walk over the error table: every code that an edition lists comes out of a real request. */
import { describe, expect, test } from "@jest/globals";
import type { Emulator, Generation } from "../../../emulator";
import { actions, codes, lists } from "../../../emulator/errorTable";
import { call, codeOf, type Given, list, start } from "./caller";

const EDITIONS = ["A", "B", "C"] as const;
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
  "InvalidStatus.InstanceLocked": (it) => it.setInstance("i-1", { lockReason: "security" }),
  "InvalidStatus.InstanceStatus": (it) => it.setInstance("i-1", { status: "Starting" }),
  OperationDenied: (it) => it.setVpc("vpc-1", { classicLinkEnabled: false }),
  "OperationDenied.ClassicLinkInstanceExist": (it) => it.link("i-1", "vpc-1"),
  "DependencyViolation.ClassicLink": (it) => it.link("i-1", "vpc-1"),
  QuotaExceeded: (it) => it.link("i-2", "vpc-1"),
  "Forbidden.SubUser": (it) => it.injectFault({ kind: "denied" }),
  "InvalidCidrBlock.Malformed": { CidrBlock: "10.0.0.0" },
  "InvalidParameter.RoleArn": { RoleArn: "deploy", RoleSessionName: "me" },
};

async function provoke(errorGeneration: Generation, action: string, code: string) {
  const emulator = await start({ errorGeneration, quota: 1, limitedRegions: ["cn-chengdu"] });
  const cause = CAUSES[code];
  if (typeof cause === "function") cause(emulator);
  return call(emulator, action, { InstanceId: "i-1", VpcId: "vpc-1", ...(typeof cause === "object" ? cause : {}) });
}

const listed = actions.flatMap((action) =>
  Object.entries(codes[action]).map(([code, statuses]) => [action, code, statuses] as const),
);

test.each(listed)("%s answers %s with the HTTP statuses %j of the editions", async (action, code, statuses) => {
  for (const [index, edition] of EDITIONS.entries()) {
    if (!lists(action, code, edition)) continue;
    expect(await provoke(edition, action, code)).toMatchObject({
      status: statuses[index],
      body: { Code: code, HostId: "ecs.aliyuncs.com", RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/) },
    });
  }
});

const isOff = (it: Emulator) => it.setVpc("vpc-1", { classicLinkEnabled: false });
test.each<[edition: Generation, action: string, words: string, cause: (emulator: Emulator) => void]>([
  ["A", "AttachClassicLinkVpc", "unable to attach", isOff],
  ["B", "AttachClassicLinkVpc", "disabled attach", isOff],
  ["C", "AttachClassicLinkVpc", "disabled attach", isOff],
  ["C", "AttachClassicLinkVpc", "linked to other vpc", (it) => it.link("i-1", "vpc-2")],
  ["C", "AttachClassicLinkVpc", "not allow link", (it) => it.link("i-1", "vpc-1")],
  ["C", "DetachClassicLinkVpc", "not allowed to detach", (it) => it.link("i-1", "vpc-2")],
])("in edition %s, OperationDenied of %s says why in the words of the reference: %s", async (...row) => {
  const [errorGeneration, action, words, cause] = row;
  const emulator = await start({ errorGeneration });
  cause(emulator);
  const { body } = await call(emulator, action, { InstanceId: "i-1", VpcId: "vpc-1" });
  expect(body).toMatchObject({ Code: "OperationDenied", Message: expect.stringContaining(words) });
});

describe("the status", () => {
  test("is always 403 in the newest edition of ECS; in the oldest, what is not found is 404", () => {
    for (const action of ["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DescribeClassicLinkInstances"] as const) {
      for (const [, , newest] of Object.values(codes[action])) expect([0, 403]).toContain(newest);
      expect(codes[action]["InvalidInstanceId.NotFound"]?.[0]).toBe(404);
    }
  });

  test("of a code on which the page of an edition is silent is the newest that there is", async () => {
    const answer = await provoke("B", "AttachClassicLinkVpc", "InvalidInstanceId.NotFound");
    expect([answer.status, codeOf(answer)]).toEqual([403, "InvalidInstanceId.NotFound"]);
  });

  test.each([
    [400, "Throttling"],
    [404, "InvalidApi.NotFound"],
    [409, "OperationConflict"],
    [500, "InternalError"],
    [503, "ServiceUnavailable.RegionMaintaining"],
    [403, "SomethingNew"],
  ])("%s is the usual one of an injected %s", async (status, code) => {
    const emulator = await start();
    emulator.injectFault({ kind: "answer", answer: { code } });
    expect(await list(emulator, { VpcId: "vpc-1" })).toMatchObject({ status, body: { Code: code } });
  });
});
