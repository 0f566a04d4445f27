import { describe, expect, jest, test } from "@jest/globals";
import type { EcsError } from "../../provider/ecs/errors";
import { MAX_IN_FLIGHT } from "../../provider/ecs/rateLimiter";
import { type Declared, type Members, MOST_LINKS, toMembers } from "../../provider/resources/fleetMembers";
import { type Properties, UNKNOWN } from "../../provider/resources/inputs";
import { PartiallyCreatedError } from "../../provider/resources/partiallyCreated";
import type { Found } from "../../provider/resources/resource";
import { simulateClock } from "../support/clock";
import { world } from "../support/lifecycle";
import {
  done,
  failed,
  fails,
  failsAfterWork,
  fault,
  partially,
  plainly,
  refusal,
  run,
  type ScriptedEcs,
  works,
} from "../support/scriptedEcs";

const regionId = "cn-hangzhou";
const vpcId = "vpc-b";

simulateClock();

const names = (count: number) => Array.from({ length: count }, (_, n) => `i-${n}`);
const declare = (...instanceIds: string[]) => ({ regionId, vpcId, instanceIds }) satisfies Declared;
const state = (instanceIds: readonly string[], movedAway: Record<string, string> = {}) =>
  ({ ...declare(...instanceIds), movedAway }) satisfies Members;
const linked = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, vpcId]));

/** The outputs of a call that must succeed. */
const outputs = async (call: Promise<Found | undefined>) => (await done(call))?.outputs;

const membersIn = ({ properties }: PartiallyCreatedError) => toMembers(properties).instanceIds.toSorted();

/** Refuses each attach and detach of an instance for good. */
const forbid = (ecs: ScriptedEcs, ...instanceIds: string[]) => {
  for (const id of instanceIds) ecs.refused.set(id, (method) => refusal(method, "Forbidden.RAM"));
};

/** When the last link was made, in ms on the clock. */
const lastLinkedAt = ({ calls }: ScriptedEcs) =>
  Math.max(...calls.filter(({ method, refused }) => method === "attach" && !refused).map(({ at }) => at));

/** What a state has of a resource that is partially created. */
const marks = { __halfMade: true, __attachedAt: {} };

describe("check", () => {
  test("[1] fills in the configured region, and checks its own answer the same", () => {
    const { many } = world();
    const once = many.check({ vpcId, instanceIds: ["i-b", "i-a"] });
    expect(once).toEqual({ inputs: declare("i-b", "i-a"), failures: [] });
    expect(many.check(once.inputs)).toEqual(once);
  });

  const twice = /^names i-a again, after instanceIds\[0\]; name each instance once$/;
  test.each<[name: string, news: Properties, property?: string, reason?: RegExp]>([
    ["a list without members", { vpcId, instanceIds: [] }],
    ["1000 members", { vpcId, instanceIds: names(MOST_LINKS) }],
    ["1001 members", { vpcId, instanceIds: names(1001) }, "instanceIds", /^has 1001 members; a VPC takes at most 1000/],
    ["a member twice", { vpcId, instanceIds: ["i-a", "i-b", "i-a"] }, "instanceIds[2]", twice],
    ["unknowns", { vpcId: UNKNOWN, instanceIds: UNKNOWN, regionId: UNKNOWN }],
    ["two unknown members, which are not the same one", { vpcId, instanceIds: [UNKNOWN, "i-a", UNKNOWN] }],
    ["no VPC", { instanceIds: [] }, "vpcId"],
    ["no list", { vpcId }, "instanceIds"],
    ["one id for the list", { vpcId, instanceIds: "i-a" }, "instanceIds"],
    ["an empty member", { vpcId, instanceIds: ["i-a", ""] }, "instanceIds[1]"],
    ["a list for the region", { vpcId, instanceIds: [], regionId: ["cn"] }, "regionId"],
    ["a misspelt property", { vpcId, instanceIds: [], instanceId: "i-a" }, "instanceId"],
  ])("[1] of %s passes, or names its property", (...[, news, property, reason = /.{10}/]) => {
    const failures = property === undefined ? [] : [{ property, reason: expect.stringMatching(reason) }];
    expect(world().many.check(news).failures).toEqual(failures);
  });
});

describe("diff", () => {
  const olds = { ...state(["i-a", "i-b"]), __provider: "line" };
  const both = declare("i-a", "i-b");
  const members = ["instanceIds"];

  test.each<[name: string, olds: Properties, news: Properties, replaces: string[], updates: string[]]>([
    ["[2] the order of the members", olds, { ...declare("i-b", "i-a"), __timeouts: { create: 5 } }, [], []],
    ["[2] members that are added", olds, declare("i-a", "i-b", "i-c"), [], members],
    ["[2] members that are removed", olds, declare("i-a"), [], members],
    ["[2] members that are exchanged", olds, declare("i-a", "i-c"), [], members],
    ["[2] another VPC", olds, { ...both, vpcId: "other" }, ["vpcId"], []],
    ["[2] another region", olds, { ...both, regionId: "other" }, ["regionId"], []],
    ["[3] an unknown VPC, even from itself", { ...olds, vpcId: UNKNOWN }, { ...both, vpcId: UNKNOWN }, ["vpcId"], []],
    ["[3] an unknown list", olds, { ...both, instanceIds: UNKNOWN }, [], members],
    ["[3] an unknown member", olds, declare("i-a", UNKNOWN), [], members],
    ["members that moved away", state(["i-a"], { "i-b": "vpc-c" }), both, [], ["instanceIds", "movedAway"]],
  ])("of %s", (_, before, news, replaces, updates) => {
    expect(world().many.diff(before, news)).toEqual({ replaces, updates, isDue: false });
  });
});

describe("create", () => {
  test("of a list without members calls nothing", async () => {
    const { ecs, many } = world(linked("i-others"));
    expect(await outputs(many.create(declare()))).toEqual(state([]));
    expect(ecs.called).toEqual([]);
  });

  test("[4] adopts members that are linked already, and counts those that are new to the state", async () => {
    const { ecs, many } = world(linked("i-a", "i-others"));
    expect(await outputs(many.create(declare("i-a", "i-b")))).toEqual(state(["i-a", "i-b"]));
    expect([ecs.changes("attach"), ecs.count("detach")]).toEqual([["i-b vpc-b"], 0]);
    expect(ecs.now).toEqual(linked("i-a", "i-b", "i-others"));
    await done(many.update(state(["i-a", "i-b"]), declare("i-a", "i-b")));
    expect(many.reported).toEqual(["1 of 2 already linked to vpc-b: adopted"]);
  });

  test("does not adopt a member only because a listing of the VPC still shows it", async () => {
    const { ecs, many } = world();
    ecs.always("describe", (work) => {
      const isListing = !Object.hasOwn(ecs.calls.at(-1)?.query ?? {}, "instanceIds");
      return isListing ? { links: [{ regionId, instanceId: "i-a", vpcId }], totalCount: 1 } : work();
    });
    await done(many.create(declare("i-a")));
    expect(ecs.now).toEqual(linked("i-a"));
  });

  test("[13] waits for a locked member for an hour, unless the program says otherwise", async () => {
    const { ecs, many } = world();
    ecs.lock("i-a");
    expect(await run(many.create(declare("i-a")))).toMatchObject({ error: expect.any(Error), afterMs: 3_600_000 });
  });

  test("or delete of 1000 members costs one change each and at most 25 Describes, with a bounded number under way", async () => {
    const { ecs, many } = world();
    ecs.latencyMs = 30;
    expect(await outputs(many.create(declare(...names(1_000))))).toEqual(state(names(1_000)));
    expect([ecs.count("attach"), ecs.mostAtOnce]).toEqual([1_000, MAX_IN_FLIGHT]);
    expect(ecs.count("describe")).toBeLessThanOrEqual(25);
    const next = world(ecs.now);
    next.ecs.latencyMs = 30;
    await done(next.many.delete(state(names(1_000))));
    expect([next.ecs.now, next.ecs.count("detach"), next.ecs.mostAtOnce]).toEqual([{}, 1_000, MAX_IN_FLIGHT]);
    expect(next.ecs.count("describe")).toBeLessThanOrEqual(25);
  });

  test("counts its calls in the error of a check that fails", async () => {
    const { ecs, many } = world();
    ecs.always("describe", fails(fault("describe", "ConnectionLost")));
    expect((await failed(many.create(declare("i-0", "i-1")))).message).toMatch(/, after [1-9]\d* calls? in /);
  });
});

describe("[6] when some members cannot be linked", () => {
  test("the state has the id and those that are, and each of the others has one reason; the next up does the rest", async () => {
    const { ecs, many } = world({ "i-far": "vpc-other" });
    ecs.released.add("i-gone");
    const all = declare("i-a", "i-far", "i-gone", "i-b");
    const { id, properties, reasons } = await partially(many.create(all));
    expect({ id, properties }).toEqual({ id: "cn-hangzhou:vpc-b", properties: { ...state(["i-a", "i-b"]), ...marks } });
    expect(reasons).toEqual([
      expect.stringMatching(/^i-far: it is linked to vpc-other, and an instance has at most one link/),
      expect.stringMatching(/^i-gone: .*InvalidInstanceId\.NotFound.*check instanceId/),
    ]);
    expect(ecs.now).toEqual({ ...linked("i-a", "i-b"), "i-far": "vpc-other" });

    ecs.links.delete("i-far");
    ecs.released.clear();
    ecs.calls.length = 0;
    expect(many.diff(properties, all)).toEqual({ replaces: [], updates: ["instanceIds"], isDue: true });
    expect(await outputs(many.update(properties, all))).toEqual(state(all.instanceIds));
    expect([ecs.changes("attach").sort(), ecs.count("detach")]).toEqual([["i-far vpc-b", "i-gone vpc-b"], 0]);
  });

  test("one that is never listed has a reason and the time of its attach, and only its removal waits for that time", async () => {
    const { ecs, many } = world();
    ecs.shown.set("i-3", undefined);
    const { properties, reasons } = await partially(many.create(declare(...names(10)), { timeoutMs: 20_000 }));
    const reason = /^i-3: not done within 20 s \(attached, not listed yet\), after \d+ calls/;
    expect(reasons).toEqual([expect.stringMatching(reason)]);
    // It may be linked, so the state has to know of it.
    expect(toMembers(properties).instanceIds).toHaveLength(10);
    expect(properties.__attachedAt).toEqual({ "i-3": expect.any(Number) });
    const removing = (...instanceIds: string[]) => run(world().many.delete({ ...properties, instanceIds }));
    expect(await removing("i-1")).toMatchObject({ value: undefined, afterMs: 0 });
    expect((await removing("i-3")).afterMs).toBeGreaterThan(90_000);
  });

  test("members with the same reason share a line, which names twenty, counts the others and quotes the request and the calls of the first", async () => {
    const { ecs, many } = world();
    for (const id of names(100)) {
      ecs.refused.set(id, (method) => refusal(method, "Forbidden.RAM", "", { requestId: `R-of-${id}` }));
    }
    const lines = (await failed(many.create(declare(...names(100))))).message.split("\n");
    const line =
      /^((i-\d+, ){20})80 more: AttachClassicLinkVpc: Forbidden\.RAM, request R-of-i-0, after [0-2] calls? in 0 s;/;
    expect(lines).toEqual([expect.any(String), expect.stringMatching(line)]);
    expect(line.exec(lines[1] ?? "")?.[1]).toBe(`${names(100).toSorted().slice(0, 20).join(", ")}, `);
  });

  test("those of 1000 that stay locked do not delay the others, and only they are not in the state", async () => {
    const { ecs, many } = world();
    const [locked, others] = [names(40), names(1_000).slice(40)];
    ecs.lock(...locked);
    const startedAt = performance.now();
    const { error, afterMs } = await run(many.create(declare(...names(1_000)), { timeoutMs: 60_000 }));
    if (!(error instanceof PartiallyCreatedError)) throw error;
    expect(membersIn(error)).toEqual(others.sort());
    expect(error.reasons).toEqual([expect.stringMatching(/^i-0, .* 20 more: not done within 1 min.*InstanceLocked/)]);
    expect(lastLinkedAt(ecs) - startedAt).toBeLessThan(10_000);
    expect(afterMs).toBeLessThanOrEqual(66_000);
  });

  test("a member that may be linked is in the state, with its reason", async () => {
    const { ecs, many } = world();
    ecs.next("attach", failsAfterWork(fault("attach", "ConnectionLost")));
    ecs.next("describe", works);
    ecs.refuse("describe", "Forbidden.RAM");
    const { properties, reasons } = await partially(many.create(declare("i-a"), { timeoutMs: 5_000 }));
    expect(properties).toMatchObject({ instanceIds: ["i-a"], __attachedAt: { "i-a": expect.any(Number) } });
    expect(reasons).toHaveLength(1);
  });

  test("none of them is in the state when none could be linked, and each is named with its reason", async () => {
    const { ecs, many } = world({ "i-a": "vpc-other", "i-b": "vpc-other" });
    const [asked, ...lines] = (await plainly(many.create(declare("i-a", "i-b")))).split("\n");
    expect(asked).toBe("cannot link 2 instances to vpc-b in cn-hangzhou:");
    expect(lines).toEqual([expect.stringMatching(/^i-a, i-b: it is linked to vpc-other/)]);
    expect(ecs.now).toEqual({ "i-a": "vpc-other", "i-b": "vpc-other" });
  });

  test("[14] a cancelled create ends at once, with what is linked by then in the state", async () => {
    const { ecs, many } = world();
    ecs.latencyMs = 100;
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 1_050);
    const startedAt = performance.now();
    const error = await partially(many.create(declare(...names(1_000)), { signal: cancel.signal }));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(membersIn(error)).toEqual(expect.arrayContaining([...ecs.links.keys()]));
    expect(ecs.links.size).toBeGreaterThan(50);
    expect(ecs.links.size).toBeLessThan(200);
  });
});

describe("update", () => {
  test("attaches members that were added, and detaches those that were removed, in place and no others", async () => {
    const { ecs, many } = world(linked("i-a", "i-b", "i-others"));
    expect(await outputs(many.update(state(["i-a", "i-b"]), declare("i-c", "i-b")))).toEqual(state(["i-c", "i-b"]));
    expect([ecs.changes("attach"), ecs.changes("detach")]).toEqual([["i-c vpc-b"], ["i-a vpc-b"]]);
    expect(ecs.now).toEqual(linked("i-b", "i-c", "i-others"));
  });

  test("[7] without a reason to act checks, changes nothing, and returns whole outputs", async () => {
    const { ecs, many } = world(linked("i-a", "i-b"));
    expect(await outputs(many.update(state(["i-a", "i-b"]), declare("i-b", "i-a")))).toEqual(state(["i-b", "i-a"]));
    expect(ecs.called).toEqual(["describe"]);
  });

  test("of 1000 members of which one is new costs one attach and at most 12 Describes", async () => {
    const [first, ...others] = names(1_000);
    const { ecs, many } = world(linked(...others));
    await done(many.update(state(others), declare(first ?? "", ...others)));
    expect(ecs.changes("attach")).toEqual(["i-0 vpc-b"]);
    expect(ecs.count("describe")).toBeLessThanOrEqual(12);
  });

  test("is done with a removed member that is gone already, or that someone else linked elsewhere", async () => {
    const { ecs, many } = world({ "i-far": "vpc-other" });
    ecs.released.add("i-gone");
    expect(await outputs(many.update(state(["i-far", "i-gone", "i-no"]), declare()))).toEqual(state([]));
    expect(ecs.now).toEqual({ "i-far": "vpc-other" });
  });

  test("[12] does not wait for members that no attach is pending for", async () => {
    const { ecs, many } = world(linked("i-a", "i-b"));
    ecs.fail(refusal("detach", "Forbidden.RAM"));
    const { properties } = await partially(many.update(state(["i-a", "i-b"]), declare("i-b")));
    ecs.links.delete("i-a");
    expect(await run(many.update(properties, declare("i-b")))).toMatchObject({ value: {}, afterMs: 0 });
  });

  test("[6] keeps the time of the attach of a member that leaves and cannot be detached", async () => {
    const { ecs, many } = world(linked("i-a", "i-b"));
    forbid(ecs, "i-a");
    const olds = { ...state(["i-a", "i-b"]), __halfMade: true, __attachedAt: { "i-a": 5, "i-b": 6 } };
    const { properties } = await partially(many.update(olds, declare("i-b")));
    expect(properties).toEqual({ ...state(["i-b", "i-a"]), __halfMade: true, __attachedAt: { "i-a": 5 } });
  });

  test("[12] does not wait for members that were linked before an attach that ECS refused", async () => {
    const { ecs, many } = world(linked("i-a", "i-b"));
    forbid(ecs, "i-b");
    many.check(declare("i-b"), declare("i-a", "i-b"));
    ecs.refuse("describe", "Forbidden.RAM");
    const { properties } = await partially(many.update(state(["i-a", "i-b"]), declare("i-b")));
    const next = world(ecs.now).many.update(properties, declare("i-b"));
    expect(await run(next)).toMatchObject({ value: {}, afterMs: 0 });
  });

  const unseen = (ecs: ScriptedEcs) => {
    ecs.refuse("describe", "Forbidden.RAM");
    forbid(ecs, "i-a", "i-b");
  };
  test.each<
    [what: string, members: string[], declared: string[], prepare: (ecs: ScriptedEcs) => unknown, left: string[]]
  >([
    ["what cannot be removed", ["i-a", "i-b"], ["i-c"], (ecs) => forbid(ecs, "i-a"), ["i-a", "i-c"]],
    ["a member that may not be described", ["i-a"], ["i-a", "i-b"], unseen, ["i-a"]],
    ["not what was removed, if that is gone", ["i-a"], ["i-gone"], (ecs) => ecs.released.add("i-gone"), []],
    ["not what moved before a refresh", ["i-a"], ["i-a", "i-b"], (ecs) => ecs.links.set("i-a", "vpc-other"), ["i-b"]],
  ])(
    "that fails in part keeps in the state %s, and changes the others",
    async (_, members, declared, prepare, left) => {
      const { ecs, many } = world(linked(...members));
      prepare(ecs);
      const error = await partially(many.update(state(members), declare(...declared)));
      expect([membersIn(error), error.reasons]).toEqual([left, [expect.any(String)]]);
      expect(Object.keys(ecs.now).filter((id) => ecs.now[id] === vpcId)).toEqual(left);
    },
  );
});

describe("[25] an import finds all links of the VPC", () => {
  const others = { ...linked("i-a"), "i-others": vpcId };

  /** What the engine calls before the update: it passes to the check what the import has found. */
  async function imported(many: ReturnType<typeof world>["many"], ...members: string[]) {
    const { inputs, outputs: found } = await done(many.find(vpcId));
    expect(found).toEqual(state(["i-a", "i-others"]));
    many.check(declare(...members), inputs);
    return found;
  }

  test("and the update that follows adopts those that the program declares, and leaves the others", async () => {
    const { ecs, many } = world(others);
    const found = await imported(many, "i-a", "i-new");
    expect(await outputs(many.update(found, declare("i-a", "i-new")))).toEqual(state(["i-a", "i-new"]));
    expect(ecs.now).toEqual({ ...others, "i-new": vpcId });
    expect(many.reported).toContain(
      "1 link stays, since the program does not declare what the import has found: i-others",
    );
  });

  test("a `get` beside a fleet keeps no member that the fleet drops", async () => {
    const { ecs, many } = world(others);
    many.check(declare("i-a"), state(["i-a", "i-others"]));
    await done(many.find(vpcId, {}, "a:get"));
    expect(await outputs(many.update(state(["i-a", "i-others"]), declare("i-a")))).toEqual(state(["i-a"]));
    expect(ecs.now).toEqual(linked("i-a"));
  });

  test.each([
    ["a member that exists", ["i-a"], ["i-a"]],
    ["a new member", ["i-new"], []],
  ])("and an update to %s that fails has no others in its state", async (_, members, left) => {
    const { ecs, many } = world(others);
    const found = await imported(many, ...members);
    ecs.refuse("describe", "ServiceUnavailable");
    const reason = /^cannot link 1 instance to vpc-b in cn-hangzhou: .*ServiceUnavailable/;
    const error = { properties: state(left), reasons: [expect.stringMatching(reason)] };
    expect(await partially(many.update(found, declare(...members)))).toMatchObject(error);
    expect(ecs.count("detach")).toBe(0);
  });
});

describe("drift", () => {
  const FAR = { "i-far": "vpc-other" };
  const olds = state(["i-a"], FAR);

  test("[9] a refresh leaves out members that are gone, names the VPC of those that moved, and reports both once", async () => {
    const { ecs, many } = world({ ...linked("i-a"), ...FAR });
    ecs.released.add("i-gone");
    const all = declare("i-a", "i-gone", "i-no", "i-far");
    // What another host has hidden in the state goes too.
    const read = await outputs(many.read({ ...state(all.instanceIds), __provider: "line" }));
    expect(read).toEqual(olds);
    expect(many.diff({ ...read }, all).updates).toEqual(["instanceIds", "movedAway"]);
    expect(await outputs(many.read({ ...read }))).toEqual(read);
    expect(many.reported).toEqual([
      "drift: no longer linked to vpc-b: i-gone, i-no",
      "drift: no longer linked to vpc-b, but elsewhere: i-far to vpc-other",
    ]);
    expect(new Set(ecs.called)).toEqual(new Set(["describe", "existing"]));
  });

  test("[9] a refresh names five of many members that are gone, and counts the others", async () => {
    const { many } = world({});
    await outputs(many.read(state(Array.from({ length: 8 }, (_, n) => `i-${n}`))));
    expect(many.reported).toEqual(["drift: no longer linked to vpc-b: i-0, i-1, i-2, i-3, i-4, 3 more"]);
  });

  test("[11] a refresh sees that a member has come back, and that it has gone on to a third VPC", async () => {
    const { ecs, many } = world({ ...linked("i-a"), "i-far": "vpc-third" });
    const moved = state([], { "i-a": "vpc-other", "i-far": "vpc-other" });
    expect(await outputs(many.read(moved))).toEqual(state(["i-a"], { "i-far": "vpc-third" }));
    expect(many.reported).toEqual([
      "drift: no longer linked to vpc-b, but elsewhere: i-far to vpc-third",
      "drift: linked to vpc-b again: i-a",
    ]);
    expect(ecs.count("attach") + ecs.count("detach")).toBe(0);
  });

  test("the next up repairs just the members that are gone or moved", async () => {
    const { ecs, many } = world({ ...linked("i-a"), ...FAR, "i-theirs": "vpc-other" });
    const declared = ["i-a", "i-no", "i-far"];
    expect(await outputs(many.update(olds, declare(...declared)))).toEqual(state(declared));
    expect(ecs.changes("detach")).toEqual(["i-far vpc-other"]);
    expect(ecs.changes("attach").sort()).toEqual(["i-far vpc-b", "i-no vpc-b"]);
    expect(ecs.now).toEqual({ ...linked(...declared), "i-theirs": "vpc-other" });
  });

  test("a member is only detached from the VPC that the state names, not from one that it has moved to since", async () => {
    const { ecs, many } = world({ ...linked("i-a"), "i-far": "vpc-third" });
    const { reasons } = await partially(many.update(olds, declare("i-a", "i-far")));
    expect(reasons).toEqual([expect.stringMatching(/^i-far: it is linked to vpc-third/)]);
    expect(new Set(ecs.changes("detach"))).toEqual(new Set(["i-far vpc-other"]));
    expect(ecs.now).toEqual({ ...linked("i-a"), "i-far": "vpc-third" });
  });

  test("a member that moved and is no longer declared is left where it is", async () => {
    const { ecs, many } = world({ ...linked("i-a"), ...FAR });
    expect(await outputs(many.update(olds, declare("i-a")))).toEqual(state(["i-a"]));
    expect(ecs.now).toEqual({ ...linked("i-a"), ...FAR });
  });

  test("a member that moved and cannot be detached there stays moved away in the state, and is not attached", async () => {
    const { ecs, many } = world({ ...linked("i-a"), ...FAR });
    forbid(ecs, "i-far");
    const error = await partially(many.update(olds, declare("i-a", "i-far")));
    expect(error.properties).toEqual({ ...olds, ...marks });
    expect(error.reasons).toHaveLength(1);
  });

  test("a member that moved and was detached there is not moved away in the state, though its attach is refused", async () => {
    const { ecs, many } = world({ ...linked("i-a"), ...FAR });
    ecs.refuse("attach", "Forbidden.RAM");
    const { properties } = await partially(many.update(olds, declare("i-a", "i-far")));
    expect([ecs.now, properties]).toEqual([linked("i-a"), { ...state(["i-a"]), ...marks }]);
  });

  test("a partially created member that is not listed yet is kept, because it may be listed later", async () => {
    const kept = { ...state(["i-a", "i-slow"]), __halfMade: true };
    const read = await outputs(world(linked("i-a")).many.read(kept));
    expect(read).toEqual({ ...kept, __attachedAt: expect.any(Number) });
  });

  test("[13] a read retries for five minutes, and a second for each member", async () => {
    const { ecs, many } = world();
    ecs.always("describe", fails(refusal("describe", "Throttling.User")));
    const { error, afterMs } = await run(many.read(state(names(200))));
    expect(error?.message).toContain("not done within 8 min 20 s");
    expect(afterMs).toBeLessThanOrEqual(500_000);
  });

  test("[9] a read that ECS refuses is an error and no answer", async () => {
    const { ecs, many } = world(linked("i-a"));
    ecs.refuse("describe", "Forbidden.SubUser");
    const { message } = await failed(many.read(state(["i-a"])));
    expect(message).toMatch(/^cannot read the links to vpc-b in cn-hangzhou: .*Forbidden\.SubUser/);
  });
});

test("[10] a fleet is found by the id of its VPC, and a VPC without links is an error", async () => {
  const found = { id: "cn-hangzhou:vpc-b", outputs: state(["i-a", "i-b"]), inputs: declare("i-a", "i-b") };
  expect(await done(world(linked("i-a", "i-b")).many.find("cn-hangzhou:vpc-b"))).toEqual(found);
  const sentence = "no instance is linked to vpc-b in cn-hangzhou; check the id and the region";
  expect(await plainly(world().many.find("vpc-b"))).toBe(sentence);
});

describe("[12] delete", () => {
  test("detaches the members and nobody else's, also those that moved away or are released, and works twice", async () => {
    const others = { "i-others": vpcId, "i-far": "vpc-other", "i-gave": "vpc-other" };
    const { ecs, many } = world({ ...linked("i-a", "i-b"), ...others });
    ecs.released.add("i-gone");
    const olds = state(["i-a", "i-b", "i-gave", "i-gone"], { "i-far": "vpc-other" });
    await done(many.delete(olds));
    expect(many.warnings).toHaveLength(0);
    expect(ecs.now).toEqual(others);
    await done(many.delete(olds, {}));
    expect(ecs.now).toEqual(others);
  });

  test("names only the members that are still linked, and each reason on its own line", async () => {
    const { ecs, many } = world(linked("i-a", "i-b", "i-c", "i-slow"));
    forbid(ecs, "i-b");
    ecs.shown.set("i-slow", vpcId);
    const message = await plainly(many.delete(state(["i-a", "i-b", "i-c", "i-slow"]), { timeoutMs: 20_000 }));
    expect(message.split("\n")).toEqual([
      "cannot unlink 4 instances from vpc-b in cn-hangzhou:",
      expect.stringMatching(/^i-b: .*Forbidden\.RAM/),
      expect.stringMatching(/^i-slow: not done within 20 s/),
      "2 of 4 are unlinked; run it again; to keep the links instead, run pulumi up --refresh",
    ]);
    expect(ecs.now).toEqual(linked("i-b"));
  });
});

test("[6] an update of which a member that leaves stays locked names that member, and does not make others wait", async () => {
  const { ecs, many } = world(linked("i-a", "i-b", "i-locked"));
  ecs.lock("i-locked");
  const startedAt = performance.now();
  const olds = state(["i-a", "i-b", "i-locked"]);
  const error = await partially(many.update(olds, declare("i-a", "i-new"), { timeoutMs: 60_000 }));
  expect(membersIn(error)).toEqual(["i-a", "i-locked", "i-new"]);
  expect(ecs.now).toEqual(linked("i-a", "i-locked", "i-new"));
  expect(error.reasons).toEqual([expect.stringMatching(/^i-locked: not done within 1 min \(locked\).*InstanceLocked/)]);
  expect(lastLinkedAt(ecs) - startedAt).toBeLessThan(10_000);
});

describe("a full VPC", () => {
  const locked = refusal("detach", "InvalidStatus.InstanceLocked");

  /** A fleet in a VPC that takes so many links. */
  function full(most: number, members: readonly string[]) {
    const made = world(linked(...members));
    made.ecs.always("attach", (work) => {
      if (made.ecs.links.size >= most) throw refusal("attach", "QuotaExceeded");
      return work();
    });
    return made;
  }

  test.each<[why: string, refusals: EcsError[], attaches: number[]]>([
    ["at once", [], [0]],
    ["and asks for none before, if only the quota of calls delays them", [refusal("detach", "Throttling.User")], [1]],
    ["and asks less and less often if they are locked", Array(11).fill(locked), [0, 2, 6, 14, 30, 62, 94, 126, 158]],
  ])("takes members that join once others have left, %s", async (_, refusals, attaches) => {
    jest.spyOn(Math, "random").mockReturnValue(0.5);
    const { ecs, many } = full(2, ["i-a", "i-b"]);
    ecs.fail(...refusals);
    const startedAt = performance.now();
    await done(many.update(state(["i-a", "i-b"]), declare("i-a", "i-new")));
    expect(ecs.now).toEqual(linked("i-a", "i-new"));
    const attached = ecs.calls.filter(({ method }) => method === "attach");
    expect(attached.map(({ at }) => Math.round((at - startedAt) / 1_000))).toEqual(attaches);
  });

  test("is the reason of a member that joins if no other has left in time", async () => {
    const { ecs, many } = full(2, ["i-a", "i-b"]);
    ecs.lock("i-b");
    const update = many.update(state(["i-a", "i-b"]), declare("i-a", "i-new"), { timeoutMs: 30_000 });
    const reason = /^i-new: not done within 30 s \(the VPC is full until other members are unlinked\).*QuotaExceeded/;
    expect((await partially(update)).reasons).toContainEqual(expect.stringMatching(reason));
  });

  test("takes each of them with one attach if nothing is locked", async () => {
    const { ecs, many } = full(100, names(100));
    await done(many.update(state(names(100)), declare(...names(100).map((id) => `${id}-new`))));
    expect(ecs.count("attach")).toBe(100);
  });

  test("in which no member leaves is an error at once", async () => {
    const { many } = full(2, ["i-a", "i-b"]);
    const { error, afterMs } = await run(many.update(state(["i-a", "i-b"]), declare("i-a", "i-b", "i-new")));
    expect(error?.message).toMatch(/^i-new: .*QuotaExceeded/);
    expect(afterMs).toBeLessThan(10_000);
  });
});

describe("progress", () => {
  /** The lines that a create of so many members shows. */
  async function shown(count: number, prepare: (ecs: ScriptedEcs) => void, links = {}) {
    const { ecs, many } = world(links);
    prepare(ecs);
    const lines: string[] = [];
    const context = { timeoutMs: 30_000, progress: (line: string) => void lines.push(line) };
    await run(many.create(declare(...names(count)), context));
    return lines;
  }

  test("counts how many are linked, locked and failed, and counts a member once", async () => {
    const lines = await shown(1_000, (ecs) => {
      ecs.latencyMs = 30;
      ecs.lock("i-1", "i-2", "i-3");
      forbid(ecs, "i-4");
    });
    expect(lines.filter((line) => !/^\d+\/1000 linked(, \d+ locked)?(, \d+ failed)?, /.test(line))).toEqual([]);
    expect(lines.join("\n")).toMatch(/^412\/1000 linked, 3 locked, 1 failed, [\d.]+ s of at most 30 s$/m);
    expect(lines.findLast((line) => line.includes("linked,"))).toMatch(/^996\/1000 linked, 4 failed/);
  });

  test("counts one member that was linked before, while the others are locked", async () => {
    const lines = await shown(3, (ecs) => ecs.lock("i-1", "i-2"), linked("i-0"));
    expect(lines.filter((line) => !/^1\/3 linked, [12] (locked|failed)/.test(line))).toEqual([]);
  });

  test("counts members that were linked before, and ends with the last one", async () => {
    const lines = await shown(4, () => {}, linked("i-0", "i-1"));
    expect([lines[0], lines.at(-1)]).toEqual(["3/4 linked, 0 s of at most 30 s", "4/4 linked, 0 s of at most 30 s"]);
  });

  test("of a delete counts those that are unlinked", async () => {
    const lines: string[] = [];
    const { many } = world(linked("i-a", "i-b"));
    await done(many.delete(state(["i-a", "i-b"]), { progress: (line) => void lines.push(line) }));
    expect(lines.at(-1)).toBe("2/2 unlinked, 0 s of at most 60 min");
  });

  test("where it can only be printed, is printed every ten seconds, and not for what is quick", async () => {
    const { ecs, many } = world();
    ecs.latencyMs = 500;
    const { afterMs } = await run(many.create(declare(...names(1_000))));
    expect(many.reported.length).toBeGreaterThanOrEqual(2);
    expect(many.reported.length).toBeLessThanOrEqual(Math.ceil(afterMs / 10_000));
  });
});
