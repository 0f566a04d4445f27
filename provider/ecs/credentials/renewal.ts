/** Renews credentials before they expire. */

import type { Credentials, CredentialsProvider } from ".";

/** Credentials from a source, and when they expire. */
export interface Session {
  readonly credentials: Credentials;
  /** In ms since 1970. Absent if the source names none. */
  readonly expiresAt?: number;
}

/** A session is renewed when a quarter of its duration is left, or {@link RENEW_AT_MOST_MS} before its end if that is later. */
const RENEW_FRACTION = 1 / 4;
const RENEW_AT_MOST_MS = 15 * 60_000;

/** Credentials without an expiry are read again after this time, in ms. The source may have newer ones. */
const UNDATED_MS = 5 * 60_000;

/** After a failed renewal, valid credentials are used for this time before the next attempt, in ms. */
const RETRY_MS = 10_000;

/**
 * Creates a provider that caches the credentials of a source. Simultaneous callers share one attempt. If a renewal fails while
 * the credentials are valid, callers get these. A failure is not cached: the next caller starts a new attempt.
 *
 * @param ask reads the source once.
 */
export function renewed(ask: () => Promise<Session>): CredentialsProvider {
  let current: { readonly credentials: Credentials; readonly expiresAt: number; readonly renewAt: number } | undefined;
  let attempt: Promise<Credentials> | undefined;

  async function renew(): Promise<Credentials> {
    try {
      const { credentials, expiresAt = Number.POSITIVE_INFINITY } = await ask();
      current = { credentials, expiresAt, renewAt: renewalOf(expiresAt) };
    } catch (error) {
      if (current === undefined || Date.now() >= current.expiresAt) throw error;
      current = { ...current, renewAt: Date.now() + RETRY_MS };
    }
    return current.credentials;
  }

  return {
    async getCredentials() {
      if (current !== undefined && Date.now() < current.renewAt) return current.credentials;
      attempt ??= renew().finally(() => {
        attempt = undefined;
      });
      return await attempt;
    },
  };
}

function renewalOf(expiresAt: number): number {
  const now = Date.now();
  if (expiresAt === Number.POSITIVE_INFINITY) return now + UNDATED_MS;
  return expiresAt - Math.min(RENEW_AT_MOST_MS, (expiresAt - now) * RENEW_FRACTION);
}
