/** The organization and the resource set of a private cloud: what another scope shows proves nothing. */

import { describe, expect, test } from "@jest/globals";
import type { Scope } from "../../provider/ecs/privateCloud";
import { classicLinks } from "../../provider/resources/classicLinks";
import { simulateClock } from "../support/clock";
import { world } from "../support/lifecycle";
import { done, failed } from "../support/scriptedEcs";

simulateClock();

const link = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };
const declared = { regionId: "cn-hangzhou", vpcId: "vpc-b", instanceIds: ["i-a"] };
const own: Scope = { organizationId: "18", resourceSetId: "7" };
const other: Scope = { organizationId: "99", resourceSetId: "1" };
/** The states of a link and of a fleet that were made under their own scope. */
const state = { ...link, __scope: own };
const fleet = { ...declared, movedAway: {}, __scope: own };

/** A cloud with the link, under a scope. */
const under = (scope: Scope) => world({ "i-a": "vpc-b" }, { scope });

test("the scope under which a link is made stands in its state, where Pulumi does not show it; the public cloud has none", async () => {
  expect((await done(under(own).one.create(link))).outputs).toEqual(state);
  expect((await done(under({}).one.create(link))).outputs).toEqual(link);
});

describe("[29] under another scope", () => {
  test.each(["read", "delete"] as const)("a %s is an error that names both, and asks ECS nothing", async (call) => {
    const { ecs, one, many } = under(other);
    const both =
      "is organization 18 and resource set 7, but organization 99 and resource set 1 is configured. Nothing was changed";
    expect((await failed(one[call](state))).message).toContain(`the scope of the link of i-a ${both}`);
    expect((await failed(many[call](fleet))).message).toContain(`the scope of the links to vpc-b ${both}`);
    expect([ecs.called, ecs.now]).toEqual([[], { "i-a": "vpc-b" }]);
  });

  test("a read of what was made without any scope is an error too, and the other way round", async () => {
    expect((await failed(under(own).one.read(link))).message).toContain("no organization, but organization 18");
    const { message } = await failed(under({}).one.read(state));
    expect(message).toContain("organization 18 and resource set 7, but no organization is configured");
  });

  test("a diff says that an update is due, and replaces nothing", () => {
    expect(under(other).one.diff(state, link)).toEqual({ replaces: [], updates: [], isDue: true });
    expect(under(other).many.diff(fleet, declared)).toEqual({ replaces: [], updates: [], isDue: true });
    expect(under(own).one.diff(state, link).isDue).toBe(false);
    for (const part of [{ organizationId: "19" }, { resourceSetId: "8" }]) {
      expect(under({ ...own, ...part }).one.diff(state, link).isDue).toBe(true);
    }
  });

  test("an update that finds the links adopts them, without another attach", async () => {
    const { ecs, one, many } = under(other);
    expect((await done(one.update(state, link))).outputs).toEqual({ ...link, __scope: other });
    expect((await done(many.update(fleet, declared))).outputs).toEqual({ ...fleet, __scope: other });
    expect(ecs.count("attach")).toBe(0);
  });

  test.each<[code: string | undefined, found: RegExp]>([
    [undefined, /configured now, ECS lists no such link/],
    ["InvalidInstanceId.NotFound", /configured now, ECS lists no such link/],
    ["InvalidInstanceId.NotBelong", /configured now: cannot read the link of i-a in cn-hangzhou: .*\.NotBelong/],
    ["Forbidden.RAM", /configured now: cannot read the link of i-a in cn-hangzhou: .*Forbidden\.RAM/],
  ])(
    "an update makes no link where ECS hides it with %s, and names that, both scopes and what to do",
    async (code, found) => {
      const { ecs, one, many } = under(other);
      if (code === undefined) ecs.links.clear();
      else ecs.refuse("describe", code);
      const both =
        /^the scope of the link\S* \S.* is organization 18 and resource set 7\. Under organization 99 and resource set 1, which .*Set organizationId and/;
      const { message } = await failed(one.update(state, link));
      expect(message).toMatch(both);
      expect(message).toMatch(found);
      expect((await failed(many.update(fleet, declared))).message).toMatch(both);
      expect(ecs.count("attach") + ecs.count("detach")).toBe(0);
    },
  );

  test("the error of an update of a fleet names the members that cannot be seen", async () => {
    const { many } = world({ "i-b": "vpc-b" }, { scope: other });
    const both = { instanceIds: ["i-a", "i-b"] };
    const { message } = await failed(many.update({ ...fleet, ...both }, { ...declared, ...both }));
    expect(message).toMatch(/^the scope of the links to vpc-b of i-a is organization 18/);
  });

  test("a delete leaves links that the program adopts under the new scope, and fails for others", async () => {
    const { ecs, one } = world({ "i-a": "vpc-b", "i-b": "vpc-b" }, { scope: other });
    one.check(link);
    await done(one.delete(state));
    await done(classicLinks.delete(one.provider, fleet, {}));
    const both = { ...fleet, instanceIds: ["i-a", "i-b"] };
    const { message } = await failed(classicLinks.delete(one.provider, both, {}));
    expect(message).toMatch(/organization 18 and resource set 7, but organization 99/);
    expect(ecs.called).toEqual([]);
  });
});
