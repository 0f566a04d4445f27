/** The signature in headers: ACS3-HMAC-SHA256, also called V3. Source: Alibaba Cloud, "Request syntax and signature V3". */
import { createHash, createHmac } from "node:crypto";
import { EcsFault } from "./codes";
import type { Claim } from "./keyring";
import { canonicalQuery } from "./percentEncoding";
import { type EcsRequest, type HttpRequest, header } from "./request";

const ALGORITHM = "ACS3-HMAC-SHA256";
const AUTHORIZATION = /^ACS3-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Lower-case hexadecimal HMAC-SHA256 over verb, path, query, the named headers, and the body's hash. */
export function sign(request: HttpRequest, signedHeaders: readonly string[], accessKeySecret: string): string {
  return createHmac("sha256", accessKeySecret)
    .update(`${ALGORITHM}\n${sha256(canonicalRequest(request, signedHeaders))}`)
    .digest("hex");
}

/** What is hashed into the string to sign. */
export function canonicalRequest(request: HttpRequest, signedHeaders: readonly string[]): string {
  const { method, path, query, headers } = request;
  const lines = signedHeaders.map((name) => `${name}:${(header(headers, name) ?? "").trim()}\n`).join("");
  const bodyHash = header(headers, "x-acs-content-sha256") ?? "";
  return [method, path, canonicalQuery(query), lines, signedHeaders.join(";"), bodyHash].join("\n");
}

/** The headers of a request that must be signed. A caller may sign others too, as the Python SDK does. */
export function mustBeSigned({ headers }: Pick<HttpRequest, "headers">): string[] {
  const must = (name: string) => name === "host" || name === "content-type" || name.startsWith("x-acs-");
  return Object.keys(headers).filter(must).sort();
}

/** Throws an `EcsFault` when something is missing, or the body is not the one that was signed. */
export function readClaim(request: EcsRequest): Claim {
  const { headers, body = Buffer.alloc(0) } = request;
  const given = (name: string): string => {
    const value = header(headers, name);
    if (!value) throw new EcsFault("MissingParameter", 400, `${name} is required.`);
    return value;
  };
  const [, accessKeyId, names, signature] = AUTHORIZATION.exec(given("authorization")) ?? [];
  if (!accessKeyId || !names || !signature) {
    throw new EcsFault("IncompleteSignature", 400, `Authorization must be ${ALGORITHM} with its three parts.`);
  }
  const signedHeaders = names.split(";");
  if (mustBeSigned(request).some((name) => !signedHeaders.includes(name))) {
    throw new EcsFault(
      "IncompleteSignature",
      400,
      "SignedHeaders must name host, content-type and every x-acs header.",
    );
  }
  if (given("x-acs-content-sha256") !== sha256(body)) {
    throw new EcsFault("SignatureDoesNotMatch", 400, "x-acs-content-sha256 is not the hash of the body.");
  }
  return {
    accessKeyId,
    timestamp: given("x-acs-date"),
    nonce: given("x-acs-signature-nonce"),
    securityToken: header(headers, "x-acs-security-token"),
    signature,
    expected: (accessKeySecret) => sign(request, signedHeaders, accessKeySecret),
  };
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
