import { describe, expect, test } from "@jest/globals";
import { classicLink, LINK_PROPERTIES } from "../../provider/resources/classicLink";
import { classicLinks } from "../../provider/resources/classicLinks";
import { type Properties, UNKNOWN } from "../../provider/resources/inputs";
import { Provider } from "../../provider/resources/provider";
import { Settings } from "../../provider/settings";

const link = { instanceId: "i-a", vpcId: "vpc-b", regionId: "cn-hangzhou" };
const { regionId, ...withoutRegion } = link;

/** A provider with this region configured, or with none. */
const providerIn = (region?: string) =>
  new Provider(new Settings((key) => (key.endsWith(":region") ? region : undefined), {}));
const check = (news: Properties, region?: string) => classicLink.check(providerIn(region), news, {});
const replaces = (olds: Properties, news: Properties) => classicLink.diff(providerIn(), olds, news).replaces;
const failuresOf = (news: Properties, region?: string) => check(news, region).failures.map(({ property }) => property);

describe("[1] check", () => {
  const ofOthers = { __provider: "exports.handler", __timeouts: { create: 60 }, __defaults: [] };
  test.each<[name: string, news: Properties]>([
    ["a whole link", link],
    ["what belongs to Pulumi and to the hosts", { ...link, ...ofOthers }],
    ...LINK_PROPERTIES.map((property): [string, Properties] => [
      `an unknown ${property}`,
      { ...link, [property]: UNKNOWN },
    ]),
  ])("passes %s through unchanged", (_, news) => {
    expect(check(news)).toEqual({ inputs: news, failures: [] });
  });

  test("fills in the configured region, so that each link keeps its own, and does not touch what it was given", () => {
    for (const none of [undefined, null]) {
      const news = Object.freeze({ ...withoutRegion, regionId: none });
      const once = check(news, "cn-default");
      expect(once).toEqual({ inputs: { ...link, regionId: "cn-default" }, failures: [] });
      expect(check(once.inputs, "cn-other")).toEqual(once);
    }
  });

  test("a region that is missing, or configured wrong, is a failure of regionId, in the words of the settings", () => {
    expect(check(withoutRegion).failures).toEqual([
      { property: "regionId", reason: expect.stringContaining("region") },
    ]);
    expect(failuresOf(withoutRegion, "cn hangzhou")).toEqual(["regionId"]);
  });

  test.each<[value: unknown, fault: string]>([
    [1.5, "of type number"],
    [["i-a"], "a list"],
    [Object.create(null), "of type object"],
    ["", "is empty"],
    [" i", "white space"],
    ["i\t", "white space"],
    ["a,b", "comma"],
    ["a:b", "colon"],
    ["i\u0000", "control character"],
    ["i\u001b[2J", "control character"],
    ["i".repeat(1_000_000), "longer than 128 characters"],
  ])("refuses %j as any property, by name and without repeating it", (value, fault) => {
    for (const property of LINK_PROPERTIES) {
      const { failures } = check({ ...link, [property]: value });
      expect(failures).toEqual([{ property, reason: expect.stringContaining(fault) }]);
      expect(failures[0]?.reason.length).toBeLessThan(200);
    }
  });

  test.each([{ instanceId: null, vpcId: null }, {}])("reports a missing instance and a missing VPC: %j", (missing) => {
    expect(check({ regionId, ...missing }).failures).toEqual([
      { property: "instanceId", reason: 'is missing; set instanceId to an id such as "i-bp1abc"' },
      { property: "vpcId", reason: 'is missing; set vpcId to an id such as "vpc-bp1abc"' },
    ]);
  });

  test.each(["vpcid", "constructor"])("refuses a property called %s, by its name", (property) => {
    expect(failuresOf({ ...link, [property]: "x" })).toEqual([property]);
  });
});

describe("[2] diff", () => {
  const others = { ...link, __provider: "old line", __timeouts: { create: 1 }, id: "x" };
  test.each<[name: string, olds: Properties, news: Properties, replaces: string[]]>([
    ["finds nothing, whatever the order of the properties", { regionId, ...withoutRegion }, link, []],
    ["does not compare what belongs to others", others, { ...link, __provider: "new line", __internal: {} }, []],
    ["[3] an unknown differs even from itself", { ...link, vpcId: UNKNOWN }, { ...link, vpcId: UNKNOWN }, ["vpcId"]],
    ["has a fixed order", link, { regionId: "r", vpcId: "v", instanceId: "i" }, ["instanceId", "vpcId", "regionId"]],
  ])("%s", (_, olds, news, expected) => {
    expect(replaces(olds, news)).toEqual(expected);
  });

  test.each(LINK_PROPERTIES)(
    "[3] a changed or unknown %s replaces the link, and no other property does",
    (property) => {
      expect(replaces(link, { ...link, [property]: "other" })).toEqual([property]);
      expect(replaces({ ...link, [property]: "drifted" }, link)).toEqual([property]);
      expect(replaces(link, { ...link, [property]: UNKNOWN })).toEqual([property]);
    },
  );
});

test.each(["read", "delete"] as const)("a %s of a broken state is an error, and does not connect", async (call) => {
  const provider = new Provider(providerIn(regionId).settings, undefined, () => {
    throw new Error("it connects");
  });
  for (const property of LINK_PROPERTIES) {
    for (const value of [undefined, null, 1, UNKNOWN]) {
      const state = { ...link, instanceIds: ["i-a"], [property]: value };
      await expect(classicLink[call](provider, state, {})).rejects.toThrow(
        "a link needs regionId, instanceId and vpcId",
      );
    }
  }
  for (const property of ["regionId", "vpcId", "instanceIds"]) {
    const state = { regionId, vpcId: "vpc-b", instanceIds: ["i-a"], [property]: undefined };
    await expect(classicLinks[call](provider, state, {})).rejects.toThrow("links need regionId, vpcId and instanceIds");
  }
});

test("[8] a preview gives the outputs out of the inputs, and nothing that is hidden", () => {
  expect(classicLink.preview({ ...link, __provider: "line" })).toEqual(link);
  const fleet = { regionId, vpcId: "vpc-b", instanceIds: ["i-a"] };
  expect(classicLinks.preview({ ...fleet, __provider: "line" })).toEqual({ ...fleet, movedAway: {} });
});
