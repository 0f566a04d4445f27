import { describe, expect, test } from "@jest/globals";
import type { EcsClient, Link } from "../../provider/ecs/client";
import { MAX_IN_FLIGHT } from "../../provider/ecs/rateLimiter";
import type { CallContext } from "../../provider/links/operation";
import { classicLinks } from "../../provider/resources/classicLinks";
import { type Properties, UNKNOWN } from "../../provider/resources/inputs";
import { type Declared, type Members, MOST_LINKS, toMembers } from "../../provider/resources/fleetMembers";
import { PartiallyCreatedError } from "../../provider/resources/partiallyCreated";
import type { Found } from "../../provider/resources/resource";
import { simulateClock } from "../support/clock";
import { Lifecycle } from "../support/lifecycle";
import { done, failed, fails, failsAfterWork, fault, refusal, run, ScriptedEcs, works } from "../support/scriptedEcs";

const regionId = "cn-hangzhou";
const vpcId = "vpc-b";

simulateClock();

const names = (count: number) => Array.from({ length: count }, (_, n) => `i-${n}`);
const declare = (...instanceIds: string[]) => ({ regionId, vpcId, instanceIds }) satisfies Declared;
const state = (instanceIds: readonly string[], movedAway: Record<string, string> = {}) =>
  ({ ...declare(...instanceIds), movedAway }) satisfies Members;

const lifecycleOf = (client: EcsClient) => new Lifecycle(client, {}, classicLinks);

/** The outputs of a call that must succeed. */
const outputs = async (call: Promise<Found | undefined>) => (await done(call))?.outputs;

/** A cloud with these links, instance → VPC, and a lifecycle over it. */
function cloud(links: Readonly<Record<string, string>> = {}) {
  const ecs = new ScriptedEcs();
  for (const [instanceId, linkedTo] of Object.entries(links)) ecs.links.set(instanceId, linkedTo);
  return { ecs, lifecycle: lifecycleOf(ecs) };
}

/** The same cloud, where each attach or detach of some instances goes wrong. */
function refusing(ecs: ScriptedEcs, errors: Readonly<Record<string, Error>>): EcsClient {
  const unless = async (link: Link, call: () => Promise<void>) => {
    const error = errors[link.instanceId];
    if (error !== undefined) throw error;
    await call();
  };
  return {
    attach: (link, caller) => unless(link, () => ecs.attach(link, caller)),
    detach: (link, caller) => unless(link, () => ecs.detach(link, caller)),
    describe: (query, caller) => ecs.describe(query, caller),
    existing: (...args) => ecs.existing(...args),
  };
}

/** The same cloud, whose listings do not show one instance as it is, but linked as given. */
function showing(ecs: ScriptedEcs, instanceId: string, linkedTo?: string): EcsClient {
  return {
    attach: (link, caller) => ecs.attach(link, caller),
    detach: (link, caller) => ecs.detach(link, caller),
    existing: (...args) => ecs.existing(...args),
    async describe(query, caller) {
      const page = await ecs.describe(query, caller);
      const others = page.links.filter((link) => link.instanceId !== instanceId);
      const named = query.instanceIds?.includes(instanceId) ?? query.vpcId === linkedTo;
      const shown = named && linkedTo !== undefined ? [{ regionId, instanceId, vpcId: linkedTo }] : [];
      return { links: [...others, ...shown], totalCount: others.length + shown.length };
    },
  };
}

/** Fails with some of the members linked, and the state must hear of those. */
async function partial(promise: Promise<unknown>): Promise<PartiallyCreatedError> {
  const error = await failed(promise);
  if (error instanceof PartiallyCreatedError) return error;
  throw new Error(`not partially created: ${error.message}`, { cause: error });
}

const membersIn = ({ properties }: PartiallyCreatedError) => toMembers(properties).instanceIds;

/** The instances that were attached, or detached, and from or to where. */
const changesOf = (ecs: ScriptedEcs, method: "attach" | "detach") =>
  ecs.calls.flatMap(({ method: called, query }) =>
    called === method && "instanceId" in query ? [`${query.instanceId} ${query.vpcId}`] : [],
  );

/** What a state has of a resource that is partially created. */
const marks = { __halfMade: true, __attachedAt: {} };

const check = (news: Properties) => cloud().lifecycle.check(news);
const diff = (olds: Properties, news: Properties) => cloud().lifecycle.diff(olds, news);

const linksOf = (ecs: ScriptedEcs) => Object.fromEntries(ecs.links);

describe("check", () => {
  test("[1] fills in the configured region, and checks its own answer the same", () => {
    const once = check({ vpcId, instanceIds: ["i-b", "i-a"] });
    expect(once).toEqual({ inputs: { vpcId, instanceIds: ["i-b", "i-a"], regionId }, failures: [] });
    expect(check(once.inputs)).toEqual(once);
  });

  test("[1] a list without members is allowed", () => {
    expect(check({ vpcId, instanceIds: [] }).failures).toEqual([]);
  });

  test("[1] 1000 members are allowed, and 1001 are refused with their number", () => {
    expect(check({ vpcId, instanceIds: names(MOST_LINKS) }).failures).toEqual([]);
    expect(check({ vpcId, instanceIds: names(1001) }).failures).toEqual([
      { property: "instanceIds", reason: "has 1001 members; a VPC takes at most 1000 links" },
    ]);
  });

  test("[1] a member that is declared twice is named", () => {
    expect(check({ vpcId, instanceIds: ["i-a", "i-b", "i-a"] }).failures).toEqual([
      { property: "instanceIds[2]", reason: "names i-a again, after instanceIds[0]; name each instance once" },
    ]);
  });

  test("[1] unknowns pass, for the list and for members, and two unknown members are not the same one", () => {
    expect(check({ vpcId: UNKNOWN, instanceIds: UNKNOWN, regionId: UNKNOWN }).failures).toEqual([]);
    expect(check({ vpcId, instanceIds: [UNKNOWN, "i-a", UNKNOWN] }).failures).toEqual([]);
  });

  const wrong: [name: string, news: Record<string, unknown>, property: string][] = [
    ["no VPC", { instanceIds: [] }, "vpcId"],
    ["a VPC with white space", { vpcId: "vpc-b ", instanceIds: [] }, "vpcId"],
    ["no list", { vpcId }, "instanceIds"],
    ["null for the list", { vpcId, instanceIds: null }, "instanceIds"],
    ["one id for the list", { vpcId, instanceIds: "i-a" }, "instanceIds"],
    ["an empty member", { vpcId, instanceIds: ["i-a", ""] }, "instanceIds[1]"],
    ["two ids in one member", { vpcId, instanceIds: ["i-a,i-b"] }, "instanceIds[0]"],
    ["a number for a member", { vpcId, instanceIds: [7] }, "instanceIds[0]"],
    ["null for a member", { vpcId, instanceIds: [null] }, "instanceIds[0]"],
    ["a list for the region", { vpcId, instanceIds: [], regionId: ["cn"] }, "regionId"],
    ["a misspelt property", { vpcId, instanceIds: [], instanceId: "i-a" }, "instanceId"],
  ];
  test.each(wrong)("[1] %s is reported under its property", (_, news, property) => {
    const { failures } = check(news);
    expect(failures.map((failure) => failure.property)).toEqual([property]);
    expect(failures[0]?.reason.length).toBeGreaterThan(10);
  });
});

describe("diff", () => {
  const olds = { ...state(["i-a", "i-b"]), __provider: "line" };

  test("[2] the order of the members means nothing", () => {
    const news = { instanceIds: ["i-b", "i-a"], regionId, vpcId, __timeouts: { create: 5 } };
    expect(diff(olds, news)).toMatchObject({ replaces: [], updates: [] });
  });

  test.each([
    ["added", ["i-a", "i-b", "i-c"]],
    ["removed", ["i-a"]],
    ["exchanged", ["i-a", "i-c"]],
    ["all removed", []],
  ])("[2] members that are %s change in place", (_, instanceIds) => {
    expect(diff(olds, { regionId, vpcId, instanceIds })).toMatchObject({ replaces: [], updates: ["instanceIds"] });
  });

  test.each(["vpcId", "regionId"])("[2][3] a new or unknown %s replaces", (property) => {
    for (const value of ["other", UNKNOWN]) {
      const news = { ...declare("i-a", "i-b"), [property]: value };
      expect(diff(olds, news)).toMatchObject({ replaces: [property], updates: [] });
    }
  });

  test("[3] an unknown list, or member, says that the members change and no more", () => {
    for (const instanceIds of [UNKNOWN, ["i-a", UNKNOWN]]) {
      expect(diff(olds, { regionId, vpcId, instanceIds })).toMatchObject({ replaces: [], updates: ["instanceIds"] });
    }
  });

  test("members that moved away are a reason to update, and so is a resource that is partially created", () => {
    expect(diff(state(["i-a"], { "i-b": "vpc-c" }), declare("i-a", "i-b")).updates).toContain("movedAway");
    expect(diff({ ...olds, __halfMade: true }, declare("i-a", "i-b")).isDue).toBe(true);
  });
});

describe("create", () => {
  test("[8] links all members, in whatever order; the outputs are the inputs, with nothing moved away", async () => {
    const { ecs, lifecycle } = cloud();
    expect(await outputs(lifecycle.create(declare("i-b", "i-a")))).toEqual(state(["i-b", "i-a"]));
    expect(linksOf(ecs)).toEqual({ "i-a": vpcId, "i-b": vpcId });
  });

  test("no members are linked with no call", async () => {
    const { ecs, lifecycle } = cloud();
    expect(await outputs(lifecycle.create(declare()))).toEqual(state([]));
    expect(ecs.called).toEqual([]);
  });

  test("[4] members that are linked already are adopted without an attach, and links of others are not touched", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-others": vpcId });
    expect(await outputs(lifecycle.create(declare("i-a", "i-b")))).toEqual(state(["i-a", "i-b"]));
    expect(changesOf(ecs, "attach")).toEqual(["i-b vpc-b"]);
    expect(ecs.count("detach")).toBe(0);
    expect(linksOf(ecs)).toEqual({ "i-a": vpcId, "i-b": vpcId, "i-others": vpcId });
  });

  test("the number of adopted members is reported, without those that the state has already", async () => {
    const { lifecycle } = cloud({ "i-a": vpcId, "i-b": vpcId });
    const reported: string[] = [];
    const report = (message: string) => void reported.push(message);
    await done(lifecycle.create(declare("i-a", "i-b", "i-c"), { report }));
    await done(lifecycle.update(state(["i-a", "i-b", "i-c"]), declare("i-a", "i-b", "i-c"), { report }));
    expect(reported).toEqual([`2 of 3 already linked to ${vpcId}: adopted`]);
  });

  test("1000 members cost one attach each and at most 25 Describes, with a bounded number under way", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 30;
    const instanceIds = names(1_000);
    expect(await outputs(lifecycleOf(ecs).create(declare(...instanceIds)))).toEqual(state(instanceIds));
    expect(ecs.count("attach")).toBe(1_000);
    expect(ecs.count("describe")).toBeLessThanOrEqual(25);
    expect(ecs.mostAtOnce).toBe(MAX_IN_FLIGHT);
  });

  test("1000 members whose links are listed late cost at most one Describe for each 99 of them and poll", async () => {
    const ecs = new ScriptedEcs();
    ecs.lagDescribes = 2;
    await done(lifecycleOf(ecs).create(declare(...names(1_000))));
    expect(ecs.count("attach")).toBe(1_000);
    expect(ecs.count("describe")).toBeLessThanOrEqual(1 + 3 * 11);
  });

  test("the error of a check that fails counts its calls", async () => {
    const ecs = new ScriptedEcs();
    ecs.always("describe", fails(fault("describe", "ConnectionLost")));
    expect((await failed(new Lifecycle(ecs, {}, classicLinks).create(declare("i-0", "i-1")))).message).toMatch(
      /, after [1-9]\d* calls? in /,
    );
  });

  test("[5] an attach whose answer was lost is checked before it is repeated", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", failsAfterWork(fault("attach", "ConnectionLost")));
    expect(await outputs(lifecycle.create(declare("i-a", "i-b")))).toEqual(state(["i-a", "i-b"]));
    expect(changesOf(ecs, "attach").sort()).toEqual(["i-a vpc-b", "i-b vpc-b"]);
  });

  test("a listing that is refused for good makes no difference: members are attached, and checked one by one", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId });
    ecs.next("describe", fails(refusal("describe", "InvalidVpc.NotBelong")));
    expect(await outputs(lifecycle.create(declare("i-a", "i-b")))).toEqual(state(["i-a", "i-b"]));
  });
});

describe("[6] when some members cannot be linked", () => {
  test("the state holds those that are, with the id, and each of the others has one reason", async () => {
    const { ecs, lifecycle } = cloud({ "i-far": "vpc-other" });
    ecs.released.add("i-gone");
    const error = await partial(lifecycle.create(declare("i-a", "i-far", "i-gone", "i-b")));
    expect(error.id).toBe("cn-hangzhou:vpc-b");
    expect(error.properties).toEqual({ ...state(["i-a", "i-b"]), ...marks });
    expect(error.reasons).toHaveLength(2);
    expect(error.reasons.join("\n")).toMatch(
      /^i-far: it is linked to vpc-other, and an instance has at most one link/m,
    );
    expect(error.reasons.join("\n")).toMatch(/^i-gone: .*InvalidInstanceId\.NotFound.*check instanceId/m);
    expect(linksOf(ecs)).toEqual({ "i-a": vpcId, "i-b": vpcId, "i-far": "vpc-other" });
  });

  test("one member that is never listed does not keep the others from being confirmed", async () => {
    const ecs = new ScriptedEcs();
    const lifecycle = lifecycleOf(showing(ecs, "i-3"));
    const { properties, reasons } = await partial(lifecycle.create(declare(...names(10)), { timeoutMs: 20_000 }));
    expect(reasons).toEqual([
      expect.stringMatching(/^i-3: not done within 20 s \(attached, not listed yet\), after \d+ calls/),
    ]);
    // It may be linked, so the state has to know of it.
    expect(toMembers(properties).instanceIds).toHaveLength(10);
  });

  test("only a member that may be listed late keeps the time of its attach, and only its removal waits for that time", async () => {
    const ecs = new ScriptedEcs();
    const lifecycle = lifecycleOf(showing(ecs, "i-late"));
    const { properties } = await partial(lifecycle.create(declare("i-old", "i-late"), { timeoutMs: 20_000 }));
    expect(properties.__attachedAt).toEqual({ "i-late": expect.any(Number) });
    ecs.links.clear();
    const removing = (instanceIds: string[]) => run(lifecycleOf(ecs).delete({ ...properties, instanceIds }));
    expect(await removing(["i-old"])).toMatchObject({ value: undefined, afterMs: 0 });
    expect((await removing(["i-late"])).afterMs).toBeGreaterThan(90_000);
  });

  test("each reason quotes the calls for its own member", async () => {
    const { ecs } = cloud();
    const denied = refusal("attach", "Forbidden.RAM");
    const lifecycle = lifecycleOf(refusing(ecs, { "i-1": denied, "i-2": denied }));
    const { reasons } = await partial(lifecycle.create(declare(...names(10))));
    for (const reason of reasons) expect(reason).toMatch(/, after [0-2] calls? in 0 s;/);
  });

  test("members with the same reason share a line, which names twenty and counts the others", async () => {
    const ecs = new ScriptedEcs();
    ecs.always("attach", fails(refusal("attach", "Forbidden.RAM")));
    const { message } = await failed(lifecycleOf(ecs).create(declare(...names(100))));
    const lines = message.split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^(i-\d+, ){20}80 more: AttachClassicLinkVpc: Forbidden\.RAM/);
  });

  test("the next up does the rest, and nothing else", async () => {
    const { ecs, lifecycle } = cloud({ "i-far": "vpc-other" });
    const { properties } = await partial(lifecycle.create(declare("i-a", "i-far", "i-b")));
    ecs.links.delete("i-far");
    ecs.calls.length = 0;
    expect(diff(properties, declare("i-a", "i-far", "i-b")).updates).toEqual(["instanceIds"]);
    expect(await outputs(lifecycle.update(state(["i-a", "i-b"]), declare("i-a", "i-far", "i-b")))).toEqual(
      state(["i-a", "i-far", "i-b"]),
    );
    expect(changesOf(ecs, "attach")).toEqual(["i-far vpc-b"]);
    expect(ecs.count("detach")).toBe(0);
  });

  test("one of 1000 that is locked until the time is over leaves 999 in the state, and is the only one with a reason", async () => {
    const ecs = new ScriptedEcs();
    const locked = refusing(ecs, { "i-7": refusal("attach", "InvalidStatus.InstanceLocked") });
    const { error, afterMs } = await run(lifecycleOf(locked).create(declare(...names(1_000)), { timeoutMs: 60_000 }));
    if (!(error instanceof PartiallyCreatedError)) throw new Error("not partially created", { cause: error });
    expect(error.properties.instanceIds).toHaveLength(999);
    expect(error.properties.instanceIds).not.toContain("i-7");
    expect(error.reasons[0]).toMatch(/^i-7: not done within 1 min.*InstanceLocked/);
    expect(error.reasons).toHaveLength(1);
    expect(afterMs).toBeLessThanOrEqual(66_000);
  });

  test("however many are locked, the others are linked meanwhile", async () => {
    const ecs = new ScriptedEcs();
    const members = names(200);
    const lock = members.slice(0, 100).map((id) => [id, refusal("attach", "InvalidStatus.InstanceLocked")] as const);
    const locked = refusing(ecs, Object.fromEntries(lock));
    let linkedAfterMs = 0;
    const startedAt = performance.now();
    const watched: EcsClient = {
      ...locked,
      attach: async (link, caller) => {
        await locked.attach(link, caller);
        if (ecs.links.size === 100) linkedAfterMs = performance.now() - startedAt;
      },
    };
    const create = lifecycleOf(watched).create(declare(...members), { timeoutMs: 120_000 });
    expect((await run(create)).error).toBeInstanceOf(PartiallyCreatedError);
    expect(ecs.links.size).toBe(100);
    expect(linkedAfterMs).toBeLessThan(10_000);
  });

  test("a member that may be linked is in the state, with its reason", async () => {
    const ecs = new ScriptedEcs();
    ecs.next("attach", failsAfterWork(fault("attach", "ConnectionLost")));
    ecs.next("describe", (work) => work());
    ecs.always("describe", fails(refusal("describe", "Forbidden.RAM")));
    const error = await partial(lifecycleOf(ecs).create(declare("i-a"), { timeoutMs: 5_000 }));
    expect(error.properties.instanceIds).toEqual(["i-a"]);
    expect(error.properties.__attachedAt).toEqual({ "i-a": expect.any(Number) });
    expect(error.reasons).toHaveLength(1);
    expect(ecs.links.get("i-a")).toBe(vpcId);
  });

  test("only members whose links are not listed in time have a reason, not those that are", async () => {
    const ecs = new ScriptedEcs();
    const client = showing(ecs, "i-slow");
    const error = await partial(lifecycleOf(client).create(declare("i-a", "i-slow", "i-b"), { timeoutMs: 20_000 }));
    expect([...membersIn(error)].sort()).toEqual(["i-a", "i-b", "i-slow"]);
    expect(error.reasons.map((reason) => reason.split(":")[0])).toEqual(["i-slow"]);
  });

  test("when none could be linked nothing is in the state, and each is named with its reason", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": "vpc-other", "i-b": "vpc-other" });
    const error = await failed(lifecycle.create(declare("i-a", "i-b")));
    expect(error).not.toBeInstanceOf(PartiallyCreatedError);
    const [asked, ...lines] = error.message.split("\n");
    expect(asked).toBe("cannot link 2 instances to vpc-b in cn-hangzhou:");
    expect(lines).toEqual([expect.stringMatching(/^i-a, i-b: it is linked to vpc-other/)]);
    expect(linksOf(ecs)).toEqual({ "i-a": "vpc-other", "i-b": "vpc-other" });
  });

  test("[14] a cancelled create ends at once, with what is linked by then in the state", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 100;
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 1_050);
    const { error, afterMs } = await run(lifecycleOf(ecs).create(declare(...names(1_000)), { signal: cancel.signal }));
    if (!(error instanceof PartiallyCreatedError)) throw new Error("not partially created", { cause: error });
    expect(afterMs).toBeLessThan(2_000);
    const known = new Set(membersIn(error));
    expect([...ecs.links.keys()].filter((instanceId) => !known.has(instanceId))).toEqual([]);
    expect(ecs.links.size).toBeGreaterThan(50);
    expect(ecs.links.size).toBeLessThan(200);
  });
});

describe("update", () => {
  test("members that were added are attached, and those that were removed detached, in place and no others", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-b": vpcId, "i-others": vpcId });
    expect(await outputs(lifecycle.update(state(["i-a", "i-b"]), declare("i-c", "i-b")))).toEqual(
      state(["i-c", "i-b"]),
    );
    expect(changesOf(ecs, "attach")).toEqual(["i-c vpc-b"]);
    expect(changesOf(ecs, "detach")).toEqual(["i-a vpc-b"]);
    expect(linksOf(ecs)).toEqual({ "i-b": vpcId, "i-c": vpcId, "i-others": vpcId });
  });

  test("[7] without a reason to act it checks, changes nothing, and returns whole outputs", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-b": vpcId });
    expect(await outputs(lifecycle.update(state(["i-a", "i-b"]), declare("i-b", "i-a")))).toEqual(
      state(["i-b", "i-a"]),
    );
    expect(ecs.called).toEqual(["describe"]);
  });

  test("1000 members of which one is new cost one attach and at most 12 Describes", async () => {
    const instanceIds = names(1_000);
    const { ecs, lifecycle } = cloud(Object.fromEntries(instanceIds.slice(1).map((id) => [id, vpcId])));
    await done(lifecycle.update(state(instanceIds.slice(1)), declare(...instanceIds)));
    expect(changesOf(ecs, "attach")).toEqual(["i-0 vpc-b"]);
    expect(ecs.count("describe")).toBeLessThanOrEqual(12);
  });

  test("a member that was removed and is gone already, or is linked elsewhere by someone else, is done with", async () => {
    const { ecs, lifecycle } = cloud({ "i-far": "vpc-other" });
    ecs.released.add("i-gone");
    expect(await outputs(lifecycle.update(state(["i-far", "i-gone", "i-no"]), declare()))).toEqual(state([]));
    expect(linksOf(ecs)).toEqual({ "i-far": "vpc-other" });
  });

  test("a member that cannot be removed stays in the state, with its reason, and the others change all the same", async () => {
    const { ecs } = cloud({ "i-a": vpcId, "i-b": vpcId });
    const lifecycle = lifecycleOf(refusing(ecs, { "i-a": refusal("detach", "Forbidden.RAM") }));
    const error = await partial(lifecycle.update(state(["i-a", "i-b"]), declare("i-c")));
    expect([...membersIn(error)].sort()).toEqual(["i-a", "i-c"]);
    expect(error.reasons).toEqual([expect.stringMatching(/^i-a: .*Forbidden\.RAM/)]);
    expect(linksOf(ecs)).toEqual({ "i-a": vpcId, "i-c": vpcId });
  });

  test("[12] the next up does not wait for members that no attach is pending for", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-b": vpcId });
    ecs.next("detach", fails(refusal("detach", "Forbidden.RAM")));
    const { properties } = await partial(lifecycle.update(state(["i-a", "i-b"]), declare("i-b")));
    ecs.links.delete("i-a");
    const { afterMs, error } = await run(lifecycle.update(properties, declare("i-b")));
    expect({ afterMs, error }).toEqual({ afterMs: 0, error: undefined });
  });

  test("[12] nor for members that were linked before an attach that ECS refused", async () => {
    const { ecs } = cloud({ "i-a": vpcId, "i-b": vpcId });
    const lifecycle = lifecycleOf(refusing(ecs, { "i-b": refusal("attach", "Forbidden.RAM") }));
    lifecycle.check(declare("i-b"), declare("i-a", "i-b"));
    ecs.always("describe", fails(refusal("describe", "Forbidden.RAM")));
    const { properties } = await partial(lifecycle.update(state(["i-a", "i-b"]), declare("i-b")));
    ecs.always("describe", works);
    const { afterMs, error } = await run(lifecycleOf(ecs).update(properties, declare("i-b")));
    expect({ afterMs, error }).toEqual({ afterMs: 0, error: undefined });
  });

  test("a member that was linked and may not be described stays in the state", async () => {
    const { ecs } = cloud({ "i-a": vpcId });
    ecs.always("describe", fails(refusal("describe", "Forbidden.RAM")));
    const denied = refusal("attach", "Forbidden.RAM");
    const lifecycle = lifecycleOf(refusing(ecs, { "i-a": denied, "i-b": denied }));
    const error = await partial(lifecycle.update(state(["i-a"]), declare("i-a", "i-b")));
    expect(membersIn(error)).toEqual(["i-a"]);
  });

  test("a member that was linked and is found elsewhere does not stay in the state", async () => {
    const { lifecycle } = cloud({ "i-a": vpcId, "i-far": "vpc-other" });
    const error = await partial(lifecycle.update(state(["i-a", "i-far"]), declare("i-a", "i-far")));
    expect(membersIn(error)).toEqual(["i-a"]);
  });

  test("when all that was removed is gone, and what was added fails, the state does not keep what was removed", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId });
    ecs.released.add("i-gone");
    const error = await partial(lifecycle.update(state(["i-a"]), declare("i-gone")));
    expect(error.properties).toMatchObject({ instanceIds: [], movedAway: {} });
    expect(linksOf(ecs)).toEqual({});
  });
});

describe("drift", () => {
  test("[9] a refresh leaves out members that are gone, and names the VPC of those that moved", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-far": "vpc-other" });
    ecs.released.add("i-gone");
    const read = await outputs(lifecycle.read(state(["i-a", "i-gone", "i-no", "i-far"])));
    expect(read).toEqual(state(["i-a"], { "i-far": "vpc-other" }));
    expect(diff({ ...read }, declare("i-a", "i-gone", "i-no", "i-far")).updates).toEqual(["instanceIds", "movedAway"]);
    expect(ecs.count("attach") + ecs.count("detach")).toBe(0);
  });

  test("[11] a refresh after a refresh changes nothing, also when a member has moved", async () => {
    const { lifecycle } = cloud({ "i-a": vpcId, "i-far": "vpc-other" });
    const once = await outputs(lifecycle.read(state(["i-a", "i-far"])));
    expect(await outputs(lifecycle.read({ ...once }))).toEqual(once);
  });

  test("a refresh sees that a member has come back, and that it has gone on to a third VPC", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-far": "vpc-third" });
    const moved = state([], { "i-a": "vpc-other", "i-far": "vpc-other" });
    expect(await outputs(lifecycle.read(moved))).toEqual(state(["i-a"], { "i-far": "vpc-third" }));
    expect(ecs.count("attach") + ecs.count("detach")).toBe(0);
  });

  test("the next up repairs just the members that are gone or moved", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-far": "vpc-other", "i-theirs": "vpc-other" });
    const olds = state(["i-a"], { "i-far": "vpc-other" });
    expect(await outputs(lifecycle.update(olds, declare("i-a", "i-no", "i-far")))).toEqual(
      state(["i-a", "i-no", "i-far"]),
    );
    expect(changesOf(ecs, "detach")).toEqual(["i-far vpc-other"]);
    expect(changesOf(ecs, "attach").sort()).toEqual(["i-far vpc-b", "i-no vpc-b"]);
    expect(linksOf(ecs)).toEqual({ "i-a": vpcId, "i-far": vpcId, "i-no": vpcId, "i-theirs": "vpc-other" });
  });

  test("a member is only detached from the VPC that the state names, not from one that it has moved to since", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-far": "vpc-third" });
    const olds = state(["i-a"], { "i-far": "vpc-other" });
    const { reasons } = await partial(lifecycle.update(olds, declare("i-a", "i-far")));
    expect(reasons).toEqual([expect.stringMatching(/^i-far: it is linked to vpc-third/)]);
    expect(changesOf(ecs, "detach").filter((change) => change !== "i-far vpc-other")).toEqual([]);
    expect(linksOf(ecs)).toEqual({ "i-a": vpcId, "i-far": "vpc-third" });
  });

  test("a member that moved before any refresh found it is not taken back", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-far": "vpc-other" });
    const { reasons } = await partial(lifecycle.update(state(["i-a", "i-far"]), declare("i-a", "i-far", "i-new")));
    expect(reasons).toEqual([expect.stringMatching(/^i-far: it is linked to vpc-other/)]);
    expect(ecs.count("detach")).toBe(0);
    expect(linksOf(ecs)).toEqual({ "i-a": vpcId, "i-far": "vpc-other", "i-new": vpcId });
  });

  test("a member that moved and is no longer declared is left where it is", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-far": "vpc-other" });
    expect(await outputs(lifecycle.update(state(["i-a"], { "i-far": "vpc-other" }), declare("i-a")))).toEqual(
      state(["i-a"]),
    );
    expect(linksOf(ecs)).toEqual({ "i-a": vpcId, "i-far": "vpc-other" });
  });

  test("a member that moved and cannot be detached there stays moved away in the state, and is not attached", async () => {
    const { ecs } = cloud({ "i-a": vpcId, "i-far": "vpc-other" });
    const lifecycle = lifecycleOf(refusing(ecs, { "i-far": refusal("detach", "Forbidden.RAM") }));
    const olds = state(["i-a"], { "i-far": "vpc-other" });
    const error = await partial(lifecycle.update(olds, declare("i-a", "i-far")));
    expect(error.properties).toEqual({ ...olds, ...marks });
    expect(error.reasons).toHaveLength(1);
  });

  test("a partially created member that is not listed yet is kept, because it may be listed later", async () => {
    const { lifecycle } = cloud({ "i-a": vpcId });
    expect(await outputs(lifecycle.read({ ...state(["i-a", "i-slow"]), __halfMade: true }))).toEqual({
      ...state(["i-a", "i-slow"]),
      ...marks,
      __attachedAt: expect.any(Number),
    });
  });

  test.each(["Forbidden.SubUser", "InvalidVpc.NotBelong", "SignatureDoesNotMatch", "SomethingNew"])(
    "[9] a read that ECS refuses with %s is an error and no answer",
    async (code) => {
      const { ecs, lifecycle } = cloud({ "i-a": vpcId });
      ecs.always("describe", fails(refusal("describe", code)));
      const { message } = await failed(lifecycle.read(state(["i-a"])));
      expect(message).toMatch(new RegExp(`^cannot read the links to vpc-b in cn-hangzhou: .*${code}`));
    },
  );

  test("1000 members of one VPC are read with at most 12 calls, and with one that moved with one more", async () => {
    const instanceIds = names(1_000);
    const all = Object.fromEntries(instanceIds.map((id) => [id, vpcId]));
    const whole = cloud(all);
    expect(await outputs(whole.lifecycle.read(state(instanceIds)))).toEqual(state(instanceIds));
    expect(whole.ecs.calls.length).toBeLessThanOrEqual(12);
    const moved = cloud({ ...all, "i-5": "vpc-other" });
    const found = await outputs(moved.lifecycle.read(state(instanceIds)));
    expect(found?.movedAway).toEqual({ "i-5": "vpc-other" });
    expect(moved.ecs.calls.length).toBeLessThanOrEqual(13);
  });
});

describe("[12] delete", () => {
  test("detaches the members and nobody else's, and works twice", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-b": vpcId, "i-others": vpcId });
    await done(lifecycle.delete(state(["i-a", "i-b"])));
    await done(lifecycle.delete(state(["i-a", "i-b"])));
    expect(linksOf(ecs)).toEqual({ "i-others": vpcId });
  });

  test("leaves members alone that moved away, or that someone else linked elsewhere, and released ones are done with", async () => {
    const { ecs, lifecycle } = cloud({ "i-a": vpcId, "i-far": "vpc-other", "i-gave": "vpc-other" });
    ecs.released.add("i-gone");
    await done(lifecycle.delete(state(["i-a", "i-gave", "i-gone"], { "i-far": "vpc-other" })));
    expect(linksOf(ecs)).toEqual({ "i-far": "vpc-other", "i-gave": "vpc-other" });
  });

  test("names each member that is still linked on its own line, after it has unlinked the others", async () => {
    const { ecs } = cloud({ "i-a": vpcId, "i-b": vpcId, "i-c": vpcId });
    const lifecycle = lifecycleOf(refusing(ecs, { "i-b": refusal("detach", "Forbidden.RAM") }));
    const error = await failed(lifecycle.delete(state(["i-a", "i-b", "i-c"])));
    expect(error.message.split("\n")).toEqual([
      "cannot unlink 3 instances from vpc-b in cn-hangzhou:",
      expect.stringMatching(/^i-b: .*Forbidden\.RAM/),
      "2 of 3 are unlinked; run it again; to keep the links instead, run pulumi up --refresh",
    ]);
    expect(linksOf(ecs)).toEqual({ "i-b": vpcId });
  });

  test("only members that are still listed when the time is over are named, not those that are gone", async () => {
    const { ecs } = cloud({ "i-a": vpcId, "i-slow": vpcId, "i-b": vpcId });
    const lifecycle = lifecycleOf(showing(ecs, "i-slow", vpcId));
    const { message } = await failed(lifecycle.delete(state(["i-a", "i-slow", "i-b"]), { timeoutMs: 20_000 }));
    expect(message.split("\n").slice(1)).toEqual([
      expect.stringMatching(/^i-slow: not done within 20 s/),
      expect.stringMatching(/^2 of 3 are unlinked; /),
    ]);
  });

  test("1000 members cost one detach each and at most 25 Describes, with a bounded number under way", async () => {
    const instanceIds = names(1_000);
    const { ecs } = cloud(Object.fromEntries(instanceIds.map((id) => [id, vpcId])));
    ecs.latencyMs = 30;
    await done(lifecycleOf(ecs).delete(state(instanceIds)));
    expect(ecs.links.size).toBe(0);
    expect(ecs.count("detach")).toBe(1_000);
    expect(ecs.count("describe")).toBeLessThanOrEqual(25);
    expect(ecs.mostAtOnce).toBe(MAX_IN_FLIGHT);
  });
});

describe("an update of which a member that leaves stays locked", () => {
  const locked = refusal("detach", "InvalidStatus.InstanceLocked");
  const lockedUpdate = async (timeoutMs = 60_000) => {
    const { ecs } = cloud({ "i-a": vpcId, "i-b": vpcId, "i-locked": vpcId });
    const lifecycle = lifecycleOf(refusing(ecs, { "i-locked": locked }));
    const update = lifecycle.update(state(["i-a", "i-b", "i-locked"]), declare("i-a", "i-new"), { timeoutMs });
    return { ecs, error: await partial(update) };
  };

  test("[6] leaves in the state what is linked, and not what is unlinked already", async () => {
    const { ecs, error } = await lockedUpdate();
    expect(new Set(membersIn(error))).toEqual(new Set(ecs.links.keys()));
    expect(new Set(membersIn(error))).toEqual(new Set(["i-a", "i-locked", "i-new"]));
  });

  test("names that member and its lock, and no other", async () => {
    expect((await lockedUpdate()).error.reasons).toEqual([
      expect.stringMatching(/^i-locked: not done within 1 min \(locked\).*InstanceLocked/),
    ]);
  });

  test("does not make a member that joins wait", async () => {
    const { ecs } = cloud({ "i-locked": vpcId });
    ecs.always("detach", fails(locked));
    let linkedAfterMs = 0;
    const watched: EcsClient = {
      ...refusing(ecs, {}),
      attach: async (link, caller) => {
        await ecs.attach(link, caller);
        linkedAfterMs = performance.now() - startedAt;
      },
    };
    const startedAt = performance.now();
    await run(lifecycleOf(watched).update(state(["i-locked"]), declare("i-new"), { timeoutMs: 60_000 }));
    expect(ecs.links.has("i-new")).toBe(true);
    expect(linkedAfterMs).toBeLessThan(10_000);
  });
});

describe("a full VPC", () => {
  /** An ECS whose VPC takes so many links. */
  function full(most: number, members: readonly string[]) {
    const { ecs } = cloud(Object.fromEntries(members.map((id) => [id, vpcId])));
    let attaches = 0;
    const client: EcsClient = {
      ...refusing(ecs, {}),
      attach: async (link, caller) => {
        attaches += 1;
        if (ecs.links.size >= most) throw refusal("attach", "QuotaExceeded");
        await ecs.attach(link, caller);
      },
    };
    return { ecs, lifecycle: lifecycleOf(client), attaches: () => attaches };
  }

  test("takes members that join once others have left", async () => {
    const { ecs, lifecycle } = full(2, ["i-a", "i-b"]);
    ecs.next("detach", fails(refusal("detach", "InvalidStatus.InstanceLocked")));
    await done(lifecycle.update(state(["i-a", "i-b"]), declare("i-a", "i-new")));
    expect(linksOf(ecs)).toEqual({ "i-a": vpcId, "i-new": vpcId });
  });

  test("takes each of them with one attach if nothing is locked", async () => {
    const { attaches, lifecycle } = full(100, names(100));
    const joining = names(100).map((id) => `${id}-new`);
    await done(lifecycle.update(state(names(100)), declare(...joining)));
    expect(attaches()).toBe(100);
  });

  test("in which no member leaves is an error at once", async () => {
    const { lifecycle } = full(2, ["i-a", "i-b"]);
    const { error, afterMs } = await run(lifecycle.update(state(["i-a", "i-b"]), declare("i-a", "i-b", "i-new")));
    expect(error?.message).toMatch(/^i-new: .*QuotaExceeded/);
    expect(afterMs).toBeLessThan(10_000);
  });
});

test("a moved member that stays locked does not hold up the others that moved", async () => {
  const { ecs } = cloud({ "i-far": "vpc-other", "i-locked": "vpc-other" });
  const lifecycle = lifecycleOf(refusing(ecs, { "i-locked": refusal("detach", "InvalidStatus.InstanceLocked") }));
  const olds = state([], { "i-far": "vpc-other", "i-locked": "vpc-other" });
  const error = await partial(lifecycle.update(olds, declare("i-far", "i-locked"), { timeoutMs: 60_000 }));
  expect(linksOf(ecs)).toEqual({ "i-far": vpcId, "i-locked": "vpc-other" });
  expect(toMembers(error.properties)).toMatchObject({ instanceIds: ["i-far"], movedAway: { "i-locked": "vpc-other" } });
});

describe("progress", () => {
  test("counts how many are linked, locked and failed, and counts a member once", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 30;
    const locked = refusal("attach", "InvalidStatus.InstanceLocked");
    const client = refusing(ecs, { "i-1": locked, "i-2": locked, "i-3": locked, "i-4": refusal("attach", "X") });
    const reported: string[] = [];
    const context: CallContext = { timeoutMs: 30_000, progress: (message) => void reported.push(message) };
    await failed(lifecycleOf(client).create(declare(...names(1_000)), context));
    expect(reported.every((line) => /^\d+\/1000 linked(, \d+ locked)?(, \d+ failed)?, /.test(line))).toBe(true);
    expect(reported).toContainEqual(
      expect.stringMatching(/^412\/1000 linked, 3 locked, 1 failed, [\d.]+ s of at most 30 s$/),
    );
    expect(reported.findLast((line) => line.includes("linked,"))).toMatch(/^996\/1000 linked, 4 failed/);
  });

  test("counts members that were linked before, and ends with the last one", async () => {
    const { lifecycle } = cloud({ "i-0": vpcId, "i-1": vpcId });
    const reported: string[] = [];
    await done(lifecycle.create(declare(...names(4)), { progress: (message) => void reported.push(message) }));
    expect(reported[0]).toBe("3/4 linked, 0 s of at most 60 min");
    expect(reported.at(-1)).toBe("4/4 linked, 0 s of at most 60 min");
  });

  test("where it can only be printed, it is printed every ten seconds, and not for what is quick", async () => {
    const ecs = new ScriptedEcs();
    ecs.latencyMs = 500;
    const reported: string[] = [];
    const context: CallContext = { report: (message) => void reported.push(message) };
    const { afterMs } = await run(lifecycleOf(ecs).create(declare(...names(1_000)), context));
    expect(reported.length).toBeGreaterThanOrEqual(2);
    expect(reported.length).toBeLessThanOrEqual(Math.ceil(afterMs / 10_000));
  });
});
