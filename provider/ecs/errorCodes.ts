/** Every known error code of ECS: its kind, its meaning, and what a person should do. */

import { type ApiOperation, type Classification, EcsError, type EcsErrorKind } from "./errors";

/** A row of the tables below. The page docs/errors.md is made from them. */
export interface ErrorCode extends Classification {
  /** The meaning of the code, as a sentence. */
  readonly means: string;
  /** More advice, for a stack. A command has no configuration of a stack. */
  readonly stackAdvice?: string;
}

/** What to do, and what more to do in a stack. */
type Advice = string | readonly [always: string, inStack: string];

/** The longest retry while an instance or a VPC changes its state, in ms. A state that lasts longer does not end by itself. */
const STATE_RETRY_MS = 120_000;

/** The longest retry after a fault of the network or the service, in ms. */
const FAULT_RETRY_MS = 120_000;

/** The longest retry while a host cannot be reached, in ms. It is short, because the endpoint is usually wrong. */
const UNREACHABLE_RETRY_MS = 30_000;

/** The number of retries for a permanent error that a restarting gateway may return by mistake. */
const DOUBTFUL_TRIES = 3;

/** A placeholder in advice. `classify` replaces it. */
const OPERATION = "<operation>";
const ALLOW = `allow ${OPERATION} in RAM`;
/** Refresh and destroy read the provider's configuration from the state, which the last update wrote. */
const SAVED = "refresh and destroy use a changed configuration only after pulumi up, or with --run-program";
const CHECK_KEY = ["check the access key and its secret, and that they belong to this endpoint", SAVED] as const;
const CHECK_CLOCK = "set this machine's clock; ECS accepts a difference of 15 minutes";
const NEW_TOKEN = ["get a new security token, or use a source of credentials that renews itself", SAVED] as const;
const WAIT = "wait, and run the command again";
const ACCOUNT = "check the state of the Alibaba Cloud account";
const RETIRED = [
  "ECS does not offer ClassicLink there; check regionId and endpoint",
  "if ClassicLink was retired, set classiclink:forgetRetiredLinks to true and remove the resource, or use pulumi state delete",
] as const;
const ENABLE = "enable ClassicLink on the VPC (EnableVpcClassicLink), and run the command again";
const LINKED_ELSEWHERE = "detach the instance from the other VPC first; an instance has at most one link";
const REPORT = "this is probably a defect of pulumi-classiclink; please report it";
const ORGANIZATION = "check the organization, the resource set, and the role of the key's user";
const CHECK_PATH = "check endpoint, protocol and the network";

function row(
  kind: EcsErrorKind,
  means: string,
  given: Advice,
  { forMs, tries }: { readonly forMs?: number; readonly tries?: number } = {},
): ErrorCode {
  const retryForMs = forMs ?? (kind === "transient" ? FAULT_RETRY_MS : undefined);
  // While a gateway restarts, it may answer that the operation does not exist.
  const retryTries = tries ?? (kind === "retired" ? DOUBTFUL_TRIES : undefined);
  const [advice, stackAdvice] = typeof given === "string" ? [given] : given;
  return {
    kind,
    means,
    advice,
    ...(stackAdvice === undefined ? {} : { stackAdvice }),
    ...(retryForMs === undefined ? {} : { retryForMs }),
    ...(retryTries === undefined ? {} : { retryTries }),
  };
}

/**
 * The codes that the documents of the operations list, in all editions, and the common codes of ECS and of Apsara Stack's
 * gateways. Codes are compared exactly: `MalFormed` and `ToManyInstanceIds` are the service's own spelling. The HTTP status
 * does not count, because it differs between editions.
 *
 * Source: ECS API reference (AttachClassicLinkVpc, DetachClassicLinkVpc, DescribeClassicLinkInstances, common error codes);
 * Alibaba Cloud's own providers, for the codes that they retry.
 */
export const ERROR_CODES: Readonly<Record<string, ErrorCode>> = {
  // The instance
  "InvalidInstanceId.NotFound": row(
    "gone",
    "There is no such instance in the region.",
    "check instanceId and regionId; the instance may have been released",
  ),
  "Forbidden.InstanceNotFound": row(
    "gone",
    "There is no such instance in the region.",
    "check instanceId and regionId; the instance may have been released",
  ),
  // This code is not about syntax. The documents use it for instances that are not in the classic network.
  "InvalidInstanceId.MalFormed": row(
    "gone",
    "The instance is not in the classic network. The code is not about the form of the id.",
    "name an instance of the classic network; others need no ClassicLink",
  ),
  "InvalidInstanceId.NotBelong": row(
    "authorisation",
    "The instance belongs to another account, or on a private cloud to another organization or resource set.",
    "use the credentials of the account that owns the instance",
  ),
  "InvalidInstanceId.LimitedRegion": row("retired", "The region has no classic network.", RETIRED, { tries: 0 }),
  "InvalidStatus.InstanceLocked": row(
    "busy",
    "The instance is busy with another task, or locked by its owner or by the platform.",
    "wait until the instance's other task has ended",
  ),
  "InvalidStatus.InstanceStatus": row(
    "busy",
    "The instance is starting, stopping or not ready yet.",
    "bring the instance to Running or Stopped",
    { forMs: STATE_RETRY_MS },
  ),
  TaskConflict: row("busy", "Another task runs on the resource.", WAIT),
  SystemBusy: row("busy", "The service is busy with the resource.", WAIT),
  OperationConflict: row("busy", "Another request changes the same resource at this moment.", WAIT),
  LastTokenProcessing: row("busy", "An earlier request is not finished yet.", WAIT),
  "InvalidOperation.Conflict": row("busy", "Another request changes the same resource at this moment.", WAIT),
  "OperationFailed.LastTokenProcessing": row("busy", "An earlier request is not finished yet.", WAIT),
  IncorrectVpcStatus: row("busy", "The VPC is being changed.", "wait until the VPC is Available", {
    forMs: STATE_RETRY_MS,
  }),

  // The link. The name of the first code misleads: it means a link to another VPC.
  "Abs.InvalidInstanceId.MalFormed": row(
    "conflict",
    "The instance is linked to another VPC. The name of the code is misleading.",
    LINKED_ELSEWHERE,
  ),
  QuotaExceeded: row(
    "quota",
    "The VPC has the maximum number of links.",
    "remove links from the VPC; a VPC can have at most 1000",
  ),

  // The VPC and the region
  "InvalidVpcId.Malformed": row(
    "input",
    "The VPC's id is wrong, or there is no such VPC in the region.",
    "check vpcId, and that the VPC is in the same region",
  ),
  "InvalidVpcId.NotFound": row(
    "input",
    "There is no such VPC in the region.",
    "check vpcId, and that the VPC is in the same region",
  ),
  "InvalidVpc.NotBelong": row(
    "authorisation",
    "The VPC belongs to another account, or on a private cloud to another organization or resource set.",
    "use the credentials of the account that owns the VPC",
  ),
  "InvalidRegionId.Malformed": row(
    "input",
    "The region is wrong, or closed to the account.",
    "check regionId, and that the account may use the region",
  ),
  "InvalidRegionId.NotFound": row("input", "There is no such region.", "check regionId"),

  // The request
  "InvalidParameter.InvalidInstanceIdAndVpcId": row(
    "input",
    "Neither an instance nor a VPC was named.",
    "name an instance or a VPC",
  ),
  "InvalidParameter.ToManyInstanceIds": row("input", "The call names too many instances.", REPORT),
  IdempotentParameterMismatch: row("input", "A request was repeated with other parameters.", REPORT),
  UnsupportedHTTPMethod: row(
    "input",
    "The endpoint does not accept POST.",
    "check endpoint; the server there does not behave like ECS",
  ),
  UnsupportedParameter: row("input", "The endpoint does not know a parameter.", REPORT),
  InvalidParamater: row("input", "A parameter has a wrong value.", "check instanceId, vpcId and regionId"),
  InvalidAction: row("retired", "The endpoint does not know the operation.", RETIRED),
  "InvalidAction.NotFound": row("retired", "The endpoint does not know the operation.", RETIRED),
  "InvalidApi.NotFound": row("retired", "The endpoint does not know the operation.", RETIRED),

  // Permission, key, signature, clock
  "Forbidden.SubUser": row("authorisation", "The RAM user may not do this.", ALLOW),
  "Forbidden.RAM": row("authorisation", "The RAM user or role may not do this.", ALLOW),
  "Forbidden.Unauthorized": row("authorisation", "The caller may not do this.", ALLOW),
  "Forbidden.NotSupportRAM": row(
    "authorisation",
    "RAM users may not do this at all.",
    "use the credentials of the account itself, not of a RAM user",
  ),
  "Forbidden.RiskControl": row("authorisation", "Risk control blocks the account.", ACCOUNT),
  "Forbidden.AccessKeyDisabled": row("authorisation", "The access key is disabled.", CHECK_KEY),
  RealNameAuthenticationError: row("authorisation", "The account's owner is not verified.", ACCOUNT),
  InsufficientBalance: row("authorisation", "The account owes money.", ACCOUNT),
  "InvalidAccessKeyId.NotFound": row("authorisation", "There is no such access key.", CHECK_KEY),
  "InvalidAccessKeyId.Inactive": row("authorisation", "The access key is disabled.", CHECK_KEY),
  SignatureDoesNotMatch: row("authorisation", "The secret does not belong to the access key.", CHECK_KEY),
  IncompleteSignature: row("authorisation", "The request's signature could not be read.", CHECK_KEY),
  IllegalTimestamp: row("authorisation", "The time of the request differs from the service's.", CHECK_CLOCK),
  "InvalidTimeStamp.Expired": row("authorisation", "The request's time is more than 15 minutes off.", CHECK_CLOCK),
  "InvalidTimeStamp.Format": row("authorisation", "The request's time could not be read.", CHECK_CLOCK),
  // A proxy that repeats a request causes this. A retry sends a new nonce, so it can succeed.
  SignatureNonceUsed: row("transient", "The same request arrived twice. A proxy may repeat requests.", WAIT),

  // Throttling and faults of the service
  Throttling: row("throttled", "The quota of calls is used up.", WAIT),
  "Throttling.User": row("throttled", "The account's quota of calls is used up.", WAIT),
  "Throttling.Api": row("throttled", "The operation's quota of calls is used up.", WAIT),
  "Rejected.Throttling": row("throttled", "The quota of calls is used up.", WAIT),
  ServiceUnavailable: row("transient", "The service is not available for a moment.", WAIT),
  "ServiceUnavailable.RegionMaintaining": row(
    "transient",
    "The region is being maintained.",
    "wait until the region's maintenance has ended",
  ),
  InternalError: row("transient", "The service failed.", WAIT),
  UnknownError: row("transient", "The service failed, and gives no reason.", WAIT),

  // Apsara Stack
  "InvalidProtocol.NeedSsl": row(
    "configuration",
    "The gateway accepts only HTTPS.",
    "set protocol to HTTPS, unless the endpoint begins with http",
  ),
  InvalidVersion: row(
    "configuration",
    "The server is not ECS, or does not have its version 2014-05-26.",
    "check endpoint; it must be the address of ECS",
  ),
  "403": row("authorisation", "The user's role may not do this in the organization.", ORGANIZATION),
  "User.Not.In.Organization": row("authorisation", "The user is not in the organization.", ORGANIZATION),
  "ascm.auth.InvalidParameter": row("authorisation", "The gateway does not accept the credentials.", NEW_TOKEN),
  "asapi.server.request.parameter.accesskeyid.error": row(
    "authorisation",
    "The access key does not exist, or is disabled.",
    CHECK_KEY,
  ),
  "asapi.server.timeout.socket": row("transient", "The product behind the gateway did not answer in time.", WAIT),
  LockTimeout: row("transient", "The service waited too long for a lock.", WAIT),
  RequestTimeout: row("transient", "The service did not answer in time.", WAIT),
};

/** Codes that a site of Apsara Stack may return for what another organization or resource set has. */
const OF_ANOTHER_SCOPE: ReadonlySet<string> = new Set([
  "InvalidInstanceId.NotFound",
  "InvalidInstanceId.NotBelong",
  "Forbidden.InstanceNotFound",
  "InvalidVpcId.NotFound",
  "InvalidVpcId.Malformed",
  "InvalidVpc.NotBelong",
]);

/** Codes that some sites of Apsara Stack return by mistake for a moment. Source: the vendor's provider, which retries them. */
const DOUBTFUL_ON_PRIVATE_CLOUD: ReadonlySet<string> = new Set(["Forbidden.RAM"]);

/** Failures without an error code of ECS. Their names are this package's own. */
export const FAULTS = {
  InvalidCharacter: {
    ...row(
      "input",
      "A value has a character that a request cannot carry.",
      "check the region, the organization and the resource set",
    ),
    mayHaveSucceeded: false,
  },
  HostNotFound: {
    ...row("transient", "The host name of the endpoint has no address.", "check endpoint, region and DNS", {
      forMs: UNREACHABLE_RETRY_MS,
    }),
    mayHaveSucceeded: false,
  },
  ConnectionRefused: {
    ...row("transient", "Nothing listens at the endpoint.", CHECK_PATH, { forMs: UNREACHABLE_RETRY_MS }),
    mayHaveSucceeded: false,
  },
  CertificateRefused: {
    ...row(
      "configuration",
      "The endpoint's certificate is not trusted or is for another name, or the endpoint does not support HTTPS.",
      "check endpoint and protocol; for a private authority, set NODE_EXTRA_CA_CERTS to the file of its certificate before the command starts",
    ),
    mayHaveSucceeded: false,
  },
  ProxyRefused: {
    ...row(
      "configuration",
      "The proxy refused the connection. It may require a user and a password.",
      "set the proxy's address with its user and password, or allow the endpoint there",
    ),
    mayHaveSucceeded: false,
  },
  ProxyNotReached: {
    ...row("transient", "The proxy on the way has no address, or nothing listens there.", "check the proxy's address", {
      forMs: UNREACHABLE_RETRY_MS,
    }),
    mayHaveSucceeded: false,
  },
  ProxyFailed: {
    ...row("transient", "The proxy did not forward the request.", WAIT, { forMs: UNREACHABLE_RETRY_MS }),
    mayHaveSucceeded: false,
  },
  NoCredentials: {
    ...row("transient", "The source of credentials failed for a moment.", WAIT, {
      forMs: UNREACHABLE_RETRY_MS,
    }),
    mayHaveSucceeded: false,
  },
  NoErrorCode: {
    ...row(
      "transient",
      "The gateway says that the call failed, and names no code.",
      "read the message; support can find the request by its id",
      { tries: DOUBTFUL_TRIES },
    ),
    mayHaveSucceeded: true,
  },
  ConnectionLost: {
    ...row(
      "transient",
      "The connection ended before the answer.",
      "check protocol and the network, and run the command again",
    ),
    mayHaveSucceeded: true,
  },
  Timeout: { ...row("transient", "No answer came in time.", CHECK_PATH), mayHaveSucceeded: true },
  GatewayRefused: {
    ...row(
      "configuration",
      "A gateway or a proxy refused or redirected the request. The answer is not one of ECS.",
      "check endpoint and protocol, and that the network allows the request",
      { tries: DOUBTFUL_TRIES },
    ),
    // The gateway may have failed to pass on the answer of ECS.
    mayHaveSucceeded: true,
  },
  UnreadableAnswer: {
    ...row(
      "transient",
      "The answer is not one of ECS. It may be a page of a gateway or a proxy, or empty.",
      "check endpoint and protocol; the server there does not behave like ECS",
    ),
    mayHaveSucceeded: true,
  },
} as const satisfies Record<string, ErrorCode & { readonly mayHaveSucceeded: boolean }>;

/** Patterns for codes whose documents give only a part. `*` stands for any text. Exact codes win; then the first match wins. */
export const CODE_FAMILIES: Readonly<Record<string, ErrorCode>> = {
  "*Throttling*": row("throttled", "A quota of calls is used up.", WAIT),
  "ServiceUnavailable.*": row("transient", "The service is not available for a moment.", WAIT),
  "IncorrectInstanceStatus*": row(
    "busy",
    "The instance is starting, stopping or not ready yet.",
    "bring the instance to Running or Stopped",
    { forMs: STATE_RETRY_MS },
  ),
  "IncorrectStatus*": row("busy", "The state of the instance or the VPC does not allow the operation now.", WAIT, {
    forMs: STATE_RETRY_MS,
  }),
  "InvalidSecurityToken.*": row(
    "authorisation",
    "The security token has expired, or belongs to another key.",
    NEW_TOKEN,
  ),
  "InvalidAccessKeyId.*": row("authorisation", "The access key cannot be used.", CHECK_KEY),
  "*accesskeyid.error": row("authorisation", "The access key cannot be used.", CHECK_KEY),
  "InvalidTimeStamp.*": row("authorisation", "The time of the request differs from the service's.", CHECK_CLOCK),
  "Forbidden.*": row("authorisation", "The caller may not do this.", ALLOW),
  "*NoPermission*": row("authorisation", "The user's role may not do this in the organization.", ORGANIZATION),
  "InvalidAction.*": row("retired", "The endpoint does not know the operation.", RETIRED),
  "InvalidApi.*": row("retired", "The endpoint does not know the operation.", RETIRED),
  "MissingParameter*": row(
    "input",
    "A parameter is missing, or has a wrong value.",
    "check instanceId, vpcId and regionId",
  ),
  "InvalidParameter*": row(
    "input",
    "A parameter is missing, or has a wrong value.",
    "check instanceId, vpcId and regionId",
  ),
};

/** The meanings of `OperationDenied`. The documented words in its message decide. Upper and lower case are the same. */
export const OPERATION_DENIED: readonly (ErrorCode & { readonly words: readonly string[] })[] = [
  {
    words: ["unable to attach", "disabled attach"],
    ...row("configuration", "ClassicLink is not enabled on the VPC.", ENABLE),
  },
  {
    words: ["linked to other vpc", "not allow link"],
    ...row("conflict", "The instance is linked to another VPC.", LINKED_ELSEWHERE),
  },
  {
    words: ["not allowed to detach"],
    ...row("conflict", "The instance is not linked to that VPC.", "check which VPC the instance is linked to"),
  },
  {
    words: [],
    ...row(
      "conflict",
      "The message does not show which meaning the code has.",
      "read the message; ECS gives this code several meanings",
    ),
  },
];

/** More facts about an answer. */
interface Context {
  readonly operation?: ApiOperation | undefined;
  /** The HTTP status. It counts only for unknown codes. */
  readonly status?: number | undefined;
  /** Whether a private cloud answered. */
  readonly isPrivate?: boolean | undefined;
  /** Whether a command asks, which has no stack. */
  readonly isCommand?: boolean | undefined;
}

/**
 * Classifies an error code.
 *
 * @param code the `Code` of the answer.
 * @param message the `Message` of the answer. It counts only for `OperationDenied` and unknown codes.
 */
export function classify(code: string, message: string, context: Context = {}): Classification {
  const { means: _, advice, stackAdvice, ...found } = rowOf(code, message) ?? unlisted(message, context.status);
  const isDoubtful = context.isPrivate === true && DOUBTFUL_ON_PRIVATE_CLOUD.has(code);
  const isOfScope = context.isPrivate === true && OF_ANOTHER_SCOPE.has(code);
  const all = [
    ...(isOfScope ? [ORGANIZATION] : []),
    advice.replace(OPERATION, permissionOf(context.operation)),
    ...(stackAdvice === undefined || context.isCommand ? [] : [stackAdvice]),
  ];
  return {
    ...found,
    advice: all.join("; "),
    ...(isDoubtful ? { retryTries: DOUBTFUL_TRIES } : {}),
  };
}

/** The RAM permission that an operation needs. */
function permissionOf(operation: ApiOperation | undefined): string {
  if (operation === undefined) return "the operation";
  const isVpc = operation === "DescribeVpcs" || operation === "DescribeVpcAttribute";
  return `${isVpc ? "vpc" : "ecs"}:${operation}`;
}

function rowOf(code: string, message: string): ErrorCode | undefined {
  if (code === "OperationDenied") {
    const text = message.toLowerCase();
    const known = OPERATION_DENIED.find(({ words }) => words.length === 0 || words.some((word) => text.includes(word)));
    if (known === undefined) return undefined;
    const { words: _, ...found } = known;
    return found;
  }
  if (Object.hasOwn(ERROR_CODES, code)) return ERROR_CODES[code];
  return FAMILIES.find(([family]) => family.test(code))?.[1];
}

const FAMILIES = Object.entries(CODE_FAMILIES).map(([glob, found]) => {
  const pattern = glob.replaceAll(".", "\\.").replaceAll("*", ".*");
  return [new RegExp(`^${pattern}$`), found] as const;
});

/** For an unknown code, the HTTP status and the message decide whether to retry. Source of the messages: the vendors' clients. */
function unlisted(message: string, status = 0): ErrorCode {
  const isTransient = status >= 500 || /^code: 5\d\d\b|\btry (again )?later\b/i.test(message);
  const kind = isTransient ? "transient" : status === 429 ? "throttled" : "unknown";
  return row(kind, "No document lists the code.", "find the code in the ECS documentation");
}

/** The error of a call without an error code of ECS. @param detail what happened, for the message. */
export function fault(
  operation: ApiOperation,
  code: keyof typeof FAULTS,
  detail: string,
  requestId?: string | undefined,
): EcsError {
  const { means: _, ...classification } = FAULTS[code];
  return new EcsError({
    ...classification,
    operation,
    code,
    detail,
    ...(requestId === undefined ? {} : { requestId }),
  });
}
