// What an operation prints, in Pulumi's familiar lines, and what it counts.
import type { ResourceState } from "./state";
import { isSecret, rebuild, same, UNKNOWN, type Value, type Values } from "./values";

export type Operation = "preview" | "update" | "refresh" | "destroy";
export type Step = keyof typeof words;
export type Op = Exclude<Step, "refresh"> | "same";

export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
export const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";
const isDefaultProvider = (urn: string) => /^pulumi:providers:/.test(typeOf(urn)) && nameOf(urn) === "default";

/** Of each step the sign, the word while it runs and the word when it is done. */
const words = {
  create: ["+ ", "creating", "created"],
  update: ["~ ", "updating", "updated"],
  replace: ["+-", "replacing", "replaced"],
  delete: ["- ", "deleting", "deleted"],
  refresh: ["~ ", "refreshing", "refreshed"],
  read: ["> ", "reading", "read"],
} as const;

export type Display = ReturnType<typeof openDisplay>;

export function openDisplay(operation: Operation, root: string, onLine: (line: string) => void) {
  const lines: string[] = [];
  const diagnostics: string[] = [];
  const counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0, read: 0, errored: 0 };

  function print(...added: string[]): void {
    lines.push(...added);
    for (const line of added) onLine(line);
  }

  /** Shown at once, and unless it is only a status, again at the end. */
  function log(urn: string, message: string, passing = false): void {
    const owner = urn || root;
    const told = `${typeOf(owner)} ${nameOf(owner)} ${message}`.split("\n").map((line) => `    ${line}`);
    print(...told);
    if (!passing) diagnostics.push(...told);
  }

  function failed(urn: string, error: unknown): void {
    counts.errored++;
    log(urn, `error: ${error instanceof Error ? error.message : String(error)}`);
  }

  /** Begins the line of a step; the returned function ends it. */
  function step(name: Step, urn: string): () => void {
    const [sign, now, then] = words[name];
    const silent = operation === "preview" || isDefaultProvider(urn);
    const line = (text: string) => silent || print(` ${sign} ${typeOf(urn)} ${nameOf(urn)} ${text}`);
    line(`${now} (0s)`);
    const began = Date.now();
    return () => line(`${then} (${Math.round((Date.now() - began) / 1000)}s)`);
  }

  /** Counts what became of a resource; a preview and a refresh also show it whole, as the reader has to judge it. */
  function changed(op: Op, before: ResourceState | undefined, after: ResourceState | undefined): void {
    const urn = after?.urn ?? before?.urn ?? "";
    if (isDefaultProvider(urn)) return;
    counts[op]++;
    if (op === "same" || operation === "update" || operation === "destroy") return;
    const side = operation === "refresh" ? "outputs" : "inputs";
    print(`${words[op][0]}${typeOf(urn)}: (${op})`, `    [urn=${urn}]`);
    print(...list((after ?? before)?.[side] ?? {}, after && before?.[side]));
  }

  function end(outputs: Values): void {
    if (diagnostics.length > 0) print("Diagnostics:", ...diagnostics, "");
    if (Object.keys(outputs).length > 0) print("Outputs:", ...list(outputs), "");
    print("Resources:");
    for (const op of ["create", "update", "delete", "replace"] as const) {
      const word = operation === "preview" ? `to ${op}` : words[op][2];
      if (counts[op] > 0) print(`    ${words[op][0]}${counts[op]} ${word}`);
    }
    if (counts.same > 0) print(`    ${counts.same} unchanged`);
    if (counts.errored > 0) print(`    ${counts.errored} errored`);
  }

  return { lines, counts, print, log, failed, step, changed, end };
}

function text(value: Value | undefined): string {
  const hidden = rebuild(value, (object) => (isSecret(object) ? "[secret]" : object));
  return JSON.stringify(hidden).replaceAll('"[secret]"', "[secret]").replaceAll(`"${UNKNOWN}"`, "[unknown]");
}

/** One line per property; with a `before`, marked as added, removed or changed. */
function list(values: Values, before?: Values): string[] {
  // A name that starts with two underscores is between the SDK and the engine.
  const keys = Object.keys({ ...before, ...values }).filter((key) => !key.startsWith("__"));
  const width = Math.max(...keys.map((key) => key.length));
  return keys.sort().map((key) => {
    const [was, is] = [before?.[key], values[key]];
    const mark = !before || same(was, is) ? " " : was === undefined ? "+" : is === undefined ? "-" : "~";
    const value = mark === "~" ? `${text(was)} => ${text(is)}` : text(is ?? was);
    return `  ${mark} ${key.padEnd(width)}: ${value}`;
  });
}
