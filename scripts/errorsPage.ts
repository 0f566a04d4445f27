/** `docs/errors.md`, made from the tables of errors. */

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

/** The kinds in the order of the page, and what the package does for each. */
const SECTIONS: readonly Section[] = [
  {
    kind: "throttled",
    title: "Throttled",
    whatWeDo:
      "A refusal closes the rate limiter of that operation and region for all resources. It sends single probes after 1, 2, 4, 8 and " +
      "then every 10 seconds, or when ECS says. The operation waits, and does not fail.",
  },
  {
    kind: "busy",
    title: "Busy",
    whatWeDo:
      "Retried, after waits that grow to a minute. An instance that stays locked gets about 20 calls in ten minutes. The progress says " +
      "what the operation waits for.",
  },
  {
    kind: "transient",
    title: "Faults of the service",
    whatWeDo:
      "Retried, after waits that grow to 8 seconds. If the request may have succeeded, the operation checks before it retries.",
  },
  {
    kind: "gone",
    title: "No such instance",
    whatWeDo:
      "An instance that does not exist has no link. A refresh removes the link from the state, a delete succeeds, a create fails.",
  },
  {
    kind: "conflict",
    title: "Linked elsewhere",
    whatWeDo:
      "The operation checks the listing. A link that is as declared is adopted. If the instance is linked to another VPC, a create " +
      "fails, names that VPC and changes nothing. A delete succeeds if nothing is left to detach. If the answer and the listing do not " +
      "agree, the operation retries for 2 minutes.",
  },
  { kind: "configuration", title: "Not enabled", whatWeDo: "The operation fails at once." },
  { kind: "quota", title: "Full", whatWeDo: "The operation fails at once." },
  {
    kind: "retired",
    title: "ClassicLink is not offered",
    whatWeDo:
      "Retried a few times, because gateways also give it for a moment. Then the operation fails, and the state stays. With " +
      "`classiclink:forgetRetiredLinks` set to `true`, a delete drops such a link from the state, with a warning: see [Where ClassicLink " +
      "is gone already](retiring.md#where-classiclink-is-gone-already).",
  },
  {
    kind: "authorisation",
    title: "Not allowed",
    whatWeDo:
      "The operation fails at once, and the state stays: a link that the key may not see is not gone. On a private cloud, " +
      "`Forbidden.RAM` is retried a few times first. [Permissions](permissions.md) lists what the key needs.",
  },
  { kind: "input", title: "Wrong request", whatWeDo: "The operation fails at once, and the state stays." },
  {
    kind: "unknown",
    title: "Codes that no document lists",
    whatWeDo:
      "The HTTP status decides whether to retry. 500 and above is retried like other [faults of the service](#faults-of-the-service), " +
      "429 as [throttled](#throttled). Otherwise the operation fails at once, and the state stays. The error quotes the message of ECS.",
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
  return await failing.catch(({ message }: Error) => message.replace(/ in [\d.]+ s;/, " in 0.1 s;"));
}

/** A text in lines that fit a narrow window. */
function folded(text: string): string {
  return text.replaceAll(/(.{1,88})(?: |$)/g, "$1\n").trimEnd();
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
    "Every error is one sentence, with these parts: the operation with its instance, VPC and region; the call to ECS; its code, message and " +
      "request id; the number of calls and the time; what to do.",
    `\`\`\`text\n${folded(await example())}\n\`\`\``,
    "This page lists every code that ECS documents for these operations, and those of the gateways of private clouds. Codes are compared " +
      "exactly, without the HTTP status. `*` stands for any text.",
    "Before a create or a delete fails, it checks the link. If the link is as declared, or gone, the operation succeeds. *To the timeout* is 10 " +
      "minutes for a link, an hour for `ClassicLinks`, or `customTimeouts`.",
    "If an error stays, see [Troubleshooting](troubleshooting.md).",
    ...SECTIONS.map((one) => section(one, rows)),
    "## When no answer came",
    "These names are our own. Faults of the network are retried like faults of the service. After the last three, the request may have " +
      "succeeded: the operation checks before it retries. A create that ends then leaves the link partially created.",
    errorsTable("name", faults),
  ].join("\n\n");
}
