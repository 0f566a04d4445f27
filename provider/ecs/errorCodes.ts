/** What an answer of ECS means: every documented error code, its kind, and what a person should do about it. */

import { type ApiOperation, type Classification, EcsError, type EcsErrorKind } from "./errors";

/** A state that passes by itself does so in a few minutes; a lasting one should be told before the user gives up. */
const STATE_RETRY_MS = 120_000;

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
const FAULT_RETRY_MS = 120_000;

/** How often "no such operation" is retried. Gateways answer so while they restart. */
const RETIRED_TRIES = 3;

function row(kind: EcsErrorKind, advice: string, retryForMs?: number): Classification {
  if (kind === "retired") return { kind, advice, retryTries: RETIRED_TRIES };
  const forMs = retryForMs ?? (kind === "transient" ? FAULT_RETRY_MS : undefined);
  return forMs === undefined ? { kind, advice } : { kind, advice, retryForMs: forMs };
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
  "InvalidStatus.InstanceStatus": row("busy", "bring the instance to Running or Stopped", STATE_RETRY_MS),
  IncorrectInstanceStatus: row("busy", "bring the instance to Running or Stopped", STATE_RETRY_MS),
  OperationConflict: row("busy", WAIT),
  LastTokenProcessing: row("busy", WAIT),
  IncorrectVpcStatus: row("busy", "wait until the VPC is Available", STATE_RETRY_MS),

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
 * What never became an answer of ECS, under names of our own. `mayHaveSucceeded` says whether the request may have reached ECS.
 *
 * A host that cannot be reached is usually a wrong endpoint, so it is told sooner than other faults.
 */
export const FAULTS = {
  HostNotFound: { ...row("transient", "check endpoint, region and DNS", 30_000), mayHaveSucceeded: false },
  ConnectionRefused: { ...row("transient", "check endpoint and the network", 30_000), mayHaveSucceeded: false },
  CertificateRefused: {
    ...row("configuration", "check endpoint and protocol, and the certificate that the endpoint shows"),
    mayHaveSucceeded: false,
  },
  ProxyRefused: {
    ...row("configuration", "set the proxy's address with its user and password"),
    mayHaveSucceeded: false,
  },
  ProxyFailed: { ...row("transient", WAIT, 30_000), mayHaveSucceeded: false },
  // The source of credentials is there, and gave none for the moment.
  NoCredentials: { ...row("transient", WAIT, 30_000), mayHaveSucceeded: false },
  ConnectionLost: { ...row("transient", "check the network, and run the command again"), mayHaveSucceeded: true },
  Timeout: { ...row("transient", "check endpoint and the network"), mayHaveSucceeded: true },
  UnreadableAnswer: {
    ...row("transient", "check endpoint; what answers does not behave like ECS"),
    mayHaveSucceeded: true,
  },
} as const satisfies Record<string, Classification & { readonly mayHaveSucceeded: boolean }>;

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

/** The error of a call that got no answer of ECS. */
export function fault(operation: ApiOperation, code: keyof typeof FAULTS, said: string): EcsError {
  return new EcsError({ ...FAULTS[code], operation, code, said });
}
