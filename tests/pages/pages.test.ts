/** The pages that are made from the source are up to date, and those that are written by hand leave nothing out. Needs a build. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { answerNames } from "../../emulator";
import { PAGES, pageText } from "../../scripts/docs";
import { proofs, TIERS } from "../../scripts/proofs";
import { REPOSITORY } from "../support/project";

const textOf = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

test.each(PAGES)("%s is what npm run docs writes", async (path) => {
  expect(textOf(path)).toBe(await pageText(path));
});

/** The members of an interface or a class, or of the alternatives of a type, in the published types. */
function membersOf(file: string, type: string): string[] {
  const head = new RegExp(`^(?:declare class|interface|type) ${type}\\b`);
  const body = textOf(file)
    .split(/^export /m)
    .find((part) => head.test(part));
  return [...(body ?? "").matchAll(/^ {4}(?:static |readonly )*(\w+)\??[(:]/gm)].map(([, name = ""]) => name);
}

test.each([
  ["EmulatorOptions", "index.d.ts"],
  ["Emulator", "index.d.ts"],
  ["FaultScope", "types.d.ts"],
  ["FaultEffect", "types.d.ts"],
  ["Undocumented", "types.d.ts"],
])("docs/emulator.md has each member of %s", (type, file) => {
  const members = membersOf(`dist/emulator/${file}`, type);
  expect(members.length).toBeGreaterThan(3);
  const firstCells =
    textOf("docs/emulator.md")
      .match(/^\| `.*?` +\| /gm)
      ?.join() ?? "";
  expect(members.filter((name) => !new RegExp(`\\b${name}\\b`).test(firstCells))).toEqual([]);
});

test("docs/emulator.md has each kind of fault, and each named answer", () => {
  const page = textOf("docs/emulator.md");
  const kinds = [...textOf("dist/emulator/types.d.ts").matchAll(/readonly kind: "(\w+)"/g)];
  expect(kinds.length).toBeGreaterThan(5);
  const wanted = [...kinds.map(([, kind]) => `\`{ kind: "${kind}"`), ...answerNames.map((name) => `\`${name}\``)];
  expect(wanted.filter((text) => !page.includes(text))).toEqual([]);
});

test("docs/reference.md has each call that only the TypeScript package has", () => {
  const page = textOf("docs/reference.md");
  const statics = ["ClassicLink", "ClassicLinks", "Provider"].flatMap((type) => {
    const types = textOf(`dist/sdk/${type[0]?.toLowerCase()}${type.slice(1)}.d.ts`);
    return [...types.matchAll(/^ {4}static (\w+)\(/gm)].map(([, name]) => `\`${type}.${name}(`);
  });
  expect(statics.length).toBeGreaterThan(5);
  const calls = [...statics, "`getLinksOutput(", "`linksFromFile("];
  expect(calls.filter((call) => !page.includes(call))).toEqual([]);
});

test("docs/conformance.md numbers its promises in their order, each is proven in a tier, and no test has another number", () => {
  const page = textOf("docs/conformance.md");
  const numbersIn = (pattern: RegExp) => [...page.matchAll(pattern)].map(([, number]) => Number(number));
  const promised = numbersIn(/^### (\d+)\. /gm);
  expect(promised.length).toBeGreaterThan(30);
  expect(promised).toEqual(promised.map((_, index) => index + 1));
  expect(numbersIn(/^<!-- made by npm run docs: tests (\d+) -->$/gm)).toEqual(promised);
  const all = proofs();
  expect([...new Set(all.flatMap(({ numbers }) => numbers))].sort((a, b) => a - b)).toEqual(promised);
  expect(all.filter(({ file }) => !TIERS.some((tier) => file.startsWith(`tests/${tier}/`)))).toEqual([]);
});
