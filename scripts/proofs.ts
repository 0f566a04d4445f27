/** The tests that prove the promises of `docs/conformance.md`. A number in brackets in a test's name is that of its promise. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(__dirname, "..");

/** The tiers of tests, lowest first. A promise is proven in the lowest tier that can prove it. */
export const TIERS = ["unit", "resources", "hosts", "stories", "pages", "engine", "long"] as const;

/** At most this many tests of a file are named. The others are counted. */
const MOST_NAMED = 3;

/** A test, or a group of tests, that proves promises. */
interface Proof {
  readonly file: string;
  readonly numbers: readonly number[];
  readonly title: string;
}

/** The tests and groups whose names begin with numbers in brackets, in all test files. */
export function proofs(): Proof[] {
  const files = readdirSync(join(ROOT, "tests"), { recursive: true, withFileTypes: true })
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => /\.(test|long)\.ts$/.test(path));
  return files.sort().flatMap((file) => {
    const named = readFileSync(join(ROOT, file), "utf8").matchAll(/(["`])((?:\[\d+\] ?)+)((?:(?!\1).)+)\1/g);
    return [...named].map(([, , marks = "", title = ""]) => ({
      file,
      numbers: [...marks.matchAll(/\d+/g)].map(Number),
      title: title.trim(),
    }));
  });
}

/** The list of the tests that prove a promise. */
export function proofsOf(number: string): string {
  const found = proofs().filter(({ numbers }) => numbers.includes(Number(number)));
  const files = [...new Set(found.map(({ file }) => file))].sort((a, b) => tierOf(a) - tierOf(b));
  return files
    .map((file) => {
      const titles = found.filter((proof) => proof.file === file).map(({ title }) => title);
      const more = titles.length - MOST_NAMED;
      return `- \`${file}\`: ${titles.slice(0, MOST_NAMED).join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
    })
    .join("\n");
}

function tierOf(file: string): number {
  return TIERS.findIndex((tier) => file.startsWith(`tests/${tier}/`));
}
