/** Where ECS offers no ClassicLink any more: what a delete does, and what everything else says. */

import { describe, expect, test } from "@jest/globals";
import { SettingError } from "../../provider/settings";
import { simulateClock } from "../support/clock";
import { type Lifecycle, world } from "../support/lifecycle";
import { done, failed, type Method, partially, refusal } from "../support/scriptedEcs";

const CODES = ["InvalidAction", "InvalidAction.NotFound", "InvalidApi.NotFound", "InvalidInstanceId.LimitedRegion"];
const link = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };
const { regionId, vpcId } = link;
const members = { regionId, vpcId, instanceIds: ["i-a", "i-b"], movedAway: {} };
const everything: readonly Method[] = ["attach", "detach", "describe"];

simulateClock();

/** A cloud that holds the links of i-a and i-b, and refuses some methods with a code. */
function cloud(code: string, refused: readonly Method[], mayForgetRetired: () => boolean = () => true) {
  const all = world({ "i-a": vpcId, "i-b": vpcId }, { mayForgetRetired });
  for (const method of refused) all.ecs.refuse(method, code);
  return all;
}

/** What both resources say of a call that fails. */
const said = async (
  { one, many }: Record<"one" | "many", Lifecycle>,
  call: "create" | "update" | "read" | "delete",
) => {
  const declared = { regionId, vpcId, instanceIds: ["i-a"] };
  const calls: (() => Promise<unknown>)[] =
    call === "update"
      ? [() => one.update(link, link), () => many.update(members, declared)]
      : [() => one[call](link), () => many[call](call === "create" ? declared : members)];
  const messages: string[] = [];
  for (const failing of calls) messages.push((await failed(failing())).message);
  return messages;
};

test.each(["InvalidAction.NotFound", "InvalidApi.NotFound"])(
  "[12] where ECS answers %s for a moment only, a delete that may forget removes the link all the same",
  async (code) => {
    const { ecs, one } = cloud(code, []);
    ecs.fail(refusal("detach", code));
    await done(one.delete(link));
    expect([ecs.now, one.warnings]).toEqual([{ "i-b": vpcId }, []]);
  },
);

describe.each(CODES)("[12] where ECS answers everything with %s", (code) => {
  test("a delete fails unless it may forget, and says what to do", async () => {
    const all = cloud(code, everything, () => false);
    for (const message of await said(all, "delete")) {
      expect(message).toContain(`DetachClassicLinkVpc: ${code}`);
      expect(message).toContain("ECS does not offer ClassicLink there");
      expect(message).toContain("classiclink:forgetRetiredLinks");
      expect(message).toContain("pulumi state delete");
    }
    expect([...all.one.warnings, ...all.many.warnings]).toEqual([]);
  });

  test("a delete that may forget ends, with one warning that names the links", async () => {
    const { one, many } = cloud(code, everything);
    await done(one.delete(link));
    await done(many.delete(members));
    const warning = (links: string) =>
      `ECS offers no ClassicLink in cn-hangzhou any more (${code}), so it neither removes nor lists links: ` +
      `dropped ${links} without knowing whether anything is left: `;
    expect(one.warnings).toEqual([`${warning("1 link")}i-a to vpc-b`]);
    expect(many.warnings).toEqual([`${warning("2 links")}i-a to vpc-b, i-b to vpc-b`]);
  });

  test.each(["create", "update", "read"] as const)(
    "a %s says that it is not offered, whatever may be forgotten, and takes nothing for gone",
    async (call) => {
      const operation = call === "read" ? "Describe" : "(Attach|Describe)";
      for (const message of await said(cloud(code, everything), call)) {
        expect(message).toMatch(new RegExp(`${operation}ClassicLink(Vpc|Instances): ${code}`));
        expect(message).toContain("ECS does not offer ClassicLink there");
      }
    },
  );
});

describe("a link that may be forgotten", () => {
  const code = "InvalidAction";
  const wrong = () => {
    throw new SettingError("classiclink:forgetRetiredLinks is wrong");
  };

  test("is not, as long as it is listed", async () => {
    const all = cloud(code, ["detach"]);
    for (const message of await said(all, "delete")) expect(message).toContain(`DetachClassicLinkVpc: ${code}`);
    expect([...all.one.warnings, ...all.many.warnings]).toEqual([]);
  });

  test("is simply deleted when the listing proves that it is gone", async () => {
    const { ecs, one } = cloud(code, ["detach"]);
    ecs.links.clear();
    await done(one.delete(link));
    expect(one.warnings).toEqual([]);
  });

  test("is forgotten when it could be detached, and only the listing is gone", async () => {
    const { ecs, one } = cloud(code, ["describe"]);
    await done(one.delete(link));
    expect([ecs.now, one.warnings.length]).toEqual([{ "i-b": vpcId }, 1]);
  });

  test("is named in a message where the host has no warnings", async () => {
    const reported: string[] = [];
    const { one } = cloud(code, everything);
    await done(one.delete(link, { report: (message) => void reported.push(message) }));
    expect(reported).toContainEqual(expect.stringContaining("dropped 1 link"));
  });

  test("is not, when the detach was refused for another reason", async () => {
    const { ecs, one } = cloud(code, ["describe"]);
    ecs.refuse("detach", "Forbidden.RAM");
    expect((await failed(one.delete(link))).message).toContain("DetachClassicLinkVpc: Forbidden.RAM");
  });

  test("[15] is asked about only by a delete that needs to know, which reports a wrong setting", async () => {
    await done(cloud(code, [], wrong).one.delete(link));
    const { message } = await failed(cloud(code, everything, wrong).one.delete(link));
    expect(message).toContain("classiclink:forgetRetiredLinks is wrong");
  });

  test("is one of fifty in a warning that names five", async () => {
    const { many } = cloud(code, everything);
    await done(many.delete({ ...members, instanceIds: Array.from({ length: 50 }, (_, n) => `i-${n}`) }));
    expect(many.warnings).toEqual([expect.stringMatching(/dropped 50 links .*: (i-\d+ to vpc-b, ){5}45 more$/)]);
  });
});

test("members of the state stay in it when an update cannot read whether they are linked", async () => {
  const { many } = cloud("InvalidApi.NotFound", everything, () => false);
  const error = await partially(many.update(members, { regionId, vpcId, instanceIds: ["i-a", "i-b", "i-c"] }));
  expect(error.properties).toMatchObject({ instanceIds: ["i-a", "i-b"] });
});
