/** Renews the keys of a source before they expire. */

import type { Credentials, CredentialsProvider } from ".";

/** What a source gave. */
export interface Session {
  readonly credentials: Credentials;
  /** In ms since 1970; undefined when the source does not say. */
  readonly expiresAt?: number;
}

/** A session is renewed when this part of its life is left, but no sooner than {@link RENEW_AT_MOST_MS} before its end. */
const RENEW_FRACTION = 1 / 4;
const RENEW_AT_MOST_MS = 15 * 60_000;

/** What does not say when it expires is asked for anew after this long, in ms: somebody may have put newer keys there. */
const UNDATED_MS = 5 * 60_000;

/** How long to use what is still good after its renewal has failed, before the next attempt, in ms. */
const RETRY_MS = 10_000;

/**
 * Makes a provider of what `ask` gives. All who ask meanwhile share one attempt. A failure is not remembered: who asks next
 * makes a new attempt, and while the current keys are good nobody sees the error.
 *
 * @param ask asks the source once.
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
