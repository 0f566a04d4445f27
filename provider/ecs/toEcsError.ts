/** Converts what a call throws into an `EcsError`, without secrets. */

import { ProxyRefusal } from "./agents";
import { ANSWER_TIMEOUT_MS, AnswerTooLong } from "./answerLimit";
import {
  codeOf,
  countOf,
  failureCodeOf,
  type Fields,
  fieldsOf,
  HTML_PAGE,
  isFields,
  isHtml,
  messageOf,
  requestIdOf,
} from "./answerFields";
import { classify, FAULTS, fault } from "./errorCodes";
import { type ApiOperation, EcsError, type EcsErrorFacts } from "./errors";
import { type Secrets, withoutSecrets } from "./redaction";

/** The addressee of a call, and the secrets that no message may quote. */
export interface Addressee {
  /** The address, with its scheme. */
  readonly endpoint: string;
  /** The host and port of the proxy, if there is one. */
  readonly proxy: string | undefined;
  readonly isPrivate: boolean;
  /** Whether a command asks, which has no stack. */
  readonly isCommand: boolean;
  readonly secrets: Secrets;
}

/**
 * Converts what pop-core throws. Its own errors contain the whole request, and some are not instances of `Error`.
 *
 * @param status the HTTP status, if there was an answer.
 */
export function toEcsError(
  operation: ApiOperation,
  thrown: unknown,
  addressee: Addressee,
  status?: number | undefined,
): EcsError {
  return withAddress(thrown instanceof EcsError ? thrown : errorOf(operation, thrown, addressee, status), addressee);
}

function errorOf(operation: ApiOperation, thrown: unknown, addressee: Addressee, status: number | undefined): EcsError {
  if (thrown instanceof AnswerTooLong) return fault(operation, "UnreadableAnswer", thrown.reason);
  const { code, data, entry, name, text } = fieldsOf(thrown);
  if (isFields(data)) {
    if (codeOf(data.Code) === "") return unreadableAnswer(operation, status, "an error code that cannot be read");
    return refusal(operation, data, fieldsOf(fieldsOf(entry).response), addressee);
  }
  if (typeof text === "string") {
    const xml = fieldsOfXmlError(text);
    return xml === undefined
      ? unreadableAnswer(operation, status, nameOfBody(text))
      : refusal(operation, xml, { statusCode: status }, addressee);
  }
  if (thrown instanceof ProxyRefusal)
    return fault(operation, thrown.status >= 500 ? "ProxyFailed" : "ProxyRefused", thrown.reason);
  if (name === "RequestTimeoutError") return fault(operation, "Timeout", `no answer in ${ANSWER_TIMEOUT_MS / 1000} s`);
  if (typeof code === "string") return fault(operation, faultOfSocketError(code, addressee.proxy), code);
  return unreadableAnswer(operation, status, "a body that cannot be read");
}

/**
 * The error of an answer that is not one of ECS.
 *
 * @param found what it has, as in "an HTML page".
 */
export function unreadableAnswer(operation: ApiOperation, status: number | undefined, found: string): EcsError {
  // Without a change, the same request gets the same redirection or refusal, except for these three.
  const isFinal = status !== undefined && status >= 300 && status < 500 && ![408, 425, 429].includes(status);
  const detail = status === undefined ? found : `HTTP ${status} with ${found}`;
  return fault(operation, isFinal ? "GatewayRefused" : "UnreadableAnswer", detail);
}

function nameOfBody(text: string): string {
  if (text.trim() === "") return "an empty body";
  return isHtml(text) ? HTML_PAGE : "a body that is not JSON";
}

/** If ECS did not answer, the address may be wrong. So the message names the host and the port, but no path and no query. */
function withAddress(error: EcsError, { endpoint, proxy }: Addressee): EcsError {
  const { code, detail, advice } = error.facts;
  if (!Object.hasOwn(FAULTS, code) || code === "NoCredentials") return error;
  const { protocol, hostname, port } = new URL(endpoint);
  const address = `${protocol}//${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
  const via = proxy === undefined ? "" : `, through the proxy ${proxy}`;
  const way = code === "ProxyNotReached" ? `the proxy ${proxy}, on the way to ${address}` : `${address}${via}`;
  return new EcsError({
    ...error.facts,
    detail: `${detail}${detail === "" ? "" : " "}(${way})`,
    advice:
      proxy === undefined
        ? advice
        : `${advice}${code === "ProxyNotReached" ? "" : "; check the proxy too"} (CLASSICLINK_PROXY, HTTPS_PROXY, HTTP_PROXY, NO_PROXY)`,
  });
}

function faultOfSocketError(code: string, proxy: string | undefined): keyof typeof FAULTS {
  // Node refuses the header, so nothing was sent.
  if (code === "ERR_INVALID_CHAR") return "InvalidCharacter";
  // With a proxy, this machine connects to nothing else.
  const isConnecting = ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"].includes(code);
  if (isConnecting && proxy !== undefined) return "ProxyNotReached";
  if (["ENOTFOUND", "EAI_AGAIN"].includes(code)) return "HostNotFound";
  if (["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"].includes(code)) return "ConnectionRefused";
  if (/CERT|TLS|SSL|EPROTO|SELF_SIGNED|UNABLE_TO/.test(code)) return "CertificateRefused";
  // Errors of Node's HTTP parser: the answer is not HTTP, or it exceeds a limit.
  if (code.startsWith("HPE_")) return "UnreadableAnswer";
  return code === "ETIMEDOUT" ? "Timeout" : "ConnectionLost";
}

/**
 * The error in an answer of ECS.
 *
 * @param body the fields of the answer.
 * @param response its `statusCode` and `headers`. Empty if they are not known.
 */
export function refusal(
  operation: ApiOperation,
  body: Fields,
  response: Fields,
  { secrets, isPrivate, isCommand }: Pick<Addressee, "secrets" | "isPrivate" | "isCommand">,
): EcsError {
  const code = failureCodeOf(body) ?? "";
  const message = messageOf(body);
  const requestId = requestIdOf(body);
  if (code === "") return fault(operation, "NoErrorCode", withoutSecrets("", message, secrets), requestId);
  const retryAfterMs = countOf(fieldsOf(response.headers)["x-acs-retry-after"]);
  const status = typeof response.statusCode === "number" ? response.statusCode : undefined;
  const classification = classify(code, message, { operation, status, isPrivate, isCommand });
  const isServerFault =
    classification.kind === "transient" || (classification.kind === "unknown" && status === undefined);
  const facts: EcsErrorFacts = {
    ...classification,
    operation,
    code,
    detail: withoutSecrets(code, message, secrets),
    // The service may have failed after it made the change.
    mayHaveSucceeded: isServerFault,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  return new EcsError(facts);
}

/** A gateway may answer in XML to a request for JSON. Source: ECS API reference, error body. */
function fieldsOfXmlError(text: string): Fields | undefined {
  const element = (name: string) => new RegExp(`<${name}>([^<]{1,2000})</${name}>`).exec(text)?.[1];
  const Code = element("Code");
  return Code === undefined ? undefined : { Code, Message: element("Message"), RequestId: element("RequestId") };
}
