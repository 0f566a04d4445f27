/** Pages, messages, comments and exported names use the field's terms, and none of the words that once stood for them. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { REPOSITORY } from "../support/project";
import { PAGES } from "./markdown";

/** What to say instead of each. A word is an error where it stands alone, or as a part of a name. */
const TERMS: Readonly<Record<string, string>> = {
  "doors?": "host",
  "half[ -]?made": "partially created",
  "looks?|looked|looking": "check, poll, find, seem",
  "tells?|told|telling": "report, log, warn, say",
  "holds?|held|holders?|holding": "declare, own, adopt; have; delay",
  unclear: "may have succeeded",
  "patience|patient": "retry for at most",
  "paced?|pacing": "rate limiter, window, back off, probe",
  "gather(?:s|ed|ing)?|swept|sweeps?": "coalesced reads, listing",
  "tally|tallies|stuck": "outcome",
  "troubles?|strikes?|struck|veil(?:s|ed)?": "fault, inject a fault",
  "lets? go|letting go|giv(?:e|es|en|ing) up|gave up": "detach, unlink",
  "(?:tak(?:e|es|en|ing)|took) (?:\\S+ ){0,3}over": "attach, link",
  "whoever|for want of": "a subject",
};
const WORDS = new RegExp(`\\b(?:${Object.keys(TERMS).join("|")})\\b`, "gi");

/** Each use, with its line and what to say instead. */
function usesIn(text: string): string[] {
  return text.split("\n").flatMap((line, index) =>
    [...line.matchAll(WORDS)].map(([word]) => {
      const [, instead] = Object.entries(TERMS).find(([words]) => new RegExp(`^(?:${words})$`, "i").test(word)) ?? [];
      return `line ${index + 1}: "${word}" in "${line.trim()}"; say ${instead}`;
    }),
  );
}

const pages = PAGES.filter(({ path }) => !path.startsWith("tests/"));
const FOLDERS = ["provider", "sdk", "cli", "emulator", "plugin", "examples"];
const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((path) => /\.(ts|js|ya?ml|py|go|java|xml)$/.test(path) && !/node_modules|\/(sdks|venv|target)\//.test(path))
    .map((path) => ({ path, text: readFileSync(join(REPOSITORY, path), "utf8") })),
);

/** The exported names of a source as words: "heldLinks" becomes "held Links". */
function exportsOf(text: string): string[] {
  const names = text.matchAll(
    /^export (?:declare |abstract |async )*(?:class|interface|type|function\*?|const|enum) (\w+)/gm,
  );
  return [...names].map(([, name = ""]) => name.replaceAll(/[_]|(?<=[a-z0-9])(?=[A-Z])/g, " "));
}

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

test("no page, message, comment or exported name has a word of the wrong list", () => {
  expect([sources.length > 100, sources.flatMap(({ text }) => exportsOf(text)).length > 300]).toEqual([true, true]);
  const texts = [
    // "HOLDS" is the verdict of a measurement, in the tables that `npm run bench` writes.
    ...pages.map(({ path, text }) => ({ path, text: text.replaceAll(/\| HOLDS +\|/g, "") })),
    ...sources,
    ...sources.map(({ path, text }) => ({ path, text: exportsOf(text).join("\n") })),
  ];
  expect(texts.flatMap(({ path, text }) => usesIn(text).map((use) => `${path}, ${use}`))).toEqual([]);
});

test("no sentence of a page is longer than 25 words", () => {
  const isLong = (sentence: string) => sentence.split(" ").filter((word) => /\w/.test(word)).length > 25;
  const long = pages.flatMap(({ path, text }) =>
    sentencesOf(text)
      .filter(isLong)
      .map((one) => `${path}: ${one}`),
  );
  expect(long).toEqual([]);
});

test("a word is found in each of its forms", () => {
  const wrong = ["through both doors", "Told once", "It gave up.", "takes the new ids over", "half-made", "HOLDS"];
  expect(wrong.flatMap(usesIn)).toHaveLength(wrong.length);
  expect(usesIn("outlook, threshold, household, toldFoo")).toEqual([]);
  expect(exportsOf("export const heldLinks = 1;").flatMap(usesIn)).toHaveLength(1);
});
