/** Pages, messages, comments and exported names use the field's terms, and none of the words that once stood for them. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { REPOSITORY } from "../support/project";
import { PAGES } from "./markdown";

/** What to say instead of each. A word is an error where it stands alone. */
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

const pages = PAGES.filter(({ path }) => !path.startsWith("tests/"));
const FOLDERS = ["provider", "sdk", "cli", "emulator", "plugin", "examples"];
const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((path) => /\.(ts|js|ya?ml|py|go|java|xml)$/.test(path) && !/node_modules|\/(sdks|venv|target)\//.test(path))
    .map((path) => ({ path, text: readFileSync(join(REPOSITORY, path), "utf8") })),
);

/** Each use, and what to say instead. */
function usesIn(text: string): string[] {
  return Object.entries(TERMS).flatMap(([words, instead]) =>
    [...text.matchAll(new RegExp(`.*\\b(?:${words})\\b.*`, "gi"))].map(([line]) => `"${line.trim()}": say ${instead}`),
  );
}

/** The exported names of a source as words: "heldLinks" becomes "held Links". */
function exportsOf(text: string): string {
  const names = text.matchAll(/^export (?:abstract |async )*(?:class|interface|type|function\*?|const) (\w+)/gm);
  return [...names].map(([, name = ""]) => name.replaceAll(/_|(?<=[a-z0-9])(?=[A-Z])/g, " ")).join("\n");
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
  expect(["It gave up.", "half-made", "HOLDS", exportsOf("export const heldLinks = 1;")].flatMap(usesIn)).toHaveLength(
    4,
  );
  const names = sources.map(({ path, text }) => ({ path, text: exportsOf(text) }));
  expect(names.filter(({ text }) => text !== "").length).toBeGreaterThan(100);
  // "HOLDS" is the verdict of a measurement, in the tables that `npm run bench` writes.
  const texts = [...pages, ...sources, ...names].map(
    ({ path, text }) => [path, text.replaceAll(/\| HOLDS +\|/g, "")] as const,
  );
  expect(texts.flatMap(([path, text]) => usesIn(text).map((use) => `${path}, ${use}`))).toEqual([]);
});

test("no sentence of a page is longer than 25 words", () => {
  const sentences = pages.flatMap(({ path, text }) => sentencesOf(text).map((one) => `${path}: ${one}`));
  expect(sentences.length).toBeGreaterThan(1000);
  // The path is a word.
  expect(sentences.filter((one) => one.split(" ").filter((word) => /\w/.test(word)).length > 26)).toEqual([]);
});
