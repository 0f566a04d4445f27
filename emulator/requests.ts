/**
 * Requests as they arrive, at the POP gateway and at ASAPI, the private cloud's gateway for all products. Sources: ECS API
 * reference; public clients of ASAPI, and the answers that they record. Codes marked (1) follow the pattern of others.
 */
import type { IncomingHttpHeaders } from "node:http";
import { Refusal } from "./answers";
import { type Action, serviceOf } from "./errorTable";

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

/** Whether a path is ASAPI's. The vendor's client adds a slash at its end. */
export function isAsapiPath(path: string): boolean {
  return path === "/asapi/v3" || path === "/asapi/v3/";
}

/** @throws {Refusal} if the request does not name the product of the operation. */
export function checkProduct({ headers, params }: ApiRequest, action: Action): void {
  const named =
    header(headers, "x-acs-asapi-product") ?? header(headers, "x-ascm-product-name") ?? params.get("Product") ?? "";
  if (named.toLowerCase() === serviceOf(action).service) return;
  const code = "asapi.server.request.parameter.product.error"; // (1)
  throw new Refusal(code, 500, named ? "The product has no such API." : "The product is missing.");
}

/** ASAPI's refusal of a request that is not authenticated. It quotes the id of the key, as ASAPI does. */
export function asapiRefusalOf(refusal: Refusal, accessKeyId: string): Refusal {
  if (refusal.code.startsWith("InvalidAccessKeyId.")) {
    const code = "asapi.server.request.parameter.accesskeyid.error";
    return new Refusal(code, 500, `The AccessKeyId ${accessKeyId} is disabled or does not exist.`);
  }
  if (refusal.code === "SignatureDoesNotMatch") {
    const code = "asapi.server.request.parameter.signature.error"; // (1)
    return new Refusal(code, 500, "The signature does not match.");
  }
  return refusal;
}
