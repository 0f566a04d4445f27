/** Which links an operation leaves alone, removes and puts back, in the order in which the engine calls a provider. */

import { describe, expect, jest, test } from "@jest/globals";
import { Run } from "../../provider/links/run";
import { classicLink } from "../../provider/resources/classicLink";
import { classicLinks } from "../../provider/resources/classicLinks";
import { type Properties, UNKNOWN } from "../../provider/resources/inputs";
import type { Resource } from "../../provider/resources/resource";
import { simulateClock } from "../support/clock";
import { Lifecycle } from "../support/lifecycle";
import { done, fault, partially, plainly, refusal, run, ScriptedEcs, works } from "../support/scriptedEcs";

simulateClock();

const regionId = "cn-hangzhou";
const link = (instanceId = "i-a", vpcId = "vpc-1") => ({ regionId, instanceId, vpcId });
const declare = (vpcId: string, ...instanceIds: string[]) => ({ regionId, vpcId, instanceIds });
const fleet = (vpcId: string, ...instanceIds: string[]) => ({ ...declare(vpcId, ...instanceIds), movedAway: {} });

const A = { "i-a": "vpc-1" };
const A_AND_B = { "i-a": "vpc-1", "i-b": "vpc-1" };

/** A cloud with these links, and an engine's run over it. Each provider has a connection of its own, as processes have. */
function world(links: Readonly<Record<string, string>> = {}) {
  const ecs = new ScriptedEcs(links);
  let run = new Run();
  const providerOf =
    (resource: Resource) =>
    (endpoint = "") =>
      new Lifecycle(ecs, { run, config: { "classiclink:endpoint": endpoint } }, resource);
  return {
    ecs,
    one: providerOf(classicLink),
    many: providerOf(classicLinks),
    /** What is called from now on belongs to the engine's next run. */
    nextRun: () => {
      run = new Run();
    },
  };
}

/** What a provider is called for when its resource is new, or is replaced because the engine says so. */
async function checkAndCreate(creates: Lifecycle, inputs: Properties): Promise<void> {
  creates.check(inputs);
  creates.check(inputs);
  await done(creates.create(inputs));
}

describe("[24] a link that stays declared is not detached", () => {
  test("by a replacement that the engine decides on, and the message says so", async () => {
    const { ecs, one } = world(A);
    const same = one();
    same.check(link(), link());
    await checkAndCreate(same, link());
    await done(same.delete(link()));
    expect([ecs.now, ecs.count("detach")]).toEqual([A, 0]);
    expect(same.reported).toEqual([
      "already linked to vpc-1: adopted",
      "the link to vpc-1 stays: the program still declares it",
    ]);
  });

  test("when a link gets a new name and a provider that reaches the same cloud by another address", async () => {
    const { ecs, one } = world(A);
    await checkAndCreate(one("ecs.cn-hangzhou.aliyuncs.com"), link());
    await done(one("ecs-vpc.cn-hangzhou.aliyuncs.com").delete(link()));
    expect(ecs.now).toEqual(A);
  });

  test("when single links become the members of a fleet", async () => {
    const { ecs, one, many } = world(A_AND_B);
    await checkAndCreate(many(), declare("vpc-1", "i-a", "i-b", "i-c"));
    const single = one();
    await done(Promise.all(["i-a", "i-b"].map((id) => single.delete(link(id)))));
    expect([ecs.now, ecs.count("detach")]).toEqual([{ ...A_AND_B, "i-c": "vpc-1" }, 0]);
  });

  test("when members become single links and leave the fleet afterwards", async () => {
    const { ecs, one, many } = world(A_AND_B);
    await checkAndCreate(one(), link());
    const leaves = many();
    leaves.check(declare("vpc-1", "i-b"), declare("vpc-1", "i-a", "i-b"));
    await done(leaves.update(fleet("vpc-1", "i-a", "i-b"), declare("vpc-1", "i-b")));
    expect(ecs.now).toEqual(A_AND_B);
    expect(leaves.reported).toEqual(["1 link stays, since the program still declares them: i-a"]);
  });
});

describe("[24] a link that stays, but that its new owner cannot adopt, is in a state", () => {
  const refused = (ecs: ScriptedEcs) => {
    ecs.refuse("attach", "Forbidden.RAM");
    ecs.refuse("describe", "Forbidden.RAM");
  };
  const unlisted = (ecs: ScriptedEcs) => ecs.refuse("describe", "ServiceUnavailable");

  test.each([
    ["a link", "one", link(), link()],
    ["a fleet", "many", declare("vpc-1", "i-a"), fleet("vpc-1", "i-a")],
  ] as const)("of %s that a forced replacement deletes first", async (_, kind, inputs, state) => {
    const cloud = world(A);
    const replaced = cloud[kind]();
    replaced.check(inputs);
    await done(replaced.delete(state));
    refused(cloud.ecs);
    expect(await partially(replaced.create(inputs))).toMatchObject({ properties: state });
    expect(cloud.ecs.now).toEqual(A);
  });

  test("of a fleet whose VPC cannot be listed, with the times of the members that may be listed late", async () => {
    const { ecs, many, one } = world(A);
    const gains = many();
    const declared = declare("vpc-1", "i-a", "i-b", "i-new");
    gains.check(declared, declare("vpc-1", "i-b"));
    await done(one().delete(link()));
    unlisted(ecs);
    const known = { ...fleet("vpc-1", "i-b"), __halfMade: true, __attachedAt: { "i-b": 7 } };
    const { properties } = await partially(gains.update(known, declared));
    expect(properties).toMatchObject({
      ...fleet("vpc-1", "i-b", "i-a"),
      __attachedAt: { "i-a": expect.any(Number), "i-b": 7 },
    });
  });

  test.each([
    ["a link", "one", link(), refused],
    ["a fleet", "many", declare("vpc-1", "i-a", "i-b"), refused],
    ["a fleet whose VPC cannot be listed", "many", declare("vpc-1", "i-a"), unlisted],
  ] as const)("of the resource that %s replaces, whose delete fails", async (_, kind, inputs, fail) => {
    const cloud = world(A);
    const creates = cloud[kind]();
    creates.check(inputs);
    fail(cloud.ecs);
    await plainly(creates.create(inputs));
    expect(await plainly(cloud.one().delete(link()))).toMatch(/still declares it, but it could not be linked/);
    expect(cloud.ecs.now).toEqual(A);
  });

  test.each([
    ["a link", "one", link()],
    ["a fleet", "many", declare("vpc-1", "i-a")],
  ] as const)("of the new owner only, once %s has adopted the link at a second try", async (_, kind, inputs) => {
    const cloud = world(A);
    const { ecs } = cloud;
    const creates = cloud[kind]();
    creates.check(inputs);
    unlisted(ecs);
    await plainly(creates.create(inputs));
    ecs.always("describe", works);
    await done(creates.create(inputs));
    await done(cloud.one().delete(link()));
    expect(ecs.count("detach")).toBe(0);
  });
});

describe("[24] a replacement that the engine decides on checks a second time, without ignoreChanges", () => {
  test.each([
    ["a fleet", "many", declare("vpc-1", "i-a", "i-b"), declare("vpc-1", "i-b", "i-c"), fleet("vpc-1", "i-a", "i-b")],
    ["a link", "one", link(), link("i-c"), link()],
  ] as const)("only the second check of %s says what is declared", async (_, kind, ignoring, news, state) => {
    const cloud = world(A_AND_B);
    const replaced = cloud[kind]();
    replaced.check(ignoring, ignoring);
    replaced.check(news);
    await done(replaced.create(news));
    await done(replaced.delete(state));
    expect(cloud.ecs.now).toEqual({ "i-b": "vpc-1", "i-c": "vpc-1" });
  });

  test("so a link moves to another VPC, though the create comes first", async () => {
    const { ecs, one } = world(A);
    const replaced = one();
    replaced.check(link(), link());
    replaced.check(link("i-a", "vpc-2"));
    await done(replaced.create(link("i-a", "vpc-2")));
    await done(replaced.delete(link()));
    expect(ecs.now).toEqual({ "i-a": "vpc-2" });
  });

  test("a link that another resource declares too stays", async () => {
    const { ecs, one, many } = world(A_AND_B);
    many().check(declare("vpc-1", "i-a", "i-b"), {}, "a:fleet");
    const replaced = one();
    replaced.check(link(), link());
    expect(replaced.check(link("i-b")).failures).toEqual([]);
    await done(replaced.delete(link()));
    expect(ecs.now).toEqual(A_AND_B);
  });

  test("another resource may declare the instance of the first check", () => {
    const replaced = world().one();
    replaced.check(link(), link());
    replaced.check(link("i-b"));
    expect(replaced.check(link(), {}, "a:other").failures).toEqual([]);
    expect(replaced.check(link("i-b"), {}, "a:third").failures).toHaveLength(1);
  });
});

test.each([
  ["locked", refusal("attach", "InvalidStatus.InstanceLocked")],
  ["unanswered", fault("attach", "ConnectionLost")],
])(
  "[24] a link that was removed a moment ago is made again, if it is still listed while its attach is %s",
  async (_, error) => {
    const { ecs, one } = world(A);
    const again = one();
    await done(again.delete(link()));
    ecs.shown.set("i-a", "vpc-1");
    ecs.fail(error);
    again.check(link());
    await done(again.create(link()));
    expect(ecs.now).toEqual(A);
  },
);

test("[4] a link that was removed a moment ago, and that others have made again, is adopted", async () => {
  const { ecs, one } = world(A);
  const again = one();
  await done(again.delete(link()));
  ecs.links.set("i-a", "vpc-1");
  again.check(link());
  expect(await run(again.create(link()))).toMatchObject({ value: {}, afterMs: 0 });
  expect(again.reported).toEqual(["already linked to vpc-1: adopted"]);
});

test("[24] a link is gone though its id stays declared in a cloud that another provider's endpoint names", async () => {
  const { ecs, one } = world(A);
  one("ecs.private.example").check(link());
  await done(one("ecs.other.example").delete(link()));
  expect(ecs.now).toEqual({});
});

describe("[26] a link that the run has removed is put back when the program still declares it", () => {
  /** A fleet drops `i-a`, which nothing else has declared yet. */
  async function dropped() {
    const all = world(A_AND_B);
    const leaves = all.many();
    leaves.check(declare("vpc-1", "i-b"), declare("vpc-1", "i-a", "i-b"));
    await done(leaves.update(fleet("vpc-1", "i-a", "i-b"), declare("vpc-1", "i-b")));
    expect(all.ecs.now).toEqual({ "i-b": "vpc-1" });
    return all;
  }

  test("by a link that is new", async () => {
    const { ecs, one } = await dropped();
    await checkAndCreate(one(), link());
    expect(ecs.now).toEqual(A_AND_B);
  });

  test.each<["link" | "fleet", Properties, Properties]>([
    ["link", link(), link()],
    ["fleet", fleet("vpc-1", "i-a"), declare("vpc-1", "i-a")],
  ])("by a %s that had it all along: its diff says that an update is due", async (kind, state, declared) => {
    const { ecs, one, many } = await dropped();
    const had = kind === "link" ? one() : many();
    had.check(declared, declared, "a:other");
    expect(had.diff(state, declared)).toEqual({ replaces: [], updates: [], isDue: true });
    await done(had.update(state, declared));
    expect(ecs.now).toEqual(A_AND_B);
    expect(had.diff(state, declared).isDue).toBe(false);
  });

  test("while its removal is under way: the create waits for the end of it", async () => {
    const { ecs, one } = world(A);
    ecs.latencyMs = 500;
    const deleting = one().delete(link());
    await jest.advanceTimersByTimeAsync(100);
    const other = one();
    other.check(link());
    expect(other.diff(link(), link()).isDue).toBe(true);
    await done(Promise.all([deleting, other.create(link())]));
    expect(ecs.now).toEqual(A);
    expect(other.reported[0]).toBe("detached by another resource, 0 s of at most 10 min, 0 calls");
  });

  test("though a listing still shows it", async () => {
    const { ecs, many } = await dropped();
    ecs.shown.set("i-a", "vpc-1");
    await checkAndCreate(many(), declare("vpc-1", "i-a"));
    expect(ecs.now).toEqual(A_AND_B);
  });
});

describe("an instance that moves between resources of one run", () => {
  const moving = (links: Readonly<Record<string, string>> = { "i-a": "vpc-1", "i-b": "vpc-2" }) => {
    const all = world(links);
    return { ecs: all.ecs, from: all.many(), to: all.many() };
  };
  const both = declare("vpc-2", "i-a", "i-b");
  /** The fleet to vpc-2 declares both instances. */
  const take = (to: Lifecycle) => {
    to.check(both, declare("vpc-2", "i-b"), "a:to");
    return to.update(fleet("vpc-2", "i-b"), both);
  };

  test("swaps its VPC with another, though the fleets are updated one after the other", async () => {
    const { ecs, from, to } = moving();
    from.check(declare("vpc-1", "i-b"), declare("vpc-1", "i-a"), "a:from");
    to.check(declare("vpc-2", "i-a"), declare("vpc-2", "i-b"), "a:to");
    await done(from.update(fleet("vpc-1", "i-a"), declare("vpc-1", "i-b")));
    await done(to.update(fleet("vpc-2", "i-b"), declare("vpc-2", "i-a")));
    expect(ecs.now).toEqual({ "i-a": "vpc-2", "i-b": "vpc-1" });
  });

  test("may leave a fleet that declares no other, though the one that takes it is updated first", async () => {
    const { ecs, from, to } = moving();
    from.check(declare("vpc-1"), declare("vpc-1", "i-a"), "a:from");
    await done(take(to));
    expect(ecs.now).toEqual({ "i-a": "vpc-2", "i-b": "vpc-2" });
  });

  test("is waited for when the resource that drops it is checked a moment later", async () => {
    const { ecs, from, to } = moving();
    const taking = take(to);
    await jest.advanceTimersByTimeAsync(1_500);
    from.check(declare("vpc-1"), declare("vpc-1", "i-a"), "a:from");
    await done(Promise.all([taking, from.update(fleet("vpc-1", "i-a"), declare("vpc-1"))]));
    expect(ecs.now).toEqual({ "i-a": "vpc-2", "i-b": "vpc-2" });
  });

  test.each([
    ["", link()],
    [" though the old link was partially created", { ...link(), __halfMade: true, __attachedAt: 0 }],
  ])("may get a new name and another VPC in one update, if the same run refreshes first%s", async (_, state) => {
    const { ecs, one } = world(A);
    const [creates, deletes] = [one(), one()];
    ecs.lagDescribes = 3;
    await done(deletes.read(state));
    creates.check(link("i-a", "vpc-2"), {}, "a:new");
    const lines: string[] = [];
    await done(creates.create(link("i-a", "vpc-2"), { progress: (line) => void lines.push(line) }));
    expect(lines).toContainEqual(expect.stringMatching(/^detached, still listed, /));
    // It is attached when the detached link is no longer listed.
    expect(ecs.called.join(" ")).toContain("detach describe describe describe describe attach");
    await done(deletes.delete(link()));
    expect(ecs.now).toEqual({ "i-a": "vpc-2" });
    expect(deletes.reported).toEqual(["linked to vpc-2 as the program declares: that link stays"]);
  });

  test("is not taken from a resource that the run checks a moment later, though a refresh has found it", async () => {
    const { ecs, from, to } = moving();
    await done(from.read(fleet("vpc-1", "i-a")));
    const taking = run(take(to));
    await jest.advanceTimersByTimeAsync(1_500);
    from.check(declare("vpc-1", "i-a"), declare("vpc-1", "i-a"), "a:from");
    expect((await taking).error?.message).toMatch(/i-a: it is linked to vpc-1/);
    expect([ecs.now, ecs.count("detach")]).toEqual([{ "i-a": "vpc-1", "i-b": "vpc-2" }, 0]);
  });

  test("is an error within some seconds when no resource of the run drops it, and says what to do", async () => {
    const { ecs, from, to } = moving();
    // What the run does elsewhere is not waited for.
    for (const n of [2, 4, 6, 8, 10, 12]) setTimeout(() => from.provider.ledger.made(link(`i-${n}`)), n * 1_000);
    const { error, afterMs } = await run(take(to));
    expect(error?.message).toMatch(/i-a: it is linked to vpc-1.*in the state of this stack, run pulumi up --refresh/);
    expect(afterMs).toBeLessThan(10_000);
    expect([ecs.now, ecs.count("detach")]).toEqual([{ "i-a": "vpc-1", "i-b": "vpc-2" }, 0]);
  });

  test("is waited for while the run goes on to check resources, and for a minute at most", async () => {
    const { ecs, from, to } = moving();
    for (let seconds = 2; seconds <= 90; seconds += 2) {
      setTimeout(() => from.check(declare("vpc-1", `i-${seconds}`), {}, `a:${seconds}`), seconds * 1_000);
    }
    const { error, afterMs } = await run(take(to));
    expect(error?.message).toMatch(/i-a: it is linked to vpc-1/);
    expect(afterMs).toBeGreaterThanOrEqual(60_000);
    expect(afterMs).toBeLessThan(62_000);
    expect(ecs.count("detach")).toBe(0);
  });
});

describe("[25] a link that somebody has moved to another VPC", () => {
  /** The state after a refresh that has found the link moved. */
  async function refreshed() {
    const all = world({ "i-a": "vpc-2" });
    const reads = all.one();
    const found = await done(reads.read(link()));
    return { ...all, reads, outputs: found?.outputs ?? {}, inputs: found?.inputs ?? {} };
  }

  test("is named by the refresh that finds it, and left alone by a destroy after it, which says so", async () => {
    const { ecs, reads, outputs } = await refreshed();
    await done(reads.delete(outputs));
    expect([ecs.now, ecs.count("detach")]).toEqual([{ "i-a": "vpc-2" }, 0]);
    expect(reads.reported).toEqual([
      "drift: i-a is linked to vpc-2, no longer to vpc-1",
      "i-a was moved from vpc-1 to vpc-2 by someone else: that link stays",
    ]);
  });

  test("is left alone after two refreshes, and after a refresh that has found it in a third VPC", async () => {
    const { ecs, one, outputs } = await refreshed();
    expect((await done(one().read(outputs)))?.outputs).toEqual(outputs);
    ecs.links.set("i-a", "vpc-3");
    const third = await done(one().read(outputs));
    await done(one().delete(third?.outputs ?? {}, {}));
    expect(ecs.now).toEqual({ "i-a": "vpc-3" });
  });

  test("is ours again once a refresh has found it where this stack made it", async () => {
    const { ecs, one, outputs } = await refreshed();
    ecs.links.set("i-a", "vpc-1");
    expect((await done(one().read(outputs)))?.outputs).toEqual(link());
    await done(one().delete(link()));
    expect(ecs.now).toEqual({});
  });

  test("is linked as declared again by an up whose program declares the instance", async () => {
    const { ecs, one, outputs, inputs } = await refreshed();
    const single = one();
    single.check(link(), inputs);
    expect(single.diff(outputs, link()).replaces).toEqual(["vpcId"]);
    await done(single.delete(outputs));
    await done(single.create(link()));
    expect(ecs.now).toEqual(A);
  });

  test("is linked as declared again by a replacement that the engine decides on, if the same run refreshes first", async () => {
    const { ecs, one, nextRun, outputs } = await refreshed();
    nextRun();
    const single = one();
    await done(single.read(outputs));
    await checkAndCreate(single, link());
    await done(single.delete(outputs));
    expect(ecs.now).toEqual(A);
  });

  test("is linked as declared again for a fleet whose replacement has failed, if the next run refreshes first", async () => {
    const { ecs, many, nextRun } = world({ "i-a": "vpc-2", "i-b": "vpc-1" });
    const declared = declare("vpc-1", "i-a", "i-b");
    const moved = { ...fleet("vpc-1", "i-b"), movedAway: { "i-a": "vpc-2" } };
    const first = many();
    first.check(declared);
    const { properties } = await partially(first.create(declared));
    expect(properties).toMatchObject({ instanceIds: ["i-b"] });
    nextRun();
    const second = many();
    await done(second.read(moved));
    await done(second.read(properties));
    second.check(declared, declared);
    await done(second.update(properties, declared));
    await done(second.delete(moved));
    expect(ecs.now).toEqual(A_AND_B);
  });

  test("is adopted where it is by a program that declares it there, and is ours from then on", async () => {
    const { ecs, one, nextRun, outputs, inputs } = await refreshed();
    const there = link("i-a", "vpc-2");
    const single = one();
    single.check(there, inputs);
    expect(single.diff(outputs, there)).toEqual({ replaces: [], updates: [], isDue: true });
    // The engine's own refresh compares it with itself.
    expect(single.diff(outputs, inputs)).toEqual({ replaces: [], updates: [], isDue: false });
    expect((await done(single.update(outputs, there))).outputs).toEqual(there);
    nextRun();
    await done(one().delete(there));
    expect(ecs.now).toEqual({});
  });

  /** A fleet of which a refresh has found one member moved, and the next run, in which a program may declare something. */
  async function refreshedFleet(declared?: Properties) {
    const all = world({ "i-a": "vpc-1", "i-far": "vpc-2" });
    const found = await done(all.many().read(fleet("vpc-1", "i-a", "i-far")));
    all.nextRun();
    const many = all.many();
    if (declared !== undefined) many.check(declared);
    return { ecs: all.ecs, many, outputs: found?.outputs ?? {} };
  }
  const declared = declare("vpc-1", "i-a", "i-far");

  test.each<[what: string, declared: Properties | undefined, left: object, reported: string]>([
    [
      "left alone",
      undefined,
      { "i-far": "vpc-2" },
      "moved from vpc-1 by someone else, so these links stay: i-far to vpc-2",
    ],
    ["detached if it is declared, so that the next create succeeds", declared, A, "1 link stays, since the program"],
    [
      "left if it is declared there",
      declare("vpc-2", "i-far"),
      { "i-far": "vpc-2" },
      "1 link stays, since the program",
    ],
  ])("is, by the delete of its fleet, %s", async (_, news, left, reported) => {
    const { ecs, many, outputs } = await refreshedFleet(news);
    await done(many.delete(outputs));
    expect(ecs.now).toEqual(left);
    expect(many.reported).toEqual([expect.stringContaining(reported)]);
  });

  test("costs no call at the delete of its fleet after this run has linked the instance again", async () => {
    const { ecs, many, outputs } = await refreshedFleet(declared);
    await done(many.read(outputs));
    await done(many.create(declared));
    ecs.calls.length = 0;
    await done(many.delete(outputs, {}));
    expect([ecs.now, ecs.called]).toEqual([{ "i-a": "vpc-1", "i-far": "vpc-1" }, []]);
  });
});

test("[1] an instance that two resources of a program declare in one cloud is refused by the check of the second", () => {
  const { one, many } = world();
  const single = one();
  const refusals = (...checked: Parameters<Lifecycle["check"]>) => single.check(...checked).failures;
  expect(refusals(link(), {}, "a:first")).toEqual([]);
  const reason = "i-a is declared by a:first already; an instance has at most one link";
  expect(refusals(link("i-a", "vpc-2"), {}, "a:second")).toEqual([{ property: "instanceId", reason }]);
  // Other providers and regions are other links.
  expect(one().check(link(), {}, "a:second").failures).toEqual([]);
  expect(refusals({ ...link(), regionId: "cn-beijing" }, {}, "a:third")).toEqual([]);

  const fleets = many();
  fleets.check(declare("vpc-1", "i-a"), {}, "a:first");
  const { failures } = fleets.check(declare("vpc-2", "i-b", "i-a"), {}, "a:second");
  const ofMember = "i-a is declared by a:first already, to another VPC; an instance has at most one link";
  expect(failures).toEqual([{ property: "instanceIds[1]", reason: ofMember }]);
  // Two unknown instances are not the same one.
  fleets.check(declare("vpc-1", UNKNOWN), {}, "a:third");
  expect(fleets.check(declare("vpc-2", UNKNOWN), {}, "a:fourth").failures).toEqual([]);
});

test.each(["create", "delete", "read"] as const)(
  "[15] a setting that is wrong fails the %s that needs it, in its own sentence, and leaves no timer",
  async (call) => {
    const single = world().one();
    jest.spyOn(single.provider, "links").mockRejectedValue(new Error("classiclink:endpoint is wrong"));
    expect(await plainly(single[call](link()))).toMatch(/^cannot (un)?(link|read) .*: classiclink:endpoint is wrong$/);
  },
);

describe("[15] a ledger that is lost during the run", () => {
  const lost = () => {
    throw new Error("the ledger of this run is lost");
  };

  test.each<["link" | "fleet", Resource, Properties]>([
    ["link", classicLink, link()],
    ["fleet", classicLinks, declare("vpc-1", "i-a", "i-b")],
  ])(
    "fails the create of a %s, which does not wait, and keeps in the state what may exist",
    async (_, resource, news) => {
      const lostRun = new Run();
      jest.spyOn(lostRun, "has").mockImplementation(lost);
      const lifecycle = new Lifecycle(new ScriptedEcs({ "i-a": "vpc-2" }), { run: lostRun }, resource);
      expect((await partially(lifecycle.create(news))).message).toMatch(/: the ledger of this run is lost/);
    },
  );

  test("leaves a fleet partially created with the members that are linked, if it is lost after a detach", async () => {
    class LaterLostRun extends Run {
      override record(...[event, links]: Parameters<Run["record"]>): void {
        if (event === "settled") lost();
        super.record(event, links);
      }
    }
    const ecs = new ScriptedEcs({ ...A_AND_B, "i-c": "vpc-1" });
    ecs.refuse("attach", "Forbidden.RAM");
    const lifecycle = new Lifecycle(ecs, { run: new LaterLostRun() }, classicLinks);
    const update = lifecycle.update(fleet("vpc-1", "i-a", "i-b", "i-c"), declare("vpc-1", "i-a", "i-new"));
    expect((await partially(update)).properties.instanceIds).toEqual([...ecs.links.keys()]);
  });
});

test.each<["link" | "fleet", Properties, Properties]>([
  ["link", link(), { ...link(), instanceId: "" }],
  ["fleet", declare("vpc-1", "i-a", "i-b"), declare("vpc-1", "i-a", "")],
])("[24] a %s whose check fails keeps its links: nobody knows what it declares", async (kind, olds, news) => {
  const { ecs, one, many } = world(A);
  const failing = kind === "link" ? one() : many();
  expect(failing.check(news, olds).failures).not.toEqual([]);
  await done(classicLink.delete(failing.provider, link(), {}));
  expect(ecs.now).toEqual(A);
});
