/** The organization and the resource set of a private cloud: what another scope shows proves nothing. */

import { describe, expect, test } from "@jest/globals";
import type { Scope } from "../../provider/ecs/privateCloud";
import { classicLinks } from "../../provider/resources/classicLinks";
import { simulateClock } from "../support/clock";
import { Lifecycle } from "../support/lifecycle";
import { done, failed, fails, refusal, ScriptedEcs } from "../support/scriptedEcs";

simulateClock();

const link = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };
const declared = { regionId: "cn-hangzhou", vpcId: "vpc-b", instanceIds: ["i-a"] };
const own: Scope = { organizationId: "18", resourceSetId: "7" };
const other: Scope = { organizationId: "99", resourceSetId: "1" };

/** A cloud that shows the link under one scope, and under others hides it in one of its ways. */
function cloud(hides: (ecs: ScriptedEcs) => void = (ecs) => ecs.links.clear()) {
  const ecs = new ScriptedEcs();
  ecs.links.set("i-a", "vpc-b");
  const under = (scope: Scope) => new Lifecycle(ecs, { scope });
  const fleetUnder = (scope: Scope) => new Lifecycle(ecs, { scope }, classicLinks);
  return { ecs, under, fleetUnder, hide: () => hides(ecs) };
}

/** A link that was made under its own scope. */
async function made() {
  const all = cloud();
  const { outputs } = await done(all.under(own).create(link));
  all.ecs.calls.length = 0;
  return { ...all, state: outputs };
}

test("the scope under which a link is made stands in its state, where Pulumi does not show it", async () => {
  expect((await made()).state).toEqual({ ...link, __scope: own });
});

test("on the public cloud a state says nothing of scopes", async () => {
  expect((await done(cloud().under({}).create(link))).outputs).toEqual(link);
});

describe("[29] under another scope", () => {
  const both =
    /organization 18 and resource set 7, but organization 99 and resource set 1 is configured\. Nothing was changed/;

  test.each(["read", "delete"] as const)("a %s is an error that names both, and asks ECS nothing", async (call) => {
    const { ecs, under, state } = await made();
    expect((await failed(under(other)[call](state))).message).toMatch(both);
    expect(ecs.called).toEqual([]);
    expect(ecs.links.get("i-a")).toBe("vpc-b");
  });

  test("a delete leaves links that the program adopts under the new scope, and fails for others", async () => {
    const { ecs } = cloud();
    ecs.links.set("i-b", "vpc-b");
    const one = new Lifecycle(ecs, { scope: other });
    one.check(link);
    await done(one.delete({ ...link, __scope: own }));
    await done(classicLinks.delete(one.provider, { ...declared, movedAway: {}, __scope: own }, {}));
    const two = { ...declared, instanceIds: ["i-a", "i-b"], movedAway: {}, __scope: own };
    expect((await failed(classicLinks.delete(one.provider, two, {}))).message).toMatch(both);
    expect(ecs.called).toEqual([]);
  });

  test.each(["read", "delete"] as const)(
    "a %s of a fleet is an error that names both, and asks ECS nothing",
    async (call) => {
      const { ecs, fleetUnder } = cloud();
      const state = { ...declared, movedAway: {}, __scope: own };
      expect((await failed(fleetUnder(other)[call](state))).message).toMatch(both);
      expect(ecs.called).toEqual([]);
    },
  );

  test("a read of what was made without any scope is an error too, and the other way round", async () => {
    const { under } = cloud();
    expect((await failed(under(own).read(link))).message).toContain("no organization, but organization 18");
    const message = (await failed(under({}).read({ ...link, __scope: own }))).message;
    expect(message).toContain("organization 18 and resource set 7, but no organization is configured");
  });

  test("a diff says that an update is due, and replaces nothing", async () => {
    const { under, state } = await made();
    expect(under(other).diff(state, link)).toEqual({ replaces: [], updates: [], isDue: true });
    expect(under(own).diff(state, link).isDue).toBe(false);
  });

  test("an update that sees the link takes it over, without another attach", async () => {
    const { ecs, under, state } = await made();
    expect((await done(under(other).update(state, link))).outputs).toEqual({ ...link, __scope: other });
    expect(ecs.count("attach")).toBe(0);
  });

  test("an update of a fleet that sees the members takes them over", async () => {
    const { ecs, fleetUnder } = cloud();
    const state = { ...declared, movedAway: {}, __scope: own };
    const found = await done(fleetUnder(other).update(state, declared));
    expect(found.outputs).toEqual({ ...declared, movedAway: {}, __scope: other });
    expect(ecs.count("attach")).toBe(0);
  });

  const hiding: [how: string, hides: (ecs: ScriptedEcs) => void][] = [
    ["lists nothing", (ecs) => ecs.links.clear()],
    [
      "says that the instance does not exist",
      (ecs) => ecs.always("describe", fails(refusal("describe", "InvalidInstanceId.NotFound"))),
    ],
    [
      "says that the instance belongs to another",
      (ecs) => ecs.always("describe", fails(refusal("describe", "InvalidInstanceId.NotBelong"))),
    ],
    ["refuses to say", (ecs) => ecs.always("describe", fails(refusal("describe", "Forbidden.RAM")))],
  ];
  test.each(hiding)("an update makes no link where ECS %s, and names both scopes and what to do", async (_, hides) => {
    const { ecs, under, fleetUnder, hide } = cloud(hides);
    hide();
    const state = { ...link, __scope: own };
    const { message } = await failed(under(other).update(state, link));
    const ofFleet = await failed(fleetUnder(other).update({ ...declared, movedAway: {}, __scope: own }, declared));
    expect(ecs.count("attach") + ecs.count("detach")).toBe(0);
    const both =
      /^the scope of the link\S* \S.* is organization 18 and resource set 7\. Under organization 99 and resource set 1, which .*Set organizationId and/;
    expect([message, ofFleet.message]).toEqual([expect.stringMatching(both), expect.stringMatching(both)]);
  });

  test("the error of an update whose read is refused has the refusal too", async () => {
    const { under, hide } = cloud((ecs) =>
      ecs.always("describe", fails(refusal("describe", "InvalidInstanceId.NotBelong"))),
    );
    hide();
    const { message } = await failed(under(other).update({ ...link, __scope: own }, link));
    expect(message).toContain(
      "configured now: cannot read the link of i-a in cn-hangzhou: DescribeClassicLinkInstances: InvalidInstanceId.NotBelong",
    );
  });

  test("the error of an update of a fleet names the members that cannot be seen", async () => {
    const { ecs, fleetUnder } = cloud();
    ecs.links.set("i-b", "vpc-b");
    ecs.links.delete("i-a");
    const instanceIds = ["i-a", "i-b"];
    const state = { ...declared, instanceIds, movedAway: {}, __scope: own };
    const { message } = await failed(fleetUnder(other).update(state, { ...declared, instanceIds }));
    expect(message).toMatch(/^the scope of the links to vpc-b of i-a is organization 18/);
  });
});
