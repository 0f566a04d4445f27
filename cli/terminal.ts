/** Colours on a terminal, and none in a pipe. NO_COLOR and FORCE_COLOR change that. */

import { clearLine, cursorTo } from "node:readline";
import { styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Text in colour if the stream is a terminal with colours. Node itself reads NO_COLOR and FORCE_COLOR. */
export function coloured(style: Style, text: string, stream: NodeJS.WritableStream = process.stdout): string {
  return styleText(style, text, { stream });
}

/** A cell of a table: text, or text with a style. */
export type Cell = string | { readonly text: string; readonly style: Style };

/** Columns with two spaces between them, below a head. Each row is complete, so that a pipe can pick lines. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const all: readonly (readonly Cell[])[] = [head.map((text) => ({ text, style: "bold" as const })), ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => textOf(row[column] ?? "").length)));
  const lines = all.map((row) => row.map((cell, column) => padded(cell, column, row.length, widths)).join("  "));
  return `${lines.join("\n")}\n`;
}

/** The last cell of a row is not padded, so that nobody copies invisible spaces. */
function padded(cell: Cell, column: number, columns: number, widths: readonly number[]): string {
  const text = textOf(cell);
  const space = column === columns - 1 ? "" : " ".repeat((widths[column] ?? 0) - text.length);
  return `${typeof cell === "string" ? text : coloured(cell.style, text)}${space}`;
}

/** Without what moves a terminal's cursor, whatever a service has answered with. */
function textOf(cell: Cell): string {
  return (typeof cell === "string" ? cell : cell.text).replace(/\p{C}/gu, "?");
}

/** The width of lines: that of the terminal, and at most a readable one. */
const WIDEST = 100;

/** A text in lines that fit the terminal, each indented by so many spaces. */
export function wrapped(text: string, indent: number, columns = process.stdout.columns ?? WIDEST): readonly string[] {
  const width = Math.max(Math.min(columns, WIDEST) - indent, 20);
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${" ".repeat(indent)}${line}`);
}

/** Standard error, or what stands in for it. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** The width of a terminal that does not report its own. */
export const USUAL_COLUMNS = 80;

/** A line on standard error that says what the command does now. */
export interface StatusLine {
  show(text: string): void;
  /** Removes the line. Call it before other output. */
  clear(): void;
}

/** Opens a status line. In a pipe, it shows nothing. */
export function openStatusLine(stream: Output = process.stderr): StatusLine {
  let isShown = false;
  const clear = () => {
    if (!isShown) return;
    cursorTo(stream, 0);
    clearLine(stream, 0);
    isShown = false;
  };
  return {
    clear,
    show(text) {
      if (!stream.isTTY) return;
      clear();
      // A line that wraps could not be removed.
      stream.write(coloured("dim", text.slice(0, (stream.columns ?? USUAL_COLUMNS) - 1), stream));
      isShown = true;
    },
  };
}
