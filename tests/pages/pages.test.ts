/** The pages that are made from the source are up to date. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { answerNames } from "../../emulator";
import { ERROR_CODES, FAULTS } from "../../provider/ecs/errorCodes";
import { PAGES, pageText } from "../../scripts/docs";
import { REPOSITORY } from "../support/project";

const textOf = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

test.each(PAGES)("%s is what npm run docs writes", async (path) => {
  expect(textOf(path)).toBe(await pageText(path));
});

/** The members of an interface or a class, or of the alternatives of a type, in the published types. */
function membersOf(file: string, type: string): string[] {
  const [, body = ""] =
    readFileSync(join(REPOSITORY, "dist", file), "utf8")
      .split(/^export /m)
      .map((one) => new RegExp(`^(?:declare class|interface|type) ${type}\\b([^]*)`).exec(one) ?? [])
      .find((found) => found.length > 0) ?? [];
  return [...body.matchAll(/^ {4}(?:static |readonly )*(\w+)\??[(:]/gm)].map(([, name = ""]) => name);
}

// The text of these tables is written by hand. Needs a build.
describe.each([
  ["EmulatorOptions", "index.d.ts"],
  ["Emulator", "index.d.ts"],
  ["FaultScope", "types.d.ts"],
  ["FaultEffect", "types.d.ts"],
  ["Undocumented", "types.d.ts"],
])("docs/emulator.md", (type, file) => {
  test(`has each member of ${type}`, () => {
    const members = membersOf(`emulator/${file}`, type);
    expect(members.length).toBeGreaterThan(3);
    const firstCells = [...textOf("docs/emulator.md").matchAll(/^\| (`.*?`) +\| /gm)]
      .map(([, cell = ""]) => cell)
      .join();
    expect(members.filter((name) => !new RegExp(`\\b${name}\\b`).test(firstCells))).toEqual([]);
  });
});

test("docs/emulator.md has each kind of fault, and each named answer", () => {
  const page = textOf("docs/emulator.md");
  const types = readFileSync(join(REPOSITORY, "dist/emulator/types.d.ts"), "utf8");
  const kinds = [...types.matchAll(/readonly kind: "(\w+)"/g)].map(([, kind]) => `\`{ kind: "${kind}"`);
  expect(kinds.length).toBeGreaterThan(5);
  expect([...kinds, ...answerNames.map((name) => `\`${name}\``)].filter((text) => !page.includes(text))).toEqual([]);
});

test("docs/reference.md has each call that only the TypeScript package has", () => {
  const page = textOf("docs/reference.md");
  const statics = (file: string, type: string) => {
    const text = readFileSync(join(REPOSITORY, "dist/sdk", file), "utf8");
    return [...text.matchAll(/^ {4}static (\w+)\(/gm)].map(([, name]) => `\`${type}.${name}(`);
  };
  const calls = [
    ...statics("classicLink.d.ts", "ClassicLink"),
    ...statics("classicLinks.d.ts", "ClassicLinks"),
    ...statics("provider.d.ts", "Provider"),
    "`getLinksOutput(",
    "`linksFromFile(",
  ];
  expect(calls.length).toBeGreaterThan(7);
  expect(calls.filter((call) => !page.includes(call))).toEqual([]);
});

describe("docs/errors.md", () => {
  const page = textOf("docs/errors.md");

  test.each([...Object.keys(ERROR_CODES), ...Object.keys(FAULTS)])("has a row for %s", (code) => {
    expect(page).toContain(`| \`${code}\` `);
  });
});
