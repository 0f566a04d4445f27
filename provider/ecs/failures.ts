/** Turns what went wrong with a call into an error of ours, without anything secret. */

import { ProxyRefusal } from "./agents";
import { ANSWER_TIMEOUT_MS, AnswerTooLong } from "./answerLimit";
import { codeOf, countOf, failureCodeOf, type Fields, fieldsOf, isFields, messageOf, requestIdOf } from "./answers";
import { classify, FAULTS, fault } from "./errorCodes";
import { type ApiOperation, EcsError, type EcsErrorFacts } from "./errors";
import { type Secrets, withoutSecrets } from "./redaction";

/** The addressee of a call, and the secrets that no message may quote. */
export interface Addressee {
  /** With scheme. */
  readonly endpoint: string;
  /** The host and port of the proxy on the way. */
  readonly proxy: string | undefined;
  readonly isPrivate: boolean;
  readonly secrets: Secrets;
}

/** Turns anything that pop-core throws into an error of ours. Its own errors contain the whole request, or are no errors. */
export function toEcsError(operation: ApiOperation, thrown: unknown, addressee: Addressee): EcsError {
  return thrown instanceof EcsError
    ? located(thrown, addressee)
    : located(errorOf(operation, thrown, addressee), addressee);
}

function errorOf(operation: ApiOperation, thrown: unknown, addressee: Addressee): EcsError {
  if (thrown instanceof AnswerTooLong) return fault(operation, "UnreadableAnswer", thrown.said);
  const { code, data, entry, name, text } = fieldsOf(thrown);
  if (isFields(data)) {
    if (codeOf(data.Code) === "") return fault(operation, "UnreadableAnswer", "a code that is no code");
    return refusal(operation, data, fieldsOf(fieldsOf(entry).response), addressee);
  }
  if (typeof text === "string") {
    const xml = fieldsOfXmlError(text);
    return xml === undefined
      ? fault(operation, "UnreadableAnswer", text.trim() === "" ? "an empty body" : "a body that is not JSON")
      : refusal(operation, xml, {}, addressee);
  }
  if (thrown instanceof ProxyRefusal)
    return fault(operation, thrown.status >= 500 ? "ProxyFailed" : "ProxyRefused", thrown.said);
  if (name === "RequestTimeoutError") return fault(operation, "Timeout", `no answer in ${ANSWER_TIMEOUT_MS / 1000} s`);
  if (typeof code === "string") return fault(operation, faultOfSocketError(code), code);
  return fault(operation, "UnreadableAnswer", "an answer that cannot be read");
}

/** Without an answer of ECS, the address may be wrong. So the error names host and port, and never a path or a query. */
function located(error: EcsError, { endpoint, proxy }: Addressee): EcsError {
  const { code, said, advice } = error.facts;
  if (!Object.hasOwn(FAULTS, code) || code === "NoCredentials") return error;
  const { protocol, hostname, port } = new URL(endpoint);
  const address = `${protocol}//${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
  const via = proxy === undefined ? "" : `, through the proxy ${proxy}`;
  return new EcsError({
    ...error.facts,
    said: `${said} (${address}${via})`,
    advice:
      proxy === undefined
        ? advice
        : `${advice}; check the proxy too (CLASSICLINK_PROXY, HTTPS_PROXY, HTTP_PROXY, NO_PROXY)`,
  });
}

function faultOfSocketError(code: string): keyof typeof FAULTS {
  // Node refuses the header. Nothing was sent.
  if (code === "ERR_INVALID_CHAR") return "InvalidCharacter";
  if (["ENOTFOUND", "EAI_AGAIN"].includes(code)) return "HostNotFound";
  if (["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"].includes(code)) return "ConnectionRefused";
  if (/CERT|TLS|SSL|EPROTO|SELF_SIGNED|UNABLE_TO/.test(code)) return "CertificateRefused";
  // What the parser of HTTP says: what answers does not speak it, or not within its limits.
  if (code.startsWith("HPE_")) return "UnreadableAnswer";
  return code === "ETIMEDOUT" ? "Timeout" : "ConnectionLost";
}

/**
 * The error that ECS itself answered with.
 *
 * @param response the status and the headers that came with it, where they are known.
 */
export function refusal(
  operation: ApiOperation,
  body: Fields,
  response: Fields,
  { secrets, isPrivate }: Pick<Addressee, "secrets" | "isPrivate">,
): EcsError {
  const code = failureCodeOf(body) ?? "";
  if (code === "") return fault(operation, "UnreadableAnswer", "a failure without a code");
  const message = messageOf(body);
  const requestId = requestIdOf(body);
  const retryAfterMs = countOf(fieldsOf(response.headers)["x-acs-retry-after"]);
  const status = typeof response.statusCode === "number" ? response.statusCode : undefined;
  const classification = classify(code, message, { operation, status, isPrivate });
  const isServerFault =
    classification.kind === "transient" || (classification.kind === "unknown" && status === undefined);
  const facts: EcsErrorFacts = {
    ...classification,
    operation,
    code,
    said: withoutSecrets(code, message, secrets),
    // The service may have failed after the work was done.
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
