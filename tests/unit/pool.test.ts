/** The pool: how many are begun, when the next one is, and what an error ends. */

import { describe, expect, test } from "@jest/globals";
import { workThrough } from "../../provider/pool";

/** Work that ends when it is told to, and a note of what was begun. */
function heldWork() {
  const begun: string[] = [];
  const held = new Map<string, { waits: () => void; end: () => void; fail: (error: Error) => void }>();
  const work = (item: string, waits: () => void) =>
    new Promise<void>((end, fail) => {
      begun.push(item);
      held.set(item, { waits, end, fail });
    });
  const of = (item: string) => {
    const known = held.get(item);
    if (known === undefined) throw new Error(`${item} was not begun`);
    return known;
  };
  return { begun, work, of };
}

/** Lets everything that is due happen. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("working through many", () => {
  test("as many are begun as the pool is large, and one more for each that ends", async () => {
    const { begun, work, of } = heldWork();
    const all = workThrough(["a", "b", "c", "d"], 2, work);
    expect(begun).toEqual(["a", "b"]);
    of("b").end();
    await settled();
    expect(begun).toEqual(["a", "b", "c"]);
    of("a").end();
    await settled();
    of("c").end();
    of("d").end();
    await all;
  });

  test("one that waits makes room for one other, however often it says so, and none when it ends", async () => {
    const { begun, work, of } = heldWork();
    const all = workThrough(["a", "b", "c", "d"], 1, work);
    of("a").waits();
    of("a").waits();
    expect(begun).toEqual(["a", "b"]);
    of("a").end();
    await settled();
    expect(begun).toEqual(["a", "b"]);
    for (const item of ["b", "c", "d"]) {
      of(item).end();
      await settled();
    }
    await all;
  });

  test("it has ended only when those that waited have ended too", async () => {
    const { work, of } = heldWork();
    let ended = false;
    const all = workThrough(["a", "b"], 1, work).then(() => {
      ended = true;
    });
    of("a").waits();
    of("b").end();
    await settled();
    expect(ended).toBe(false);
    of("a").end();
    await all;
  });

  test("the first error ends it, and nothing is begun after that", async () => {
    const { begun, work, of } = heldWork();
    const all = workThrough(["a", "b", "c"], 2, work);
    of("a").fail(new Error("no"));
    await expect(all).rejects.toThrow("no");
    of("b").end();
    await settled();
    expect(begun).toEqual(["a", "b"]);
  });

  test("of nothing there is nothing to do", async () => {
    const { begun, work } = heldWork();
    await workThrough([], 2, work);
    expect(begun).toEqual([]);
  });
});
