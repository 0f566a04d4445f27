/**
 * The two signatures of Alibaba Cloud's clients: HMAC-SHA1 in parameters (V2) and ACS3-HMAC-SHA256 in headers (V3).
 * Sources: ECS API reference, signature; "Request syntax and signature V3".
 */
import { createHash, createHmac } from "node:crypto";
import type { Claim } from "./keys";
import { type ApiRequest, type HttpRequest, header, type Params, Refusal } from "./messages";

const ALGORITHM = "ACS3-HMAC-SHA256";
const AUTHORIZATION = /^ACS3-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** The signed parts of a request. @throws {Refusal} if a part is missing, or the hash of the body is wrong. */
export function readClaim(request: ApiRequest): Claim {
  return request.isV3 ? readV3(request) : readV2(request);
}

/** The V2 signature: Base64 of HMAC-SHA1 over the method, the path `/`, and the sorted parameters without `Signature`. */
export function signV2(method: string, params: Params, accessKeySecret: string): string {
  const signed = new Map([...params].filter(([name]) => name !== "Signature"));
  return createHmac("sha1", `${accessKeySecret}&`)
    .update(`${method}&%2F&${percentEncode(canonicalQuery(signed))}`)
    .digest("base64");
}

function readV2({ method, params }: ApiRequest): Claim {
  const given = (name: string): string => {
    const value = params.get(name);
    if (!value) throw new Refusal("MissingParameter", 400, `${name} is required.`);
    return value;
  };
  const accessKeyId = given("AccessKeyId");
  if (params.get("SignatureMethod") !== "HMAC-SHA1" || params.get("SignatureVersion") !== "1.0") {
    throw new Refusal("IncompleteSignature", 400, "SignatureMethod must be HMAC-SHA1, SignatureVersion 1.0.");
  }
  const [timestamp, nonce] = [given("Timestamp"), given("SignatureNonce")];
  const signature = params.get("Signature");
  if (!signature) throw new Refusal("IncompleteSignature", 400, "Signature is required.");
  return {
    accessKeyId,
    timestamp,
    nonce,
    securityToken: params.get("SecurityToken"),
    signature,
    expected: (accessKeySecret) => signV2(method, params, accessKeySecret),
  };
}

/** The V3 signature: hexadecimal HMAC-SHA256 over the method, the path, the query, the signed headers, and the body's hash. */
export function signV3(request: HttpRequest, signedHeaders: readonly string[], accessKeySecret: string): string {
  return createHmac("sha256", accessKeySecret)
    .update(`${ALGORITHM}\n${sha256(canonicalRequest(request, signedHeaders))}`)
    .digest("hex");
}

/** The text that V3 hashes and signs. */
export function canonicalRequest(request: HttpRequest, signedHeaders: readonly string[]): string {
  const { method, path, query, headers } = request;
  const lines = signedHeaders.map((name) => `${name}:${(header(headers, name) ?? "").trim()}\n`).join("");
  const bodyHash = header(headers, "x-acs-content-sha256") ?? "";
  return [method, path, canonicalQuery(query), lines, signedHeaders.join(";"), bodyHash].join("\n");
}

/** The headers that V3 must sign. Some clients sign more, such as the Python SDK. */
export function mustBeSigned({ headers }: Pick<HttpRequest, "headers">): string[] {
  const must = (name: string) => name === "host" || name === "content-type" || name.startsWith("x-acs-");
  return Object.keys(headers).filter(must).sort();
}

function readV3(request: ApiRequest): Claim {
  const { headers, body = Buffer.alloc(0) } = request;
  const given = (name: string): string => {
    const value = header(headers, name);
    if (!value) throw new Refusal("MissingParameter", 400, `${name} is required.`);
    return value;
  };
  const [, accessKeyId, names, signature] = AUTHORIZATION.exec(given("authorization")) ?? [];
  if (!accessKeyId || !names || !signature) {
    throw new Refusal("IncompleteSignature", 400, `Authorization must be ${ALGORITHM} with its three parts.`);
  }
  const signedHeaders = names.split(";");
  if (mustBeSigned(request).some((name) => !signedHeaders.includes(name))) {
    throw new Refusal("IncompleteSignature", 400, "SignedHeaders must name host, content-type and every x-acs header.");
  }
  if (given("x-acs-content-sha256") !== sha256(body)) {
    throw new Refusal("SignatureDoesNotMatch", 400, "x-acs-content-sha256 is not the hash of the body.");
  }
  return {
    accessKeyId,
    timestamp: given("x-acs-date"),
    nonce: given("x-acs-signature-nonce"),
    securityToken: header(headers, "x-acs-security-token"),
    signature,
    expected: (accessKeySecret) => signV3(request, signedHeaders, accessKeySecret),
  };
}

/** Replaces all bytes except `A-Z a-z 0-9 - _ . ~` by `%XX`. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** All parameters as `name=value`, sorted by name, joined with `&`. */
function canonicalQuery(params: Params): string {
  const pairs = [...params].sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join("&");
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
