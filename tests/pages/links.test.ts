/** Every link in every Markdown file leads somewhere. */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { REPOSITORY } from "../support/project";
import { anchorsOf, linksOf, PAGES, type Page } from "./markdown";

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

const problemsIn = (page: Page) =>
  linksOf(page).flatMap((link) => {
    const problem = problemOf(page, link);
    return problem === undefined ? [] : [`${link} ${problem}`];
  });

test.each(PAGES.map(({ path }) => path))("the links of %s", (path) => {
  const page = PAGES.find((one) => one.path === path);
  expect(page === undefined ? ["no such page"] : problemsIn(page)).toEqual([]);
});

describe("a link is found out", () => {
  const page = (text: string): Page => ({ path: "docs/faq.md", text });

  test.each([
    ["[a](nowhere.md)", /^nowhere\.md leads to docs\/nowhere\.md, which is not there$/],
    ["[a](concepts.md#no-such)", /^concepts\.md#no-such leads to no heading of docs\/concepts\.md/],
    ["[a `code` b](../nowhere)", /^\.\.\/nowhere leads/],
    ["![a picture](images/none.svg)", /^images\/none\.svg leads/],
    ["[a](#no-such)", /^#no-such leads to no heading of docs\/faq\.md/],
    ["[a](https://)", /is no address/],
    ["[over\ntwo lines](nowhere.md)", /^nowhere\.md leads/],
  ])("%j", (text, complaint) => {
    expect(problemsIn(page(text))).toEqual([expect.stringMatching(complaint)]);
  });

  test("and what resembles one in code is ignored", () => {
    expect(problemsIn(page("```ts\na[0](b)\n```\n\n`[x](y)`"))).toEqual([]);
  });
});

describe("nothing is hidden", () => {
  const linked = (from: string) => {
    const page = PAGES.find(({ path }) => path === from);
    return page === undefined
      ? []
      : linksOf(page).map((link) => normalize(join(dirname(from), link.split("#")[0] ?? "")));
  };

  test("the map of the documentation has every page", () => {
    const pages = PAGES.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));
    const mapped = new Set(["docs/README.md", ...linked("docs/README.md")]);
    expect(pages.filter((path) => !mapped.has(path))).toEqual([]);
  });

  test("the list of examples has every example, and each has a README", () => {
    const entries = readdirSync(join(REPOSITORY, "examples"), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `examples/${name}`);
    const listed = linked("examples/README.md").filter((path) => path.startsWith("examples/"));
    expect(listed.sort()).toEqual(folders.sort());
    expect(folders.filter((folder) => !existsSync(join(REPOSITORY, folder, "README.md")))).toEqual([]);
  });

  test("every example has a test", () => {
    const texts = testsIn(join(REPOSITORY, "tests")).map((file) => readFileSync(file, "utf8"));
    const examples = readdirSync(join(REPOSITORY, "examples"), { withFileTypes: true });
    const untested = examples.filter(
      ({ name }) => !texts.some((text) => text.includes(`examples/${name}`) || text.includes(`"${name}"`)),
    );
    expect(untested.filter((entry) => entry.isDirectory()).map(({ name }) => name)).toEqual([]);
  });

  test("the README leads to the map and to the examples", () => {
    expect(linked("README.md")).toEqual(expect.arrayContaining(["docs/README.md", "examples/README.md"]));
  });
});

function testsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testsIn(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });
}
