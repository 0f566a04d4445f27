/**
 * Answers as they are sent: by a POP gateway, by ASAPI, which adds its own fields, and the wrong ones of injected faults.
 * Sources: ECS API reference; the answers of ASAPI that public clients record.
 */
import { type Action, type Generation, statusOf } from "./errorTable";
import type { Format } from "./requests";
import type { AnswerRule } from "./types";

/** A value in an answer. In XML, an array is a repeated element. */
type Field = string | number | boolean | readonly Field[] | { readonly [name: string]: Field };
/** The fields of an answer, in their order. */
export type Fields = Readonly<Record<string, Field>>;

/** One HTTP answer, ready to send. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The reply to a request: an answer, a reset connection, a closed connection, or nothing. */
export type Reply = Answer | "reset" | "drop" | "hang";

/** A refusal, with a code of the API. The message does not quote the request, so it has no secrets. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    /** More fields of the body. */
    readonly fields: Fields = {},
  ) {
    super(message);
  }
}

const types: Readonly<Record<Format, string>> = {
  JSON: "application/json;charset=utf-8",
  XML: "text/xml;charset=utf-8",
};

/** An answer in JSON or XML. @param name the root element in XML. */
export function render(
  format: Format,
  status: number,
  name: string,
  fields: Fields,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body =
    format === "JSON" ? JSON.stringify(fields) : `<?xml version="1.0" encoding="UTF-8"?>${element(name, fields)}`;
  return { status, headers: { "content-type": types[format], ...headers }, body };
}

/** The answer for a refusal. @param recommend whether to add the address of a help page, as newer answers do. */
export function renderRefusal(format: Format, requestId: string, refusal: Refusal, recommend: boolean): Answer {
  const address = `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(refusal.code)}&product=Ecs`;
  const fields = {
    RequestId: requestId,
    HostId: "ecs.aliyuncs.com",
    Code: refusal.code,
    Message: refusal.message,
    ...(recommend ? { Recommend: address } : {}),
    ...refusal.fields,
  };
  return render(format, refusal.status, "Error", fields, refusal.headers);
}

function element(name: string, value: Field): string {
  if (typeof value !== "object") return `<${name}>${escapeXml(String(value))}</${name}>`;
  if (isList(value)) return value.map((item) => element(name, item)).join("");
  const inner = Object.entries(value).map(([field, content]) => element(field, content));
  return `<${name}>${inner.join("")}</${name}>`;
}

// Array.isArray does not narrow a readonly array.
function isList(value: Field): value is readonly Field[] {
  return Array.isArray(value);
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeXml(text: string): string {
  // XML 1.0 cannot represent the other control characters.
  return text.replace(/[\p{Cc}&<>"]/gu, (char) => entities[char] ?? "");
}

/** A product's answer, with the fields that ASAPI adds. */
export function asapiSuccess(fields: Fields, call: AsapiCall): Fields {
  return {
    ...fields,
    ...common(call),
    code: "200",
    asapiErrorCode: "200",
    message: "success",
    success: true,
    asapiSuccess: true,
    redirect: false,
    pureListData: false,
  };
}

/** A refusal by ASAPI itself has no `Code` and no `RequestId`. A refusal by a product has both. */
export function asapiFailure(refusal: Refusal, call: AsapiCall): Fields {
  const { code, message } = refusal;
  const isOwn = code.startsWith("asapi.");
  const product = isOwn ? {} : { Code: code, HostId: "ecs.apsaracs.com", Message: message, RequestId: call.requestId };
  return {
    ...product,
    ...refusal.fields,
    ...common(call),
    code,
    errorCode: code,
    asapiErrorCode: code,
    message,
    asapiErrorMessage: message,
    errorType: "Business",
    suggestion: "",
    success: false,
    asapiSuccess: false,
    ...(isOwn ? { status: 500 } : {}),
  };
}

export interface AsapiCall {
  readonly requestId: string;
  /** The operation in the request. It may be unknown. */
  readonly action: string;
  readonly version: string;
  readonly product: string;
}

function common({ requestId, action, version, product }: AsapiCall): Fields {
  return {
    product,
    api: `${product.toLowerCase()}:${action}:${version}`,
    asapiRequestId: requestId,
    eagleEyeTraceId: requestId.replaceAll("-", "").toLowerCase().slice(0, 30),
    serverRole: "asapi.ApiServer#",
    asapiVersion: "v4",
    domain: "asapi",
    cost: 1,
  };
}

const page = (title: string) => `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;

/** The reply of an injected answer. */
export function wrongAnswer(
  answer: Exclude<AnswerRule["answer"], "ok">,
  refused: (refusal: Refusal, format: Format) => Answer,
  { action, format, requestId, generation }: WrongAnswerFor,
): Reply {
  if (typeof answer !== "string") {
    const status = answer.status ?? statusOf(action, answer.code, generation);
    return refused(new Refusal(answer.code, status, answer.message ?? "An injected fault."), format);
  }
  const unavailable = new Refusal("ServiceUnavailable", 503, "The service is not available for the moment.");
  const replies: Record<typeof answer, Reply> = {
    "reset-before": "reset",
    "lost-answer": "drop",
    timeout: "hang",
    "gateway-html": { status: 502, headers: { "content-type": "text/html" }, body: page("502 Bad Gateway") },
    "proxy-html": { status: 403, headers: { "content-type": "text/html" }, body: page("403 Forbidden") },
    "unavailable-503": renderRefusal(format, requestId, unavailable, false),
    "internal-500-without-code": render(format, 500, "Error", { RequestId: requestId, Message: "Something broke." }),
    "empty-body": { status: 200, headers: { "content-type": "application/json;charset=utf-8" }, body: "" },
    "truncated-json": { ...render("JSON", 200, "", {}), body: `{"RequestId":"${requestId}","TotalCount":1,"Li` },
    "xml-error": renderRefusal("XML", requestId, unavailable, false),
    "lower-case-error": render("JSON", 503, "", { requestId, code: unavailable.code, message: unavailable.message }),
  };
  return replies[answer];
}

interface WrongAnswerFor {
  readonly action: Action;
  readonly format: Format;
  readonly requestId: string;
  readonly generation: Generation;
}
