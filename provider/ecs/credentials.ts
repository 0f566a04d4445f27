/** Turns a source of credentials into keys, through `@alicloud/credentials`, with its known faults kept away from users. */

import {
  CLIProfileCredentialsProvider,
  ECSRAMRoleCredentialsProvider,
  EnvironmentVariableCredentialsProvider,
  OIDCRoleArnCredentialsProvider,
  ProfileCredentialsProvider,
} from "@alicloud/credentials";

/** What signs a request. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Present for temporary credentials (STS) only. */
  readonly securityToken?: string;
}

/** Gives credentials that are valid now. The shape that pop-core asks for. */
export interface CredentialsProvider {
  /** @throws {CredentialsError} when the source gives nothing. */
  getCredentials(): Promise<Credentials>;
}

/** Where credentials come from, as the settings decided it. */
export type CredentialsSource =
  | { readonly kind: "keys"; readonly credentials: Credentials }
  /** A profile of the `aliyun` command line, in `~/.aliyun/config.json`. */
  | { readonly kind: "profile"; readonly name: string }
  /** The RAM role of the ECS instance that this runs on. */
  | { readonly kind: "ecsRole"; readonly roleName: string }
  /** Nothing was configured: every ambient source in turn. */
  | { readonly kind: "ambient"; readonly lookedAt: string };

/** No credentials could be had. Says which sources were asked, and nothing of what they contain. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
}

/** A provider of `@alicloud/credentials`. They keep and renew what they got. */
interface LibraryProvider {
  getCredentials(): Promise<{ accessKeyId?: string; accessKeySecret?: string; securityToken?: string }>;
}

/** Each source is built anew for each attempt: a library object that failed once may go on failing. */
type NamedSource = readonly [name: string, build: () => LibraryProvider];

/**
 * The library's default chain, in its order and made of its parts. Not its `DefaultCredentialsProvider`, which after a
 * failure asks only the last source again, and calls the host "undefined" when no credentials URI is set.
 */
const AMBIENT_SOURCES: readonly NamedSource[] = [
  ["environment variables", () => EnvironmentVariableCredentialsProvider.builder().build()],
  ["OIDC role", () => OIDCRoleArnCredentialsProvider.builder().build()],
  ["~/.aliyun/config.json", () => CLIProfileCredentialsProvider.builder().build()],
  ["~/.alibabacloud/credentials", () => ProfileCredentialsProvider.builder().build()],
  ["RAM role of this ECS instance", () => ECSRAMRoleCredentialsProvider.builder().build()],
];

/** Makes a provider for a source. Nothing is read or called before the first `getCredentials`. */
export function createCredentialsProvider(source: CredentialsSource): CredentialsProvider {
  switch (source.kind) {
    case "keys":
      return { getCredentials: async () => source.credentials };
    case "profile":
      return firstOf(
        [
          [
            `profile "${source.name}"`,
            () => CLIProfileCredentialsProvider.builder().withProfileName(source.name).build(),
          ],
        ],
        `profile: the profile "${source.name}" gave no credentials; check that ~/.aliyun/config.json is readable and has it`,
      );
    case "ecsRole":
      return firstOf(
        [[source.roleName, () => ECSRAMRoleCredentialsProvider.builder().withRoleName(source.roleName).build()]],
        `ecsRoleName: no credentials for the RAM role "${source.roleName}"; it works only on an ECS instance that has the role`,
      );
    case "ambient":
      return firstOf(
        AMBIENT_SOURCES,
        `accessKey and secretKey: no credentials were found; looked at ${source.lookedAt}, then at ${AMBIENT_SOURCES.map(([name]) => name).join(", ")}; set one of them`,
      );
  }
}

/** Asks the sources in turn, shares one attempt between all who ask meanwhile, and stays with the one that answered. */
function firstOf(sources: readonly NamedSource[], failure: string): CredentialsProvider {
  let answered: LibraryProvider | undefined;
  let attempt: Promise<Credentials> | undefined;

  async function ask(): Promise<Credentials> {
    const candidates = answered === undefined ? sources.map(([, build]) => build) : [always(answered)];
    for (const build of candidates) {
      try {
        const provider = build();
        const credentials = toCredentials(await provider.getCredentials());
        if (credentials === undefined) continue;
        answered = provider;
        return credentials;
      } catch {
        // The library's messages may quote whole files, keys included. That nothing came of it is all we repeat.
      }
    }
    answered = undefined;
    throw new CredentialsError(failure);
  }

  return {
    getCredentials() {
      attempt ??= ask().finally(() => {
        attempt = undefined;
      });
      return attempt;
    },
  };
}

const always =
  <T>(value: T) =>
  () =>
    value;

function toCredentials(given: Awaited<ReturnType<LibraryProvider["getCredentials"]>>): Credentials | undefined {
  const { accessKeyId, accessKeySecret, securityToken } = given;
  if (!accessKeyId || !accessKeySecret) return undefined;
  return { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
}
