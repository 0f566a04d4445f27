/**
 * The gateways of Apsara Stack on loopback: POP, one for each product, and ASAPI, one for all. Written from public facts
 * alone and apart from the emulator, so that neither can be wrong in the same way as the other. What public facts leave
 * open is an option, so that either answer can be played.
 */

import { randomUUID } from "node:crypto";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { listen } from "./loopback";
import { sign } from "./sts";
import { CERTIFICATE, KEY } from "./tls";

export interface GatewayOptions {
  readonly gateway: "pop" | "asapi";
  /** With the certificate of tls.ts. */
  readonly tls?: boolean;
  /** By default an instance that is out of scope is left out of lists. */
  readonly hiding?: Hiding;
  /** Where the gateway reads the scope from. */
  readonly scopeFrom?: "headers" | "parameters";
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  /** Organization and resource set of instances; `instances` by id. */
  readonly instances: Readonly<Record<string, Place>>;
  readonly vpcs: readonly string[];
}

/** How an instance is hidden that is out of the caller's scope. */
export type Hiding = "empty" | "NotFound" | "NotBelong";

export interface Place {
  readonly organizationId: string;
  readonly resourceSetId?: string;
}

/** One request as it came. */
export interface GatewayRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
  readonly params: Readonly<Record<string, string>>;
}

/** An answer in place of the usual one. */
export interface Instead {
  readonly status?: number;
  readonly body: object;
}

export interface Gateway {
  /** As it is configured: for ASAPI with its path. */
  readonly endpoint: string;
  readonly requests: readonly GatewayRequest[];
  /** Instance id → VPC id. */
  readonly links: Map<string, string>;
  /** Hides in another way from now on. */
  hide(hiding: Hiding): void;
  /** Answers the next calls of an operation with these, one each. */
  next(action: string, ...answers: Instead[]): void;
  close(): Promise<void>;
}

/** The organization of the user of the key. */
const HOME = "1";

type Body = Record<string, unknown>;
type Answer = { readonly status: number; readonly body: object };

class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly status = 404,
  ) {
    super(`The request was refused: ${code}.`);
  }
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { gateway, accessKeyId = "testid", accessKeySecret = "testsecret" } = options;
  const requests: GatewayRequest[] = [];
  const links = new Map<string, string>();
  const instead = new Map<string, Instead[]>();
  let hiding = options.hiding ?? "empty";

  const serve = async (message: IncomingMessage, response: ServerResponse) => {
    const request = await read(message);
    requests.push(request);
    const { status, body } = answerTo(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };

  function answerTo(request: GatewayRequest): Answer {
    const refused = gateway === "asapi" ? refusedByAsapi(request) : refusedByPop(request);
    if (refused !== undefined) return refused;
    const other = instead.get(request.params.Action ?? "")?.shift();
    return other === undefined ? carriedOut(request) : { status: 200, ...other };
  }

  function refusedByPop(request: GatewayRequest): Answer | undefined {
    if (request.path !== "/") return { status: 404, body: popError("InvalidApi.NotFound") };
    const code = faultOfSignature(request);
    return code === undefined ? undefined : { status: 400, body: popError(code) };
  }

  /** ASAPI's own refusals have neither `Code` nor `RequestId`. The status that clients get is not known: 200 is the worst. */
  function refusedByAsapi(request: GatewayRequest): Answer | undefined {
    const product =
      request.headers["x-acs-asapi-product"] ?? request.headers["x-ascm-product-name"] ?? request.params.Product;
    const problem =
      (!/^\/asapi\/v3\/?$/.test(request.path) && "asapi.server.request.path.error") ||
      (request.method !== "POST" && "asapi.server.request.method.error") ||
      (request.body !== "" && "asapi.server.request.parameter.error") ||
      (!/^(Ecs|Vpc|Sts)$/i.test(String(product)) && "asapi.server.request.parameter.product.error") ||
      (request.headers["x-acs-caller-sdk-source"] === undefined && "asapi.server.request.parameter.caller.error") ||
      (request.params.AccessKeyId !== accessKeyId && "asapi.server.request.parameter.accesskeyid.error") ||
      (faultOfSignature(request) !== undefined && "asapi.server.request.signature.error");
    return problem ? { status: 200, body: asapiFailure(problem, request) } : undefined;
  }

  function faultOfSignature({ method, params }: GatewayRequest): string | undefined {
    if (params.AccessKeyId !== accessKeyId) return "InvalidAccessKeyId.NotFound";
    const signature = sign(method, new URLSearchParams(params), accessKeySecret);
    return signature === params.Signature ? undefined : "SignatureDoesNotMatch";
  }

  function carriedOut(request: GatewayRequest): Answer {
    try {
      const body = { RequestId: randomUUID().toUpperCase(), ...carryOut(request) };
      if (gateway === "pop") return { status: 200, body };
      const done = { code: "200", success: true, asapiSuccess: true };
      return { status: 200, body: { ...body, ...asapiFields(request), ...done } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (gateway === "pop") return { status: error.status, body: popError(error.code) };
      const failed = { ...popError(error.code), ...asapiFields(request), HostId: "ecs.apsaracs.com" };
      return { status: 200, body: { ...failed, asapiErrorCode: error.code, success: false, asapiSuccess: false } };
    }
  }

  function carryOut({ params, headers }: GatewayRequest): Body {
    const isHidden = (instanceId: string) => isOutOfScope(options.instances[instanceId], scopeOf(params, headers));
    const reveal = (instanceId: string) => {
      if (options.instances[instanceId] === undefined) throw new Refusal("InvalidInstanceId.NotFound");
      if (isHidden(instanceId))
        throw new Refusal(hiding === "NotBelong" ? "InvalidInstanceId.NotBelong" : "InvalidInstanceId.NotFound", 403);
    };
    const { InstanceId = "", VpcId = "" } = params;
    switch (params.Action) {
      case "AttachClassicLinkVpc": {
        reveal(InstanceId);
        if (!options.vpcs.includes(VpcId)) throw new Refusal("InvalidVpcId.NotFound");
        if (links.has(InstanceId)) throw new Refusal("Abs.InvalidInstanceId.MalFormed", 403);
        links.set(InstanceId, VpcId);
        return {};
      }
      case "DetachClassicLinkVpc": {
        reveal(InstanceId);
        if (links.get(InstanceId) !== VpcId) throw new Refusal("OperationDenied", 403);
        links.delete(InstanceId);
        return {};
      }
      case "DescribeClassicLinkInstances": {
        const named = InstanceId === "" ? undefined : InstanceId.split(",");
        if (hiding !== "empty") for (const id of named ?? []) reveal(id);
        const found = [...links].filter(([instanceId, vpcId]) => {
          return !isHidden(instanceId) && (named?.includes(instanceId) ?? true) && (VpcId === "" || vpcId === VpcId);
        });
        const Link = paged(found, params).map(([instance, vpc]) => ({ InstanceId: instance, VpcId: vpc }));
        const [PageNumber, PageSize] = [Number(params.PageNumber), Number(params.PageSize)];
        return { Links: { Link }, TotalCount: found.length, PageNumber, PageSize };
      }
      case "DescribeInstances": {
        const wanted: string[] = JSON.parse(params.InstanceIds ?? "[]");
        const seen = wanted.filter((id) => options.instances[id] !== undefined && !isHidden(id));
        const Instance = seen.map((id) => ({ InstanceId: id, InstanceNetworkType: "classic" }));
        return { Instances: { Instance }, TotalCount: seen.length, PageNumber: 1, PageSize: 100 };
      }
      case "DescribeVpcs": {
        const Vpc = paged(options.vpcs, params).map((id) => ({ VpcId: id }));
        return { Vpcs: { Vpc }, TotalCount: options.vpcs.length };
      }
      case "AssumeRole": {
        // The role has the keys of its caller, so that one key is enough for a gateway.
        const role = { SecurityToken: "token-of-the-role", Expiration: "2126-01-01T00:00:00Z" };
        return { Credentials: { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret, ...role } };
      }
      case "DescribeVpcAttribute":
        return { VpcId, ClassicLinkEnabled: true };
      default:
        throw new Refusal("InvalidAction.NotFound");
    }
  }

  function scopeOf(params: GatewayRequest["params"], headers: IncomingMessage["headers"]): Partial<Place> {
    const [organizationId, resourceSetId] =
      options.scopeFrom === "parameters"
        ? [params.OrganizationId ?? params.Department, params.ResourceGroup]
        : [headers["x-acs-organizationid"], headers["x-acs-resourcegroupid"]];
    return {
      organizationId: String(organizationId ?? HOME),
      // It counts together with the organization only.
      ...(organizationId === undefined || resourceSetId === undefined ? {} : { resourceSetId: String(resourceSetId) }),
    };
  }

  const server = options.tls
    ? createHttpsServer({ key: KEY, cert: CERTIFICATE }, (request, response) => void serve(request, response))
    : createHttpServer((request, response) => void serve(request, response));
  const { port, close } = await listen(server);
  return {
    endpoint: `${options.tls ? "https" : "http"}://127.0.0.1:${port}${gateway === "asapi" ? "/asapi/v3" : ""}`,
    requests,
    links,
    hide: (next) => {
      hiding = next;
    },
    next: (action, ...answers) => void instead.set(action, [...(instead.get(action) ?? []), ...answers]),
    close,
  };
}

function isOutOfScope(place: Place | undefined, scope: Partial<Place>): boolean {
  if (place === undefined) return true;
  if (place.organizationId !== scope.organizationId) return true;
  return scope.resourceSetId !== undefined && place.resourceSetId !== scope.resourceSetId;
}

function paged<Item>(items: readonly Item[], { PageNumber = "1", PageSize = "10" }: GatewayRequest["params"]): Item[] {
  return items.slice((Number(PageNumber) - 1) * Number(PageSize), Number(PageNumber) * Number(PageSize));
}

const popError = (Code: string): Body => ({
  RequestId: randomUUID().toUpperCase(),
  HostId: "ecs-internal.cloud.site-a.example",
  Code,
  Message:
    Code === "OperationDenied"
      ? "The instance is not allowed to detach from the vpc."
      : `The request was refused: ${Code}.`,
});

/** What ASAPI adds to each answer. */
const asapiFields = ({ params }: GatewayRequest): Body => ({
  asapiRequestId: randomUUID(),
  eagleEyeTraceId: "0a10b2c316000000000001000d0001",
  asapiVersion: "v4",
  serverRole: "asapi.ApiServer#",
  domain: "internal.asapi.cn-wulan-env200-d01.cloud.site-a.example",
  api: `ecs:${params.Action}:${params.Version}`,
  cost: 12,
});

/** A failure of ASAPI itself. Its message quotes the access key. */
function asapiFailure(code: string, request: GatewayRequest): Body {
  return {
    ...asapiFields(request),
    asapiSuccess: false,
    success: false,
    code,
    errorCode: code,
    asapiErrorCode: code,
    errorType: "Business",
    message: `The request was refused: the accessKeyId [${request.params.AccessKeyId}] or a parameter is wrong.`,
    asapiErrorMessage: "The request was refused.",
    suggestion: "Check the request.",
    product: "ecs",
    status: 500,
  };
}

async function read(message: IncomingMessage): Promise<GatewayRequest> {
  let body = "";
  for await (const chunk of message) body += chunk;
  const { method = "", headers } = message;
  const [path = "", query = ""] = (message.url ?? "").split("?");
  const params = Object.fromEntries([...new URLSearchParams(query), ...new URLSearchParams(body)]);
  return { method, path, query, body, headers, params };
}
