import { describe, expect, test } from "@jest/globals";
import { checkLink, diffLink, LINK_PROPERTIES, toLink } from "../../provider/classicLink";
import { type Properties, UNKNOWN } from "../../provider/inputs";

const link = { instanceId: "i-a", vpcId: "vpc-b", regionId: "cn-hangzhou" };
const region = () => "cn-default";
const failuresOf = (news: Properties) => checkLink(news, region).failures.map(({ property }) => property);

describe("[1] check", () => {
  test("passes a whole link through unchanged", () => {
    expect(checkLink(link, region)).toEqual({ inputs: link, failures: [] });
  });

  test("fills in the configured region, so that each link keeps its own", () => {
    const { instanceId, vpcId } = link;
    for (const regionId of [undefined, null]) {
      const { inputs, failures } = checkLink({ instanceId, vpcId, regionId }, region);
      expect({ inputs, failures }).toEqual({ inputs: { ...link, regionId: "cn-default" }, failures: [] });
    }
  });

  test("is idempotent, and does not touch what it was given", () => {
    const news = Object.freeze({ instanceId: "i-a", vpcId: "vpc-b" });
    const once = checkLink(news, region);
    expect(checkLink(once.inputs, () => "cn-other")).toEqual(once);
  });

  test("does not ask for the configured region when the link names one", () => {
    const none = () => {
      throw new Error("should not be asked");
    };
    expect(checkLink(link, none).failures).toEqual([]);
  });

  test("tells a missing region as a failure of regionId, in the words of the settings", () => {
    const none = () => {
      throw new Error("no region is configured; set one");
    };
    const { failures } = checkLink({ instanceId: "i-a", vpcId: "vpc-b" }, none);
    expect(failures).toEqual([{ property: "regionId", reason: "no region is configured; set one" }]);
  });

  test("tells a configured region that is none", () => {
    const { failures } = checkLink({ instanceId: "i-a", vpcId: "vpc-b" }, () => "cn hangzhou");
    expect(failures.map(({ property }) => property)).toEqual(["regionId"]);
  });

  test.each(LINK_PROPERTIES)("lets an unknown %s pass", (property) => {
    const news = { ...link, [property]: UNKNOWN };
    expect(checkLink(news, region)).toEqual({ inputs: news, failures: [] });
  });

  test("keeps what belongs to Pulumi and to the doors", () => {
    const news = { ...link, __provider: "exports.handler", __timeouts: { create: 60 }, __defaults: [] };
    expect(checkLink(news, region)).toEqual({ inputs: news, failures: [] });
  });

  const hostile: [value: unknown, told: string][] = [
    [0, "of type number"],
    [1.5, "of type number"],
    [true, "of type boolean"],
    [[], "a list"],
    [["i-a"], "a list"],
    [{}, "of type object"],
    [{ id: "i-a" }, "of type object"],
    [Object.create(null), "of type object"],
    ["", "is empty"],
    [" i", "white space"],
    ["i\t", "white space"],
    ["a,b", "comma"],
    ["a:b", "colon"],
    ["i\u0000", "control character"],
    ["i\u001b[2J", "control character"],
    ["i".repeat(1_000_000), "longer than 128 characters"],
  ];
  for (const property of LINK_PROPERTIES) {
    test.each(hostile)(`refuses %j as ${property}, by name and without repeating it`, (value, told) => {
      const { failures } = checkLink({ ...link, [property]: value }, region);
      expect(failures).toEqual([{ property, reason: expect.stringContaining(told) }]);
      expect(failures[0]?.reason.length).toBeLessThan(200);
    });
  }

  test.each([undefined, null])("tells a missing instance and a missing VPC, both: %s", (missing) => {
    expect(failuresOf({ ...link, instanceId: missing, vpcId: missing })).toEqual(["instanceId", "vpcId"]);
    expect(failuresOf({})).toEqual(["instanceId", "vpcId"]);
  });

  test.each(["InstanceId", "instance_id", "vpcid", "tags", "constructor", "toString", "hasOwnProperty"])(
    "refuses a property called %s, by its name",
    (property) => {
      expect(failuresOf({ ...link, [property]: "x" })).toEqual([property]);
    },
  );
});

describe("[2] diff", () => {
  test("finds nothing between a link and itself, whatever the order of its properties", () => {
    const { instanceId, vpcId, regionId } = link;
    expect(diffLink({ regionId, vpcId, instanceId }, link)).toEqual([]);
  });

  test("does not compare what belongs to Pulumi and to the doors", () => {
    const olds = { ...link, __provider: "old line", __timeouts: { create: 1 }, id: "x" };
    expect(diffLink(olds, { ...link, __provider: "new line", __timeouts: { delete: 9 }, __internal: {} })).toEqual([]);
  });

  test.each(LINK_PROPERTIES)("a changed %s replaces the link", (property) => {
    expect(diffLink(link, { ...link, [property]: "other" })).toEqual([property]);
    expect(diffLink({ ...link, [property]: "drifted" }, link)).toEqual([property]);
  });

  test.each(LINK_PROPERTIES)("[3] an unknown %s will change, and no other property", (property) => {
    expect(diffLink(link, { ...link, [property]: UNKNOWN })).toEqual([property]);
  });

  test("[3] an unknown differs even from itself", () => {
    expect(diffLink({ ...link, vpcId: UNKNOWN }, { ...link, vpcId: UNKNOWN })).toEqual(["vpcId"]);
  });

  test("tells several changes in a fixed order", () => {
    const news = { regionId: "r", vpcId: "v", instanceId: "i" };
    expect(diffLink(link, news)).toEqual(["instanceId", "vpcId", "regionId"]);
  });
});

describe("toLink", () => {
  test("[8] takes the link, and nothing else, from properties", () => {
    expect(toLink({ ...link, __provider: "line" })).toEqual(link);
  });

  test.each(LINK_PROPERTIES)("refuses properties without %s", (property) => {
    for (const value of [undefined, null, 1, {}]) {
      expect(() => toLink({ ...link, [property]: value })).toThrow("regionId, instanceId and vpcId");
    }
  });
});
