/** How `doctor` prints what it found. */

import { plural } from "../../provider/links/operation";
import { coloured, type Style, wrapped } from "../terminal";
import type { Finding, Section, State } from "./finding";

const SIGNS = { ok: ["✓", "green"], warning: ["!", "yellow"], problem: ["✗", "red"] } as const satisfies Record<
  State,
  readonly [sign: string, style: Style]
>;

/** A section for people, as wide as the terminal. */
export function sectionText({ title, findings }: Section): string {
  if (findings.length === 0) return "";
  return [coloured("bold", title), ...findings.map(findingText), ""].join("\n");
}

function findingText({ state, text, advice, command }: Finding): string {
  const [sign, style] = SIGNS[state];
  const lines = wrapped(text, 4);
  const more = advice === undefined ? [] : wrapped(`→ ${advice}`, 4);
  const [first = "", ...rest] = [...lines, ...more, ...(command === undefined ? [] : [`    ${command}`])];
  return [`  ${coloured(style, sign)} ${first.trimStart()}`, ...rest].join("\n");
}

/** How many findings of each kind there are, as in "1 problem, 2 warnings, 17 checks passed". */
export function summaryOf(sections: readonly Section[]): string {
  const all = sections.flatMap(({ findings }) => findings);
  const count = (state: State) => all.filter((finding) => finding.state === state).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  const style = problems > 0 ? "red" : warnings > 0 ? "yellow" : "green";
  const text = [
    problems === 0 ? "no problem" : plural(problems, "problem", "problems"),
    ...(warnings === 0 ? [] : [plural(warnings, "warning", "warnings")]),
    `${plural(count("ok"), "check", "checks")} passed`,
  ].join(", ");
  return `${coloured(style, text, process.stderr)}\n`;
}

/** For scripts. */
export function asJson(sections: readonly Section[]): string {
  const findings = sections.flatMap(({ title, findings }) =>
    findings.map((finding) => ({ section: title, ...finding })),
  );
  return `${JSON.stringify({ ok: findings.every(({ state }) => state !== "problem"), findings }, null, 2)}\n`;
}
