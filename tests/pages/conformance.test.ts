/** Every promise of `docs/conformance.md` has tests that carry its number, and no test carries one that no promise has. */

import { expect, test } from "@jest/globals";
import { PROMISES, proofs, TIERS } from "../../scripts/conformancePage";

const all = proofs();

test.each(Array.from({ length: PROMISES }, (_, n) => n + 1))("promise %i is proven", (number) => {
  expect(all.filter(({ numbers }) => numbers.includes(number)).length).toBeGreaterThan(0);
});

test("each test with a number stands in the folder of a tier", () => {
  const stray = all.filter(({ file }) => !TIERS.some((tier) => file.startsWith(`tests/${tier}/`)));
  expect(stray).toEqual([]);
});

test("no test carries a number that no promise has", () => {
  expect(all.filter(({ numbers }) => numbers.some((number) => number < 1 || number > PROMISES))).toEqual([]);
});
