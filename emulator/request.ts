/** One call as it came over HTTP, in either manner: what it asks for in parameters (V2) or in headers (V3). */
import type { IncomingHttpHeaders } from "node:http";
import type { Format } from "./render";

/** Request parameters by wire name. A Map, so that a parameter called `__proto__` is only a name. */
export type Params = ReadonlyMap<string, string>;

/** What came over HTTP. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** The parameters in the address. */
  readonly query: Params;
  readonly headers: IncomingHttpHeaders;
  /** undefined when it was too large. */
  readonly body: Buffer | undefined;
}

/** The same, understood. */
export interface EcsRequest extends HttpRequest {
  /** The parameters in the address and in the form. */
  readonly params: Params;
  /** Whether action, version and signature are in headers (V3) and not in parameters. */
  readonly isV3: boolean;
  /** The operation; empty if there was none. */
  readonly action: string;
  /** The version of the API, such as `2014-05-26`; empty if there was none. */
  readonly version: string;
  /** In which format the caller wants its answer. */
  readonly format: Format;
}

/** Never throws. Source: ECS API reference, "Request structure" of signature versions 2 and 3. */
export function readRequest(http: HttpRequest): EcsRequest {
  const { query, headers } = http;
  const params = new Map([...query, ...readForm(http)]);
  const isV3 = !params.has("Action") && header(headers, "x-acs-action") !== undefined;
  const [action, version] = isV3
    ? [header(headers, "x-acs-action"), header(headers, "x-acs-version")]
    : [params.get("Action"), params.get("Version")];
  return { ...http, params, isV3, action: action ?? "", version: version ?? "", format: formatOf(params, headers) };
}

/** One header by its name in lower case. Of those that may come several times there is none. */
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
