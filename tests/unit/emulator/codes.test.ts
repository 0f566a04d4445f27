/** A walk over the error tables of the reference: every code of every generation comes out of a real request. */
import { describe, expect, test } from "@jest/globals";
import type { Action, Emulator, Generation } from "../../../emulator";
import { actions, codes, lists, serviceOf } from "../../../emulator/errorTable";
import { call, type RawAnswer, start } from "./caller";

// What the pages list: code and HTTP status. Written from the pages, not from the emulator's table.
const pages: Partial<Record<Action, Record<Generation, string>>> = {
  AttachClassicLinkVpc: {
    A: `Abs.InvalidInstanceId.MalFormed 400, InvalidInstanceId.MalFormed 400, InvalidRegionId.Malformed 400,
        InvalidVpcId.Malformed 400, InvalidInstanceId.NotFound 404, InvalidInstanceId.NotBelong 403,
        InvalidStatus.InstanceLocked 403, InvalidStatus.InstanceStatus 403, OperationDenied 403, QuotaExceeded 403`,
    B: `Abs.InvalidInstanceId.MalFormed 403, InvalidRegionId.Malformed 403, InvalidInstanceId.LimitedRegion 403,
        InvalidStatus.InstanceLocked 403, InvalidStatus.InstanceStatus 403, OperationDenied 403, QuotaExceeded 403,
        Forbidden.SubUser 403`,
    C: `InvalidInstanceId.MalFormed 403, InvalidRegionId.Malformed 403, InvalidRegionId.NotFound 403,
        InvalidVpcId.Malformed 403, InvalidInstanceId.NotFound 403, InvalidInstanceId.NotBelong 403,
        InvalidInstanceId.LimitedRegion 403, InvalidParameter.InvalidInstanceIdAndVpcId 403,
        InvalidStatus.InstanceLocked 403, InvalidStatus.InstanceStatus 403, OperationDenied 403, QuotaExceeded 403,
        Forbidden.SubUser 403`,
  },
  DetachClassicLinkVpc: {
    A: `InvalidInstanceId.MalFormed 400, InvalidRegionId.Malformed 400, InvalidVpcId.Malformed 400,
        InvalidInstanceId.NotBelong 403, InvalidInstanceId.NotFound 404, InvalidStatus.InstanceStatus 403,
        InvalidStatus.InstanceLocked 403`,
    B: `InvalidInstanceId.MalFormed 403, InvalidRegionId.Malformed 403, InvalidVpcId.Malformed 403,
        InvalidInstanceId.NotBelong 403, InvalidInstanceId.NotFound 403, InvalidStatus.InstanceStatus 403,
        OperationDenied 403, InvalidParameter.InvalidInstanceIdAndVpcId 403, Forbidden.SubUser 403`,
    C: `InvalidInstanceId.MalFormed 403, InvalidRegionId.Malformed 403, InvalidVpcId.Malformed 403,
        InvalidInstanceId.NotBelong 403, InvalidInstanceId.NotFound 403, InvalidStatus.InstanceStatus 403,
        OperationDenied 403, InvalidParameter.InvalidInstanceIdAndVpcId 403, Forbidden.SubUser 403`,
  },
  DescribeClassicLinkInstances: {
    A: `InvalidRegionId.Malformed 400, InvalidInstanceId.NotBelong 403, InvalidInstanceId.NotFound 404,
        InvalidParameter.InvalidInstanceIdAndVpcId 403, InvalidParameter.ToManyInstanceIds 403, InvalidVpc.NotBelong 403`,
    B: "InvalidInstanceId.NotBelong 403",
    C: `InvalidInstanceId.NotFound 403, InvalidParameter.ToManyInstanceIds 403, InvalidVpc.NotBelong 403,
        InvalidParameter.InvalidInstanceIdAndVpcId 403, InvalidInstanceId.NotBelong 403`,
  },
  DescribeVpcs: everywhere("InvalidRegionId.NotFound 404"),
  DescribeVpcAttribute: everywhere("InvalidRegionId.NotFound 404, InvalidVpcId.NotFound 404"),
};

/** The pages of the VPC service have no such editions. */
function everywhere(page: string): Record<Generation, string> {
  return { A: page, B: page, C: page };
}

const manyIds = Array.from({ length: 101 }, (_, index) => `i-${index}`).join(",");

/** How to bring a code about: what to change in a request that would have worked, after changing the world. */
const causes: Record<string, { world?: (emulator: Emulator) => void; given?: Record<string, string | undefined> }> = {
  "Abs.InvalidInstanceId.MalFormed": { world: (it) => it.link("i-1", "vpc-2") },
  "InvalidInstanceId.MalFormed": { world: (it) => it.setInstance("i-1", { networkType: "vpc" }) },
  "InvalidRegionId.Malformed": { given: { RegionId: "Hangzhou!" } },
  "InvalidRegionId.NotFound": { given: { RegionId: "cn-atlantis" } },
  "InvalidVpcId.Malformed": { given: { VpcId: "vpc-none" } },
  "InvalidVpcId.NotFound": { given: { VpcId: "vpc-none" } },
  "InvalidInstanceId.NotFound": { world: (it) => it.removeInstance("i-1") },
  "InvalidInstanceId.NotBelong": { world: (it) => it.setInstance("i-1", { owner: "someone" }) },
  "InvalidInstanceId.LimitedRegion": { given: { RegionId: "cn-chengdu" } },
  "InvalidParameter.InvalidInstanceIdAndVpcId": { given: { InstanceId: undefined, VpcId: undefined } },
  "InvalidParameter.ToManyInstanceIds": { given: { InstanceId: manyIds } },
  "InvalidVpc.NotBelong": { world: (it) => it.setVpc("vpc-1", { owner: "someone" }) },
  "InvalidStatus.InstanceLocked": { world: (it) => it.injectFault({ kind: "locked", instanceId: "i-1" }) },
  "InvalidStatus.InstanceStatus": { world: (it) => it.setInstance("i-1", { status: "Starting" }) },
  OperationDenied: { world: (it) => it.setVpc("vpc-1", { classicLinkEnabled: false }) },
  QuotaExceeded: { world: (it) => it.link("i-2", "vpc-1") },
  "Forbidden.SubUser": { world: (it) => it.injectFault({ kind: "denied" }) },
};

async function provoke(generation: Generation, action: Action, code: string): Promise<RawAnswer> {
  const emulator = await start({ errorGeneration: generation, quota: 1, limitedRegions: ["cn-chengdu"] });
  causes[code]?.world?.(emulator);
  const given = { InstanceId: "i-1", VpcId: "vpc-1", ...causes[code]?.given };
  return call(emulator, action, { Version: serviceOf(action).version, ...given });
}

for (const action of actions.filter((one) => pages[one])) {
  describe.each(["A", "B", "C"] as const)(`${action} in generation %s`, (generation) => {
    const page = (pages[action]?.[generation] ?? "").split(/,\s*/).map((row) => row.split(" "));

    test.each(page)("answers %s with HTTP %s", async (code, status) => {
      expect(await provoke(generation, action, String(code))).toMatchObject({
        status: Number(status),
        body: { Code: code, HostId: "ecs.aliyuncs.com", RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/) },
      });
    });

    test("lists in its table what the page lists", () => {
      const listed = Object.keys(codes[action]).filter((code) => lists(action, code, generation));
      expect(listed.sort()).toEqual(page.map(([code]) => code).sort());
    });
  });
}

test("where a generation's page is silent the code comes all the same, with the newest status there is", async () => {
  expect(await provoke("B", "AttachClassicLinkVpc", "InvalidInstanceId.NotFound")).toMatchObject({
    status: 403,
    body: { Code: "InvalidInstanceId.NotFound" },
  });
});

describe("OperationDenied carries the keyword of its meaning", () => {
  const off = (it: Emulator) => it.setVpc("vpc-1", { classicLinkEnabled: false });
  const elsewhere = (it: Emulator) => it.link("i-1", "vpc-2");
  const already = (it: Emulator) => it.link("i-1", "vpc-1");
  const rows: [keyword: string, action: string, generation: Generation, world: (it: Emulator) => void][] = [
    ["unable to attach", "AttachClassicLinkVpc", "A", off],
    ["disabled attach", "AttachClassicLinkVpc", "B", off],
    ["disabled attach", "AttachClassicLinkVpc", "C", off],
    ["linked to other vpc", "AttachClassicLinkVpc", "C", elsewhere],
    ["not allow link", "AttachClassicLinkVpc", "C", already],
    ["not allowed to detach", "DetachClassicLinkVpc", "C", elsewhere],
    ["not allowed to detach", "DetachClassicLinkVpc", "C", () => {}],
  ];
  test.each(rows)("%s: %s in generation %s", async (keyword, action, errorGeneration, world) => {
    const emulator = await start({ errorGeneration });
    world(emulator);
    const { body } = await call(emulator, action, { InstanceId: "i-1", VpcId: "vpc-1" });
    expect(body).toMatchObject({ Code: "OperationDenied", Message: expect.stringContaining(keyword) });
  });
});

test("only generation C recommends a page to read", async () => {
  for (const generation of ["A", "B", "C"] as const) {
    const { body } = await provoke(generation, "AttachClassicLinkVpc", "QuotaExceeded");
    expect("Recommend" in body).toBe(generation === "C");
  }
});
