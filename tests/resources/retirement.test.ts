/** Where ECS offers no ClassicLink any more: what a delete does, and what everything else says. */

import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { startEmulator } from "../../emulator";
import { classicLink } from "../../provider/resources/classicLink";
import { Provider } from "../../provider/resources/provider";
import { SettingError } from "../../provider/settings";
import { simulateClock } from "../support/clock";
import { type Lifecycle, world } from "../support/lifecycle";
import { opener } from "../support/opened";
import { done, failed, type Method, refusal } from "../support/scriptedEcs";
import { settingsOf } from "../support/settings";

/** One of several codes, see errors.test.ts. Gateways give it for a moment too. */
const CODE = "InvalidAction.NotFound";
const link = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };
const { regionId, vpcId } = link;
const declared = { regionId, vpcId, instanceIds: ["i-a"] };
const members = { regionId, vpcId, instanceIds: ["i-a", "i-b"], movedAway: {} };
const everything: readonly Method[] = ["attach", "detach", "describe"];

simulateClock();

/** A cloud that has the links of i-a and i-b, and refuses some methods. */
function cloud(refused: readonly Method[], mayForgetRetired: () => boolean = () => true) {
  const all = world({ "i-a": vpcId, "i-b": vpcId }, { mayForgetRetired });
  for (const method of refused) all.ecs.refuse(method, CODE);
  return all;
}

/** The messages of both resources, whose delete must fail. */
async function failedDeletes({ one, many }: Record<"one" | "many", Lifecycle>) {
  const messages = [(await failed(one.delete(link))).message, (await failed(many.delete(members))).message];
  expect([...one.warnings, ...many.warnings]).toEqual([]);
  return messages;
}

describe("[12] a delete", () => {
  test("fails unless it may forget, and says what to do", async () => {
    for (const message of await failedDeletes(cloud(everything, () => false))) {
      expect(message).toContain(`DetachClassicLinkVpc: ${CODE}`);
      expect(message).toContain("ECS does not offer ClassicLink there");
      expect(message).toContain("classiclink:forgetRetiredLinks");
      expect(message).toContain("pulumi state delete");
    }
  });

  test("that may forget ends, with one warning that names at most five links", async () => {
    const { one, many } = cloud(everything);
    await done(one.delete(link));
    await done(many.delete({ ...members, instanceIds: Array.from({ length: 50 }, (_, n) => `i-${n}`) }));
    const warning = (links: string) =>
      `ECS offers no ClassicLink in cn-hangzhou any more (${CODE}), so it neither removes nor lists links: ` +
      `dropped ${links} without knowing whether anything is left: `;
    expect(one.warnings).toEqual([`${warning("1 link")}i-a to vpc-b`]);
    const five = [0, 1, 2, 3, 4].map((n) => `i-${n} to vpc-b`).join(", ");
    expect(many.warnings).toEqual([`${warning("50 links")}${five}, 45 more`]);
  });

  test("names the link in a message if the host has no warnings", async () => {
    const reported: string[] = [];
    await done(cloud(everything).one.delete(link, { report: (message) => void reported.push(message) }));
    expect(reported).toContainEqual(expect.stringContaining("dropped 1 link"));
  });

  test("forgets no link that is listed", async () => {
    for (const message of await failedDeletes(cloud(["detach"]))) {
      expect(message).toContain(`DetachClassicLinkVpc: ${CODE}`);
    }
  });

  test("forgets none if the detach was refused for another reason", async () => {
    const { ecs, one } = cloud(["describe"]);
    ecs.refuse("detach", "Forbidden.RAM");
    expect((await failed(one.delete(link))).message).toContain("DetachClassicLinkVpc: Forbidden.RAM");
  });

  test("forgets a link that was detached if only the listing is gone", async () => {
    const { ecs, one } = cloud(["describe"]);
    await done(one.delete(link));
    expect([ecs.now, one.warnings.length]).toEqual([{ "i-b": vpcId }, 1]);
  });

  test("forgets none if it may not, or if the listing is refused for another reason", async () => {
    const denied = cloud([]);
    const unlisted = cloud(["detach"]);
    for (const { ecs } of [denied, unlisted]) ecs.refuse("describe", "Forbidden.RAM");
    for (const all of [cloud(["describe"], () => false), denied, unlisted]) {
      for (const message of await failedDeletes(all)) expect(message).toContain("DescribeClassicLinkInstances: ");
    }
  });

  test("has no warning if the listing proves that the link is gone, or the next detach succeeds", async () => {
    const listed = cloud(["detach"]);
    listed.ecs.links.clear();
    const passing = cloud([]);
    passing.ecs.fail(refusal("detach", CODE));
    for (const { one } of [listed, passing]) {
      await done(one.delete(link));
      expect(one.warnings).toStrictEqual([]);
    }
    expect(passing.ecs.now).toEqual({ "i-b": vpcId });
  });

  test("[15] asks for the setting only if it needs it, and reports a wrong one", async () => {
    const wrong = () => {
      throw new SettingError("classiclink:forgetRetiredLinks is wrong");
    };
    await done(cloud([], wrong).one.delete(link));
    const { message } = await failed(cloud(everything, wrong).one.delete(link));
    expect(message).toContain("classiclink:forgetRetiredLinks is wrong");
  });
});

test.each<[call: string, make: (all: ReturnType<typeof cloud>) => Promise<unknown>[]]>([
  ["create", ({ one, many }) => [one.create(link), many.create(declared)]],
  ["update", ({ one, many }) => [one.update(link, link), many.update(members, declared)]],
  ["read", ({ one, many }) => [one.read(link), many.read(members)]],
])("a %s says that it is not offered, whatever may be forgotten, and takes nothing for gone", async (_, make) => {
  const messages = await Promise.all(make(cloud(everything)).map(failed));
  for (const { message } of messages) {
    expect(message).toMatch(new RegExp(`(Attach|Describe)ClassicLink(Vpc|Instances): ${CODE}`));
    expect(message).toContain("ECS does not offer ClassicLink there");
  }
});

describe("over a real connection", () => {
  const open = opener();
  beforeEach(() => void jest.useRealTimers());
  afterEach(() => void jest.useFakeTimers());

  test.each<[value: string | undefined, warning: string | undefined, error: string | undefined]>([
    ["true", "dropped 1 link", undefined],
    ["false", undefined, "set classiclink:forgetRetiredLinks to true"],
    [undefined, undefined, "set classiclink:forgetRetiredLinks to true"],
    ["perhaps", undefined, "use true or false"],
  ])("[12] the setting of the stack decides whether a delete may forget: %s", async (value, warning, error) => {
    const emulator = await open(startEmulator());
    // This code is not retried, so the test waits for nothing.
    emulator.injectFault({ kind: "retired", code: "InvalidInstanceId.LimitedRegion" });
    const key = { "classiclink:accessKey": "testid", "classiclink:secretKey": "testsecret" };
    const place = { "classiclink:endpoint": emulator.endpoint, "classiclink:forgetRetiredLinks": value };
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const deleting = classicLink.delete(new Provider(settingsOf({ ...key, ...place })), link, { warn });
    const thrown: unknown = await deleting.catch(({ message }: Error) => message);
    const containing = (text?: string) => (text === undefined ? undefined : expect.stringContaining(text));
    expect([warnings[0], thrown]).toEqual([containing(warning), containing(error)]);
  });
});
