/** Pages, messages, comments and exported names use the field's terms, and none of the words that once stood for them. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { REPOSITORY } from "../support/project";
import { PAGES } from "./markdown";

/** What to say instead of each. A word is an error where it stands alone, or as a part of a name. */
const TERMS: readonly (readonly [words: string, instead: string])[] = [
  ["doors?", "host"],
  ["half[ -]?made", "partially created"],
  ["looks?|looked|looking", "check, poll, find, seem"],
  ["tells?|told|telling", "report, log, warn, say"],
  ["holds?|held|holders?|holding", "declare, own, adopt; have; delay"],
  ["unclear", "may have succeeded"],
  ["patience|patient", "retry for at most"],
  ["paced?|pacing", "rate limiter, window, back off, probe"],
  ["gather(?:s|ed|ing)?|swept|sweeps?", "coalesced reads, listing"],
  ["tally|tallies|stuck", "outcome"],
  ["troubles?|strikes?|struck|veil(?:s|ed)?", "fault, inject a fault"],
  [
    "lets? go|letting go|giv(?:e|es|en|ing) up|gave up|(?:tak(?:e|es|en|ing)|took) (?:\\S+ ){0,3}over",
    "detach, attach, link, unlink",
  ],
  ["whoever|for want of", "a subject"],
];
const WORDS = new RegExp(`\\b(?:${TERMS.map(([words]) => words).join("|")})\\b`, "gi");

/** Each use, with its line and what to say instead. */
function usesIn(text: string): string[] {
  return text.split("\n").flatMap((line, index) =>
    [...line.matchAll(WORDS)].map(([word]) => {
      const [, instead] = TERMS.find(([words]) => new RegExp(`^(?:${words})$`, "i").test(word)) ?? [];
      return `line ${index + 1}: "${word}" in "${line.trim()}"; say ${instead}`;
    }),
  );
}

/** The verdict of a measurement, in the tables that `npm run bench` writes. */
const withoutVerdicts = (text: string) => text.replaceAll(/\| HOLDS +\|/g, "");

const FOLDERS = ["provider", "sdk", "cli", "emulator", "plugin", "examples"];
const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
).filter((path) => /\.(ts|js|ya?ml|py|go|java|xml)$/.test(path) && !/node_modules|\/(sdks|venv|target)\//.test(path));

describe("no page has a word of the wrong list", () => {
  const pages = PAGES.filter(({ path }) => !path.startsWith("tests/"));
  test.each(pages.map(({ path, text }) => [path, text]))("%s", (_, text) => {
    expect(usesIn(withoutVerdicts(text))).toEqual([]);
  });
});

/** The sentences of a page, and of the cells of its tables, without code and without the names of tests. */
function sentencesOf(text: string): string[] {
  const prose = text
    .replaceAll(/<!-- made by npm run docs: tests .*?<!-- end -->/gs, "")
    .replaceAll(/^([ \t]*)```.*?^\1```/gms, "\n\n")
    .replaceAll(/<!--.*?-->|\{\{.*?\}\}|!\[[^\]]*\]\([^)]*\)/gs, "")
    .replaceAll(/`[^`]*`/g, "code")
    .replaceAll(/\]\([^)]*\)/g, "");
  const blocks = prose.split(/\n\s*\n|\n(?=\s*[-*] |\s*\d+\. |#)/);
  const cells = blocks.flatMap((block) => (block.trimStart().startsWith("|") ? block.split(/[|\n]/) : [block]));
  return cells.flatMap((cell) => cell.replaceAll(/\s+/g, " ").split(/(?<=[.!?:;](?:\*\*)?) /));
}

test("no sentence of a page is longer than 25 words", () => {
  const long = PAGES.filter(({ path }) => !path.startsWith("tests/")).flatMap(({ path, text }) =>
    sentencesOf(text)
      .filter((sentence) => sentence.split(" ").filter((word) => /\w/.test(word)).length > 25)
      .map((sentence) => `${path}: ${sentence}`),
  );
  expect(long).toEqual([]);
});

test("neither has a message, a comment or a description", () => {
  expect(files.length).toBeGreaterThan(100);
  const uses = files.flatMap((path) =>
    usesIn(readFileSync(join(REPOSITORY, path), "utf8")).map((use) => `${path}, ${use}`),
  );
  expect(uses).toEqual([]);
});

test("neither has an exported name", () => {
  const exported = files.flatMap((path) => {
    const text = readFileSync(join(REPOSITORY, path), "utf8");
    const names = [
      ...text.matchAll(/^export (?:declare |abstract |async )*(?:class|interface|type|function\*?|const|enum) (\w+)/gm),
    ];
    // "heldLinks" becomes "held Links".
    return names.map(([, name = ""]) => `${name.replaceAll(/[_]|(?<=[a-z0-9])(?=[A-Z])/g, " ")} in ${path}`);
  });
  expect(exported.length).toBeGreaterThan(300);
  expect(exported.flatMap(usesIn)).toEqual([]);
});

test("a word is found in each of its forms", () => {
  const texts = [
    "through both doors",
    "Told once",
    "It gave up.",
    "takes the new ids over",
    "half-made",
    "HOLDS",
    "whoever",
  ];
  expect(texts.flatMap(usesIn)).toHaveLength(texts.length);
  expect(usesIn("outlook, threshold, household, toldFoo")).toEqual([]);
});
