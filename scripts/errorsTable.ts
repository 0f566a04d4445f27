/** Parts of `docs/errors.md`, made from the tables of errors. */

import {
  CODE_FAMILIES,
  classify,
  ERROR_CODES,
  type ErrorCode,
  FAULTS,
  OPERATION_DENIED,
} from "../provider/ecs/errorCodes";
import { EcsError } from "../provider/ecs/errors";
import { formatDuration, Operation, Task } from "../provider/links/operation";
import { markdownTable } from "./markdownTable";

interface Row extends ErrorCode {
  readonly code: string;
}

const ROWS: readonly Row[] = [
  ...Object.entries({ ...ERROR_CODES, ...CODE_FAMILIES }).map(([code, row]) => ({ code, ...row })),
  ...OPERATION_DENIED.map(({ words, ...row }) => ({
    code: `OperationDenied (${words.join(", ") || "anything else"})`,
    ...row,
  })),
];
const FAULT_ROWS: readonly Row[] = Object.entries(FAULTS).map(([code, row]) => ({ code, ...row }));

/**
 * The table of all errors of a kind, or of our own names for the faults of a network. What is retried gets a column for how long.
 *
 * @param kind a kind of `EcsError`, or `network`.
 */
export function errorsTable(kind: string): string {
  const isNetwork = kind === "network";
  const rows = isNetwork ? FAULT_ROWS : ROWS.filter((row) => row.kind === kind);
  if (rows.length === 0) throw new Error(`no error is of the kind ${kind}`);
  const isTried = ({ kind }: Row) => ["throttled", "busy", "transient"].includes(kind);
  const timed = rows.some((row) => isTried(row) || row.retryTries !== undefined);
  const timeOf = (row: Row) => {
    if (row.retryTries !== undefined) return `${row.retryTries} times`;
    if (!isTried(row)) return "not at all";
    return row.retryForMs === undefined ? "to the timeout" : formatDuration(row.retryForMs);
  };
  const head = [isNetwork ? "name" : "code", "what it means", ...(timed ? ["retried"] : []), "what to do"];
  const cells = rows.map((row) => {
    const { code, means } = row;
    const advice = [row.advice, row.stackAdvice ?? []].flat().join("; ");
    const time = timed ? [timeOf(row)] : [];
    return [
      marked(code),
      means,
      ...time,
      `${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`.replace("<operation>", "the operation"),
    ];
  });
  return markdownTable(head, cells);
}

/** `A, B (words)` with its codes marked as code. */
function marked(code: string): string {
  const [, codes = "", words = ""] = /^([^(]*?)( \(.*)?$/.exec(code) ?? [];
  return codes.replaceAll(/[^,\s][^,]*/g, "`$&`") + words;
}

/** A sentence as a user sees it, by the code that makes it. */
export async function errorExample(): Promise<string> {
  const error = new EcsError({
    ...classify("QuotaExceeded", ""),
    operation: "AttachClassicLinkVpc",
    code: "QuotaExceeded",
    detail: "The quota of links of the VPC is used up.",
    requestId: "0A1B2C3D-0000-4000-8000-000000000001",
    mayHaveSucceeded: false,
  });
  const operation = new Operation("link i-bp1web to vpc-bp1shop in cn-hangzhou", {}, 1);
  const task = new Task(operation);
  const failing = operation.run(async () => {
    task.onRequest();
    throw error;
  }, task);
  const message = await failing.catch((failure: Error) => failure.message.replace(/ in [\d.]+ s;/, " in 0.1 s;"));
  // In lines that fit a narrow window.
  return `\`\`\`text\n${message.replaceAll(/(.{1,88})(?: |$)/g, "$1\n").trimEnd()}\n\`\`\``;
}
