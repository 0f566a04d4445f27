/** What signs requests, and the places where it may come from, as plain data. */

/** What signs a request. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Present for temporary credentials (STS) only. */
  readonly securityToken?: string;
}

/** Gives credentials that are valid now. The shape that pop-core asks for. */
export interface CredentialsProvider {
  /** @throws {CredentialsError} when no source gives any. */
  getCredentials(): Promise<Credentials>;
}

/** What sessions are called that have no name: as those of `@pulumi/alicloud`, for which policies may have been written. */
export const DEFAULT_SESSION_NAME = "terraform";

/** How long a session lasts when nothing says so, and how long it may, in seconds. Source: STS API reference, AssumeRole. */
export const DURATION_S = { default: 3600, least: 900, most: 43_200 } as const;

/** A RAM role to assume, and for how long. Source: STS API reference, AssumeRole. */
export interface Role {
  readonly arn: string;
  readonly sessionName: string;
  /** In seconds. */
  readonly durationS: number;
  /** Narrows what the role allows; a RAM policy as JSON. */
  readonly policy?: string;
  readonly externalId?: string;
  /** The address of STS, with scheme. */
  readonly sts: string;
}

/** Where credentials come from, as the settings decided it. Nothing has been read or asked yet. */
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
  /** Without it the file's own choice: `current` in JSON, `default` in INI. */
  readonly name?: string;
  /** The address of STS for roles that name none. Absent where none is known. */
  readonly sts?: string;
  /** Whether its keys are for a private cloud: then nothing that it says leads to a host of the public one. */
  readonly privateCloud?: boolean;
  /** For profiles that stand for an {@link EcsRoleSource}. */
  readonly tokenOnly: boolean;
  readonly metadataOff?: true;
}

/** The RAM role of the ECS instance that this runs on. */
export interface EcsRoleSource {
  readonly kind: "ecsRole";
  /** Without it the metadata server is asked for it. */
  readonly roleName?: string;
  /** Never to fall back to requests without a token (version 1 of the metadata server). */
  readonly tokenOnly: boolean;
  /** The metadata server is not to be asked at all. */
  readonly metadataOff?: true;
}

/** A role that an OIDC token lets us assume. */
export interface OidcSource {
  readonly kind: "oidc";
  readonly role: Role;
  readonly providerArn: string;
  readonly token: { readonly text: string } | { readonly file: string };
}

/** A role on top of another source, which may be a role itself. */
export interface AssumedRoleSource {
  readonly kind: "assumedRole";
  readonly base: CredentialsSource;
  readonly role: Role;
}

/** A login to CloudSSO that `aliyun configure` made. */
export interface CloudSsoSource {
  readonly kind: "cloudSso";
  readonly signInUrl: string;
  readonly accountId: string;
  readonly accessConfig: string;
  readonly accessToken: string;
  /** In seconds since 1970. */
  readonly accessTokenExpire: number;
}

/** A login in the browser that `aliyun configure` made. Its tokens are renewed, and then written back. */
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

/** Nothing was configured: what the machine has, in turn. */
export interface AmbientSource {
  readonly kind: "ambient";
  readonly candidates: readonly Candidate[];
  /** The settings that were looked at before. */
  readonly lookedAt: string;
}

/** One source of the machine: to be tried, or known not to be there. */
export type Candidate =
  /** `guess` where nothing says that it is there: then it is no fault when nobody answers. */
  | { readonly name: string; readonly source: CredentialsSource; readonly guess?: true }
  | { readonly name: string; readonly absent: string };

/** No credentials could be had. Says which sources were asked and why they gave nothing, and nothing of what they contain. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
  /** Whether it may pass by itself, as a service that does not answer for a moment. */
  readonly isTransient: boolean;

  constructor(message: string, isTransient: boolean) {
    super(message);
    this.isTransient = isTransient;
  }
}
