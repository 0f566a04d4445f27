/** Which links an operation leaves alone, removes and puts back, in the order in which the engine calls a provider. */

import { describe, expect, jest, test } from "@jest/globals";
import { Run } from "../../provider/links/ledger";
import { classicLink } from "../../provider/resources/classicLink";
import { classicLinks } from "../../provider/resources/classicLinks";
import type { Properties } from "../../provider/resources/inputs";
import { PartiallyCreatedError } from "../../provider/resources/partiallyCreated";
import type { Resource } from "../../provider/resources/resource";
import { simulateClock } from "../support/clock";
import { Lifecycle } from "../support/lifecycle";
import { done, failed, fails, fault, refusal, run, ScriptedEcs } from "../support/scriptedEcs";

simulateClock();

const regionId = "cn-hangzhou";
const link = (instanceId = "i-a", vpcId = "vpc-1") => ({ regionId, instanceId, vpcId });
const declare = (vpcId: string, ...instanceIds: string[]) => ({ regionId, vpcId, instanceIds });
const fleet = (vpcId: string, ...instanceIds: string[]) => ({ ...declare(vpcId, ...instanceIds), movedAway: {} });

/** A cloud with these links, and an engine's run over it. */
function world(links: Readonly<Record<string, string>> = {}) {
  const ecs = new ScriptedEcs();
  for (const [instanceId, vpcId] of Object.entries(links)) ecs.links.set(instanceId, vpcId);
  const reported: string[] = [];
  const context = { report: (message: string) => void reported.push(message) };
  let sharedRun = new Run();
  /** A provider of the run. Each has a connection of its own, as provider processes have. */
  const provider = (resource: Resource = classicLink, config: Readonly<Record<string, string>> = {}) =>
    new Lifecycle(ecs, { run: sharedRun, config }, resource);
  /** What is called from now on belongs to the engine's next run. */
  const nextRun = () => {
    sharedRun = new Run();
  };
  return { ecs, reported, context, provider, nextRun, linksNow: () => Object.fromEntries(ecs.links) };
}

/** The calls of an update that renames a resource, or of a replacement that the engine decides on itself. */
async function createThenDelete(creates: Lifecycle, deletes: Lifecycle, inputs: Properties, state: Properties) {
  creates.check(inputs);
  creates.check(inputs);
  await done(creates.create(inputs));
  await done(deletes.delete(state));
}

describe("[24] a link that stays declared is not detached", () => {
  test("by a replacement that the engine decides on, and the message says so", async () => {
    const { ecs, provider, linksNow, reported, context } = world({ "i-a": "vpc-1" });
    const one = provider();
    one.check(link(), link());
    one.check(link());
    await done(one.create(link()));
    await done(one.delete(link(), context));
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
    expect(ecs.count("detach")).toBe(0);
    expect(reported).toEqual(["the link to vpc-1 stays: the program still declares it"]);
  });

  test("by a replacement of a fleet that the engine decides on, which reports it in one line", async () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => `i-${n}`);
    const { ecs, provider, reported, context } = world(Object.fromEntries(ids.map((id) => [id, "vpc-1"])));
    const many = provider(classicLinks);
    many.check(declare("vpc-1", ...ids));
    await done(many.create(declare("vpc-1", ...ids)));
    await done(many.delete(fleet("vpc-1", ...ids), context));
    expect(ecs.links.size).toBe(1_000);
    expect(reported).toEqual([
      "1000 links stay, since the program still declares them: i-0, i-1, i-2, i-3, i-4, 995 more",
    ]);
  });

  test("when a resource gets a new name and another provider in one update", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1" });
    await createThenDelete(provider(), provider(), link(), link());
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
  });

  test("when a fleet gets a new name and another provider in one update", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1", "i-b": "vpc-1" });
    const state = fleet("vpc-1", "i-a", "i-b");
    await createThenDelete(provider(classicLinks), provider(classicLinks), declare("vpc-1", "i-a", "i-b"), state);
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
  });

  test("when the other provider reaches the same cloud by another address", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1" });
    const byAddress = (endpoint: string) => provider(classicLink, { "classiclink:endpoint": endpoint });
    const creates = byAddress("ecs.cn-hangzhou.aliyuncs.com");
    await createThenDelete(creates, byAddress("ecs-vpc.cn-hangzhou.aliyuncs.com"), link(), link());
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
  });

  test("when single links become the members of a fleet", async () => {
    const { ecs, provider, linksNow } = world({ "i-a": "vpc-1", "i-b": "vpc-1" });
    const many = provider(classicLinks);
    many.check(declare("vpc-1", "i-a", "i-b", "i-c"));
    await done(many.create(declare("vpc-1", "i-a", "i-b", "i-c")));
    const one = provider();
    await done(Promise.all(["i-a", "i-b"].map((id) => one.delete(link(id)))));
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1", "i-c": "vpc-1" });
    expect(ecs.count("detach")).toBe(0);
  });

  test("when members become single links and leave the fleet afterwards", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1", "i-b": "vpc-1" });
    const [one, many] = [provider(), provider(classicLinks)];
    one.check(link());
    await done(one.create(link()));
    many.check(declare("vpc-1", "i-b"), declare("vpc-1", "i-a", "i-b"));
    await done(many.update(fleet("vpc-1", "i-a", "i-b"), declare("vpc-1", "i-b")));
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
  });
});

describe("[24] a link that stays, but that its new owner cannot adopt, is in a state", () => {
  /** ECS refuses each change and each check. */
  function refuseAll(ecs: ScriptedEcs): void {
    ecs.always("attach", fails(refusal("attach", "Forbidden.RAM")));
    ecs.always("describe", fails(refusal("describe", "Forbidden.RAM")));
  }

  test.each([
    ["a link", classicLink, link(), link()],
    ["a fleet", classicLinks, declare("vpc-1", "i-a"), fleet("vpc-1", "i-a")],
  ])("of %s that a forced replacement deletes first", async (_, resource, inputs, state) => {
    const { ecs, provider, linksNow } = world({ "i-a": "vpc-1" });
    const one = provider(resource);
    one.check(inputs);
    await done(one.delete(state));
    refuseAll(ecs);
    const error = await failed(one.create(inputs));
    expect(error).toBeInstanceOf(PartiallyCreatedError);
    expect(error).toMatchObject({ properties: state });
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
  });

  test("of a fleet that is deleted first, if not even its VPC can be listed", async () => {
    const { ecs, provider } = world({ "i-a": "vpc-1", "i-b": "vpc-1" });
    const many = provider(classicLinks);
    many.check(declare("vpc-1", "i-a", "i-c"));
    await done(many.delete(fleet("vpc-1", "i-a", "i-b")));
    ecs.always("describe", fails(refusal("describe", "ServiceUnavailable")));
    const error = await failed(many.create(declare("vpc-1", "i-a", "i-c")));
    expect(error).toBeInstanceOf(PartiallyCreatedError);
    expect(error).toMatchObject({ properties: fleet("vpc-1", "i-a") });
  });

  test.each([
    ["a link", classicLink, link()],
    ["a fleet", classicLinks, declare("vpc-1", "i-a", "i-b")],
  ])("of the resource that %s replaces, whose delete fails", async (_, resource, inputs) => {
    const { ecs, provider, linksNow } = world({ "i-a": "vpc-1" });
    const [creates, deletes] = [provider(resource), provider()];
    creates.check(inputs);
    refuseAll(ecs);
    expect(await failed(creates.create(inputs))).not.toBeInstanceOf(PartiallyCreatedError);
    expect((await failed(deletes.delete(link()))).message).toMatch(/still declares it, but it could not be linked/);
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
  });

  test("of the resource that a fleet replaces, if the VPC of the fleet cannot be listed", async () => {
    const { ecs, provider } = world({ "i-a": "vpc-1" });
    const [many, one] = [provider(classicLinks), provider()];
    many.check(declare("vpc-1", "i-a"));
    ecs.always("describe", fails(refusal("describe", "ServiceUnavailable")));
    await failed(many.create(declare("vpc-1", "i-a")));
    expect((await failed(one.delete(link()))).message).toMatch(/still declares it, but it could not be linked/);
  });

  test("of the new owner only, once it has adopted the link at a second try", async () => {
    const { ecs, provider } = world({ "i-a": "vpc-1" });
    const [creates, deletes] = [provider(), provider()];
    creates.check(link());
    ecs.next("attach", fails(refusal("attach", "Forbidden.RAM")));
    ecs.next("describe", fails(refusal("describe", "Forbidden.RAM")));
    await failed(creates.create(link()));
    await done(creates.create(link()));
    await done(deletes.delete(link()));
    expect(ecs.count("detach")).toBe(0);
  });
});

describe("[24] a link that is no longer declared is gone", () => {
  test("after a delete in a run that declares other links of the account", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1", "i-b": "vpc-1" });
    const one = provider();
    one.check(link("i-b"), link("i-b"), "a:other");
    await done(one.delete(link()));
    expect(linksNow()).toEqual({ "i-b": "vpc-1" });
  });

  test.each([
    [
      "a fleet",
      classicLinks,
      declare("vpc-1", "i-a", "i-b"),
      declare("vpc-1", "i-b", "i-c"),
      fleet("vpc-1", "i-a", "i-b"),
    ],
    ["a link", classicLink, link(), link("i-c"), link()],
  ])(
    "after a replacement of %s that the engine decides on, whose second check is without ignoreChanges",
    async (_, resource, ignoring, news, state) => {
      const { provider, linksNow } = world({ "i-a": "vpc-1", "i-b": "vpc-1" });
      const one = provider(resource);
      one.check(ignoring, ignoring);
      one.check(news);
      await done(one.create(news));
      await done(one.delete(state));
      expect(linksNow()).toEqual({ "i-b": "vpc-1", "i-c": "vpc-1" });
    },
  );

  test("after such a replacement with another VPC, though the create comes first", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1" });
    const one = provider();
    one.check(link(), link());
    one.check(link("i-a", "vpc-2"));
    await done(one.create(link("i-a", "vpc-2")));
    await done(one.delete(link()));
    expect(linksNow()).toEqual({ "i-a": "vpc-2" });
  });

  test("after such a replacement, but not while another resource declares it", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1", "i-b": "vpc-1" });
    const [one, many] = [provider(), provider(classicLinks)];
    many.check(declare("vpc-1", "i-a", "i-b"), {}, "a:fleet");
    one.check(link(), link());
    expect(one.check(link("i-b")).failures).toEqual([]);
    await done(one.delete(link()));
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
  });

  test("and another resource may declare its instance then", () => {
    const one = world().provider();
    one.check(link(), link());
    one.check(link("i-b"));
    expect(one.check(link(), {}, "a:other").failures).toEqual([]);
    expect(one.check(link("i-b"), {}, "a:third").failures).toHaveLength(1);
  });

  test("after a replacement with another VPC, which deletes first", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1" });
    const one = provider();
    one.check(link("i-a", "vpc-2"), link());
    expect(one.diff(link(), link("i-a", "vpc-2")).replaces).toEqual(["vpcId"]);
    await done(one.delete(link()));
    await done(one.create(link("i-a", "vpc-2")));
    expect(linksNow()).toEqual({ "i-a": "vpc-2" });
  });

  test("in a cloud that another provider's endpoint names, while the same id stays declared in this one", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1" });
    provider(classicLink, { "classiclink:endpoint": "ecs.private.example" }).check(link());
    await done(provider(classicLink, { "classiclink:endpoint": "ecs.other.example" }).delete(link()));
    expect(linksNow()).toEqual({});
  });

  test("after a change of the configured region: the link's own diff replaces it, and no other link", async () => {
    const { ecs, provider, linksNow } = world({ "i-a": "vpc-1" });
    const one = provider(classicLink, { "classiclink:region": "cn-beijing" });
    const { inputs } = one.check({ instanceId: "i-a", vpcId: "vpc-1" }, link());
    expect(one.diff(link(), inputs).replaces).toEqual(["regionId"]);
    expect(one.diff(link("i-b"), one.check(link("i-b"), link("i-b"), "a:own").inputs).replaces).toEqual([]);
    await done(one.delete(link()));
    await done(one.create(inputs));
    expect(ecs.calls.filter(({ method }) => method !== "describe").map(({ query }) => query)).toEqual([
      link(),
      { ...link(), regionId: "cn-beijing" },
    ]);
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
  });
});

describe("[26] a link that the run has removed is put back when the program still declares it", () => {
  /** A fleet gives up `i-a` before anything has declared it anew. */
  async function givenUp() {
    const all = world({ "i-a": "vpc-1", "i-b": "vpc-1" });
    const many = all.provider(classicLinks);
    many.check(declare("vpc-1", "i-b"), declare("vpc-1", "i-a", "i-b"));
    await done(many.update(fleet("vpc-1", "i-a", "i-b"), declare("vpc-1", "i-b")));
    expect(all.linksNow()).toEqual({ "i-b": "vpc-1" });
    return all;
  }

  test("by a link that is new", async () => {
    const { provider, linksNow } = await givenUp();
    const one = provider();
    one.check(link());
    await done(one.create(link()));
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
  });

  test("by a link that had it all along: its diff says that an update is due", async () => {
    const { provider, linksNow } = await givenUp();
    const one = provider();
    one.check(link(), link());
    expect(one.diff(link(), link())).toEqual({ replaces: [], updates: [], isDue: true });
    await done(one.update(link(), link()));
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
    expect(one.diff(link(), link()).isDue).toBe(false);
  });

  test("by another fleet that had it all along", async () => {
    const { provider, linksNow } = await givenUp();
    const many = provider(classicLinks);
    const declared = declare("vpc-1", "i-a");
    many.check(declared, declared, "a:other");
    expect(many.diff(fleet("vpc-1", "i-a"), declared)).toEqual({ replaces: [], updates: [], isDue: true });
    await done(many.update(fleet("vpc-1", "i-a"), declared));
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
  });

  test("while its removal is under way: the create waits for the end of it", async () => {
    const { ecs, provider, linksNow } = world({ "i-a": "vpc-1" });
    ecs.latencyMs = 500;
    const deleting = provider().delete(link());
    await jest.advanceTimersByTimeAsync(100);
    const one = provider();
    one.check(link());
    expect(one.diff(link(), link()).isDue).toBe(true);
    await done(Promise.all([deleting, one.create(link())]));
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
  });

  test.each([
    ["locked", refusal("attach", "InvalidStatus.InstanceLocked")],
    ["unanswered", fault("attach", "ConnectionLost")],
  ])("though it is still listed while its attach is %s", async (_, error) => {
    const { ecs, provider, linksNow } = world({ "i-a": "vpc-1" });
    const one = provider();
    await done(one.delete(link()));
    ecs.always("describe", (work) => {
      const page = work();
      return page.links.length > 0 ? page : { links: [link()], totalCount: 1 };
    });
    ecs.next("attach", fails(error));
    one.check(link());
    await done(one.create(link()));
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
  });

  test("though a listing of the VPC still shows it", async () => {
    const { ecs, provider, linksNow } = await givenUp();
    const listing = ecs.describe.bind(ecs);
    jest.spyOn(ecs, "describe").mockImplementation(async (query, caller) => {
      const page = await listing(query, caller);
      const stale = query.instanceIds === undefined ? [link()] : [];
      return { links: [...page.links, ...stale], totalCount: page.totalCount + stale.length };
    });
    const many = provider(classicLinks);
    many.check(declare("vpc-1", "i-a"), {}, "a:taker");
    await done(many.create(declare("vpc-1", "i-a")));
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
  });
});

describe("an instance that moves between resources of one run", () => {
  const moving = () => {
    const { provider, linksNow, ecs } = world({ "i-a": "vpc-1", "i-b": "vpc-2" });
    const [from, to] = [provider(classicLinks), provider(classicLinks)];
    return { ecs, linksNow, from, to };
  };

  test("swaps its VPC with another, though the fleets are updated one after the other", async () => {
    const { linksNow, from, to } = moving();
    from.check(declare("vpc-1", "i-b"), declare("vpc-1", "i-a"), "a:from");
    to.check(declare("vpc-2", "i-a"), declare("vpc-2", "i-b"), "a:to");
    await done(from.update(fleet("vpc-1", "i-a"), declare("vpc-1", "i-b")));
    await done(to.update(fleet("vpc-2", "i-b"), declare("vpc-2", "i-a")));
    expect(linksNow()).toEqual({ "i-a": "vpc-2", "i-b": "vpc-1" });
  });

  test("is waited for when the resource that gives it up is checked a moment later", async () => {
    const { linksNow, from, to } = moving();
    to.check(declare("vpc-2", "i-a", "i-b"), declare("vpc-2", "i-b"), "a:to");
    const taking = to.update(fleet("vpc-2", "i-b"), declare("vpc-2", "i-a", "i-b"));
    await jest.advanceTimersByTimeAsync(1_500);
    from.check(declare("vpc-1"), declare("vpc-1", "i-a"), "a:from");
    await done(Promise.all([taking, from.update(fleet("vpc-1", "i-a"), declare("vpc-1"))]));
    expect(linksNow()).toEqual({ "i-a": "vpc-2", "i-b": "vpc-2" });
  });

  test.each(["giver first", "taker first"])(
    "stays linked to one VPC, whichever fleet is updated first: %s",
    async (order) => {
      const { ecs, linksNow, from, to } = moving();
      ecs.links.set("i-b", "vpc-1");
      from.check(declare("vpc-1", "i-b"), declare("vpc-1", "i-a", "i-b"), "a:from");
      to.check(declare("vpc-1", "i-a"), declare("vpc-1"), "a:to");
      const giving = () => from.update(fleet("vpc-1", "i-a", "i-b"), declare("vpc-1", "i-b"));
      const taking = () => to.update(fleet("vpc-1"), declare("vpc-1", "i-a"));
      for (const update of order === "giver first" ? [giving, taking] : [taking, giving]) await done(update());
      expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
    },
  );

  test("with a new name and another VPC in one update, if the same run refreshes first", async () => {
    const { provider, linksNow, reported, context } = world({ "i-a": "vpc-1" });
    const [creates, deletes] = [provider(), provider()];
    await done(deletes.read(link()));
    creates.check(link("i-a", "vpc-2"), {}, "a:new");
    await done(creates.create(link("i-a", "vpc-2")));
    await done(deletes.delete(link(), context));
    expect(linksNow()).toEqual({ "i-a": "vpc-2" });
    expect(reported).toEqual(["linked to vpc-2 as the program declares: that link stays"]);
  });

  test("with a new name and another VPC in one update, though the old link was partially created", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1" });
    const [creates, deletes] = [provider(), provider()];
    await done(deletes.read({ ...link(), __halfMade: true, __attachedAt: 0 }));
    creates.check(link("i-a", "vpc-2"), {}, "a:new");
    await done(creates.create(link("i-a", "vpc-2")));
    expect(linksNow()).toEqual({ "i-a": "vpc-2" });
  });

  test("is not taken from a resource that the run checks a moment later, though a refresh has found it", async () => {
    const { ecs, linksNow, from, to } = moving();
    await done(from.read(fleet("vpc-1", "i-a")));
    to.check(declare("vpc-2", "i-a", "i-b"), declare("vpc-2", "i-b"), "a:to");
    const taking = run(to.update(fleet("vpc-2", "i-b"), declare("vpc-2", "i-a", "i-b")));
    await jest.advanceTimersByTimeAsync(1_500);
    from.check(declare("vpc-1", "i-a"), declare("vpc-1", "i-a"), "a:from");
    expect((await taking).error?.message).toMatch(/i-a: it is linked to vpc-1/);
    expect(ecs.count("detach")).toBe(0);
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-2" });
  });

  test("is an error when nothing of the run gives it up, within some seconds, and says what to do", async () => {
    const { ecs, linksNow, to } = moving();
    to.check(declare("vpc-2", "i-a", "i-b"), declare("vpc-2", "i-b"), "a:to");
    const { error, afterMs } = await run(to.update(fleet("vpc-2", "i-b"), declare("vpc-2", "i-a", "i-b")));
    expect(error?.message).toMatch(/i-a: it is linked to vpc-1.*in the state of this stack, run pulumi up --refresh/);
    expect(afterMs).toBeLessThan(10_000);
    expect(ecs.count("detach")).toBe(0);
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-2" });
  });
});

describe("[25] a link that somebody has moved to another VPC", () => {
  test("is left alone by a destroy, before any refresh", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-2" });
    await done(provider().delete(link()));
    expect(linksNow()).toEqual({ "i-a": "vpc-2" });
  });

  /** The state after a refresh that has found the link moved. */
  async function refreshed() {
    const all = world({ "i-a": "vpc-2" });
    const found = await done(all.provider().read(link(), all.context));
    return { ...all, outputs: found?.outputs ?? {}, inputs: found?.inputs ?? {} };
  }

  test("is named by the refresh that finds it", async () => {
    expect((await refreshed()).reported).toEqual(["drift: i-a is linked to vpc-2, no longer to vpc-1"]);
  });

  test("is left alone by a destroy after a refresh, which says so", async () => {
    const { ecs, provider, linksNow, reported, context, outputs } = await refreshed();
    await done(provider().delete(outputs, context));
    expect(linksNow()).toEqual({ "i-a": "vpc-2" });
    expect(ecs.count("detach")).toBe(0);
    expect(reported.at(-1)).toBe("i-a was moved from vpc-1 to vpc-2 by someone else: that link stays");
  });

  test("is left alone after two refreshes, and after a refresh that has found it in a third VPC", async () => {
    const { ecs, provider, linksNow, outputs } = await refreshed();
    const again = await done(provider().read(outputs));
    expect(again?.outputs).toEqual(outputs);
    ecs.links.set("i-a", "vpc-3");
    const third = await done(provider().read(outputs));
    await done(provider().delete(third?.outputs ?? {}));
    expect(linksNow()).toEqual({ "i-a": "vpc-3" });
  });

  test("is ours again once a refresh has found it where this stack made it", async () => {
    const { ecs, provider, linksNow, outputs } = await refreshed();
    ecs.links.set("i-a", "vpc-1");
    const back = await done(provider().read(outputs));
    expect(back?.outputs).toEqual(link());
    await done(provider().delete(back?.outputs ?? {}));
    expect(linksNow()).toEqual({});
  });

  test("is taken back by an up whose program declares the instance", async () => {
    const { provider, linksNow, outputs, inputs } = await refreshed();
    const one = provider();
    one.check(link(), inputs);
    expect(one.diff(outputs, link()).replaces).toEqual(["vpcId"]);
    await done(one.delete(outputs));
    await done(one.create(link()));
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
  });

  test("is taken back by a replacement that the engine decides on, if the same run refreshes first", async () => {
    const { provider, nextRun, linksNow, outputs } = await refreshed();
    nextRun();
    const one = provider();
    await done(one.read(outputs));
    one.check(link());
    await done(one.create(link()));
    await done(one.delete(outputs));
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
  });

  test("is taken back for a fleet whose replacement has failed, if the next run refreshes first", async () => {
    const { provider, nextRun, linksNow } = world({ "i-a": "vpc-2", "i-b": "vpc-1" });
    const [declared, moved] = [
      declare("vpc-1", "i-a", "i-b"),
      { ...fleet("vpc-1", "i-b"), movedAway: { "i-a": "vpc-2" } },
    ];
    const first = provider(classicLinks);
    first.check(declared);
    const { error } = await run(first.create(declared));
    const partial = error instanceof PartiallyCreatedError ? error.properties : {};
    expect(partial).toMatchObject({ instanceIds: ["i-b"] });
    nextRun();
    const second = provider(classicLinks);
    await done(second.read(moved));
    await done(second.read(partial));
    second.check(declared, declared);
    await done(second.update(partial, declared));
    await done(second.delete(moved));
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
  });

  test("is adopted where it is by a program that declares it there, and is ours from then on", async () => {
    const { provider, nextRun, linksNow, outputs, inputs } = await refreshed();
    const there = link("i-a", "vpc-2");
    const one = provider();
    one.check(there, inputs);
    expect(one.diff(outputs, there)).toEqual({ replaces: [], updates: [], isDue: true });
    const { outputs: adopted } = await done(one.update(outputs, there));
    expect(adopted).toEqual(there);
    nextRun();
    await done(provider().delete(adopted));
    expect(linksNow()).toEqual({});
  });

  test("is compared with itself by the engine's own refresh, and shows nothing to do", async () => {
    const { provider, outputs, inputs } = await refreshed();
    expect(provider().diff(outputs, inputs)).toEqual({ replaces: [], updates: [], isDue: false });
  });

  /** A fleet of which a refresh has found one member moved, and the next run. */
  async function refreshedFleet() {
    const all = world({ "i-a": "vpc-1", "i-far": "vpc-2" });
    const found = await done(all.provider(classicLinks).read(fleet("vpc-1", "i-a", "i-far")));
    all.nextRun();
    return { ...all, many: all.provider(classicLinks), outputs: found?.outputs ?? {} };
  }

  test("is left alone as the member of a fleet that is destroyed after a refresh, which says so", async () => {
    const { many, linksNow, outputs, reported, context } = await refreshedFleet();
    await done(many.delete(outputs, context));
    expect(linksNow()).toEqual({ "i-far": "vpc-2" });
    expect(reported).toEqual(["moved from vpc-1 by someone else, so these links stay: i-far to vpc-2"]);
  });

  test("is detached by the delete of its fleet if the program declares the instance, so that the next create succeeds", async () => {
    const { many, linksNow, outputs } = await refreshedFleet();
    many.check(declare("vpc-1", "i-a", "i-far"));
    await done(many.delete(outputs));
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
  });

  test("costs no call at the delete of its fleet after this run has linked the instance again", async () => {
    const { many, linksNow, outputs, ecs } = await refreshedFleet();
    many.check(declare("vpc-1", "i-a", "i-far"));
    await done(many.read(outputs));
    await done(many.create(declare("vpc-1", "i-a", "i-far")));
    const before = ecs.count("detach");
    await done(many.delete(outputs));
    expect([linksNow(), ecs.count("detach") - before]).toEqual([{ "i-a": "vpc-1", "i-far": "vpc-1" }, 0]);
  });

  test("stays at the delete of its fleet if the program declares it where it is", async () => {
    const { many, linksNow, outputs, ecs } = await refreshedFleet();
    many.check(declare("vpc-2", "i-far"));
    await done(many.delete(outputs));
    expect(linksNow()).toEqual({ "i-far": "vpc-2" });
    expect(ecs.count("detach")).toBe(1);
  });

  test("is named by the refresh of its fleet, and by no later one that finds the same", async () => {
    const { provider, reported, context } = world({ "i-a": "vpc-1", "i-far": "vpc-2" });
    const many = provider(classicLinks);
    const found = await done(many.read(fleet("vpc-1", "i-a", "i-far", "i-no"), context));
    await done(many.read(found?.outputs ?? {}, context));
    expect(reported).toEqual([
      "drift: no longer linked to vpc-1: i-no",
      "drift: no longer linked to vpc-1, but elsewhere: i-far to vpc-2",
    ]);
  });
});

describe("[1] an instance that two resources of a program declare in one cloud", () => {
  test("is refused by the check of the second, which names the first", () => {
    const one = world().provider();
    expect(one.check(link(), {}, "a:first").failures).toEqual([]);
    const reason = "i-a is declared by a:first already; an instance has at most one link";
    expect(one.check(link("i-a", "vpc-2"), {}, "a:second").failures).toEqual([{ property: "instanceId", reason }]);
  });

  test("is refused by a fleet to another VPC, at its place in the list", () => {
    const many = world().provider(classicLinks);
    many.check(declare("vpc-1", "i-a"), {}, "a:first");
    expect(many.check(declare("vpc-2", "i-b", "i-a"), {}, "a:second").failures).toEqual([
      {
        property: "instanceIds[1]",
        reason: "i-a is declared by a:first already, to another VPC; an instance has at most one link",
      },
    ]);
  });

  test("is allowed through two providers, and in two regions", () => {
    const { provider } = world();
    const one = provider();
    one.check(link(), {}, "a:first");
    expect(provider().check(link(), {}, "a:second").failures).toEqual([]);
    expect(one.check({ ...link(), regionId: "cn-beijing" }, {}, "a:third").failures).toEqual([]);
  });
});

describe("states of 0.1.0", () => {
  test("[19] that name the owner of a link are refreshed and deleted as before", async () => {
    const { provider, linksNow } = world({ "i-a": "vpc-1" });
    const state = { ...link(), __holder: "urn:pulumi:dev::p::t::old" };
    expect((await done(provider().read(state)))?.outputs).toMatchObject(link());
    expect(provider().diff(state, link())).toEqual({ replaces: [], updates: [], isDue: false });
    await done(provider().delete(state));
    expect(linksNow()).toEqual({});
  });
});

test.each(["create", "delete", "read"] as const)(
  "[15] a setting that is wrong fails the %s that needs it, in its own sentence, and leaves no timer",
  async (call) => {
    const one = world().provider();
    jest.spyOn(one.provider, "links").mockRejectedValue(new Error("classiclink:endpoint is wrong"));
    await expect(one[call](link())).rejects.toThrow(/^cannot (un)?(link|read) .*: classiclink:endpoint is wrong$/);
  },
);

describe("[15] a ledger that is lost during the run", () => {
  class LostRun extends Run {
    override has(): never {
      throw new Error("the ledger of this run is lost");
    }
  }

  test.each([
    ["a link", classicLink, link()],
    ["a fleet", classicLinks, declare("vpc-1", "i-a", "i-b")],
  ])(
    "fails the create of %s, which does not wait, and keeps in the state what may exist",
    async (_, resource, inputs) => {
      const ecs = new ScriptedEcs();
      ecs.links.set("i-a", "vpc-2");
      const error = await failed(new Lifecycle(ecs, { run: new LostRun() }, resource).create(inputs));
      expect(error).toBeInstanceOf(PartiallyCreatedError);
      expect(error.message).toMatch(/: the ledger of this run is lost/);
    },
  );

  test("leaves a fleet partially created with the members that are linked, if it is lost after a detach", async () => {
    class LaterLostRun extends Run {
      override record(...[event, links]: Parameters<Run["record"]>): void {
        if (event === "settled") throw new Error("the ledger of this run is lost");
        super.record(event, links);
      }
    }
    const ecs = new ScriptedEcs();
    for (const id of ["i-a", "i-b", "i-c"]) ecs.links.set(id, "vpc-1");
    ecs.always("attach", fails(refusal("attach", "Forbidden.RAM")));
    const lifecycle = new Lifecycle(ecs, { run: new LaterLostRun() }, classicLinks);
    const olds = { ...declare("vpc-1", "i-a", "i-b", "i-c"), movedAway: {} };
    const error = await failed(lifecycle.update(olds, declare("vpc-1", "i-a", "i-new")));
    expect(error).toBeInstanceOf(PartiallyCreatedError);
    expect(error instanceof PartiallyCreatedError && error.properties.instanceIds).toEqual([...ecs.links.keys()]);
  });
});

describe("a resource whose check fails", () => {
  test.each([
    ["a link", classicLink, link(), { ...link(), instanceId: "" }],
    ["a fleet", classicLinks, declare("vpc-1", "i-a", "i-b"), declare("vpc-1", "i-a", "")],
  ])("[24] keeps its links: nobody knows what %s declares", async (_, resource, olds, news) => {
    const ecs = new ScriptedEcs();
    ecs.links.set("i-a", "vpc-1");
    const one = new Lifecycle(ecs, { run: new Run() }, resource);
    expect(one.check(news, olds).failures).not.toEqual([]);
    await done(classicLink.delete(one.provider, link(), {}));
    expect(ecs.links.get("i-a")).toBe("vpc-1");
  });
});
