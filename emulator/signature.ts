/** Who may call: HMAC-SHA1 signatures, the clock, nonces and STS tokens. Source: ECS API reference, signature 1.0. */
import { createHmac } from "node:crypto";
import { EcsFault } from "./codes";
import type { Params } from "./operations";

const MINUTE = 60_000;
const SKEW = 15 * MINUTE;

/** A key pair, with the token that belongs to it when it came from STS. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** When set, every request must carry it; when not, none may. */
  readonly securityToken?: string | undefined;
}

/** The signature of a request: Base64 of HMAC-SHA1 over its verb and its sorted parameters without `Signature`. */
export function sign(method: string, params: Params, accessKeySecret: string): string {
  const names = [...params.keys()].filter((name) => name !== "Signature").sort();
  const query = names.map((name) => `${encode(name)}=${encode(params.get(name) ?? "")}`).join("&");
  return createHmac("sha1", `${accessKeySecret}&`)
    .update(`${method}&%2F&${encode(query)}`)
    .digest("base64");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The one key that the emulator accepts, and the nonces it has seen. */
export class Keyring {
  #revoked = false;
  readonly #nonces = new Map<string, number>();

  constructor(
    private credentials: Credentials,
    private readonly now: () => number,
  ) {}

  /** Another key replaces the one there was, revoked or not. What is left out stays; a token is not carried over. */
  rotate(credentials: Partial<Credentials>): void {
    this.credentials = { ...this.credentials, securityToken: undefined, ...credentials };
    this.#revoked = false;
  }

  /** The key stops working: `InvalidAccessKeyId.Inactive`, or `InvalidSecurityToken.Expired` for one with a token. */
  revoke(): void {
    this.#revoked = true;
  }

  /** Throws an `EcsFault` unless the request is signed with the key, fresh and not seen before. */
  verify(method: string, params: Params): void {
    const { accessKeyId, accessKeySecret, securityToken } = this.credentials;
    const given = (name: string) => {
      const value = params.get(name);
      if (!value) throw new EcsFault("MissingParameter", 400, `${name} is required.`);
      return value;
    };
    if (given("AccessKeyId") !== accessKeyId) {
      throw new EcsFault("InvalidAccessKeyId.NotFound", 404, "There is no such AccessKeyId.");
    }
    if (params.get("SignatureMethod") !== "HMAC-SHA1" || params.get("SignatureVersion") !== "1.0") {
      throw new EcsFault("IncompleteSignature", 400, "SignatureMethod must be HMAC-SHA1, SignatureVersion 1.0.");
    }
    this.#checkClock(given("Timestamp"));
    this.#checkToken(params.get("SecurityToken"), securityToken);
    if (this.#revoked) throw new EcsFault("InvalidAccessKeyId.Inactive", 400, "The AccessKey is disabled.");
    const nonce = given("SignatureNonce");
    const signature = params.get("Signature");
    if (!signature) throw new EcsFault("IncompleteSignature", 400, "Signature is required.");
    if (signature !== sign(method, params, accessKeySecret)) {
      throw new EcsFault("SignatureDoesNotMatch", 400, "The signature is not the one the emulator calculated.");
    }
    this.#useNonce(nonce);
  }

  #checkClock(timestamp: string): void {
    const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
    if (Number.isNaN(at)) {
      throw new EcsFault("InvalidTimeStamp.Format", 400, "Timestamp must be UTC as YYYY-MM-DDThh:mm:ssZ.");
    }
    if (Math.abs(this.now() - at) > SKEW) {
      throw new EcsFault("InvalidTimeStamp.Expired", 400, "Timestamp is more than 15 minutes away from now.");
    }
  }

  #checkToken(token: string | undefined, expected: string | undefined): void {
    if (token === expected) {
      if (token === undefined || !this.#revoked) return;
      throw new EcsFault("InvalidSecurityToken.Expired", 400, "The SecurityToken has expired.");
    }
    if (!token) throw new EcsFault("InvalidSecurityToken.Malformed", 400, "This AccessKey needs its SecurityToken.");
    throw new EcsFault("InvalidSecurityToken.MismatchWithAccessKey", 400, "The SecurityToken is not this AccessKey's.");
  }

  #useNonce(nonce: string): void {
    const now = this.now();
    for (const [old, at] of this.#nonces) {
      // A request can be replayed from the earliest clock that is accepted to the latest.
      if (now - at <= 2 * SKEW) break;
      this.#nonces.delete(old);
    }
    if (this.#nonces.has(nonce)) throw new EcsFault("SignatureNonceUsed", 400, "The SignatureNonce was used before.");
    this.#nonces.set(nonce, now);
  }
}
