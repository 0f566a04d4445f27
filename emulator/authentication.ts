/**
 * Authenticates requests: checks the signature, the key, the token, the time and the nonce. Issues temporary keys for STS.
 * The two signatures of Alibaba Cloud's clients are HMAC-SHA1 in parameters (V2) and ACS3-HMAC-SHA256 in headers (V3).
 * Sources: ECS API reference, signature; "Request syntax and signature V3".
 */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { Refusal } from "./answers";
import { type ApiRequest, type HttpRequest, header, type Params } from "./requests";
import type { Credentials } from "./types";

const MINUTE = 60_000;
const MAX_SKEW = 15 * MINUTE;

/** A known key, with its identity. */
export interface KnownKey extends Credentials {
  /** The RAM user or the role of the key. */
  readonly arn: string;
  /** In milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
}

/** The signed parts of a request, in either signature version. */
export interface Claim {
  readonly accessKeyId: string;
  /** UTC, as `YYYY-MM-DDThh:mm:ssZ`. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly securityToken: string | undefined;
  readonly signature: string;
  /** Computes the signature of this request with a secret. */
  readonly expected: (accessKeySecret: string) => string;
}

/** The accepted keys, and the used nonces. */
export class Keys {
  #main: Credentials;
  #mainIsRevoked = false;
  readonly #others = new Map<string, KnownKey>();
  readonly #nonces = new Map<string, number>();

  /** `now` returns milliseconds since the epoch, by the server's clock. */
  constructor(
    main: Credentials,
    others: readonly Credentials[],
    private readonly now: () => number,
  ) {
    this.#main = main;
    for (const key of others) this.#others.set(key.accessKeyId, { ...key, arn: userArn(key) });
  }

  /** Replaces the main key, and ends its revocation. Members that are left out stay the same, except the token. */
  rotate(credentials: Partial<Credentials>): void {
    this.#main = { ...this.#main, securityToken: undefined, ...credentials };
    this.#mainIsRevoked = false;
  }

  /** Revokes the main key: `InvalidAccessKeyId.Inactive`, with a token `InvalidSecurityToken.Expired`. */
  revoke(): void {
    this.#mainIsRevoked = true;
  }

  /** Issues a temporary key for a role. */
  issue(arn: string, organizationId: string | undefined, seconds: number): KnownKey & { readonly expiresAt: number } {
    const text = () => randomBytes(18).toString("base64url");
    const key = {
      accessKeyId: `STS.${text()}`,
      accessKeySecret: text(),
      securityToken: text(),
      organizationId,
      arn,
      expiresAt: this.now() + seconds * 1000,
    };
    this.#others.set(key.accessKeyId, key);
    return key;
  }

  /** The key of a request. @throws {Refusal} for a wrong key, token, time or signature, and for a used nonce. */
  verify(claim: Claim): KnownKey {
    const key = this.#find(claim.accessKeyId);
    if (key === undefined) throw new Refusal("InvalidAccessKeyId.NotFound", 404, "There is no such AccessKeyId.");
    this.#checkClock(claim.timestamp);
    const isEnded = key.expiresAt !== undefined ? this.now() >= key.expiresAt : this.#isRevoked(key);
    checkToken(claim.securityToken, key.securityToken, isEnded);
    if (isEnded) throw new Refusal("InvalidAccessKeyId.Inactive", 400, "The AccessKey is disabled.");
    if (claim.signature !== claim.expected(key.accessKeySecret)) {
      throw new Refusal("SignatureDoesNotMatch", 400, "The signature is not the one the emulator calculated.");
    }
    this.#useNonce(claim.nonce);
    return key;
  }

  #find(accessKeyId: string): KnownKey | undefined {
    const isMain = accessKeyId === this.#main.accessKeyId;
    return isMain ? { ...this.#main, arn: userArn(this.#main) } : this.#others.get(accessKeyId);
  }

  #isRevoked(key: KnownKey): boolean {
    return this.#mainIsRevoked && key.accessKeyId === this.#main.accessKeyId;
  }

  #checkClock(timestamp: string): void {
    const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
    if (Number.isNaN(at)) {
      throw new Refusal("InvalidTimeStamp.Format", 400, "The time must be UTC as YYYY-MM-DDThh:mm:ssZ.");
    }
    if (Math.abs(this.now() - at) > MAX_SKEW) {
      throw new Refusal("InvalidTimeStamp.Expired", 400, "The time is more than 15 minutes away from now.");
    }
  }

  #useNonce(nonce: string): void {
    const now = this.now();
    for (const [old, at] of this.#nonces) {
      // A repeated request is accepted this long: from the earliest accepted time to the latest.
      if (now - at <= 2 * MAX_SKEW) break;
      this.#nonces.delete(old);
    }
    if (this.#nonces.has(nonce)) throw new Refusal("SignatureNonceUsed", 400, "The SignatureNonce was used before.");
    this.#nonces.set(nonce, now);
  }
}

/** The account of all keys. */
export const ACCOUNT_ID = "1000000000000001";

function userArn({ organizationId }: Credentials): string {
  return `acs:ram::${ACCOUNT_ID}:user/${organizationId === undefined ? "tester" : `organization-${organizationId}`}`;
}

function checkToken(token: string | undefined, expected: string | undefined, isEnded: boolean): void {
  if (token === expected) {
    if (token === undefined || !isEnded) return;
    throw new Refusal("InvalidSecurityToken.Expired", 400, "The SecurityToken has expired.");
  }
  if (!token) throw new Refusal("InvalidSecurityToken.Malformed", 400, "This AccessKey needs its SecurityToken.");
  throw new Refusal("InvalidSecurityToken.MismatchWithAccessKey", 400, "The SecurityToken is not this AccessKey's.");
}

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
function canonicalRequest(request: HttpRequest, signedHeaders: readonly string[]): string {
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
