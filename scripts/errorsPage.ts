/** `docs/errors.md`, out of the tables of errors. */

import {
  CODE_FAMILIES,
  classify,
  ERROR_CODES,
  type ErrorCode,
  FAULTS,
  OPERATION_DENIED,
} from "../provider/ecs/errorCodes";
import { EcsError, type EcsErrorKind } from "../provider/ecs/errors";
import { formatDuration, Operation, Task } from "../provider/links/operation";
import { markdownTable } from "./markdownTable";

interface Section {
  readonly kind: EcsErrorKind;
  readonly title: string;
  readonly whatWeDo: string;
}

/** The kinds in the order of the page, and what the package does about each. */
const SECTIONS: readonly Section[] = [
  {
    kind: "throttled",
    title: "Throttled",
    whatWeDo:
      "A refusal pauses that operation in that region for all resources. Single probes follow after 1, 2, 4, 8 and then every " +
      "10 seconds, or when ECS says. This counts as waiting, not as failing.",
  },
  {
    kind: "busy",
    title: "Busy",
    whatWeDo:
      "Retried, after waits that grow to a minute. A lock that lasts costs about 20 calls in ten minutes. Meanwhile the status says what it waits for.",
  },
  {
    kind: "transient",
    title: "Faults of the service",
    whatWeDo:
      "Retried, after waits that grow to 8 seconds. If the request may have succeeded, it checks before it retries.",
  },
  {
    kind: "gone",
    title: "No such instance",
    whatWeDo:
      "An instance that is not there has no link: a refresh drops the link from the state, and a delete is done. A create fails.",
  },
  {
    kind: "conflict",
    title: "Linked elsewhere",
    whatWeDo:
      "It checks the listing. A link that is as declared is adopted. With a link to another VPC, a create fails, names that VPC and " +
      "changes nothing. A delete is done when nothing is left to detach. If the answer and the listing do not agree, it retries for " +
      "2 minutes.",
  },
  { kind: "configuration", title: "Not switched on", whatWeDo: "The operation fails at once." },
  { kind: "quota", title: "Full", whatWeDo: "The operation fails at once." },
  {
    kind: "retired",
    title: "ClassicLink is not offered",
    whatWeDo:
      "Retried a few times, because gateways also say so for a moment. Then the operation fails, and the state stays. With " +
      "`classiclink:forgetRetiredLinks` set to `true`, a delete forgets what it can neither remove nor list, with a warning: [where ClassicLink is gone " +
      "already](retiring.md#where-classiclink-is-gone-already).",
  },
  {
    kind: "authorisation",
    title: "Not allowed",
    whatWeDo:
      "The operation fails at once, and the state stays: what may not be seen is not proof of absence. On a private cloud, `Forbidden.RAM` is " +
      "retried a few times first. What has to be allowed: " +
      "[permissions](permissions.md).",
  },
  { kind: "input", title: "Wrong request", whatWeDo: "The operation fails at once, and the state stays." },
  {
    kind: "unknown",
    title: "Codes that no document lists",
    whatWeDo:
      "The operation fails at once, and the state stays. The message is quoted as ECS wrote it. The HTTP status decides whether to retry: " +
      "500 and above as after other [faults of the service](#faults-of-the-service), 429 as when [throttled](#throttled).",
  },
];

interface Row extends ErrorCode {
  readonly code: string;
}

function rowsOf(): Row[] {
  const codes = Object.entries({ ...ERROR_CODES, ...CODE_FAMILIES }).map(([code, row]) => ({ code, ...row }));
  const denials = OPERATION_DENIED.map(({ words, ...row }) => {
    return { code: `OperationDenied (${words.join(", ") || "anything else"})`, ...row };
  });
  return [...codes, ...denials];
}

/** A table of errors. What is tried again gets a column for how long. */
function errorsTable(name: string, rows: readonly Row[]): string {
  const isTried = ({ kind }: Row) => ["throttled", "busy", "transient"].includes(kind);
  const timed = rows.some((row) => isTried(row) || row.retryTries !== undefined);
  const timeOf = (row: Row) => {
    if (row.retryTries !== undefined) return `${row.retryTries} times`;
    if (!isTried(row)) return "not at all";
    return row.retryForMs === undefined ? "to the timeout" : formatDuration(row.retryForMs);
  };
  const head = [name, "what it means", ...(timed ? ["retried"] : []), "what to do"];
  const cells = rows.map((row) => {
    const { code, means, advice } = row;
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

function section({ kind, title, whatWeDo }: Section, rows: readonly Row[]): string {
  const own = rows.filter((row) => row.kind === kind);
  return [`## ${title}`, whatWeDo, ...(own.length === 0 ? [] : [errorsTable("code", own)])].join("\n\n");
}

/** A sentence as a user sees it, by the code that makes it. */
async function example(): Promise<string> {
  const error = new EcsError({
    ...classify("QuotaExceeded", ""),
    operation: "AttachClassicLinkVpc",
    code: "QuotaExceeded",
    said: "The quota of links of the VPC is used up.",
    requestId: "0A1B2C3D-0000-4000-8000-000000000001",
    mayHaveSucceeded: false,
  });
  const operation = new Operation("link i-bp1web to vpc-bp1shop in cn-hangzhou", {}, 1);
  const task = new Task(operation);
  const failing = operation.run(async () => {
    task.onRequest();
    throw error;
  }, task);
  return await failing.catch(({ message }: Error) => message.replace(/ in [\d.]+ s;/, " in 0.1 s;"));
}

/** The text of the page. */
export async function errorsPage(): Promise<string> {
  const rows = rowsOf();
  const faults = Object.entries(FAULTS).map(([code, row]) => ({ code, ...row }));
  const unseen = rows.find(({ kind }) => !SECTIONS.some((one) => one.kind === kind));
  if (unseen !== undefined) throw new Error(`the page has no section for errors that are ${unseen.kind}; add it`);
  return [
    "# Errors",
    "<!-- Made by `npm run docs` from provider/ecs/errorCodes.ts. Change it there. -->",
    "Every error is one sentence: what was asked, of what, in which region; the operation of ECS and its code; what ECS said, and the id of " +
      "the request; how often and for how long it was tried; what to do.",
    `\`\`\`text\n${await example()}\n\`\`\``,
    "This page has every code that ECS documents for these operations, those of the gateways of private clouds, and what each means. Codes are compared exactly as they are " +
      "spelt, and the HTTP status does not count for those that are listed. `*` stands for any text.",
    "Before a create or a delete fails, it checks once whether the link is as wanted all the same; then it has succeeded. What is retried " +
      "*to the timeout* is retried as long as the operation may take: 10 minutes for a link, an hour for `ClassicLinks`, or what " +
      "`customTimeouts` says.",
    "What is not an answer of ECS, and what to do when an error will not go away: [troubleshooting](troubleshooting.md).",
    ...SECTIONS.map((one) => section(one, rows)),
    "## When no answer came",
    "The names are ours. Faults of the network are retried like faults of the service. With the last three, the request may have succeeded: " +
      "it checks before it retries, and a create that ends then leaves a partially created link.",
    errorsTable("name", faults),
  ].join("\n\n");
}
