/** May the key do what is needed? One call of each operation that reads; nothing is changed. */

import { EcsError } from "../../provider/ecs/errors";
import { type Asked, type Finding, ok, problem, warning } from "./finding";

/** An operation that reads, what it is needed for, and whether links can do without it. */
export interface Operation {
  readonly action: string;
  readonly use: string;
  readonly isNeeded: boolean;
}

export const OPERATIONS = {
  links: { action: "ecs:DescribeClassicLinkInstances", use: "links are seen with it", isNeeded: true },
  instance: { action: "ecs:DescribeInstances", use: "doctor looks at instances with it", isNeeded: false },
  vpcs: { action: "vpc:DescribeVpcs", use: "--all-vpcs finds VPCs with it", isNeeded: false },
  vpc: { action: "vpc:DescribeVpcAttribute", use: "doctor looks at VPCs with it", isNeeded: false },
} as const satisfies Record<string, Operation>;

/** Whether an operation is allowed. That what it asks for is not there is an answer too. */
export function checkCall({ action, use, isNeeded }: Operation, { error }: Asked<unknown>): Finding {
  if (!isRefusal(error)) return ok(`${action} is allowed`);
  if (!(error instanceof EcsError)) return problem(`${action} could not be called`, error.message);
  const { facts, kind } = error;
  if (!isNeeded && kind === "retired") return warning(`${action} is not offered here (${facts.code}); ${use}`);
  const why = kind === "authorisation" ? "is refused" : kind === "throttled" ? "is throttled just now" : "failed";
  const text = `${action} ${why}; ${use}`;
  const reason = `${error.message}; ${facts.advice}`;
  return isNeeded && kind !== "throttled" ? problem(text, reason) : warning(text, reason);
}

/** Whether an error keeps us from an answer, and is no answer itself. */
export function isRefusal(error: Error | undefined): error is Error {
  if (!(error instanceof EcsError)) return error !== undefined;
  return !["gone", "input", "conflict"].includes(error.kind);
}

/** Whether an error is about the key or the connection, so that other calls would fail too. */
export function concernsAll(error: Error | undefined): boolean {
  if (!(error instanceof EcsError)) return error !== undefined;
  if (error.kind === "transient") return true;
  return error.kind === "authorisation" && !/^(Forbidden|NoPermission|403)/.test(error.facts.code);
}

/** What stands for operations that were not asked. */
export function notAsked(operations: readonly Operation[], why: string): Finding {
  return warning(`Not asked, ${why}: ${operations.map(({ action }) => action).join(", ")}`);
}
