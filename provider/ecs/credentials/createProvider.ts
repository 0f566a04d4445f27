/** Reads credentials from a source that the settings chose. */

import type { Agents } from "../agents";
import { type AmbientSource, CredentialsError, type CredentialsProvider, type CredentialsSource } from ".";
import { failureOf, SourceFailure } from "./sourceFailure";
import { readProfile } from "./profile";
import { processSession } from "./process";
import { renewed, type Session } from "./renewal";
import { cloudSso, ecsRole, FIXED_ADDRESSES, type FixedAddresses, oauth, uri } from "./services";
import { assumeRole, assumeRoleWithOidc } from "./sts";
import { displayed } from "./textFile";

/**
 * Creates a provider for a source. Nothing is read or called before the first `getCredentials`.
 *
 * @param agents the connections of its requests.
 * @param addresses the services whose address no setting names.
 */
export function createCredentialsProvider(
  source: CredentialsSource,
  agents: Agents,
  addresses = FIXED_ADDRESSES,
): CredentialsProvider {
  const sources = new Sources(agents, addresses);
  return renewed(() => ask(sources, source));
}

/** The source of credentials that were found, for `doctor`. */
export interface InspectedCredentials {
  /** The name of the source, as messages have it. */
  readonly from: string;
  /** In ms since 1970. Undefined if the source names none. */
  readonly expiresAt: number | undefined;
}

/**
 * Reads credentials once, and returns where they come from.
 *
 * @throws {CredentialsError} if the source has none.
 */
export async function inspectCredentials(
  source: CredentialsSource,
  agents: Agents,
  addresses = FIXED_ADDRESSES,
): Promise<InspectedCredentials> {
  const sources = new Sources(agents, addresses);
  const { expiresAt } = await ask(sources, source);
  return { from: nameOf(sources.chosen ?? source), expiresAt };
}

async function ask(sources: Sources, source: CredentialsSource): Promise<Session> {
  try {
    return await sources.ask(source);
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    throw new CredentialsError(sentence(source, error), error.isTransient);
  }
}

function sentence(source: CredentialsSource, { message, isTransient }: SourceFailure): string {
  if (source.kind === "ambient" && !isTransient) {
    return `accessKey and secretKey: no credentials are configured (checked ${source.checked}), and this machine has none (${message}); set one of them`;
  }
  const isRole = source.kind === "assumedRole" || source.kind === "oidc";
  const what = `${SETTINGS[source.kind]}: ${isRole ? "the role" : nameOf(source)} gave no credentials (${message})`;
  return isTransient ? what : `${what}; correct that, or name another source of credentials`;
}

/** The setting that names a source, for messages. Some sources can only be in a profile. */
const SETTINGS: Readonly<Record<CredentialsSource["kind"], string>> = {
  keys: "accessKey",
  profile: "profile",
  uri: "credentialsUri",
  ecsRole: "ecsRoleName",
  oidc: "assumeRoleWithOidc",
  assumedRole: "assumeRole",
  cloudSso: "profile",
  oauth: "profile",
  process: "profile",
  ambient: "accessKey and secretKey",
};

/** The name of a source, for messages. It quotes nothing from a file. */
function nameOf(source: CredentialsSource): string {
  switch (source.kind) {
    case "keys":
      return source.credentials.securityToken === undefined ? "a key pair" : "a key pair with a security token";
    case "assumedRole":
      return `a RAM role, assumed with ${nameOf(source.base)}`;
    case "oidc":
      return "a RAM role, for an OIDC token";
    case "profile": {
      const which = source.name === undefined ? "the current profile" : `the profile "${source.name}"`;
      return `${which} of ${displayed(source.file)}`;
    }
    case "ecsRole":
      return "the RAM role of this ECS instance";
    case "uri":
      return "the address";
    case "ambient":
      return "this machine";
    default:
      return "the role";
  }
}

/** Reads sources. Some of them consist of other sources. */
class Sources {
  readonly #agents: Agents;
  readonly #addresses: FixedAddresses;
  /** The source of this machine that had credentials. It stays the same, because the account must not change in an update. */
  #chosen: CredentialsSource | undefined;

  constructor(agents: Agents, addresses: FixedAddresses) {
    this.#agents = agents;
    this.#addresses = addresses;
  }

  get chosen(): CredentialsSource | undefined {
    return this.#chosen;
  }

  /** @throws {SourceFailure} if the source has no credentials. */
  async ask(source: CredentialsSource): Promise<Session> {
    const [agents, addresses] = [this.#agents, this.#addresses];
    switch (source.kind) {
      case "keys":
        return { credentials: source.credentials };
      case "profile":
        return await this.ask(readProfile(source));
      case "ambient":
        return await this.#askMachine(source);
      case "assumedRole": {
        const { credentials } = await this.ask(source.base).catch(failureOf(nameOf(source.base)));
        return await assumeRole(agents, credentials, source.role);
      }
      case "uri":
        return await uri(agents, source.uri);
      case "ecsRole":
        return await ecsRole(agents, source, addresses);
      case "oidc":
        return await assumeRoleWithOidc(agents, source);
      case "cloudSso":
        return await cloudSso(agents, source);
      case "oauth":
        return await oauth(agents, source, addresses);
      case "process":
        return await processSession(source.command);
    }
  }

  async #askMachine({ candidates }: AmbientSource): Promise<Session> {
    if (this.#chosen !== undefined) return await this.ask(this.#chosen);
    const reasons: string[] = [];
    for (const candidate of candidates) {
      try {
        if ("absent" in candidate) throw new SourceFailure(candidate.absent);
        const session = await this.ask(candidate.source);
        this.#chosen = candidate.source;
        return session;
      } catch (error) {
        if (!(error instanceof SourceFailure)) throw error;
        // This source exists and only failed for a moment. The next source may have the keys of another account.
        if (error.isTransient && !("guess" in candidate)) throw error.of(candidate.name);
        reasons.push(`${candidate.name}: ${error.message}`);
      }
    }
    throw new SourceFailure(reasons.join(", "));
  }
}
