/** The filter of `getLinks`, and what a listing that fails says, without a host. */

import { describe, expect, test } from "@jest/globals";
import { checkFilter, readLinks } from "../../provider/resources/getLinks";
import { simulateClock } from "../support/clock";
import { world } from "../support/lifecycle";
import { done, failed, fails, refusal, run } from "../support/scriptedEcs";

simulateClock();

const regionId = "cn-hangzhou";
const ids = (count: number) => Array.from({ length: count }, (_, n) => `i-${n}`);

describe("the filter", () => {
  const check = (args: object) => checkFilter({ ...args }, () => regionId);

  test.each<[args: object, filter: object]>([
    [{ vpcId: "vpc-b" }, { vpcId: "vpc-b" }],
    [{ vpcId: null, instanceIds: ["i-b", "i-a", "i-b"] }, { instanceIds: ["i-b", "i-a"] }],
    [{ vpcId: "vpc-b", instanceIds: null, regionId: null }, { vpcId: "vpc-b" }],
  ])("%j has what is given, once", (args, filter) => {
    expect(check(args)).toStrictEqual({ filter: { regionId, ...filter } });
  });

  test.each<[args: object, property: string, reason: RegExp]>([
    [{ vpcId: null }, "vpcId", /^is missing, and so is instanceIds/],
    [{ vpcId: "vpc b" }, "vpcId", /white space/],
    [{ instanceIds: ["i-a", ""] }, "instanceIds[1]", /^is empty/],
    [{ instanceIds: "i-a" }, "instanceIds", /^is of type string; set it to a list of ids/],
    [{ vpcId: "vpc-b", vpcID: "vpc-b" }, "vpcID", /^does not exist/],
    [{ vpcId: "vpc-b", regionId: 7 }, "regionId", /^is of type number/],
  ])("%j is refused by the name of %s", (args, property, reason) => {
    expect(check(args)).toStrictEqual({ failures: [{ property, reason: expect.stringMatching(reason) }] });
  });
});

describe("the error of a listing", () => {
  test.each([
    [{ vpcId: "vpc-b" }, "the links to vpc-b"],
    [{ instanceIds: ids(1) }, "the links of 1 instance"],
    [{ vpcId: "vpc-b", instanceIds: ids(2) }, "the links of 2 instances"],
  ])("with %j names %s and the region", async (filter, what) => {
    const { ecs, one } = world();
    ecs.refuse("describe", "Forbidden.RAM");
    const { message } = await failed(readLinks(await one.provider.links(), { regionId, ...filter }));
    expect(message).toMatch(new RegExp(`^cannot list ${what} in cn-hangzhou: .*Forbidden\\.RAM`));
  });

  test.each([
    ["a VPC", { vpcId: "vpc-b" }, "5 min", 300_000],
    ["100 instances", { instanceIds: ids(100) }, "6 min 40 s", 400_000],
  ])("of %s that is always throttled comes in time", async (_, filter, limit, mostMs) => {
    const { ecs, one } = world();
    ecs.always("describe", fails(refusal("describe", "Throttling.User")));
    const { error, afterMs } = await run(readLinks(await one.provider.links(), { regionId, ...filter }));
    expect(error?.message).toContain(`not done within ${limit}`);
    expect(afterMs).toBeLessThanOrEqual(mostMs);
  });

  test("of a list that changes all the time says so, and names the call", async () => {
    const { ecs, one } = world();
    ecs.always("describe", () => ({ links: [], totalCount: 1 }));
    const { message } = await failed(readLinks(await one.provider.links(), { regionId, vpcId: "vpc-b" }));
    expect(message).toMatch(/DescribeClassicLinkInstances: .*the list changed while it was read/);
  });
});

test("a listing retries what is transient, and is in the order of the instance ids", async () => {
  const { ecs, one } = world({ "i-b": "vpc-b", "i-a": "vpc-b", "i-c": "vpc-c" });
  ecs.fail(refusal("describe", "Throttling.User"));
  const links = await done(readLinks(await one.provider.links(), { regionId, vpcId: "vpc-b" }));
  expect(links.map(({ instanceId }) => instanceId)).toEqual(["i-a", "i-b"]);
});
