/** The operations and their error codes: a table for each operation, with a column for each edition of the reference. */

/**
 * An edition of the ECS API reference. `A` is the first English edition (HTTP 400 and 404, `Abs.InvalidInstanceId.MalFormed`),
 * `B` the second, and `C` the edition since 2021 (always 403, `OperationDenied`).
 */
export type Generation = "A" | "B" | "C";

/** The operations that the emulator knows, by service and version of its API. */
const services = {
  ecs: {
    version: "2014-05-26",
    actions: ["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DescribeClassicLinkInstances", "DescribeInstances"],
  },
  vpc: {
    version: "2016-04-28",
    actions: [
      "CreateVpc",
      "DescribeVpcs",
      "DescribeVpcAttribute",
      "ModifyVpcAttribute",
      "DeleteVpc",
      "EnableVpcClassicLink",
      "DisableVpcClassicLink",
      "DescribeRouteTables",
    ],
  },
  sts: { version: "2015-04-01", actions: ["AssumeRole", "GetCallerIdentity"] },
} as const;

export type Service = keyof typeof services;
export type ActionOf<S extends Service> = (typeof services)[S]["actions"][number];
/** An operation that the emulator knows. */
export type Action = { [S in Service]: ActionOf<S> }[Service];

export const actions: readonly Action[] = Object.values(services).flatMap((one): readonly Action[] => one.actions);

/** The service of an operation, as RAM names it, and the version of its API. */
export function serviceOf(action: Action): { readonly service: Service; readonly version: string } {
  const known: readonly Service[] = ["ecs", "vpc", "sts"];
  const service = known.find((name) => services[name].actions.some((one) => one === action)) ?? "ecs";
  return { service, version: services[service].version };
}

/** The HTTP status in the editions A, B and C. 0 if the edition does not list the code. */
export type CodeRow = readonly [a: number, b: number, c: number];

const ofOneVpc: Readonly<Record<string, CodeRow>> = {
  "InvalidRegionId.NotFound": [404, 404, 404],
  "InvalidVpcId.NotFound": [404, 404, 404],
};

/**
 * The codes of each operation. The VPC API reference has no such editions. Sources: ECS API reference, AttachClassicLinkVpc,
 * DetachClassicLinkVpc, DescribeClassicLinkInstances; VPC API reference.
 */
export const codes: Readonly<Record<Action, Readonly<Record<string, CodeRow>>>> = {
  AttachClassicLinkVpc: {
    "Abs.InvalidInstanceId.MalFormed": [400, 403, 0],
    "InvalidInstanceId.MalFormed": [400, 0, 403],
    "InvalidRegionId.Malformed": [400, 403, 403],
    "InvalidRegionId.NotFound": [0, 0, 403],
    "InvalidVpcId.Malformed": [400, 0, 403],
    "InvalidInstanceId.NotFound": [404, 0, 403],
    "InvalidInstanceId.NotBelong": [403, 0, 403],
    "InvalidInstanceId.LimitedRegion": [0, 403, 403],
    "InvalidParameter.InvalidInstanceIdAndVpcId": [0, 0, 403],
    "InvalidStatus.InstanceLocked": [403, 403, 403],
    "InvalidStatus.InstanceStatus": [403, 403, 403],
    OperationDenied: [403, 403, 403],
    QuotaExceeded: [403, 403, 403],
    "Forbidden.SubUser": [0, 403, 403],
  },
  DetachClassicLinkVpc: {
    "InvalidInstanceId.MalFormed": [400, 403, 403],
    "InvalidRegionId.Malformed": [400, 403, 403],
    "InvalidVpcId.Malformed": [400, 403, 403],
    "InvalidInstanceId.NotBelong": [403, 403, 403],
    "InvalidInstanceId.NotFound": [404, 403, 403],
    "InvalidStatus.InstanceStatus": [403, 403, 403],
    "InvalidStatus.InstanceLocked": [403, 0, 0],
    OperationDenied: [0, 403, 403],
    "InvalidParameter.InvalidInstanceIdAndVpcId": [0, 403, 403],
    "Forbidden.SubUser": [0, 403, 403],
  },
  DescribeClassicLinkInstances: {
    "InvalidRegionId.Malformed": [400, 0, 0],
    "InvalidInstanceId.NotBelong": [403, 403, 403],
    "InvalidInstanceId.NotFound": [404, 0, 403],
    "InvalidParameter.InvalidInstanceIdAndVpcId": [403, 0, 403],
    "InvalidParameter.ToManyInstanceIds": [403, 0, 403],
    "InvalidVpc.NotBelong": [403, 0, 403],
  },
  DescribeInstances: { "InvalidRegionId.NotFound": [404, 404, 404] },
  CreateVpc: { "InvalidRegionId.NotFound": [404, 404, 404], "InvalidCidrBlock.Malformed": [400, 400, 400] },
  DescribeVpcs: { "InvalidRegionId.NotFound": [404, 404, 404] },
  DescribeVpcAttribute: ofOneVpc,
  ModifyVpcAttribute: ofOneVpc,
  DeleteVpc: { ...ofOneVpc, "DependencyViolation.ClassicLink": [400, 400, 400] },
  EnableVpcClassicLink: ofOneVpc,
  DisableVpcClassicLink: { ...ofOneVpc, "OperationDenied.ClassicLinkInstanceExist": [400, 400, 400] },
  DescribeRouteTables: { "InvalidRegionId.NotFound": [404, 404, 404] },
  AssumeRole: { "InvalidParameter.RoleArn": [400, 400, 400] },
  GetCallerIdentity: {},
};

/**
 * The HTTP status of codes that each operation may return. If the pages name several, the most common one is used here. Source:
 * ECS API reference, "Common error codes", and the gateway's tables.
 */
const commonStatuses = new Map<string, number>(
  Object.entries({
    Throttling: 400,
    "Throttling.User": 400,
    "Throttling.Api": 400,
    ServiceUnavailable: 503,
    "ServiceUnavailable.RegionMaintaining": 503,
    InternalError: 500,
    UnknownError: 400,
    OperationConflict: 409,
    IdempotentParameterMismatch: 400,
    "InvalidAccessKeyId.NotFound": 404,
    "InvalidAccessKeyId.Inactive": 400,
    "InvalidTimeStamp.Expired": 400,
    "InvalidTimeStamp.Format": 400,
    IllegalTimestamp: 400,
    SignatureNonceUsed: 400,
    SignatureDoesNotMatch: 400,
    IncompleteSignature: 400,
    "InvalidSecurityToken.Expired": 400,
    MissingParameter: 400,
    InvalidParameter: 400,
    InvalidParamater: 400,
    UnsupportedParameter: 400,
    InvalidAction: 400,
    "InvalidApi.NotFound": 404,
    "InvalidAction.NotFound": 404,
    "InvalidProtocol.NeedSsl": 400,
    UnsupportedHTTPMethod: 400,
  }),
);

const column = { A: 0, B: 1, C: 2 } as const;

/** Whether an edition lists the code for the operation. */
export function lists(action: Action, code: string, generation: Generation): boolean {
  return Boolean(codes[action][code]?.[column[generation]]);
}

/** The HTTP status of a code. If the edition does not list it, the newest edition that does decides. */
export function statusOf(action: Action, code: string, generation: Generation): number {
  const row = codes[action][code];
  return row?.[column[generation]] || row?.[2] || row?.[1] || row?.[0] || (commonStatuses.get(code) ?? 403);
}
