/** Where ECS offers no ClassicLink any more: what a delete does, and what everything else says. */

import { describe, expect, test } from "@jest/globals";
import { classicLinks } from "../../provider/resources/classicLinks";
import { toMembers } from "../../provider/resources/fleetMembers";
import { PartiallyCreatedError } from "../../provider/resources/partiallyCreated";
import { SettingError } from "../../provider/settings";
import { simulateClock } from "../support/clock";
import { Lifecycle } from "../support/lifecycle";
import { done, failed, fails, type Method, refusal, ScriptedEcs } from "../support/scriptedEcs";

const CODES = ["InvalidAction", "InvalidAction.NotFound", "InvalidApi.NotFound", "InvalidInstanceId.LimitedRegion"];
const link = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };
const { regionId, vpcId } = link;
const members = { regionId, vpcId, instanceIds: ["i-a", "i-b"], movedAway: {} };

simulateClock();

/** A cloud that holds the links of i-a and i-b, and refuses some methods with a code. */
function cloud(code: string, refused: readonly Method[], mayForgetRetired: () => boolean = () => true) {
  const ecs = new ScriptedEcs();
  for (const id of members.instanceIds) ecs.links.set(id, vpcId);
  for (const method of refused) ecs.always(method, fails(refusal(method, code)));
  const warnings: string[] = [];
  const context = { warn: (message: string) => void warnings.push(message) };
  const lifecycle = new Lifecycle(ecs, { mayForgetRetired });
  const fleet = new Lifecycle(ecs, { mayForgetRetired }, classicLinks);
  return {
    ecs,
    warnings,
    one: { delete: () => lifecycle.delete(link, context) },
    many: { delete: () => fleet.delete(members, context) },
    lifecycle,
    fleet,
  };
}

test.each(["InvalidAction.NotFound", "InvalidApi.NotFound"])(
  "[12] where ECS answers %s for a moment only, a delete that may forget removes the link all the same",
  async (code) => {
    const { ecs, one, warnings } = cloud(code, []);
    ecs.next("detach", fails(refusal("detach", code)));
    await done(one.delete());
    expect([...ecs.links.keys()]).toEqual(["i-b"]);
    expect(warnings).toEqual([]);
  },
);

const everything: readonly Method[] = ["attach", "detach", "describe"];

describe.each(CODES)("[12] where ECS answers everything with %s", (code) => {
  test("a delete fails unless it may forget, and says what to do", async () => {
    const { one, many, warnings } = cloud(code, everything, () => false);
    for (const { message } of [await failed(one.delete()), await failed(many.delete())]) {
      expect(message).toContain(`DetachClassicLinkVpc: ${code}`);
      expect(message).toContain("ECS does not offer ClassicLink there");
      expect(message).toContain("classiclink:forgetRetiredLinks");
      expect(message).toContain("pulumi state delete");
    }
    expect(warnings).toEqual([]);
  });

  test("a delete that may forget ends, with one warning that names the link", async () => {
    const { one, warnings } = cloud(code, everything);
    await done(one.delete());
    expect(warnings).toEqual([
      `ECS offers no ClassicLink in cn-hangzhou any more (${code}), so it neither removes nor lists links: ` +
        "dropped 1 link without knowing whether anything is left: i-a to vpc-b",
    ]);
  });

  test("a delete of many that may forget ends, with one warning for all of them", async () => {
    const { many, warnings } = cloud(code, everything);
    await done(many.delete());
    expect(warnings).toEqual([
      expect.stringMatching(/dropped 2 links .*: (i-a to vpc-b, i-b to vpc-b|i-b to vpc-b, i-a to vpc-b)$/),
    ]);
  });

  test.each(["create", "update"] as const)(
    "a %s says that it is not offered, whatever may be forgotten",
    async (call) => {
      const { lifecycle, fleet } = cloud(code, everything);
      const declared = { regionId, vpcId, instanceIds: ["i-a"] };
      const changed = call === "create" ? fleet.create(declared) : fleet.update(members, declared);
      for (const { message } of [
        await failed(call === "create" ? lifecycle.create(link) : lifecycle.update(link, link)),
        await failed(changed),
      ]) {
        expect(message).toMatch(new RegExp(`(AttachClassicLinkVpc|DescribeClassicLinkInstances): ${code}`));
        expect(message).toContain("ECS does not offer ClassicLink there");
      }
    },
  );

  test("a read says so too, and takes nothing for gone", async () => {
    const { lifecycle, fleet } = cloud(code, everything);
    for (const { message } of [await failed(lifecycle.read(link)), await failed(fleet.read(members))]) {
      expect(message).toContain(`DescribeClassicLinkInstances: ${code}`);
      expect(message).toContain("ECS does not offer ClassicLink there");
    }
  });
});

describe("a link that may be forgotten", () => {
  const code = "InvalidAction";

  test("is not, as long as it is listed", async () => {
    const { one, many, warnings } = cloud(code, ["detach"]);
    expect((await failed(one.delete())).message).toContain(`DetachClassicLinkVpc: ${code}`);
    expect((await failed(many.delete())).message).toContain(`DetachClassicLinkVpc: ${code}`);
    expect(warnings).toEqual([]);
  });

  test("is simply deleted when the listing proves that it is gone", async () => {
    const { ecs, one, warnings } = cloud(code, ["detach"]);
    ecs.links.clear();
    await done(one.delete());
    expect(warnings).toEqual([]);
  });

  test("is forgotten when it could be detached, and only the listing is gone", async () => {
    const { ecs, one, warnings } = cloud(code, ["describe"]);
    await done(one.delete());
    expect([...ecs.links.keys()]).toEqual(["i-b"]);
    expect(warnings).toHaveLength(1);
  });

  test("is not, when the detach was refused for another reason", async () => {
    const { ecs, one } = cloud(code, ["describe"]);
    ecs.always("detach", fails(refusal("detach", "Forbidden.RAM")));
    expect((await failed(one.delete())).message).toContain("DetachClassicLinkVpc: Forbidden.RAM");
  });

  test("is not asked about while the service is there", async () => {
    const { one } = cloud(code, [], () => {
      throw new SettingError("classiclink:forgetRetiredLinks is wrong");
    });
    await done(one.delete());
  });

  test("[15] gets the error of a wrong setting from the delete that needs it", async () => {
    const { one } = cloud(code, everything, () => {
      throw new SettingError("classiclink:forgetRetiredLinks is wrong");
    });
    expect((await failed(one.delete())).message).toContain("classiclink:forgetRetiredLinks is wrong");
  });

  test("is one of fifty in a warning that names five", async () => {
    const { fleet } = cloud(code, everything);
    const warnings: string[] = [];
    const instanceIds = Array.from({ length: 50 }, (_, n) => `i-${n}`);
    await done(fleet.delete({ ...members, instanceIds }, { warn: (message: string) => void warnings.push(message) }));
    expect(warnings).toEqual([expect.stringMatching(/dropped 50 links .*: (i-\d+ to vpc-b, ){5}45 more$/)]);
  });
});

test("members of the state stay in it when an update cannot read whether they are linked", async () => {
  const { fleet } = cloud("InvalidApi.NotFound", everything, () => false);
  const error = await failed(fleet.update(members, { regionId, vpcId, instanceIds: ["i-a", "i-b", "i-c"] }));
  expect(error).toBeInstanceOf(PartiallyCreatedError);
  if (error instanceof PartiallyCreatedError)
    expect(toMembers(error.properties).instanceIds.toSorted()).toEqual(["i-a", "i-b"]);
});
