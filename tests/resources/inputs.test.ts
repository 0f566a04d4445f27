import { describe, expect, test } from "@jest/globals";
import { classicLink, LINK_PROPERTIES } from "../../provider/resources/classicLink";
import { type Properties, UNKNOWN } from "../../provider/resources/inputs";
import { Provider } from "../../provider/resources/provider";
import { Settings } from "../../provider/settings";

const link = { instanceId: "i-a", vpcId: "vpc-b", regionId: "cn-hangzhou" };

/** A provider with this region configured, or with none. */
const providerIn = (region?: string) =>
  new Provider(new Settings((key) => (key.endsWith(":region") ? region : undefined), {}));
const check = (news: Properties, region?: string) => classicLink.check(providerIn(region), news, {});
const diff = (olds: Properties, news: Properties) => classicLink.diff(providerIn(), olds, news);
const failuresOf = (news: Properties) => check(news).failures.map(({ property }) => property);

describe("[1] check", () => {
  test("passes a whole link through unchanged", () => {
    expect(check(link)).toEqual({ inputs: link, failures: [] });
  });

  test("fills in the configured region, so that each link keeps its own", () => {
    const { instanceId, vpcId } = link;
    for (const regionId of [undefined, null]) {
      const { inputs, failures } = check({ instanceId, vpcId, regionId }, "cn-default");
      expect({ inputs, failures }).toEqual({ inputs: { ...link, regionId: "cn-default" }, failures: [] });
    }
  });

  test("is idempotent, and does not touch what it was given", () => {
    const news = Object.freeze({ instanceId: "i-a", vpcId: "vpc-b" });
    const once = check(news, "cn-default");
    expect(check(once.inputs, "cn-other")).toEqual(once);
  });

  test("a missing region is a failure of regionId, in the words of the settings", () => {
    const { failures } = check({ instanceId: "i-a", vpcId: "vpc-b" });
    expect(failures).toEqual([{ property: "regionId", reason: expect.stringContaining("region") }]);
  });

  test("a configured region that is none is refused", () => {
    const { failures } = check({ instanceId: "i-a", vpcId: "vpc-b" }, "cn hangzhou");
    expect(failures.map(({ property }) => property)).toEqual(["regionId"]);
  });

  test.each(LINK_PROPERTIES)("lets an unknown %s pass", (property) => {
    const news = { ...link, [property]: UNKNOWN };
    expect(check(news)).toEqual({ inputs: news, failures: [] });
  });

  test("keeps what belongs to Pulumi and to the hosts", () => {
    const news = { ...link, __provider: "exports.handler", __timeouts: { create: 60 }, __defaults: [] };
    expect(check(news)).toEqual({ inputs: news, failures: [] });
  });

  const hostile: [value: unknown, fault: string][] = [
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
    test.each(hostile)(`refuses %j as ${property}, by name and without repeating it`, (value, fault) => {
      const { failures } = check({ ...link, [property]: value });
      expect(failures).toEqual([{ property, reason: expect.stringContaining(fault) }]);
      expect(failures[0]?.reason.length).toBeLessThan(200);
    });
  }

  test.each([undefined, null])("reports a missing instance and a missing VPC, both: %s", (missing) => {
    expect(failuresOf({ ...link, instanceId: missing, vpcId: missing })).toEqual(["instanceId", "vpcId"]);
    expect(failuresOf({ regionId: "r" })).toEqual(["instanceId", "vpcId"]);
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
    expect(diff({ regionId, vpcId, instanceId }, link).replaces).toEqual([]);
  });

  test("does not compare what belongs to Pulumi and to the hosts", () => {
    const olds = { ...link, __provider: "old line", __timeouts: { create: 1 }, id: "x" };
    expect(diff(olds, { ...link, __provider: "new line", __timeouts: { delete: 9 }, __internal: {} }).replaces).toEqual(
      [],
    );
  });

  test.each(LINK_PROPERTIES)("a changed %s replaces the link", (property) => {
    expect(diff(link, { ...link, [property]: "other" }).replaces).toEqual([property]);
    expect(diff({ ...link, [property]: "drifted" }, link).replaces).toEqual([property]);
  });

  test.each(LINK_PROPERTIES)("[3] an unknown %s will change, and no other property", (property) => {
    expect(diff(link, { ...link, [property]: UNKNOWN }).replaces).toEqual([property]);
  });

  test("[3] an unknown differs even from itself", () => {
    expect(diff({ ...link, vpcId: UNKNOWN }, { ...link, vpcId: UNKNOWN }).replaces).toEqual(["vpcId"]);
  });

  test("reports several changes in a fixed order", () => {
    const news = { regionId: "r", vpcId: "v", instanceId: "i" };
    expect(diff(link, news).replaces).toEqual(["instanceId", "vpcId", "regionId"]);
  });
});

describe("[8] preview", () => {
  test("gives the outputs out of the inputs, and nothing that is hidden", () => {
    expect(classicLink.preview({ ...link, __provider: "line" })).toEqual(link);
  });
});
