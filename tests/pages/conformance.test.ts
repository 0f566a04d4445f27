/** `docs/conformance.md` is true: each promise has tests that carry its number, and the tests that it names exist. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { REPOSITORY } from "../support/project";

const PROMISES = 23;

const page = readFileSync(join(REPOSITORY, "docs", "conformance.md"), "utf8");

const promises = page
  .split(/^### /m)
  .slice(1)
  .map((section) => {
    const [, number = "", name = ""] = /^(\d+)\. (.+)/.exec(section) ?? [];
    const proofs = [...section.matchAll(/^- `([^`]+)`: (.+)$/gm)].map(([, file = "", title = ""]) => ({ file, title }));
    return { number: Number(number), name, proofs };
  });

/** The names of tests and groups in a file, as they are written: their numbers, and the rest. */
function titlesIn(path: string): { numbers: number[]; title: string }[] {
  const text = readFileSync(join(REPOSITORY, path), "utf8");
  const named = text.matchAll(/(["`])((?:\[\d+\] ?)+)((?:(?!\1).)*)\1/g);
  return [...named].map(([, , marks = "", title = ""]) => ({
    numbers: [...marks.matchAll(/\d+/g)].map(Number),
    title,
  }));
}

const files = readdirSync(join(REPOSITORY, "tests"), { recursive: true, withFileTypes: true })
  .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)))
  .filter((path) => path.endsWith(".ts"));

test("the promises are numbered from 1 to 23, in order", () => {
  expect(promises.map(({ number }) => number)).toEqual(Array.from({ length: PROMISES }, (_, n) => n + 1));
});

describe.each(promises)("$number. $name", ({ number, proofs }) => {
  test("names tests that prove it", () => {
    expect(proofs.length).toBeGreaterThan(0);
    const missing = proofs.filter(
      ({ file, title }) =>
        !files.includes(file) ||
        !titlesIn(file).some((found) => found.title === title && found.numbers.includes(number)),
    );
    expect(missing).toEqual([]);
  });
});

test("no test carries a number that no promise has", () => {
  const stray = files.flatMap((file) =>
    titlesIn(file).filter(({ numbers }) => numbers.some((number) => number < 1 || number > PROMISES)),
  );
  expect(stray).toEqual([]);
});
