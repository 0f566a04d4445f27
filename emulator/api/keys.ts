/** Authenticates requests: checks the key, the token, the time and the nonce. Issues temporary keys for STS. */
import { randomBytes } from "node:crypto";
import { Refusal } from "./messages";

const MINUTE = 60_000;
const MAX_SKEW = 15 * MINUTE;

/** A key pair, with the token that belongs to it if STS issued it. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** If set, every request must have it. Otherwise requests must have none. */
  readonly securityToken?: string | undefined;
  /** On a private cloud, the organization that the key's user belongs to. */
  readonly organizationId?: string | undefined;
}

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
