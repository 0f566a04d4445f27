/** Credentials and their sources, as plain data. */

import type { Additions, Scope } from "../privateCloud";

/** The keys that sign a request. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Only temporary credentials of STS have one. */
  readonly securityToken?: string;
}

/** Returns credentials that are valid now. pop-core needs this shape. */
export interface CredentialsProvider {
  /** @throws {CredentialsError} if no source has credentials. */
  getCredentials(): Promise<Credentials>;
}

/** The default name of a session. `@pulumi/alicloud` has the same default, and RAM policies may match it. */
export const DEFAULT_SESSION_NAME = "terraform";

/** The duration of a session: the default and the limits, in seconds. Source: STS API reference, AssumeRole. */
export const DURATION_S = { default: 3600, least: 900, most: 43_200 } as const;

/** Where a role is assumed. */
export interface Sts {
  /** The address of STS, with its scheme. On ASAPI, it has a path too. */
  readonly sts: string;
  /** What a request to it has besides its own parameters. None by default. */
  readonly additions?: Additions;
}

/** A RAM role to assume. Source: STS API reference, AssumeRole. */
export interface Role extends Sts {
  readonly arn: string;
  readonly sessionName: string;
  /** The duration of the session, in seconds. */
  readonly durationS: number;
  /** A RAM policy, as JSON, that limits the session further. */
  readonly policy?: string;
  readonly externalId?: string;
}

/** A source of credentials, as the settings choose it. Nothing is read or called yet. */
export type CredentialsSource =
  | { readonly kind: "keys"; readonly credentials: Credentials }
  | ProfileSource
  | { readonly kind: "uri"; readonly uri: string }
  | EcsRoleSource
  | OidcSource
  | AssumedRoleSource
  | CloudSsoSource
  | OAuthSource
  | { readonly kind: "process"; readonly command: string }
  | AmbientSource;

/** A profile in a file of the `aliyun` command line (JSON) or of Alibaba Cloud's SDKs (INI). */
export interface ProfileSource {
  readonly kind: "profile";
  readonly file: string;
  /** By default the file decides: `current` in JSON, `default` in INI. */
  readonly name?: string;
  /** The address of STS for a role whose profile names none. Absent if no setting has it. */
  readonly sts?: Sts;
  /** Set if the keys are for a private cloud, with what its requests carry. Then no request may go to the public cloud. */
  readonly privateCloud?: { readonly regionId?: string; readonly scope: Scope };
  /** For a profile whose source is an {@link EcsRoleSource}. */
  readonly tokenOnly: boolean;
  readonly metadataOff?: true;
}

/** The RAM role of the ECS instance that this process runs on. */
export interface EcsRoleSource {
  readonly kind: "ecsRole";
  /** By default, the metadata server names the role. */
  readonly roleName?: string;
  /** Whether each request must have a token. If not, version 1 of the metadata server is used too. */
  readonly tokenOnly: boolean;
  /** Whether the metadata server must not be called. */
  readonly metadataOff?: true;
}

/** A role that is assumed with an OIDC token. */
export interface OidcSource {
  readonly kind: "oidc";
  readonly role: Role;
  readonly providerArn: string;
  readonly token: { readonly text: string } | { readonly file: string };
}

/** A role that is assumed with the keys of another source. That source may be a role too. */
export interface AssumedRoleSource {
  readonly kind: "assumedRole";
  readonly base: CredentialsSource;
  readonly role: Role;
}

/** A login to CloudSSO, made by `aliyun configure`. */
export interface CloudSsoSource {
  readonly kind: "cloudSso";
  readonly signInUrl: string;
  readonly accountId: string;
  readonly accessConfig: string;
  readonly accessToken: string;
  /** In seconds since 1970. */
  readonly accessTokenExpire: number;
}

/** A login in the browser, made by `aliyun configure`. Its tokens are renewed and saved in the file. */
export interface OAuthSource {
  readonly kind: "oauth";
  readonly site: "CN" | "INTL";
  readonly refreshToken: string;
  readonly accessToken: string;
  /** In seconds since 1970. */
  readonly accessTokenExpire: number;
  /** The file with the tokens. */
  readonly file: string;
  readonly profile: string;
}

/** The sources of this machine, for a configuration that names no source. They are tried in order. */
export interface AmbientSource {
  readonly kind: "ambient";
  readonly candidates: readonly Candidate[];
  /** The settings that have no value, for the error. */
  readonly checked: string;
}

/** One source of this machine. */
export type Candidate =
  /** `guess`: nothing shows that the source exists. Then a failure to connect only means that it does not exist. */
  | { readonly name: string; readonly source: CredentialsSource; readonly guess?: true }
  /** `absent`: why the source does not exist. */
  | { readonly name: string; readonly absent: string };

/** No source has credentials. The message names the sources and their failures, and quotes nothing of their content. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
  /** Whether a retry can succeed. */
  readonly isTransient: boolean;

  constructor(message: string, isTransient: boolean) {
    super(message);
    this.isTransient = isTransient;
  }
}
