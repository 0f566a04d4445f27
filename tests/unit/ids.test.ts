/** The ids of links, and which texts may be an id. */

import { describe, expect, test } from "@jest/globals";
import { faultOfId, formatLinkId, formatLinksId, parseLinkId, parseLinksId } from "../../provider/resources/ids";

const region = () => "cn-default";

describe("the id of a link", () => {
  test("[10] [21] is the region and the instance, for ever, and is read back", () => {
    expect(formatLinkId("cn-hangzhou", "i-bp1abc")).toBe("cn-hangzhou:i-bp1abc");
    const link = { regionId: "cn-hangzhou", instanceId: "i-bp1abc" };
    expect(parseLinkId("cn-hangzhou:i-bp1abc", region)).toEqual(link);
  });

  test("[10] may be a bare instance, which is in the configured region; that is asked for only then", () => {
    const none = () => {
      throw new Error("no region is configured");
    };
    expect(parseLinkId("i-a", region)).toEqual({ regionId: "cn-default", instanceId: "i-a" });
    expect(() => parseLinkId("i-a", none)).toThrow("no region is configured");
    expect(parseLinkId("cn-hangzhou:i-a", none).regionId).toBe("cn-hangzhou");
  });

  test.each(["", ":", "a:", ":a", "a:b:c", "r:i a", "r:i,j", "r\t:i"])(
    "%j is none, and the error shows what one looks like",
    (id) => {
      expect(() => parseLinkId(id, region)).toThrow(TypeError);
      expect(() => parseLinkId(id, region)).toThrow("cn-hangzhou:i-bp1abc");
    },
  );
});

describe("the id of many links", () => {
  test("[10] [21] is the region and the VPC, for ever, or a bare VPC", () => {
    expect(formatLinksId("cn-hangzhou", "vpc-1")).toBe("cn-hangzhou:vpc-1");
    expect(parseLinksId("cn-hangzhou:vpc-1", region)).toEqual({ regionId: "cn-hangzhou", vpcId: "vpc-1" });
    expect(parseLinksId("vpc-1", region)).toEqual({ regionId: "cn-default", vpcId: "vpc-1" });
  });

  test.each(["", "a:b:c"])("%j is none, and the error shows what one looks like", (id) => {
    const sentence = "is not the id of links: use <regionId>:<vpcId>, such as cn-hangzhou:vpc-bp1abc";
    expect(() => parseLinksId(id, region)).toThrow(new TypeError(`"${id}" ${sentence}`));
  });
});

describe("an instance, VPC or region id", () => {
  test.each(["i-bp1abc", "i_A.9-z", "实例", "__proto__", "i".repeat(128)])("%j is accepted", (id) => {
    expect(faultOfId(id)).toBeUndefined();
  });

  const split = [" i", "i\u00a0j", "a,b", "a:b"];
  const unprintable = ["i\n", "i\u0000", "i\u001b[31m", "i\u200b", "i\u202e", "i\ud800"];
  test.each([
    ["is empty", [""]],
    ["contains white space, a comma, a colon or a control character", [...split, ...unprintable]],
    ["is longer than 128 characters", ["i".repeat(129)]],
  ])("is refused if it %s", (fault, ids) => {
    for (const id of ids) expect([id, faultOfId(id)]).toEqual([id, fault]);
  });
});
