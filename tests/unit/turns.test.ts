/** Turns on one instance, and who holds its link: alone, and through the lifecycles that share them. */

import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { ClassicLinkLifecycle } from "../../provider/classicLink";
import { ClassicLinksLifecycle } from "../../provider/classicLinks";
import { Budget, OutOfTime } from "../../provider/ecs/budget";
import type { Link } from "../../provider/ecs/client";
import { LinkReader } from "../../provider/ecs/linkReader";
import { LinkSteps } from "../../provider/linkSteps";
import type { Members } from "../../provider/members";
import { Turns } from "../../provider/turns";
import { done, failed, fails, refusal, run, ScriptedEcs } from "../support/scriptedEcs";

const regionId = "cn-hangzhou";
const link = (instanceId = "i-a", vpcId = "vpc-1"): Link => ({ regionId, instanceId, vpcId });
const links = (vpcId: string, ...instanceIds: string[]): Members => ({ regionId, vpcId, instanceIds, movedAway: {} });
const never = () => new AbortController().signal;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Work that takes a second, and notes its beginning and its end. */
function workNotedIn(notes: string[]) {
  return (name: string) => async () => {
    notes.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    notes.push(`${name} ends`);
    return name;
  };
}

describe("turns", () => {
  test("work on one instance is done one after the other, in the order in which it was asked for", async () => {
    const turns = new Turns();
    const notes: string[] = [];
    const work = workNotedIn(notes);
    const all = ["one", "two", "three"].map((name) => turns.take([link()], never(), work(name)));
    expect(await done(Promise.all(all))).toEqual(["one", "two", "three"]);
    expect(notes).toEqual(["one begins", "one ends", "two begins", "two ends", "three begins", "three ends"]);
  });

  test("work on different instances, and on equal names in different regions, goes on at the same time", async () => {
    const turns = new Turns();
    const work = workNotedIn([]);
    const places = [link(), link("i-b"), { ...link(), regionId: "cn-beijing" }];
    const { afterMs } = await run(Promise.all(places.map((place) => turns.take([place], never(), work("any")))));
    expect(afterMs).toBe(1_000);
  });

  test("whoever has to wait is told, and nobody else", async () => {
    const turns = new Turns();
    const work = workNotedIn([]);
    const told: string[] = [];
    const take = (name: string, instanceId: string) =>
      turns.take([link(instanceId)], never(), work(name), () => void told.push(name));
    await done(Promise.all([take("first", "i-a"), take("second", "i-a"), take("other", "i-b")]));
    await done(take("later", "i-a"));
    expect(told).toEqual(["second"]);
  });

  test("work on many instances waits for all of them, and all that comes later waits for it", async () => {
    const turns = new Turns();
    const notes: string[] = [];
    const work = workNotedIn(notes);
    const first = turns.take([link("i-a")], never(), work("a"));
    const many = turns.take([link("i-a"), link("i-b")], never(), work("a and b"));
    const last = turns.take([link("i-b")], never(), work("b"));
    await done(Promise.all([first, many, last]));
    expect(notes).toEqual(["a begins", "a ends", "a and b begins", "a and b ends", "b begins", "b ends"]);
  });

  test("two that want the same instances in different orders do not wait for each other for ever", async () => {
    const turns = new Turns();
    const work = workNotedIn([]);
    const both = [
      turns.take([link("i-a"), link("i-b")], never(), work("one")),
      turns.take([link("i-b"), link("i-a")], never(), work("two")),
    ];
    expect(await run(Promise.all(both))).toMatchObject({ value: ["one", "two"], afterMs: 2_000 });
  });

  test("work that fails gives the turn to the next all the same", async () => {
    const turns = new Turns();
    const failing = turns.take([link()], never(), async () => {
      throw new Error("no");
    });
    const next = turns.take([link()], never(), async () => "next");
    expect((await failed(failing)).message).toBe("no");
    expect(await done(next)).toBe("next");
  });

  test("waiting for a turn ends with the time, and whoever comes later still waits for the one at work", async () => {
    const turns = new Turns();
    const notes: string[] = [];
    const work = workNotedIn(notes);
    const budget = new Budget(300);
    const first = turns.take([link()], never(), work("first"));
    const hurried = run(turns.take([link()], budget.signal, work("hurried")));
    const last = turns.take([link()], never(), work("last"));
    expect(await hurried).toMatchObject({ error: expect.any(OutOfTime), afterMs: 300 });
    await done(Promise.all([first, last]));
    budget.close();
    expect(notes).toEqual(["first begins", "first ends", "last begins", "last ends"]);
  });
});

describe("holders", () => {
  const cases: [what: string, held: string | undefined, asks: string | undefined, isHeld: boolean][] = [
    ["by another resource", "new", "old", true],
    ["by the resource itself", "old", "old", false],
    ["by one that is not known", undefined, "old", false],
    ["while it is not known who asks", "new", undefined, false],
  ];
  test.each(cases)("a link that is held %s", (_, held, asks, isHeld) => {
    const turns = new Turns();
    turns.hold(link(), held);
    expect(turns.isHeldByAnother(link(), asks)).toBe(isHeld);
  });

  test("a link that a resource keeps is held by it only when the program declares that very link", () => {
    const turns = new Turns();
    turns.declare([link("i-a"), link("i-b", "vpc-2")]);
    turns.keep([link("i-a"), link("i-b"), link("i-c")], "new");
    expect(["i-a", "i-b", "i-c"].filter((id) => turns.isHeldByAnother(link(id), "old"))).toEqual(["i-a"]);
  });

  test("only this very link is held, and no longer than until it is released", () => {
    const turns = new Turns();
    turns.hold(link(), "new");
    expect(turns.isHeldByAnother(link("i-b"), "old")).toBe(false);
    expect(turns.isHeldByAnother(link("i-a", "vpc-2"), "old")).toBe(false);
    turns.release(link());
    expect(turns.isHeldByAnother(link(), "old")).toBe(false);
  });
});

/** One process: both lifecycles over the same steps, and a cloud with these links. */
function processOver(linked: Readonly<Record<string, string>> = {}) {
  const ecs = new ScriptedEcs();
  for (const [instanceId, vpcId] of Object.entries(linked)) ecs.links.set(instanceId, vpcId);
  const steps = new LinkSteps(ecs, new LinkReader(ecs));
  const linksNow = () => Object.fromEntries(ecs.links);
  return { ecs, linksNow, one: new ClassicLinkLifecycle(steps), many: new ClassicLinksLifecycle(steps) };
}

describe("a link that changes hands in one update", () => {
  test("a resource that is renamed is created, then deleted, and its link is kept", async () => {
    const { ecs, linksNow, one } = processOver({ "i-a": "vpc-1" });
    const told: string[] = [];
    await done(one.create(link(), { holder: "new" }));
    await done(one.delete(link(), { holder: "old", report: (message) => void told.push(message) }));
    expect(linksNow()).toEqual({ "i-a": "vpc-1" });
    expect(ecs.count("detach")).toBe(0);
    expect(told).toEqual(["the link of i-a is kept: another resource of this update declares it"]);
  });

  test.each([
    ["before", false],
    ["after", true],
  ])(
    "a new resource that takes over the instance %s the one that had it is replaced keeps it linked",
    async (_, deleteFirst) => {
      const { linksNow, one } = processOver({ "i-a": "vpc-1" });
      const takeOver = () => one.create(link(), { holder: "new" });
      const giveUp = () => one.delete(link(), { holder: "old" });
      const order = deleteFirst ? [giveUp(), takeOver()] : [takeOver(), giveUp()];
      await done(Promise.all([...order, one.create(link("i-b"), { holder: "old" })]));
      expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
    },
  );

  test("the resource that linked an instance in this update may delete it in the same one", async () => {
    const { linksNow, one } = processOver();
    await done(one.create(link(), { holder: "mine" }));
    await done(one.delete(link(), { holder: "mine" }));
    expect(linksNow()).toEqual({});
  });

  test("a new resource to another VPC waits a moment for the one that gives the instance up", async () => {
    const { linksNow, one } = processOver({ "i-a": "vpc-1" });
    const taking = one.create(link("i-a", "vpc-2"), { holder: "new" });
    await jest.advanceTimersByTimeAsync(1_500);
    const giving = one.delete(link(), { holder: "old" });
    await done(Promise.all([taking, giving]));
    expect(linksNow()).toEqual({ "i-a": "vpc-2" });
  });

  test("two changes of one instance take turns: the second begins when the first has ended", async () => {
    const { ecs, linksNow, one } = processOver();
    ecs.latencyMs = 100;
    ecs.lagDescribes = 2;
    await done(one.create(link()));
    ecs.calls.length = 0;
    await done(Promise.all([one.delete(link()), one.create(link("i-a", "vpc-2"))]));
    const { called } = ecs;
    expect(called[0]).toBe("detach");
    expect(called.indexOf("attach")).toBe(called.length - 1 - called.slice().reverse().indexOf("attach"));
    expect(linksNow()).toEqual({ "i-a": "vpc-2" });
  });

  test("[13] waiting for a turn ends with the timeout, in an error that says so", async () => {
    const { ecs, one } = processOver({ "i-a": "vpc-1" });
    ecs.always("detach", fails(refusal("detach", "InvalidStatus.InstanceLocked")));
    const deleting = run(one.delete(link(), { timeoutMs: 60_000 }));
    const waiting = run(one.create(link("i-a", "vpc-2"), { timeoutMs: 5_000 }));
    const { error, afterMs } = await waiting;
    expect(error?.message).toMatch(/^cannot link i-a to vpc-2 in cn-hangzhou: not done within 5 s/);
    expect(afterMs).toBe(5_000);
    expect((await deleting).error?.message).toContain("cannot unlink i-a from vpc-1");
    expect(ecs.count("attach")).toBe(0);
  });
});

describe("members that change hands in one update", () => {
  test("a ClassicLinks that is renamed is created, then deleted, and its links are kept", async () => {
    const { ecs, linksNow, many } = processOver({ "i-a": "vpc-1", "i-b": "vpc-1" });
    await done(many.create(links("vpc-1", "i-a", "i-b"), { holder: "new" }));
    await done(many.delete(links("vpc-1", "i-a", "i-b"), { holder: "old" }));
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
    expect(ecs.count("detach")).toBe(0);
  });

  test("single links that become members of a ClassicLinks are kept when the single resources are deleted", async () => {
    const { ecs, linksNow, one, many } = processOver({ "i-a": "vpc-1", "i-b": "vpc-1" });
    await done(many.create(links("vpc-1", "i-a", "i-b", "i-c"), { holder: "many" }));
    await done(Promise.all(["i-a", "i-b"].map((id) => one.delete(link(id), { holder: id }))));
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1", "i-c": "vpc-1" });
    expect(ecs.count("detach")).toBe(0);
  });

  test("members that become single links are kept when they leave the ClassicLinks", async () => {
    const { linksNow, one, many } = processOver({ "i-a": "vpc-1", "i-b": "vpc-1" });
    await done(one.create(link("i-a"), { holder: "one" }));
    expect(await done(many.update(links("vpc-1", "i-a", "i-b"), links("vpc-1", "i-b"), { holder: "many" }))).toEqual(
      links("vpc-1", "i-b"),
    );
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
  });

  const between = () => {
    const { ecs, linksNow, many } = processOver({ "i-a": "vpc-1", "i-b": "vpc-1", "i-c": "vpc-1" });
    const giving = () => many.update(links("vpc-1", "i-a", "i-b"), links("vpc-1", "i-b"), { holder: "from" });
    const taking = () => many.update(links("vpc-1", "i-c"), links("vpc-1", "i-a", "i-c"), { holder: "to" });
    return { ecs, linksNow, giving, taking };
  };

  test("a member that moves between two ClassicLinks of one VPC stays linked when the one that takes it runs first", async () => {
    const { linksNow, giving, taking } = between();
    await done(taking());
    await done(giving());
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1", "i-c": "vpc-1" });
  });

  test("and when the one that gives it up runs first, or both at the same time", async () => {
    for (const order of ["giver first", "taker first", "one after the other"]) {
      const { linksNow, giving, taking } = between();
      if (order === "giver first") await done(Promise.all([giving(), taking()]));
      else if (order === "taker first") await done(Promise.all([taking(), giving()]));
      else await done(giving().then(taking));
      expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1", "i-c": "vpc-1" });
    }
  });

  test("and when one asks for the listing while the other's detach is under way", async () => {
    for (const giverFirst of [true, false]) {
      const { ecs, linksNow, giving, taking } = between();
      ecs.latencyMs = 100;
      const first = giverFirst ? giving() : taking();
      await jest.advanceTimersByTimeAsync(50);
      await done(Promise.all([first, giverFirst ? taking() : giving()]));
      expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1", "i-c": "vpc-1" });
    }
  });

  const move = () => {
    const { ecs, linksNow, many } = processOver({ "i-a": "vpc-1", "i-b": "vpc-1" });
    const giving = () => many.update(links("vpc-1", "i-a", "i-b"), links("vpc-1", "i-b"), { holder: "from" });
    const taking = () => many.update(links("vpc-2"), links("vpc-2", "i-a"), { holder: "to" });
    return { ecs, linksNow, giving, taking };
  };

  test("a member that moves to the ClassicLinks of another VPC moves when the one that gives it up runs first", async () => {
    const { linksNow, giving, taking } = move();
    await done(giving());
    expect(await done(taking())).toEqual(links("vpc-2", "i-a"));
    expect(linksNow()).toEqual({ "i-a": "vpc-2", "i-b": "vpc-1" });
  });

  test("and when both run at the same time, whichever begins", async () => {
    for (const giverFirst of [true, false]) {
      const { linksNow, giving, taking } = move();
      await done(Promise.all(giverFirst ? [giving(), taking()] : [taking(), giving()]));
      expect(linksNow()).toEqual({ "i-a": "vpc-2", "i-b": "vpc-1" });
    }
  });

  test("when the one that gives it up would run later, the error names the dependsOn to add", async () => {
    const { ecs, linksNow, taking } = move();
    const { error, afterMs } = await run(taking());
    expect(error?.message).toMatch(/i-a: it is linked to vpc-1.*if the links to vpc-1 of this stack.*dependsOn/);
    expect(afterMs).toBeLessThan(10_000);
    expect(ecs.count("detach")).toBe(0);
    expect(linksNow()).toEqual({ "i-a": "vpc-1", "i-b": "vpc-1" });
  });
});
