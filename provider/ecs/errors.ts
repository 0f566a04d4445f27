/** What an answer of ECS means: every documented error code, its kind, and what a person should do about it. */

/**
 * What can be done about an error:
 *
 * - `throttled`: the quota of calls is used up; wait and ask again.
 * - `transient`: the service or the network failed for a moment; ask again.
 * - `busy`: the instance or the VPC is in the middle of something; ask again.
 * - `gone`: there is no such classic-network instance, so it has no link either.
 * - `conflict`: the instance is said to hold a link already, or not the one that was named.
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

/** The three operations of the ECS API (version 2014-05-26) that this package calls. */
export type EcsOperation = "AttachClassicLinkVpc" | "DetachClassicLinkVpc" | "DescribeClassicLinkInstances";

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
  readonly patienceMs?: number;
}

/** A state that passes by itself does so in a few minutes; a lasting one should be told before the user gives up. */
const STATE_PATIENCE_MS = 120_000;

const RAM_ACTIONS =
  "allow ecs:AttachClassicLinkVpc, ecs:DetachClassicLinkVpc and ecs:DescribeClassicLinkInstances in RAM";
/** Refresh and destroy use the configuration that the last update saved. */
const SAVED = "refresh and destroy take up a changed configuration only after pulumi up, or with --run-program";
const CHECK_KEY = `check accessKey and secretKey, and that they belong to this endpoint; ${SAVED}`;
const CHECK_CLOCK = "set this machine's clock; ECS accepts a difference of 15 minutes";
const NEW_TOKEN = `get a new security token, or use a source of credentials that renews itself; ${SAVED}`;
const WAIT = "wait, and run the command again";
const ACCOUNT = "check the state of the Alibaba Cloud account";
const RETIRED =
  "ECS offers no ClassicLink there, or no longer; check regionId and endpoint; where it has been retired, remove the " +
  "resource with classiclink:forgetRetiredLinks set to true, or use pulumi state delete";
const SWITCH_ON = "switch ClassicLink on for the VPC (EnableVpcClassicLink), then run the command again";
const LINKED_ELSEWHERE = "detach the instance from the other VPC first; an instance has at most one link";
const REPORT = "this looks like a defect of pulumi-classiclink; please report it";

/** A fault of network or service that lasts longer is no hiccup. */
const FAULT_PATIENCE_MS = 120_000;

function row(kind: EcsErrorKind, advice: string, patienceMs?: number): Classification {
  const patience = patienceMs ?? (kind === "transient" ? FAULT_PATIENCE_MS : undefined);
  return patience === undefined ? { kind, advice } : { kind, advice, patienceMs: patience };
}

/**
 * Every code that the documents of the three operations list, in all their generations, and the common codes of ECS
 * and its gateway. Compared exactly as spelt: `MalFormed` and `ToManyInstanceIds` are the service's own spelling.
 * Codes are not told apart by HTTP status, which changed between generations.
 *
 * Source: ECS API reference (AttachClassicLinkVpc, DetachClassicLinkVpc, DescribeClassicLinkInstances, common error codes).
 */
export const ERROR_CODES: Readonly<Record<string, Classification>> = {
  // The instance
  "InvalidInstanceId.NotFound": row("gone", "check instanceId and regionId; the instance may have been released"),
  "Forbidden.InstanceNotFound": row("gone", "check instanceId and regionId; the instance may have been released"),
  // Not about syntax: the documents give it to instances that are not, or no longer, in the classic network.
  "InvalidInstanceId.MalFormed": row("gone", "name an instance of the classic network; others need no ClassicLink"),
  "InvalidInstanceId.NotBelong": row("authorisation", "use the credentials of the account that owns the instance"),
  "InvalidInstanceId.LimitedRegion": row("retired", RETIRED),
  "InvalidStatus.InstanceLocked": row("busy", "wait until the instance's other task has ended"),
  "InvalidStatus.InstanceStatus": row("busy", "bring the instance to Running or Stopped", STATE_PATIENCE_MS),
  IncorrectInstanceStatus: row("busy", "bring the instance to Running or Stopped", STATE_PATIENCE_MS),
  OperationConflict: row("busy", WAIT),
  LastTokenProcessing: row("busy", WAIT),
  IncorrectVpcStatus: row("busy", "wait until the VPC is Available", STATE_PATIENCE_MS),

  // The link. The first name misleads: it means a link to a different VPC.
  "Abs.InvalidInstanceId.MalFormed": row("conflict", LINKED_ELSEWHERE),
  QuotaExceeded: row("quota", "remove links from the VPC; a VPC takes at most 1000"),

  // The VPC and the region
  "InvalidVpcId.Malformed": row("input", "check vpcId, and that the VPC is in the same region"),
  "InvalidVpcId.NotFound": row("input", "check vpcId, and that the VPC is in the same region"),
  "InvalidVpc.NotBelong": row("authorisation", "use the credentials of the account that owns the VPC"),
  "InvalidRegionId.Malformed": row("input", "check regionId, and that the account may use the region"),
  "InvalidRegionId.NotFound": row("input", "check regionId"),

  // The request
  "InvalidParameter.InvalidInstanceIdAndVpcId": row("input", "name an instance or a VPC"),
  "InvalidParameter.ToManyInstanceIds": row("input", REPORT),
  IdempotentParameterMismatch: row("input", REPORT),
  UnsupportedHTTPMethod: row("input", "check endpoint; what answers does not behave like ECS"),
  UnsupportedParameter: row("input", REPORT),
  InvalidParamater: row("input", "check instanceId, vpcId and regionId"),
  InvalidAction: row("retired", RETIRED),
  "InvalidAction.NotFound": row("retired", RETIRED),
  "InvalidApi.NotFound": row("retired", RETIRED),

  // Permission, key, signature, clock
  "Forbidden.SubUser": row("authorisation", RAM_ACTIONS),
  "Forbidden.RAM": row("authorisation", RAM_ACTIONS),
  "Forbidden.Unauthorized": row("authorisation", RAM_ACTIONS),
  "Forbidden.NotSupportRAM": row("authorisation", "use the credentials of the account itself, not of a RAM user"),
  "Forbidden.RiskControl": row("authorisation", ACCOUNT),
  "Forbidden.AccessKeyDisabled": row("authorisation", CHECK_KEY),
  RealNameAuthenticationError: row("authorisation", ACCOUNT),
  InsufficientBalance: row("authorisation", ACCOUNT),
  "InvalidAccessKeyId.NotFound": row("authorisation", CHECK_KEY),
  "InvalidAccessKeyId.Inactive": row("authorisation", CHECK_KEY),
  SignatureDoesNotMatch: row("authorisation", CHECK_KEY),
  IncompleteSignature: row("authorisation", CHECK_KEY),
  IllegalTimestamp: row("authorisation", CHECK_CLOCK),
  "InvalidTimeStamp.Expired": row("authorisation", CHECK_CLOCK),
  "InvalidTimeStamp.Format": row("authorisation", CHECK_CLOCK),
  // A proxy that repeats a request causes it; every new try carries a new nonce.
  SignatureNonceUsed: row("transient", WAIT),

  // Throttling and faults of the service
  Throttling: row("throttled", WAIT),
  "Throttling.User": row("throttled", WAIT),
  "Throttling.Api": row("throttled", WAIT),
  "Rejected.Throttling": row("throttled", WAIT),
  ServiceUnavailable: row("transient", WAIT),
  "ServiceUnavailable.RegionMaintaining": row("transient", "wait until the region's maintenance has ended"),
  InternalError: row("transient", WAIT),
  UnknownError: row("transient", WAIT),
};

/**
 * What never became an answer of ECS, under names of our own. `unclear` says whether the request may have reached ECS.
 *
 * A host that cannot be reached is usually a wrong endpoint, so it is told sooner than other faults.
 */
export const FAULTS = {
  HostNotFound: { ...row("transient", "check endpoint, region and DNS", 30_000), unclear: false },
  ConnectionRefused: { ...row("transient", "check endpoint and the network", 30_000), unclear: false },
  CertificateRefused: {
    ...row("configuration", "check endpoint and protocol, and the certificate that the endpoint shows"),
    unclear: false,
  },
  ProxyRefused: { ...row("configuration", "set the proxy's address with its user and password"), unclear: false },
  ProxyFailed: { ...row("transient", WAIT, 30_000), unclear: false },
  // The source of credentials is there, and gave none for the moment.
  NoCredentials: { ...row("transient", WAIT, 30_000), unclear: false },
  ConnectionLost: { ...row("transient", "check the network, and run the command again"), unclear: true },
  Timeout: { ...row("transient", "check endpoint and the network"), unclear: true },
  UnreadableAnswer: { ...row("transient", "check endpoint; what answers does not behave like ECS"), unclear: true },
} as const satisfies Record<string, Classification & { readonly unclear: boolean }>;

/** Families that the documents name by their first words only. Asked after the exact codes. */
export const CODE_FAMILIES: readonly (readonly [RegExp, Classification])[] = [
  [/Throttling/, row("throttled", WAIT)],
  [/^ServiceUnavailable\./, row("transient", WAIT)],
  [/^InvalidSecurityToken\./, row("authorisation", NEW_TOKEN)],
  [/^InvalidAccessKeyId\./, row("authorisation", CHECK_KEY)],
  [/^InvalidTimeStamp\./, row("authorisation", CHECK_CLOCK)],
  [/^Forbidden\./, row("authorisation", RAM_ACTIONS)],
  [/^Invalid(Action|Api)\./, row("retired", RETIRED)],
  [/^(MissingParameter|InvalidParameter)/, row("input", "check instanceId, vpcId and regionId")],
];

/** `OperationDenied` means different things, which only its message tells. The words are the documented ones. */
export const OPERATION_DENIED: readonly (readonly [RegExp, Classification])[] = [
  [/unable to attach|disabled attach/i, row("configuration", SWITCH_ON)],
  [/linked to other vpc|not allow link/i, row("conflict", LINKED_ELSEWHERE)],
  [/not allowed to detach/i, row("conflict", "check which VPC the instance is linked to")],
];

/**
 * Says what an error code means.
 *
 * @param code the `Code` of the answer, exactly as spelt.
 * @param message the `Message` of the answer; decides for `OperationDenied` only.
 * @param operation what was asked; decides only what has to be allowed.
 * @param status the HTTP status; decides only for codes that no document lists.
 */
export function classify(code: string, message: string, operation?: ApiOperation, status?: number): Classification {
  const found = look(code, message) ?? byStatus(status);
  const isVpc = operation === "DescribeVpcs" || operation === "DescribeVpcAttribute";
  return isVpc && found.advice === RAM_ACTIONS ? row(found.kind, `allow vpc:${operation} in RAM`) : found;
}

function look(code: string, message: string): Classification | undefined {
  if (code === "OperationDenied") {
    const known = OPERATION_DENIED.find(([words]) => words.test(message));
    return known?.[1] ?? row("conflict", "read the message; ECS gives this code several meanings");
  }
  if (Object.hasOwn(ERROR_CODES, code)) return ERROR_CODES[code];
  return CODE_FAMILIES.find(([family]) => family.test(code))?.[1];
}

/** Of a new name for an old trouble the status tells at least whether it passes. */
function byStatus(status = 0): Classification {
  const kind = status >= 500 ? "transient" : status === 429 ? "throttled" : "unknown";
  return row(kind, "look the code up in the ECS documentation");
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
  /** Whether the operation may have been carried out in spite of this error. */
  readonly unclear: boolean;
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
