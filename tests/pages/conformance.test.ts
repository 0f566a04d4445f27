/** Every promise of `docs/conformance.md` has tests that carry its number, and no test carries one that no promise has. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { proofs, TIERS } from "../../scripts/proofs";
import { REPOSITORY } from "../support/project";

const all = proofs();
const page = readFileSync(join(REPOSITORY, "docs/conformance.md"), "utf8");
const numbersIn = (pattern: RegExp) => [...page.matchAll(pattern)].map(([, number]) => Number(number));
const NUMBERS = numbersIn(/^### (\d+)\. /gm);

test("promises are numbered in their order, and each has its list of tests", () => {
  expect(NUMBERS.length).toBeGreaterThan(30);
  expect(NUMBERS).toEqual(NUMBERS.map((_, index) => index + 1));
  expect(numbersIn(/^<!-- made by npm run docs: tests (\d+) -->$/gm)).toEqual(NUMBERS);
});

test.each(NUMBERS)("promise %i is proven", (number) => {
  expect(all.filter(({ numbers }) => numbers.includes(number)).length).toBeGreaterThan(0);
});

test("each test with a number stands in the folder of a tier", () => {
  const stray = all.filter(({ file }) => !TIERS.some((tier) => file.startsWith(`tests/${tier}/`)));
  expect(stray).toEqual([]);
});

test("no test carries a number that no promise has", () => {
  expect(all.filter(({ numbers }) => numbers.some((number) => !NUMBERS.includes(number)))).toEqual([]);
});
