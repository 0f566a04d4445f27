/** The ledger of one provider, in one process. */

import { describe, expect, test } from "@jest/globals";
import { type Declarer, Ledger, Run } from "../../provider/links/ledger";

const link = (instanceId = "i-a", vpcId = "vpc-b", regionId = "cn-hangzhou") => ({ regionId, instanceId, vpcId });
const single = (key: string): Declarer => ({ key, label: `ClassicLink "${key}"`, single: true });
const fleet = (key: string): Declarer => ({ key, label: `ClassicLinks "${key}"`, single: false });

/** Two providers of one run, in clouds of these names. */
function providers(first = "cloud", second = first) {
  const run = new Run();
  return { one: new Ledger(run, () => first), other: new Ledger(run, () => second) };
}

describe("a removal", () => {
  test("goes on for a link that the run neither declares nor has made", () => {
    const { one } = providers();
    expect(one.beginRemoval(link())).toBe(true);
    expect(one.isTouched(link())).toBe(true);
  });

  test("[24] does not begin for a link that the run declares, in whichever provider", () => {
    const { one, other } = providers();
    one.declare([link()], undefined);
    expect(other.beginRemoval(link())).toBe(false);
    expect(other.isRemoved(link())).toBe(false);
  });

  test("[24] does not begin for a link that the run has made or adopted", () => {
    const { one, other } = providers();
    one.made(link());
    expect(other.beginRemoval(link())).toBe(false);
  });

  test("goes on for another link of an instance that the run declares", () => {
    const { one } = providers();
    one.declare([link("i-a", "vpc-new")], undefined);
    expect(one.beginRemoval(link("i-a", "vpc-old"))).toBe(true);
  });

  test("is under way for all links of the instance until it has ended", () => {
    const { one, other } = providers();
    one.beginRemoval(link());
    expect(other.isRemoving(link("i-a", "vpc-other"))).toBe(true);
    one.endRemoval(link());
    expect(other.isRemoving(link())).toBe(false);
  });

  test("of two at a time is under way until both have ended", () => {
    const { one } = providers();
    one.beginRemoval(link());
    one.beginRemoval(link());
    one.endRemoval(link());
    expect(one.isRemoving(link())).toBe(true);
    one.endRemoval(link());
    expect(one.isRemoving(link())).toBe(false);
  });

  test("that does not begin is not under way", () => {
    const { one } = providers();
    one.declare([link()], undefined);
    one.beginRemoval(link());
    expect(one.isRemoving(link())).toBe(false);
  });
});

describe("[26] a link that the run has removed", () => {
  test("is removed until the run has made it again", () => {
    const { one } = providers();
    one.beginRemoval(link());
    expect(one.isRemoved(link())).toBe(true);
    one.made(link());
    expect(one.isRemoved(link())).toBe(false);
  });

  test("is proven by no listing, even when the run has made it again", () => {
    const { one } = providers();
    one.beginRemoval(link());
    one.endRemoval(link());
    one.made(link());
    expect(one.isTouched(link())).toBe(true);
  });
});

describe("a link that a resource had", () => {
  test("is given up when the run does not declare it", () => {
    const { one, other } = providers();
    one.had([link()]);
    expect(other.isGivenUp(link())).toBe(true);
    expect(other.isGivenUp(link("i-other"))).toBe(false);
  });

  test("is not given up when the run declares it", () => {
    const { one } = providers();
    one.had([link()]);
    one.declare([link()], undefined);
    expect(one.isGivenUp(link())).toBe(false);
  });
});

describe("equal ids", () => {
  test("in two clouds are two links", () => {
    const { one, other } = providers("public", "private");
    one.declare([link()], undefined);
    expect(other.stays(link())).toBe(false);
    expect(other.declaresInstance(link())).toBe(false);
  });

  test("in two regions are two links", () => {
    const { one } = providers();
    one.declare([link()], undefined);
    expect(one.stays(link("i-a", "vpc-b", "cn-beijing"))).toBe(false);
  });

  test("of a cloud whose settings are wrong are known all the same", () => {
    const wrong = new Ledger(new Run(), () => {
      throw new Error("endpoint is wrong");
    });
    wrong.declare([link()], undefined);
    expect(wrong.stays(link())).toBe(true);
  });
});

describe("[1] an instance that is declared twice", () => {
  test("by two single links is refused, and the other one is named", () => {
    const { one } = providers();
    expect(one.declare([link()], single("a")).size).toBe(0);
    expect(one.declare([link()], single("b"))).toEqual(new Map([["i-a", 'ClassicLink "a"']]));
  });

  test("by the same resource again, as each up checks twice, is not refused", () => {
    const { one } = providers();
    one.declare([link()], single("a"));
    expect(one.declare([link()], single("a")).size).toBe(0);
    expect(one.declare([link("i-a", "vpc-other")], single("a")).size).toBe(0);
  });

  test("by a link and a fleet to the same VPC is allowed, to another VPC refused", () => {
    const { one } = providers();
    one.declare([link()], single("a"));
    expect(one.declare([link()], fleet("many")).size).toBe(0);
    expect(one.declare([link("i-a", "vpc-other")], fleet("more"))).toEqual(new Map([["i-a", 'ClassicLinks "many"']]));
  });

  test("through two providers is allowed: they may be of two accounts in clouds that use the same ids", () => {
    const { one, other } = providers();
    one.declare([link()], single("a"));
    expect(other.declare([link()], single("b")).size).toBe(0);
  });
});
