/** One request to a source of credentials, and the reason when it gives nothing. */

import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { ProxyRefusal, type Route, type TlsOptions } from "../agents";
import { AnswerTooLong } from "../answerLimit";
import { type Fields, fieldsOf } from "../answers";
import { codeOf, SourceFailure } from "./failure";

/** A request as it goes over the wire. */
export interface SourceRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How long one request may take, in ms. */
export const TIMEOUT_MS = 10_000;

/** A request with a form. */
export function formRequest(url: string, form: Readonly<Record<string, string>>): SourceRequest {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { method: "POST", url, headers, body: new URLSearchParams(form).toString() };
}

/** The members of an answer in JSON. */
export function jsonOf({ body }: SourceAnswer): Fields {
  try {
    return fieldsOf(JSON.parse(body.toString("utf8")));
  } catch {
    // The message of the error quotes the answer.
    throw new SourceFailure("an answer without credentials");
  }
}

/** What came back. Always of status 200: everything else is a failure. */
export interface SourceAnswer {
  readonly statusCode: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/**
 * Sends a request and reads its answer.
 *
 * @param timeoutMs how long all of it may take, in ms.
 * @throws {SourceFailure} unless the answer has status 200. Its reason names the host, and of the answer the status and the code.
 */
export async function send(
  request: SourceRequest,
  route: Route & { readonly tls?: TlsOptions },
  timeoutMs: number,
): Promise<SourceAnswer> {
  const host = new URL(request.url).host;
  const via = route.proxy === undefined ? "" : ` (proxy ${route.proxy})`;
  const timeout = AbortSignal.timeout(timeoutMs);
  let answer: SourceAnswer;
  try {
    answer = await exchange(request, route, timeout);
  } catch (error) {
    if (error instanceof AnswerTooLong) throw new SourceFailure(`${error.said} from ${host}`);
    const reason = timeout.aborted ? `no answer from ${host} within ${timeoutMs / 1000} s` : reasonOf(error, host);
    throw new SourceFailure(`${reason}${via}`, { isTransient: mayBeTransient(error) });
  }
  if (answer.statusCode !== 200) throw refusal(answer, `${host}${via}`);
  return answer;
}

async function exchange(
  request: SourceRequest,
  { agent, tls }: Route & { readonly tls?: TlsOptions },
  signal: AbortSignal,
): Promise<SourceAnswer> {
  const { protocol, hostname, port, pathname, search } = new URL(request.url);
  const start = protocol === "https:" ? httpsRequest : httpRequest;
  // `protocol` is for the agents of proxies, which otherwise find it out from the call stack, and not every time.
  const options = { protocol, hostname: hostname.replace(/^\[|\]$/g, ""), port, path: `${pathname}${search}` };
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    start({ ...options, ...tls, method: request.method, headers: request.headers, agent, signal }, resolve)
      .on("error", reject)
      .end(request.body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answered) chunks.push(chunk);
  return { statusCode: answered.statusCode ?? 0, headers: answered.headers, body: Buffer.concat(chunks) };
}

function reasonOf(error: unknown, host: string): string {
  if (error instanceof ProxyRefusal) return `${host} was not reached: ${error.said}`;
  const code = codeOf(error);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `${host} was not found`;
  const cure = isOfCertificate(code) ? "; for a private authority, set NODE_EXTRA_CA_CERTS" : "";
  return `${host} was not reached${code === "" ? "" : `: ${code}`}${cure}`;
}

/** A certificate that is not trusted stays so, and so does a proxy that wants a password. */
function mayBeTransient(error: unknown): boolean {
  if (error instanceof ProxyRefusal) return error.status >= 500;
  return !isOfCertificate(codeOf(error));
}

const isOfCertificate = (code: string) => /CERT|TLS|SSL|EPROTO|SELF_SIGNED|UNABLE_TO/.test(code);

/** What STS and the other services say with an error is their code. The message may quote the request. */
function refusal({ statusCode, body }: SourceAnswer, host: string): SourceFailure {
  const code = /"(?:Code|ErrorCode|error)"\s*:\s*"([A-Za-z][A-Za-z.]{2,60})"/.exec(body.toString("utf8"))?.[1] ?? "";
  const isTransient =
    statusCode >= 500 || statusCode === 429 || /Throttling|ServiceUnavailable|InternalError/.test(code);
  return new SourceFailure(`HTTP ${statusCode}${code === "" ? "" : ` ${code}`} from ${host}`, { isTransient });
}
