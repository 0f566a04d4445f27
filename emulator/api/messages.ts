/** The messages of the API: requests as they arrive, and answers as they are sent. Source: ECS API reference. */
import type { IncomingHttpHeaders } from "node:http";

/** The parameters of a request. In a Map, `__proto__` is a name like others. */
export type Params = ReadonlyMap<string, string>;

/** An HTTP request. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** The parameters in the address. */
  readonly query: Params;
  readonly headers: IncomingHttpHeaders;
  /** Undefined if it was too large. */
  readonly body: Buffer | undefined;
}

/** A request of the API. The operation is in parameters (signature V2) or in headers (signature V3). */
export interface ApiRequest extends HttpRequest {
  /** The parameters in the address and in the form. */
  readonly params: Params;
  /** Whether the operation, the version and the signature are in headers (V3). */
  readonly isV3: boolean;
  /** The operation. Empty if there is none. */
  readonly action: string;
  /** The version of the API, such as `2014-05-26`. Empty if there is none. */
  readonly version: string;
  /** The format of the answer. */
  readonly format: Format;
}

/** Reads a request. Never throws. Source: ECS API reference, "Request structure" of signature versions 2 and 3. */
export function readRequest(http: HttpRequest): ApiRequest {
  const { query, headers } = http;
  const params = new Map([...query, ...readForm(http)]);
  const isV3 = !params.has("Action") && header(headers, "x-acs-action") !== undefined;
  const [action, version] = isV3
    ? [header(headers, "x-acs-action"), header(headers, "x-acs-version")]
    : [params.get("Action"), params.get("Version")];
  return { ...http, params, isV3, action: action ?? "", version: version ?? "", format: formatOf(params, headers) };
}

/** The value of a header. Undefined for headers that can have several values. @param name in lower case. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

function readForm({ method, headers, body }: HttpRequest): URLSearchParams {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "");
  return new URLSearchParams(method === "POST" && isForm ? body?.toString("utf8") : "");
}

/** The format of the answer: the parameter, else the header `Accept`, else XML, the documented default. */
function formatOf(params: Params, { accept = "" }: IncomingHttpHeaders): Format {
  const wanted = params.get("Format") ?? (/\bjson\b/i.test(accept) ? "JSON" : "XML");
  return wanted.toUpperCase() === "JSON" ? "JSON" : "XML";
}

/** A required parameter. @throws {Refusal} if it is missing. */
export function required(params: Params, name: string): string {
  const value = params.get(name);
  if (!value) throw new Refusal("MissingParameter", 400, `${name} is required.`);
  return value;
}

/** A number from 1 to `max`. The fallback if there is none. @throws {Refusal} for another value. */
export function wholeNumber(params: Params, name: string, fallback: number, max: number): number {
  const text = params.get(name);
  if (!text) return fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw new Refusal("InvalidParameter", 400, `${name} is out of its range.`);
  return value;
}

/** One page of a list, as `PageNumber` and `PageSize` request it. @throws {Refusal} for a wrong number. */
export function pageOf<T>(params: Params, items: readonly T[], mostItems: number) {
  const PageNumber = wholeNumber(params, "PageNumber", 1, Number.MAX_SAFE_INTEGER);
  const PageSize = wholeNumber(params, "PageSize", 10, mostItems);
  return {
    /** The fields of the answer. */
    fields: { TotalCount: items.length, PageNumber, PageSize },
    items: items.slice((PageNumber - 1) * PageSize, PageNumber * PageSize),
  };
}

/** The instances that a call names. In the samples of the reference, a space follows each comma. */
export function instanceIdsOf(params: Params): string[] {
  const listed = (params.get("InstanceId") ?? "").split(",").map((id) => id.trim());
  return listed.filter((id) => id !== "");
}

export type Format = "JSON" | "XML";

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
