/** One HTTP request: its operation, its parameters, and whether its caller gets an answer. */
import type { IncomingHttpHeaders } from "node:http";
import { type Format, Refusal } from "./answers";

/** Request parameters by wire name. A Map, so that a parameter called `__proto__` is only a name. */
export type Params = ReadonlyMap<string, string>;

/** An HTTP request. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** The parameters in the address. */
  readonly query: Params;
  readonly headers: IncomingHttpHeaders;
  /** undefined if it was too large. */
  readonly body: Buffer | undefined;
}

/** A request of the API, in either manner: what it asks for is in parameters (V2) or in headers (V3). */
export interface ApiRequest extends HttpRequest {
  /** The parameters in the address and in the form. */
  readonly params: Params;
  /** Whether action, version and signature are in headers (V3) and not in parameters. */
  readonly isV3: boolean;
  /** The operation; empty if there was none. */
  readonly action: string;
  /** The version of the API, such as `2014-05-26`; empty if there was none. */
  readonly version: string;
  /** The format in which the caller wants its answer. */
  readonly format: Format;
}

/** Never throws. Source: ECS API reference, "Request structure" of signature versions 2 and 3. */
export function readRequest(http: HttpRequest): ApiRequest {
  const { query, headers } = http;
  const params = new Map([...query, ...readForm(http)]);
  const isV3 = !params.has("Action") && header(headers, "x-acs-action") !== undefined;
  const [action, version] = isV3
    ? [header(headers, "x-acs-action"), header(headers, "x-acs-version")]
    : [params.get("Action"), params.get("Version")];
  return { ...http, params, isV3, action: action ?? "", version: version ?? "", format: formatOf(params, headers) };
}

/** One header by its name in lower case. A header that may come several times is never given. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

function readForm({ method, headers, body }: HttpRequest): URLSearchParams {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "");
  return new URLSearchParams(method === "POST" && isForm ? body?.toString("utf8") : "");
}

/** XML is the documented default. A caller that names no format may say with `accept` what it reads. */
function formatOf(params: Params, { accept = "" }: IncomingHttpHeaders): Format {
  const wanted = params.get("Format") ?? (/\bjson\b/i.test(accept) ? "JSON" : "XML");
  return wanted.toUpperCase() === "JSON" ? "JSON" : "XML";
}

/** A parameter that must be there. */
export function required(params: Params, name: string): string {
  const value = params.get(name);
  if (!value) throw new Refusal("MissingParameter", 400, `${name} is required.`);
  return value;
}

/** A number from 1 to `max`, or the fallback if it is not given. */
export function wholeNumber(params: Params, name: string, fallback: number, max: number): number {
  const text = params.get(name);
  if (!text) return fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw new Refusal("InvalidParameter", 400, `${name} is out of its range.`);
  return value;
}

/** The instances that a call names. The samples of the reference put a space after the comma. */
export function instanceIdsOf(params: Params): string[] {
  const listed = (params.get("InstanceId") ?? "").split(",").map((id) => id.trim());
  return listed.filter((id) => id !== "");
}

/** The callers that are answered: programs, which name the emulator by its address or by one of its host names. */
export interface Callers {
  readonly scheme: "http" | "https";
  /** Host names besides `127.0.0.1` and `localhost`, without a port. */
  readonly hosts: readonly string[];
}

/**
 * Whether a program sent the request, and not a page in a browser. A page whose name resolves to 127.0.0.1 is recognized by its
 * Host, a page of another site by Origin and Sec-Fetch-Site. The signature cannot keep pages out: the emulator's key is in its
 * documentation.
 */
export function isFromProgram({ scheme, hosts }: Callers, headers: IncomingHttpHeaders): boolean {
  const { host = "", origin, "sec-fetch-site": site = "none" } = headers;
  return (
    ["127.0.0.1", "localhost", ...hosts].includes(host.replace(/:\d+$/, "")) &&
    (origin === undefined || origin === `${scheme}://${host}`) &&
    (site === "none" || site === "same-origin")
  );
}
