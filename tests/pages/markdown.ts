/** The Markdown files of the repository, and what is in them: links, headings, commands, blocks of code. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { REPOSITORY } from "../support/project";

/** Folders whose files are made by tools, or belong to somebody else. */
const NOT_OURS = /^(node_modules|dist|build|coverage|transcripts|sdks|venv|\.git|\.stryker)$/;

export interface Page {
  /** In the repository, such as `docs/faq.md`. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block, without its fence. */
export interface Block {
  readonly path: string;
  /** Of its first line of code. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** Every Markdown file. */
export const PAGES: readonly Page[] = pagesIn(REPOSITORY);

function pagesIn(folder: string): Page[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.test(entry.name) ? [] : pagesIn(path);
    if (!entry.name.endsWith(".md")) return [];
    return [{ path: relative(REPOSITORY, path), text: readFileSync(path, "utf8") }];
  });
}

const FENCE = /^([ \t]*)```([\w-]*)\n([\s\S]*?)\n\1```[ \t]*$/gm;

/** The fenced blocks of a page. */
export function blocksOf({ path, text }: Page): Block[] {
  return [...text.matchAll(FENCE)].map(({ index, 1: indent = "", 2: language = "", 3: code = "" }) => ({
    path,
    line: text.slice(0, index).split("\n").length + 1,
    language,
    code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** What is marked as code within a sentence. */
export function inlineCodeOf({ text }: Page): string[] {
  return [...text.replaceAll(FENCE, "").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

/** Where the links and pictures of a page lead. */
export function linksOf({ text }: Page): string[] {
  const prose = text.replaceAll(FENCE, "").replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map(([, target = ""]) => target);
}

/** The anchors of a page's headings, as GitHub makes them where no two are alike. */
export function anchorsOf({ text }: Page): string[] {
  return [...text.replaceAll(FENCE, "").matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading = ""]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}
