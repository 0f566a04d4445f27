/** One request to a service that returns credentials, and the keys in its answer. */

import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { ProxyRefusal, type Route, type TlsOptions } from "../agents";
import { AnswerTooLong } from "../answerLimit";
import { codeOf, failureCodeOf, type Fields, fieldsOf, HTML_PAGE, isHtml } from "../answerFields";
import { classify } from "../errorCodes";
import type { Session } from "./renewal";
import { nodeCodeOf, SourceFailure } from "./sourceFailure";

/** A request, without its connection. */
export interface SourceRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The longest time for one request, in ms. */
export const TIMEOUT_MS = 10_000;

/** A POST request with a form as its body. */
export function formRequest(url: string, form: Readonly<Record<string, string>>): SourceRequest {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { method: "POST", url, headers, body: new URLSearchParams(form).toString() };
}

/** The fields of an answer. @throws {SourceFailure} if it is not JSON. */
export function jsonOf({ body }: SourceAnswer): Fields {
  const text = body.toString("utf8");
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    // The original message quotes the answer, which may have keys.
    throw new SourceFailure(isHtml(text) ? HTML_PAGE : "an answer without credentials");
  }
}

/**
 * The keys in an answer, whose names are in upper or lower case.
 *
 * @throws {SourceFailure} if a key is missing. The message quotes nothing of the answer.
 */
export function toSession(answer: unknown): Session {
  const fields = new Map(Object.entries(fieldsOf(answer)).map(([name, value]) => [name.toLowerCase(), value]));
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [accessKeyId, accessKeySecret, securityToken] = ["accesskeyid", "accesskeysecret", "securitytoken"].map(text);
  if (accessKeyId === undefined || accessKeySecret === undefined || securityToken === undefined) {
    throw new SourceFailure("an answer without credentials");
  }
  const credentials = { accessKeyId, accessKeySecret, securityToken };
  const expiresAt = Date.parse(text("expiration") ?? "");
  return Number.isNaN(expiresAt) ? { credentials } : { credentials, expiresAt };
}

/** An answer of any status. */
interface SourceAnswer {
  readonly statusCode: number;
  readonly body: Buffer;
}

/**
 * Sends a request and reads its answer.
 *
 * @param timeoutMs the time limit for both, in ms.
 * @param mayFail whether a failure can have status 200, as from ASAPI.
 * @returns an answer with status 200 that is no failure.
 * @throws {SourceFailure} for any other answer, and without one. The message names the host, the status and the code.
 */
export async function send(
  request: SourceRequest,
  route: Route & { readonly tls?: TlsOptions },
  timeoutMs: number,
  mayFail = false,
): Promise<SourceAnswer> {
  const host = new URL(request.url).host;
  const via = route.proxy === undefined ? "" : ` (proxy ${route.proxy})`;
  const timeout = AbortSignal.timeout(timeoutMs);
  let answer: SourceAnswer;
  try {
    answer = await exchange(request, route, timeout);
  } catch (error) {
    if (error instanceof AnswerTooLong) throw new SourceFailure(`${error.reason} from ${host}`);
    const reason = timeout.aborted
      ? `no answer from ${host} within ${timeoutMs / 1000} s`
      : reasonOf(error, host, route.proxy);
    throw new SourceFailure(`${reason}${via}`, { isTransient: mayBeTransient(error) });
  }
  const text = answer.body.toString("utf8");
  const fields = fieldsOfText(text);
  const code = failureCodeOf(fields);
  if (answer.statusCode === 200 && !(mayFail && code !== undefined)) return answer;
  throw refusal(answer.statusCode, code, fields, `${host}${via}${isHtml(text) ? `, with ${HTML_PAGE}` : ""}`);
}

async function exchange(
  request: SourceRequest,
  { agent, tls }: Route & { readonly tls?: TlsOptions },
  signal: AbortSignal,
): Promise<SourceAnswer> {
  const { protocol, hostname, port, pathname, search } = new URL(request.url);
  const start = protocol === "https:" ? httpsRequest : httpRequest;
  // The agents of proxies need `protocol`. Otherwise they guess it from the call stack, sometimes wrongly.
  const options = { protocol, hostname: hostname.replace(/^\[|\]$/g, ""), port, path: `${pathname}${search}` };
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    start({ ...options, ...tls, method: request.method, headers: request.headers, agent, signal }, resolve)
      .on("error", reject)
      .end(request.body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answered) chunks.push(chunk);
  return { statusCode: answered.statusCode ?? 0, body: Buffer.concat(chunks) };
}

function reasonOf(error: unknown, host: string, proxy: string | undefined): string {
  if (error instanceof ProxyRefusal) return `${host} was not reached: ${error.reason}`;
  const code = nodeCodeOf(error);
  // With a proxy, only its own name is resolved here.
  const isProxys = proxy !== undefined && code === "ENOTFOUND";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `${isProxys ? `the proxy of ${host}` : host} was not found`;
  const advice = isCertificateError(code) ? "; for a private authority, set NODE_EXTRA_CA_CERTS" : "";
  return `${host} was not reached${code === "" ? "" : `: ${code}`}${advice}`;
}

/** A certificate that is not trusted is permanent. So is a proxy that requires a password. */
function mayBeTransient(error: unknown): boolean {
  if (error instanceof ProxyRefusal) return error.status >= 500;
  return !isCertificateError(nodeCodeOf(error));
}

const isCertificateError = (code: string) => /CERT|TLS|SSL|EPROTO|SELF_SIGNED|UNABLE_TO/.test(code);

/** Quotes only the error code of an answer, if it has the form of one. The error message may quote the request. */
function refusal(statusCode: number, failed: string | undefined, fields: Fields, host: string): SourceFailure {
  // The last two are those of CloudSSO and OAuth.
  const code = [failed, fields.ErrorCode, fields.error].map(codeOf).find((one) => one !== "") ?? "";
  const { kind } = classify(code, "", { status: statusCode });
  const isTransient = statusCode >= 500 || statusCode === 429 || kind === "transient" || kind === "throttled";
  const named = /^[a-z][a-z.]{2,60}$/i.test(code) ? ` ${code}` : "";
  return new SourceFailure(`HTTP ${statusCode}${named} from ${host}`, { isTransient });
}

/** The fields of an answer. Empty if it is not JSON. */
function fieldsOfText(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}
