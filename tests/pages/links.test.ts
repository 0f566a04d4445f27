/** Every link in every Markdown file leads somewhere, every file that one names is there, and every page and example can be found. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "@jest/globals";
import { REPOSITORY } from "../support/project";
import { anchorsOf, inlineCodeOf, linksOf, PAGES, type Page } from "./markdown";

const TREES = /^(provider|sdk|cli|emulator|plugin|examples|tests|docs|scripts|bench|\.github)\/[\w./-]+$/;

/** The path in the repository that a link of a page leads to. */
function pathOf(page: Page, link: string): string {
  const [file = ""] = link.split("#");
  return normalize(file === "" ? page.path : join(dirname(page.path), decodeURIComponent(file)));
}

/** What is wrong with a link of a page, or nothing. */
function problemsOf(page: Page, link: string): string[] {
  if (/^https?:/.test(link)) return URL.canParse(link) ? [] : [`${link} is no address`];
  const path = pathOf(page, link);
  const full = join(REPOSITORY, path);
  if (!existsSync(full)) return [`${link} leads to ${path}, which is not there`];
  const [, anchor] = link.split("#");
  const text = anchor === undefined ? "" : page.path === path ? page.text : readFileSync(full, "utf8");
  const isThere = anchor === undefined || anchorsOf({ path, text }).includes(anchor);
  return isThere ? [] : [`${link} leads to no heading of ${path}`];
}

/** The links of a page that lead nowhere, and the files that it names which are not there. */
function problemsIn(page: Page): string[] {
  const files = inlineCodeOf(page).filter((code) => TREES.test(code) && !existsSync(join(REPOSITORY, code)));
  const links = linksOf(page).flatMap((link) => problemsOf(page, link));
  return [...files.map((file) => `there is no ${file}`), ...links].map((problem) => `${page.path}: ${problem}`);
}

test("every link has a target, and every file that is named is there", () => {
  expect(PAGES.length).toBeGreaterThan(30);
  expect(PAGES.flatMap(problemsIn)).toEqual([]);
});

test.each([
  ["![a `code` b](nowhere.svg)", /nowhere\.svg leads to docs\/nowhere\.svg, which is not there$/],
  ["[over\ntwo lines](concepts.md#no-such)", /concepts\.md#no-such leads to no heading of docs\/concepts\.md/],
  ["[a](https://)", /https:\/\/ is no address$/],
  ["[a](#no-such)", /#no-such leads to no heading of docs\/faq\.md/],
  ["`tests/none.test.ts`", /there is no tests\/none\.test\.ts$/],
])("%j is found out", (text, complaint) => {
  expect(problemsIn({ path: "docs/faq.md", text })).toEqual([expect.stringMatching(complaint)]);
});

const linkedFrom = (from: string) =>
  PAGES.filter(({ path }) => path === from).flatMap((page) => linksOf(page).map((link) => pathOf(page, link)));

test("the README leads to the map of the documentation, which has every page, and to the examples", () => {
  expect(linkedFrom("README.md")).toEqual(expect.arrayContaining(["docs/README.md", "examples/README.md"]));
  const pages = PAGES.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));
  const mapped = ["docs/README.md", ...linkedFrom("docs/README.md")];
  expect(pages.filter((path) => !mapped.includes(path))).toEqual([]);
});

test("every example is listed, and has a README and a test", () => {
  const entries = readdirSync(join(REPOSITORY, "examples"), { withFileTypes: true });
  const examples = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const listed = linkedFrom("examples/README.md").filter((path) => path.startsWith("examples/"));
  expect(listed.sort()).toEqual(examples.map((name) => `examples/${name}`).sort());
  expect(examples.filter((name) => !existsSync(join(REPOSITORY, "examples", name, "README.md")))).toEqual([]);
  const tests = readdirSync(join(REPOSITORY, "tests"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(REPOSITORY, "tests", path), "utf8"));
  const names = (text: string, name: string) => text.includes(`examples/${name}`) || text.includes(`"${name}"`);
  expect(examples.filter((name) => !tests.some((text) => names(text, name)))).toEqual([]);
});
