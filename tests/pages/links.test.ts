/** Every link in every Markdown file leads somewhere, every file that one names is there, and every page and example can be found. */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { REPOSITORY } from "../support/project";
import { anchorsOf, inlineCodeOf, linksOf, PAGES, type Page } from "./markdown";

const TREES = /^(provider|sdk|cli|emulator|plugin|examples|tests|docs|scripts|bench|\.github)\/[\w./-]+$/;

/** What is wrong with a link of a page, or undefined. */
function problemOf(page: Page, link: string): string | undefined {
  if (/^https?:/.test(link)) return URL.canParse(link) ? undefined : "is no address";
  const [file = "", anchor] = link.split("#");
  const path = normalize(file === "" ? page.path : join(dirname(page.path), decodeURIComponent(file)));
  const full = join(REPOSITORY, path);
  if (!existsSync(full)) return `leads to ${path}, which is not there`;
  if (anchor === undefined) return undefined;
  if (!statSync(full).isFile() || !path.endsWith(".md")) return "has an anchor, and leads to no page";
  const anchors = anchorsOf({ path, text: readFileSync(full, "utf8") });
  return anchors.includes(anchor) ? undefined : `leads to no heading of ${path}; there are ${anchors.join(", ")}`;
}

/** The links of a page that lead nowhere, and the files that it names which are not there. */
function problemsIn(page: Page): string[] {
  const files = inlineCodeOf(page).filter((code) => TREES.test(code) && !existsSync(join(REPOSITORY, code)));
  const links = linksOf(page).map((link) => [link, problemOf(page, link)] as const);
  return [
    ...files.map((file) => `${page.path}: there is no ${file}`),
    ...links.flatMap(([link, problem]) => (problem === undefined ? [] : `${page.path}: ${link} ${problem}`)),
  ];
}

test("every link has a target, and every file that is named is there", () => {
  expect(PAGES.length).toBeGreaterThan(30);
  expect(PAGES.flatMap(problemsIn)).toEqual([]);
});

test.each([
  ["[a](nowhere.md)", /nowhere\.md leads to docs\/nowhere\.md, which is not there$/],
  ["[a](concepts.md#no-such)", /concepts\.md#no-such leads to no heading of docs\/concepts\.md/],
  ["![a `code` b](../none.svg)", /\.\.\/none\.svg leads/],
  ["[a](#no-such)", /#no-such leads to no heading of docs\/faq\.md/],
  ["[a](https://)", /is no address/],
  ["[over\ntwo lines](nowhere.md)", /nowhere\.md leads/],
  ["`tests/none.test.ts`", /there is no tests\/none\.test\.ts$/],
])("%j is found out", (text, complaint) => {
  expect(problemsIn({ path: "docs/faq.md", text })).toEqual([expect.stringMatching(complaint)]);
});

test("what resembles a link in code is none", () => {
  expect(problemsIn({ path: "docs/faq.md", text: "```ts\na[0](b)\n```\n\n`[x](y)`" })).toEqual([]);
});

test("CONTRIBUTING.md names constants that there are", () => {
  const code = inlineCodeOf(PAGES.find(({ path }) => path === "CONTRIBUTING.md") ?? { path: "", text: "" });
  const sources = filesIn("provider", "tests").map((path) => readFileSync(path, "utf8"));
  const names = code.filter((word) => /^[A-Z_]{4,}$/.test(word));
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !sources.some((text) => text.includes(`const ${name}`)))).toEqual([]);
});

describe("nothing is hidden", () => {
  const linkedFrom = (from: string) =>
    PAGES.filter(({ path }) => path === from)
      .flatMap(linksOf)
      .map((link) => normalize(join(dirname(from), link.split("#")[0] ?? "")));
  const entries = readdirSync(join(REPOSITORY, "examples"), { withFileTypes: true });
  const examples = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);

  test("the README leads to the map of the documentation, which has every page, and to the examples", () => {
    expect(linkedFrom("README.md")).toEqual(expect.arrayContaining(["docs/README.md", "examples/README.md"]));
    const pages = PAGES.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));
    const mapped = ["docs/README.md", ...linkedFrom("docs/README.md")];
    expect(pages.filter((path) => !mapped.includes(path))).toEqual([]);
  });

  test("every example is listed, and has a README and a test", () => {
    const listed = linkedFrom("examples/README.md").filter((path) => path.startsWith("examples/"));
    expect(listed.sort()).toEqual(examples.map((name) => `examples/${name}`).sort());
    expect(examples.filter((name) => !existsSync(join(REPOSITORY, "examples", name, "README.md")))).toEqual([]);
    const tests = filesIn("tests").map((path) => readFileSync(path, "utf8"));
    const names = (text: string, name: string) => text.includes(`examples/${name}`) || text.includes(`"${name}"`);
    expect(examples.filter((name) => !tests.some((text) => names(text, name)))).toEqual([]);
  });
});

/** The TypeScript files in folders. */
function filesIn(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => join(REPOSITORY, folder, path)),
  );
}
