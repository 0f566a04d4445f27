/** How a provider of `@alicloud/credentials` is asked once, over connections of ours, and what comes of it. */

import { SourceFailure, toFailure } from "./failure";
import type { Session } from "./kept";
import type { SourceAnswer, SourceRequest } from "./request";

/** A request as the library makes it. */
export interface LibraryRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyForm?: Readonly<Record<string, string>>;
  toRequestURL(): string;
}

/** A provider of the library. `refresher` asks its source once. */
export interface LibraryProvider {
  refresher(): Promise<{
    accessKeyId?: string;
    accessKeySecret?: string;
    securityToken?: string;
    expiration?: string;
  }>;
}

/** Asks a provider's source, with the library's own HTTP replaced: that knows no proxy, and tells no status. */
export async function ask(
  provider: LibraryProvider,
  doRequest: (request: LibraryRequest) => Promise<SourceAnswer>,
): Promise<Session> {
  // A private member. The library's own tests replace it in the same way.
  Reflect.set(provider, "doRequest", doRequest);
  try {
    return toSession(await provider.refresher());
  } catch (error) {
    throw toFailure(error, "an answer without credentials");
  }
}

/** What a provider gave. */
export function toSession({ expiration, ...given }: Awaited<ReturnType<LibraryProvider["refresher"]>>): Session {
  const { accessKeyId, accessKeySecret, securityToken } = given;
  if (!accessKeyId || !accessKeySecret) throw new SourceFailure("an answer without credentials");
  const credentials = { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
  const expiresAt = Date.parse(expiration ?? "");
  return Number.isNaN(expiresAt) ? { credentials } : { credentials, expiresAt };
}

/**
 * A request as it is to be sent.
 *
 * @param more added to its form.
 */
export function toRequest(request: LibraryRequest, more: Readonly<Record<string, string>> = {}): SourceRequest {
  const { method, headers, bodyForm } = request;
  const form = new URLSearchParams({ ...bodyForm, ...more }).toString();
  const typed = form === "" ? headers : { "content-type": "application/x-www-form-urlencoded", ...headers };
  return { method, url: request.toRequestURL(), headers: typed, ...(form === "" ? {} : { body: form }) };
}

/** The same request to another address: the library takes a host only, and no scheme. */
export function at(origin: string, request: SourceRequest): SourceRequest {
  const { pathname, search } = new URL(request.url);
  return { ...request, url: `${origin}${pathname}${search}` };
}
