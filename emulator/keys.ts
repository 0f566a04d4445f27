/** Which requests are authenticated: the key that is accepted, its token, the clock, and the nonces that were seen. */
import { Refusal } from "./answers";

const MINUTE = 60_000;
const SKEW = 15 * MINUTE;

/** A key pair, with the token that belongs to it when it came from STS. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** When set, every request must carry it; when not, none may. */
  readonly securityToken?: string | undefined;
}

/** What a caller claims, whichever way it signs. */
export interface Claim {
  readonly accessKeyId: string;
  /** UTC, as `YYYY-MM-DDThh:mm:ssZ`. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly securityToken: string | undefined;
  readonly signature: string;
  /** The signature that this request has when it is signed with that secret. */
  readonly expected: (accessKeySecret: string) => string;
}

/** The one key that the emulator accepts, and the nonces it has seen. */
export class Keys {
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

  /** Throws an `Refusal` unless the request is signed with the key, fresh and not seen before. */
  verify(claim: Claim): void {
    const { accessKeyId, accessKeySecret, securityToken } = this.credentials;
    if (claim.accessKeyId !== accessKeyId) {
      throw new Refusal("InvalidAccessKeyId.NotFound", 404, "There is no such AccessKeyId.");
    }
    this.#checkClock(claim.timestamp);
    this.#checkToken(claim.securityToken, securityToken);
    if (this.#revoked) throw new Refusal("InvalidAccessKeyId.Inactive", 400, "The AccessKey is disabled.");
    if (claim.signature !== claim.expected(accessKeySecret)) {
      throw new Refusal("SignatureDoesNotMatch", 400, "The signature is not the one the emulator calculated.");
    }
    this.#useNonce(claim.nonce);
  }

  #checkClock(timestamp: string): void {
    const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
    if (Number.isNaN(at)) {
      throw new Refusal("InvalidTimeStamp.Format", 400, "The time must be UTC as YYYY-MM-DDThh:mm:ssZ.");
    }
    if (Math.abs(this.now() - at) > SKEW) {
      throw new Refusal("InvalidTimeStamp.Expired", 400, "The time is more than 15 minutes away from now.");
    }
  }

  #checkToken(token: string | undefined, expected: string | undefined): void {
    if (token === expected) {
      if (token === undefined || !this.#revoked) return;
      throw new Refusal("InvalidSecurityToken.Expired", 400, "The SecurityToken has expired.");
    }
    if (!token) throw new Refusal("InvalidSecurityToken.Malformed", 400, "This AccessKey needs its SecurityToken.");
    throw new Refusal("InvalidSecurityToken.MismatchWithAccessKey", 400, "The SecurityToken is not this AccessKey's.");
  }

  #useNonce(nonce: string): void {
    const now = this.now();
    for (const [old, at] of this.#nonces) {
      // A request can be replayed from the earliest clock that is accepted to the latest.
      if (now - at <= 2 * SKEW) break;
      this.#nonces.delete(old);
    }
    if (this.#nonces.has(nonce)) throw new Refusal("SignatureNonceUsed", 400, "The SignatureNonce was used before.");
    this.#nonces.set(nonce, now);
  }
}
