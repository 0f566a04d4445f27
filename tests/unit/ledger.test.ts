/** The ledger of providers, in one process. */

import { readdirSync, utimesSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type Declarer, Ledger } from "../../provider/links/ledger";
import { Run } from "../../provider/links/run";
import { makeFolder } from "../support/credentials";
import { world } from "../support/lifecycle";

const link = (instanceId = "i-a", vpcId = "vpc-b", regionId = "cn-hangzhou") => ({ regionId, instanceId, vpcId });
const elsewhere = link("i-a", "vpc-other");

/** Two providers of one run, in clouds of these names. */
function providers(first = "cloud", second = first) {
  const run = new Run();
  return { one: new Ledger(run, () => first), other: new Ledger(run, () => second) };
}

describe("a removal", () => {
  test.each<[what: string, note: (ledger: Ledger) => unknown]>([
    ["declares", (ledger) => ledger.declare([link()], undefined)],
    ["has made or adopted", (ledger) => ledger.made(link())],
  ])("[24] does not begin for a link that the run %s, in any of its providers", (_, note) => {
    const { one, other } = providers();
    note(one);
    expect([other.beginRemoval(link()), other.isRemoved(link()), other.isRemoving(link())]).toEqual(
      Array(3).fill(false),
    );
    // Another link of the instance goes.
    expect([other.beginRemoval(elsewhere), other.isTouched(elsewhere)]).toEqual([true, true]);
  });

  test("is under way for all links of the instance until it has ended, and of two until both have", () => {
    const { one, other } = providers();
    one.beginRemoval(link());
    one.beginRemoval(link());
    one.endRemoval(link());
    expect(other.isRemoving(elsewhere)).toBe(true);
    one.endRemoval(link());
    expect(other.isRemoving(link())).toBe(false);
  });
});

test("[26] a link that the run has removed counts as removed until the run makes it again, and then no listing proves it", () => {
  const { one } = providers();
  one.beginRemoval(link());
  one.endRemoval(link());
  expect(one.isRemoved(link())).toBe(true);
  one.made(link());
  expect([one.isRemoved(link()), one.isTouched(link())]).toEqual([false, true]);
});

describe("a link that an earlier run on this machine has removed", () => {
  let temporary: ReturnType<typeof makeFolder>;
  beforeEach(() => {
    temporary = makeFolder();
    jest.spyOn(os, "tmpdir").mockReturnValue(temporary.folder);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    temporary.remove();
  });
  const earlier = () => new Ledger(new Run("127.0.0.1:40001"), () => "cloud");
  const later = () => new Ledger(new Run("127.0.0.1:40002"), () => "cloud");
  const removed = () => join(temporary.folder, readdirSync(temporary.folder)[0] ?? "", "removed");
  const age = (ms: number) => {
    const at = new Date(Date.now() - ms);
    for (const file of readdirSync(removed())) utimesSync(join(removed(), file), at, at);
  };

  test("[24] is removed for the next run too, though the state may still have it, and can be removed again", () => {
    earlier().beginRemoval(link());
    const next = later();
    expect([next.isRemoved(link()), next.isRemoved(elsewhere)]).toEqual([true, false]);
    expect([next.isRemoving(link()), next.beginRemoval(link())]).toEqual([false, true]);
  });

  test("is not removed once it was made again, or if it was left since it is declared", () => {
    const run = earlier();
    run.beginRemoval(link());
    run.made(link());
    run.declare([link("i-declared")], undefined);
    run.beginRemoval(link("i-declared"));
    expect([link(), link("i-declared")].map((one) => later().isRemoved(one))).toEqual([false, false]);
  });

  test("is not removed once an import has found it, or a refresh whose listing cannot be late any more", () => {
    const run = earlier();
    for (const one of [link(), link("i-imported")]) run.beginRemoval(one);
    age(1_000);
    const next = later();
    next.imported([link("i-imported")], undefined);
    expect([next.isRemoved(link("i-imported")), next.isOnlyImported(link("i-imported"))]).toEqual([false, true]);
    next.found([link()]);
    expect([next.isRemoved(link()), next.isTouched(link())]).toEqual([true, true]);
    age(3 * 60_000);
    expect([next.isRemoved(link()), next.isTouched(link())]).toEqual([true, false]);
    next.found([link()]);
    expect(next.isRemoved(link())).toBe(false);
  });

  test.each([
    ["link", "one", "i-a"],
    ["fleet", "many", "vpc-b"],
  ] as const)("is not removed once an import of its %s has found it", async (_, kind, id) => {
    const inRunOf = (engine: string) => world({ "i-a": "vpc-b" }, { run: new Run(engine) })[kind];
    inRunOf("127.0.0.1:40001").provider.ledger.beginRemoval(link());
    const next = inRunOf("127.0.0.1:40002");
    expect(next.provider.ledger.isRemoved(link())).toBe(true);
    await next.find(id);
    expect(next.provider.ledger.isRemoved(link())).toBe(false);
  });

  test("is forgotten after a week, by a run that removes another", () => {
    earlier().beginRemoval(link());
    age(8 * 24 * 3_600_000);
    const next = later();
    next.beginRemoval(link("i-other"));
    expect(next.isRemoved(link())).toBe(false);
    expect(readdirSync(removed())).toHaveLength(1);
    age(6 * 24 * 3_600_000);
    later().beginRemoval(link("i-third"));
    expect(readdirSync(removed())).toHaveLength(2);
  });
});

test("a warning is the first of its kind once in a run", () => {
  const run = new Run();
  const firsts = [
    run.isFirst("insecure"),
    run.isFirst("insecure"),
    run.isFirst("other"),
    new Run().isFirst("insecure"),
  ];
  expect(firsts).toEqual([true, false, true, true]);
});

test("equal ids in two clouds or two regions are two links", () => {
  const { one, other } = providers("public", "private");
  one.declare([link()], undefined);
  expect([other.stays(link()), other.declaresInstance(link())]).toEqual([false, false]);
  expect(one.stays(link("i-a", "vpc-b", "cn-beijing"))).toBe(false);
});

test("links of a cloud whose settings are wrong are known all the same", () => {
  const wrong = new Ledger(new Run(), () => {
    throw new Error("endpoint is wrong");
  });
  wrong.declare([link()], undefined);
  expect(wrong.stays(link())).toBe(true);
});

describe("[1] an instance that is declared twice", () => {
  const [a, b] = ["a", "b"].map((key): Declarer => ({ key, label: key, single: true }));
  const [fleet, other] = ["fleet", "other"].map((key): Declarer => ({ key, label: key, single: false }));
  test.each([
    ["by two single links is refused, and the other one is named", a, b, link(), "a"],
    ["by the same resource again, as each up does, is not refused", a, a, link(), undefined],
    ["by the same resource for another VPC is not refused", a, a, elsewhere, undefined],
    ["by a link and a fleet to the same VPC is allowed", a, fleet, link(), undefined],
    ["by fleets to two VPCs is refused", fleet, other, elsewhere, "fleet"],
  ])("%s", (_, first, second, again, named) => {
    const { one, other: another } = providers();
    expect(one.declare([link()], first).size).toBe(0);
    expect(one.declare([again], second).get("i-a")).toBe(named);
    // Another provider may be of another account, in a cloud that uses the same ids.
    expect(another.declare([again], b).size).toBe(0);
  });
});
