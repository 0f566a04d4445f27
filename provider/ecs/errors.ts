/** The error of a call: its kind, and the known facts. */

/**
 * What can be done about an error:
 *
 * - `throttled`: the quota of calls is used up; wait and retry.
 * - `transient`: the service or the network failed for a moment; retry.
 * - `busy`: the instance or the VPC is being changed; retry.
 * - `gone`: there is no such classic-network instance, so it has no link either.
 * - `conflict`: the instance is linked already, or to another VPC.
 * - `configuration`: something has to be enabled, or set to another value.
 * - `retired`: the service does not offer ClassicLink there any more, or never did.
 * - `quota`: the limit of links is reached.
 * - `authorisation`: the key, its permissions, or the clock are refused.
 * - `input`: the request itself is wrong.
 * - `unknown`: a refusal with a code that no document lists. Never retried.
 */
export type EcsErrorKind =
  | "throttled"
  | "transient"
  | "busy"
  | "gone"
  | "conflict"
  | "configuration"
  | "retired"
  | "quota"
  | "authorisation"
  | "input"
  | "unknown";

/** The operations of the ECS API (version 2014-05-26) that this package calls. `DescribeInstances` is optional. */
export type EcsOperation =
  | "AttachClassicLinkVpc"
  | "DetachClassicLinkVpc"
  | "DescribeClassicLinkInstances"
  | "DescribeInstances";

/** The operations of the VPC API (version 2016-04-28) that find VPCs. No resource needs them. */
export type VpcOperation = "DescribeVpcs" | "DescribeVpcAttribute";

/** Any operation that is called. */
export type ApiOperation = EcsOperation | VpcOperation;

/** What an error means. */
export interface Classification {
  readonly kind: EcsErrorKind;
  /** What a person should do. Contains nothing of the request. */
  readonly advice: string;
  /** Retries for at most this long, in ms. Without it, until the time limit of the operation. */
  readonly retryForMs?: number;
  /** How often a final error is retried before it counts. */
  readonly retryTries?: number;
}

/** The facts that an {@link EcsError} is made of. */
export interface EcsErrorFacts extends Classification {
  readonly operation: ApiOperation;
  /** The `Code` of the answer. Without an answer, a name of our own, such as `ConnectionRefused`. */
  readonly code: string;
  /** The message of the service, without secrets and addresses. */
  readonly detail: string;
  readonly requestId?: string;
  /** How long the service asks to wait, in ms (header `x-acs-retry-after`). */
  readonly retryAfterMs?: number;
  /** Whether the operation may have succeeded despite this error. */
  readonly mayHaveSucceeded: boolean;
}

/** A call that ECS refused, or that got no readable answer. Contains only the operation of the request. */
export class EcsError extends Error {
  override readonly name = "EcsError";
  readonly facts: EcsErrorFacts;

  constructor(facts: EcsErrorFacts) {
    super(describe(facts));
    this.facts = facts;
  }

  get kind(): EcsErrorKind {
    return this.facts.kind;
  }
}

function describe({ operation, code, detail, requestId }: EcsErrorFacts): string {
  const quoted = detail === "" ? "" : ` ("${detail}")`;
  const request = requestId === undefined ? "" : `, request ${requestId}`;
  return `${operation}: ${code}${quoted}${request}`;
}
