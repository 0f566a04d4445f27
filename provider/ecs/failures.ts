/** What went wrong with a call, as an error of ours: told in its own words, and free of what is secret. */

import { ProxyRefusal } from "./agents";
import { ANSWER_TIMEOUT_MS, AnswerTooLong } from "./answerLimit";
import { codeOf, countOf, type Fields, fieldsOf, isFields, requestIdOf, textOf } from "./answers";
import { classify, FAULTS, fault } from "./errorCodes";
import { type ApiOperation, EcsError, type EcsErrorFacts } from "./errors";
import { type Secrets, withoutSecrets } from "./redaction";

/** Turns whatever pop-core threw into an error of ours. Its own carry the whole request, or are not errors at all. */
export function toEcsError(operation: ApiOperation, thrown: unknown, secrets: Secrets): EcsError {
  if (thrown instanceof AnswerTooLong) return fault(operation, "UnreadableAnswer", thrown.said);
  const { code, data, entry, name, text } = fieldsOf(thrown);
  if (isFields(data)) {
    if (codeOf(data.Code) === "") return fault(operation, "UnreadableAnswer", "a code that is no code");
    return refusal(operation, data, fieldsOf(fieldsOf(entry).response), secrets);
  }
  if (typeof text === "string") {
    const xml = fieldsOfXmlError(text);
    return xml === undefined
      ? fault(operation, "UnreadableAnswer", text.trim() === "" ? "an empty body" : "a body that is not JSON")
      : refusal(operation, xml, {}, secrets);
  }
  if (thrown instanceof ProxyRefusal)
    return fault(operation, thrown.status >= 500 ? "ProxyFailed" : "ProxyRefused", thrown.said);
  if (name === "RequestTimeoutError") return fault(operation, "Timeout", `no answer in ${ANSWER_TIMEOUT_MS / 1000} s`);
  if (typeof code === "string") return fault(operation, faultOfSocketError(code), code);
  return fault(operation, "UnreadableAnswer", "an answer that cannot be read");
}

/** What never became an answer of ECS may be the proxy's fault as well. */
export function throughProxy(error: EcsError, proxy: string | undefined): EcsError {
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

/**
 * The error that ECS itself answered with.
 *
 * @param response the status and the headers that came with it, where they are known.
 */
export function refusal(operation: ApiOperation, body: Fields, response: Fields, secrets: Secrets): EcsError {
  const code = codeOf(body.Code ?? body.code);
  const message = textOf(body.Message ?? body.message);
  const requestId = requestIdOf(body);
  const retryAfterMs = countOf(fieldsOf(response.headers)["x-acs-retry-after"]);
  const status = typeof response.statusCode === "number" ? response.statusCode : undefined;
  const classification = classify(code, message, operation, status);
  const isServerFault =
    classification.kind === "transient" || (classification.kind === "unknown" && status === undefined);
  const facts: EcsErrorFacts = {
    ...classification,
    operation,
    code,
    said: withoutSecrets(code, message, secrets),
    // One may strike after the work was done.
    mayHaveSucceeded: isServerFault,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  return new EcsError(facts);
}

/** A gateway may answer in XML although JSON was asked for. Source: ECS API reference, error body. */
function fieldsOfXmlError(text: string): Fields | undefined {
  const element = (name: string) => new RegExp(`<${name}>([^<]{1,2000})</${name}>`).exec(text)?.[1];
  const Code = element("Code");
  return Code === undefined ? undefined : { Code, Message: element("Message"), RequestId: element("RequestId") };
}
