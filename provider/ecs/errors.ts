/** The error of a call that came to nothing: of which kind it is, and what is known of it. */

/**
 * What can be done about an error:
 *
 * - `throttled`: the quota of calls is used up; wait and retry.
 * - `transient`: the service or the network failed for a moment; retry.
 * - `busy`: the instance or the VPC is being changed; retry.
 * - `gone`: there is no such classic-network instance, so it has no link either.
 * - `conflict`: the instance has a link already, or another one than was named.
 * - `configuration`: something has to be switched on, or set otherwise.
 * - `retired`: the service does not offer ClassicLink there, or no longer.
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

/** How an error is understood. */
export interface Classification {
  readonly kind: EcsErrorKind;
  /** What to do, as an instruction to a person. Never contains anything of the request. */
  readonly advice: string;
  /** For how long retrying makes sense, in ms; without it, as long as the operation may take. */
  readonly retryForMs?: number;
  /** How often an error that is final otherwise is retried before it is believed. */
  readonly retryTries?: number;
}

/** The facts that an {@link EcsError} is made of. */
export interface EcsErrorFacts extends Classification {
  readonly operation: ApiOperation;
  /** The answer's `Code`, or for what never became an answer a name of ours such as `ConnectionRefused`. */
  readonly code: string;
  /** What the service said, already free of secrets and addresses. */
  readonly said: string;
  readonly requestId?: string;
  /** How long the service asks to wait, in ms (header `x-acs-retry-after`). */
  readonly retryAfterMs?: number;
  /** Whether the operation may have succeeded in spite of this error. */
  readonly mayHaveSucceeded: boolean;
}

/** A call that ECS refused, or that got no answer which can be read. Holds no part of the request but its operation. */
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

function describe({ operation, code, said, requestId }: EcsErrorFacts): string {
  const quoted = said === "" ? "" : ` ("${said}")`;
  const request = requestId === undefined ? "" : `, request ${requestId}`;
  return `${operation}: ${code}${quoted}${request}`;
}
