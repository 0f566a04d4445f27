import { describe, expect, test } from "@jest/globals";
import { faultOfId, formatLinkId, parseLinkId } from "../../provider/resources/ids";

const region = () => "cn-default";

describe("the id of a link", () => {
  test("[21] is the region and the instance, for ever", () => {
    expect(formatLinkId("cn-hangzhou", "i-bp1abc")).toBe("cn-hangzhou:i-bp1abc");
  });

  test("[10] is read back as it was written", () => {
    expect(parseLinkId(formatLinkId("cn-hangzhou", "i-a"), region)).toEqual({
      regionId: "cn-hangzhou",
      instanceId: "i-a",
    });
  });

  test("[10] a bare instance id is taken to be in the configured region", () => {
    expect(parseLinkId("i-a", region)).toEqual({ regionId: "cn-default", instanceId: "i-a" });
  });

  test("the configured region is asked for only when it is needed", () => {
    const none = () => {
      throw new Error("no region is configured");
    };
    expect(parseLinkId("cn-hangzhou:i-a", none).regionId).toBe("cn-hangzhou");
    expect(() => parseLinkId("i-a", none)).toThrow("no region is configured");
  });

  test.each([
    "",
    ":",
    "a:",
    ":a",
    "a:b:c",
    "a b",
    "r:i a",
    " i",
    "i\n",
    "r:i,j",
    "i,j",
    "r\t:i",
    `r:${"i".repeat(129)}`,
  ])("%j is none, and the error shows what one looks like", (id) => {
    expect(() => parseLinkId(id, region)).toThrow(TypeError);
    expect(() => parseLinkId(id, region)).toThrow("cn-hangzhou:i-bp1abc");
  });
});

describe("an instance, VPC or region id", () => {
  test.each(["i-bp1abc", "vpc-1", "i_A.9-z", "实例", "__proto__", "i".repeat(128)])("%j is accepted", (id) => {
    expect(faultOfId(id)).toBeUndefined();
  });

  const wrong: [id: string, fault: string][] = [
    ["", "is empty"],
    [" i", "white space"],
    ["i ", "white space"],
    ["i\u00a0j", "white space"],
    ["a,b", "comma"],
    ["a:b", "colon"],
    ["i\n", "control character"],
    ["i\u0000", "control character"],
    ["i\u001b[31m", "control character"],
    ["i\u200b", "control character"],
    ["i\u202e", "control character"],
    ["i\ud800", "control character"],
    ["i".repeat(129), "longer than 128"],
  ];
  test.each(wrong)("%j is refused", (id, fault) => {
    expect(faultOfId(id)).toContain(fault);
  });
});
