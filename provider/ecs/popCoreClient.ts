/** The one place that speaks HTTP: calls over `@alicloud/pop-core`, its traps kept inside, and the client of ECS made of them. */

import { isDeepStrictEqual } from "node:util";
import RpcClient from "@alicloud/pop-core";
import { Agents, ProxyRefusal } from "./agents";
import { AnswerTooLong } from "./answerLimit";
import { OutOfTime, orAborted } from "./budget";
import { type EcsClient, type Link, type LinkPage, type LinkQuery, PAGE_SIZE } from "./client";
import { type Credentials, CredentialsError, type CredentialsProvider } from "./credentials";
import { type ApiOperation, classify, EcsError, type EcsErrorFacts, type EcsOperation, FAULTS } from "./errors";

/**
 * How long one request may take, in ms. httpx, below pop-core, uses the connect timeout as a limit on any silence of the
 * socket too, so a shorter one would cut off slow answers: both are the same.
 */
const REQUEST_TIMEOUT_MS = 15_000;

const ECS_VERSION = "2014-05-26";

/** What pop-core is when it is verbose: it answers with the body and what came around it. */
interface VerboseRpcClient {
  request(action: string, params: object, options: object): Promise<unknown>;
}

/** Where and as whom to call. */
export interface PopCoreClientOptions {
  /** The address of the service for a region, with scheme: `https://ecs.cn-beijing.aliyuncs.com`. Throws when a setting is wrong. */
  readonly endpointOf: (regionId: string) => string;
  /** Asked before each request, so that credentials may change while a long update runs. */
  readonly credentials: CredentialsProvider;
  /** The connections to call over; by default its own, and none through a proxy. */
  readonly agents?: Agents;
}

/** One call of an operation. Resolves with the body of an answer that says that it was carried out. */
export type Call = (operation: ApiOperation, params: Params, signal?: AbortSignal) => Promise<Fields>;

/** Makes the calls of one version of an API, over connections that are kept open. */
export function createCall(
  apiVersion: string,
  { endpointOf, credentials, agents = new Agents() }: PopCoreClientOptions,
): Call {
  const rpcClients = new Map<string, { readonly keys: Credentials; readonly rpcClient: VerboseRpcClient }>();

  /** pop-core's client is made of one set of keys, and with connections of its own: one is kept for as long as the keys are the same. */
  function rpcClientOf(endpoint: string, keys: Credentials): VerboseRpcClient {
    const known = rpcClients.get(endpoint);
    if (known !== undefined && isDeepStrictEqual(known.keys, keys)) return known.rpcClient;
    // Reflect.construct, because the published type of the constructor lacks the argument that makes answers verbose.
    const rpcClient: VerboseRpcClient = Reflect.construct(RpcClient, [{ endpoint, apiVersion, ...keys }, true]);
    rpcClients.set(endpoint, { keys, rpcClient });
    return rpcClient;
  }

  return async (operation, params, signal = new AbortController().signal) => {
    const endpoint = endpointOf(params.RegionId);
    const { agent, proxy } = await agents.to(endpoint);
    const asked = await orAborted(credentials.getCredentials(), signal).catch((error: unknown) => {
      if (signal.aborted) throw new OutOfTime(undefined, { neverSent: true });
      const passes = error instanceof CredentialsError && error.passes;
      throw passes ? fault(operation, "NoCredentials", error.message) : error;
    });
    const secrets = [asked.accessKeyId, asked.accessKeySecret, asked.securityToken];
    const rpcClient = rpcClientOf(endpoint, asked);
    const cutOff = new AbortController();
    const abort = () => cutOff.abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const answer = await rpcClient.request(operation, withoutUndefined(params), {
        // In this spelling only. It keeps key and signature out of the URL, and so out of pop-core's messages.
        method: "POST",
        agent,
        connectTimeout: REQUEST_TIMEOUT_MS,
        readTimeout: REQUEST_TIMEOUT_MS,
        beforeRequest: (options: { readonly headers?: object }) => ({
          ...options,
          headers: { ...options.headers, "accept-encoding": "identity" },
          // For the agents of proxies, which otherwise find it out from the call stack, and not every time.
          protocol: new URL(endpoint).protocol,
          signal: cutOff.signal,
        }),
      });
      return readAnswer(operation, answer, secrets);
    } catch (error) {
      // httpx leaves a body that it stopped waiting for flowing into memory; this closes its connection.
      cutOff.abort();
      signal.throwIfAborted();
      throw throughProxy(error instanceof EcsError ? error : toEcsError(operation, error, secrets), proxy);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
}

/** Makes the client of ECS. Source: ECS API reference, version 2014-05-26. */
export function createPopCoreClient(options: PopCoreClientOptions): EcsClient {
  const call = createCall(ECS_VERSION, options);

  async function change(operation: EcsOperation, link: Link, signal?: AbortSignal): Promise<void> {
    const params = { RegionId: link.regionId, InstanceId: link.instanceId, VpcId: link.vpcId };
    const body = await call(operation, params, signal);
    // An empty object with status 200 is what a broken gateway says; ECS confirms with a request id.
    if (requestIdOf(body) === undefined) throw fault(operation, "UnreadableAnswer", "an answer without RequestId");
  }

  return {
    attach: (link, signal) => change("AttachClassicLinkVpc", link, signal),
    detach: (link, signal) => change("DetachClassicLinkVpc", link, signal),

    async describe(query, signal) {
      const params = {
        RegionId: query.regionId,
        VpcId: query.vpcId,
        InstanceId: query.instanceIds?.join(","),
        PageNumber: String(query.pageNumber ?? 1),
        PageSize: String(PAGE_SIZE),
      };
      return readLinkPage(query, await call("DescribeClassicLinkInstances", params, signal));
    },
  };
}

/** Parameters as they go over the wire. */
type Params = { readonly RegionId: string } & Readonly<Record<string, string | undefined>>;

export type Fields = Readonly<Record<string, unknown>>;

/** pop-core would send the word "undefined". */
function withoutUndefined(params: Params): object {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}

/** pop-core looks at `Code` only, and takes everything else for success, whatever the HTTP status. */
function readAnswer(operation: ApiOperation, answer: unknown, secrets: Secrets): Fields {
  const [body, entry] = Array.isArray(answer) ? answer : [];
  const { statusCode: status, headers } = fieldsOf(fieldsOf(entry).response);
  const { code } = fieldsOf(body);
  if (codeOf(code) !== "") throw refusal(operation, fieldsOf(body), headers, secrets);
  if (typeof status !== "number" || status >= 400 || !isFields(body)) {
    throw fault(operation, "UnreadableAnswer", `HTTP status ${String(status)} without an error code`);
  }
  return body;
}

/** Anything that does not prove what is linked is an error: an answer misread as "no links" would lose links. */
function readLinkPage(query: LinkQuery, body: Fields): LinkPage {
  const totalCount = countOf(body.TotalCount);
  const given = fieldsOf(body.Links).Link;
  // That nothing is listed is written in several ways; then it is the count that says it.
  const listed = totalCount === 0 && !Array.isArray(given) ? [] : given;
  const unreadable = (what: string) => fault("DescribeClassicLinkInstances", "UnreadableAnswer", what);
  if (totalCount === undefined) throw unreadable("an answer without TotalCount");
  if (!Array.isArray(listed)) throw unreadable("an answer without Links");
  const links = listed.map((item: unknown): Link => {
    const { InstanceId: instanceId, VpcId: vpcId } = fieldsOf(item);
    if (typeof instanceId !== "string" || typeof vpcId !== "string" || instanceId === "" || vpcId === "") {
      throw unreadable("a link without InstanceId or VpcId");
    }
    return { regionId: query.regionId, instanceId, vpcId };
  });
  if (links.length === 0 && totalCount > 0 && (query.pageNumber ?? 1) === 1) {
    throw unreadable(`TotalCount ${totalCount} and no links`);
  }
  return { links, totalCount };
}

/** Turns whatever pop-core threw into an error of ours. Its own carry the whole request, or are not errors at all. */
function toEcsError(operation: ApiOperation, thrown: unknown, secrets: Secrets): EcsError {
  if (thrown instanceof AnswerTooLong) return fault(operation, "UnreadableAnswer", thrown.said);
  const { code, data, entry, name, text } = fieldsOf(thrown);
  if (isFields(data)) {
    if (codeOf(data.Code) === "") return fault(operation, "UnreadableAnswer", "a code that is no code");
    return refusal(operation, data, fieldsOf(fieldsOf(entry).response).headers, secrets);
  }
  if (typeof text === "string") {
    const xml = fieldsOfXmlError(text);
    return xml === undefined
      ? fault(operation, "UnreadableAnswer", text.trim() === "" ? "an empty body" : "a body that is not JSON")
      : refusal(operation, xml, undefined, secrets);
  }
  if (thrown instanceof ProxyRefusal)
    return fault(operation, thrown.status >= 500 ? "ProxyFailed" : "ProxyRefused", thrown.said);
  if (name === "RequestTimeoutError") return fault(operation, "Timeout", `no answer in ${REQUEST_TIMEOUT_MS / 1000} s`);
  if (typeof code === "string") return fault(operation, faultOfSocketError(code), code);
  return fault(operation, "UnreadableAnswer", "an answer that cannot be read");
}

/** What never became an answer of ECS may be the proxy's fault as well. */
function throughProxy(error: EcsError, proxy: string | undefined): EcsError {
  const { code, said, advice } = error.facts;
  if (proxy === undefined || !Object.hasOwn(FAULTS, code)) return error;
  return new EcsError({
    ...error.facts,
    said: `${said}, through the proxy ${proxy}`,
    advice: `${advice}; check the proxy too (HTTPS_PROXY, HTTP_PROXY, NO_PROXY)`,
  });
}

function faultOfSocketError(code: string): keyof typeof FAULTS {
  if (["ENOTFOUND", "EAI_AGAIN"].includes(code)) return "HostNotFound";
  if (["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"].includes(code)) return "ConnectionRefused";
  if (/CERT|TLS|SSL|EPROTO|SELF_SIGNED|UNABLE_TO/.test(code)) return "CertificateRefused";
  // What the parser of HTTP says: what answers does not speak it, or not within its limits.
  if (code.startsWith("HPE_")) return "UnreadableAnswer";
  return code === "ETIMEDOUT" ? "Timeout" : "ConnectionLost";
}

export function fault(operation: ApiOperation, code: keyof typeof FAULTS, said: string): EcsError {
  return new EcsError({ ...FAULTS[code], operation, code, said });
}

/** The error that ECS itself answered with. */
function refusal(operation: ApiOperation, body: Fields, headers: unknown, secrets: Secrets): EcsError {
  const code = codeOf(body.Code ?? body.code);
  const message = textOf(body.Message ?? body.message);
  const requestId = requestIdOf(body);
  const retryAfterMs = countOf(fieldsOf(headers)["x-acs-retry-after"]);
  const classification = classify(code, message, operation);
  const facts: EcsErrorFacts = {
    ...classification,
    operation,
    code,
    said: withoutSecrets(code, message, secrets),
    // A server fault may strike after the work was done.
    unclear: classification.kind === "transient",
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  return new EcsError(facts);
}

type Secrets = readonly (string | undefined)[];

/** ECS quotes the request back in some messages: as it was sent, or as the string that it signed, with key and token in it. */
function withoutSecrets(code: string, message: string, secrets: Secrets): string {
  if (code.includes("Signature")) return "";
  let said = message.replace(/\p{C}+/gu, " ");
  for (const secret of secrets) {
    for (const form of secret ? [secret, percentEncoded(secret), percentEncoded(percentEncoded(secret))] : []) {
      said = said.replaceAll(form, "…");
    }
  }
  // These take the square of its length. The secrets went first, so that none is cut in two.
  said = shortened(said, 2_000)
    .replace(/[a-z]+:\/\/\S+/gi, "…")
    .replace(/\S*(AccessKeyId|SecurityToken|Signature)(=|%)\S*/gi, "…");
  return shortened(said.replace(/\s+/g, " ").trim(), 300);
}

/** Without half a character at its end. */
function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).replace(/\p{Cs}$/u, "")}…` : text;
}

/** As requests are encoded. Source: ECS API reference, signature. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A gateway may answer in XML although JSON was asked for. Source: ECS API reference, error body. */
function fieldsOfXmlError(text: string): Fields | undefined {
  const element = (name: string) => new RegExp(`<${name}>([^<]{1,2000})</${name}>`).exec(text)?.[1];
  const Code = element("Code");
  return Code === undefined ? undefined : { Code, Message: element("Message"), RequestId: element("RequestId") };
}

function requestIdOf({ RequestId, requestId }: Fields): string | undefined {
  const id = RequestId ?? requestId;
  return typeof id === "string" && /^[\w-]{1,64}$/.test(id) ? id : undefined;
}

/** A number as answers and headers carry it. `Number` alone would take an empty text for 0. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

/** An error code. What is not of the form that codes have must not reach a terminal as it is. */
function codeOf(value: unknown): string {
  return textOf(value)
    .replace(/[^\w.:-]+/g, " ")
    .trim()
    .slice(0, 100);
}

/** Anything else in the place of a text is no answer of ECS. */
function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}
