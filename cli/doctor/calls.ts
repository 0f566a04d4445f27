/** Permissions: one call of each operation that reads. It changes nothing. */

import { FAULTS } from "../../provider/ecs/errorCodes";
import { EcsError, type EcsErrorKind } from "../../provider/ecs/errors";
import { type Asked, type Finding, ok, problem, warning } from "./finding";

/** An operation that reads, what it is needed for, and whether links can do without it. */
export interface Operation {
  readonly action: string;
  readonly use: string;
  readonly isNeeded: boolean;
}

export const OPERATIONS = {
  links: { action: "ecs:DescribeClassicLinkInstances", use: "links need it", isNeeded: true },
  instance: { action: "ecs:DescribeInstances", use: "doctor needs it to check instances", isNeeded: false },
  vpcs: { action: "vpc:DescribeVpcs", use: "--all-vpcs needs it", isNeeded: false },
  vpc: { action: "vpc:DescribeVpcAttribute", use: "doctor needs it to check VPCs", isNeeded: false },
} as const satisfies Record<string, Operation>;

const VERDICTS: Partial<Record<EcsErrorKind, string>> = {
  authorisation: "is refused",
  retired: "is not offered here",
  throttled: "is throttled now",
};

/** Whether an operation is allowed. "Not found" and "does not belong to you" are answers too. */
export function checkCall({ action, use, isNeeded }: Operation, { error }: Asked<unknown>): Finding {
  if (!isRefusal(error)) return ok(`${action} is allowed`);
  if (!(error instanceof EcsError)) return problem(`${action} could not be called`, error.message);
  const { facts, kind } = error;
  if (!isNeeded && kind === "retired") return warning(`${action} is not offered here (${facts.code}); ${use}`);
  const why = VERDICTS[kind] ?? "failed";
  const text = `${action} ${why}; ${use}`;
  const reason = `${error.message}; ${facts.advice}`;
  return isNeeded && kind !== "throttled" ? problem(text, reason) : warning(text, reason);
}

/** Whether an error is no answer. */
export function isRefusal(error: Error | undefined): error is Error {
  if (!(error instanceof EcsError)) return error !== undefined;
  return !["gone", "input", "conflict"].includes(error.kind) && !isHiding(error);
}

/** Whether an error is about the key or the connection, so that other calls would fail too. */
export function concernsAll(error: Error | undefined): boolean {
  if (!(error instanceof EcsError)) return error !== undefined;
  if (error.kind === "transient" || Object.hasOwn(FAULTS, error.facts.code)) return true;
  return error.kind === "authorisation" && !/^(Forbidden|NoPermission|403)/.test(error.facts.code) && !isHiding(error);
}

/** Whether an error is about one instance or VPC that belongs to another account, organization or resource set. */
export function isHiding(error: Error | undefined): boolean {
  return error instanceof EcsError && error.facts.code.endsWith(".NotBelong");
}

/** The finding for operations that were not called. */
export function notAsked(operations: readonly Operation[], why: string): Finding {
  return warning(`Not checked, ${why}: ${operations.map(({ action }) => action).join(", ")}`);
}
