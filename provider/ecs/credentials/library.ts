/**
 * The sources that `@alicloud/credentials` knows how to ask: its requests and its reading of answers. Each is asked once,
 * over connections of ours; keeping and renewing are ours too, because the library goes on using what has expired, and
 * renews sessions of 15 minutes at every call.
 */

import { devNull } from "node:os";
import {
  ECSRAMRoleCredentialsProvider,
  OIDCRoleArnCredentialsProvider,
  RAMRoleARNCredentialsProvider,
  StaticAKCredentialsProvider,
  StaticSTSCredentialsProvider,
  URICredentialsProvider,
} from "@alicloud/credentials";
import CloudSSOCredentialsProvider from "@alicloud/credentials/dist/src/providers/cloud_sso";
import ExternalCredentialsProvider from "@alicloud/credentials/dist/src/providers/external";
import OAuthCredentialsProvider from "@alicloud/credentials/dist/src/providers/oauth";
import type { Agents } from "../agents";
import type { CloudSsoSource, Credentials, EcsRoleSource, OAuthSource, OidcSource, Role } from "../credentials";
import { SourceFailure, toFailure, under } from "./failure";
import type { FixedAddresses } from "./fixedAddresses";
import type { Session } from "./kept";
import { ask, at, type LibraryProvider, type LibraryRequest, toRequest, toSession } from "./libraryCall";
import { changeProfile } from "./profileFile";
import { type SourceRequest, send } from "./request";
import { readTextFile } from "./textFile";

/** How long one request may take, in ms. */
const TIMEOUT_MS = 10_000;

/** The metadata server is one hop away, and elsewhere than on an ECS instance nobody answers at all, in ms. */
const METADATA_TIMEOUT_MS = 1_000;

/** The `aliyun` command line as the login knows it. Not a secret. Source: its code. */
const OAUTH_CLIENT_IDS = { CN: "4038181954557748008", INTL: "4103531455503354461" } as const;

/** Asks sources. Every method throws {@link SourceFailure} when its source gives nothing. */
export class Library {
  readonly #agents: Agents;
  readonly #addresses: FixedAddresses;

  constructor(agents: Agents, addresses: FixedAddresses) {
    this.#agents = agents;
    this.#addresses = addresses;
  }

  /** Source: STS API reference, AssumeRole. */
  async assumeRole(base: Credentials, role: Role): Promise<Session> {
    const builder = RAMRoleARNCredentialsProvider.builder()
      .withCredentialsProvider(toLibrary(base))
      .withRoleArn(role.arn)
      .withRoleSessionName(role.sessionName)
      .withDurationSeconds(role.durationS)
      .withStsEndpoint(new URL(role.sts).host);
    if (role.policy !== undefined) builder.withPolicy(role.policy);
    if (role.externalId !== undefined) builder.withExternalId(role.externalId);
    return await this.#askSts(role, builder.build());
  }

  /** Source: STS API reference, AssumeRoleWithOIDC. */
  async oidc({ role, providerArn, token }: OidcSource): Promise<Session> {
    const OIDCToken = "text" in token ? token.text : readToken(token.file);
    const builder = OIDCRoleArnCredentialsProvider.builder()
      .withOIDCProviderArn(providerArn)
      // It takes tokens from files only; what it reads here is replaced below.
      .withOIDCTokenFilePath(devNull)
      .withRoleArn(role.arn)
      .withRoleSessionName(role.sessionName)
      .withDurationSeconds(role.durationS)
      .withStsEndpoint(new URL(role.sts).host);
    if (role.policy !== undefined) builder.withPolicy(role.policy);
    return await this.#askSts(role, builder.build(), { OIDCToken });
  }

  /** Source: ECS user guide, instance RAM roles; instance metadata in both its versions. */
  async ecsRole({ roleName, tokenOnly }: EcsRoleSource): Promise<Session> {
    const builder = ECSRAMRoleCredentialsProvider.builder().withDisableIMDSv1(tokenOnly);
    if (roleName !== undefined) builder.withRoleName(encodeURIComponent(roleName));
    const { metadata } = this.#addresses;
    let provider: LibraryProvider;
    try {
      provider = builder.build();
    } catch {
      throw new SourceFailure("ALIBABA_CLOUD_ECS_METADATA_DISABLED is true");
    }
    const route = await this.#agents.around(metadata);
    return await ask(provider, (request) => send(at(metadata, toRequest(request)), route, METADATA_TIMEOUT_MS));
  }

  /** Source: the credentials guide of Alibaba Cloud's SDKs, credentials URI. */
  async uri(uri: string): Promise<Session> {
    if (!/^https?:\/\//i.test(uri) || !URL.canParse(uri)) throw new SourceFailure("it is no http or https address");
    const provider = URICredentialsProvider.builder().withCredentialsURI(uri).build();
    return await this.#ask(uri, provider, toRequest);
  }

  /** Source: CloudSSO, as the `aliyun` command line asks it. */
  async cloudSso(source: CloudSsoSource): Promise<Session> {
    if (source.accessTokenExpire * 1000 <= Date.now()) {
      throw new SourceFailure("its login to CloudSSO has expired; run aliyun configure for it");
    }
    if (!URL.canParse(source.signInUrl)) throw new SourceFailure("its cloud_sso_sign_in_url is no address");
    const provider = CloudSSOCredentialsProvider.builder()
      .withSignInUrl(source.signInUrl)
      .withAccountId(source.accountId)
      .withAccessConfig(source.accessConfig)
      .withAccessToken(source.accessToken)
      .withAccessTokenExpire(source.accessTokenExpire)
      .build();
    // The library forgets to send what it has put together for the body.
    const body = JSON.stringify({ AccountId: source.accountId, AccessConfigurationId: source.accessConfig });
    return await this.#ask(source.signInUrl, provider, (request) => ({ ...toRequest(request), body }));
  }

  /** Source: the `aliyun` command line, `aliyun configure --mode OAuth`. */
  async oauth(source: OAuthSource): Promise<Session> {
    let unwritten = false;
    const provider = OAuthCredentialsProvider.builder()
      .withClientId(OAUTH_CLIENT_IDS[source.site])
      .withSignInUrl(this.#addresses.oauth[source.site])
      .withRefreshToken(source.refreshToken)
      .withAccessToken(source.accessToken)
      .withAccessTokenExpire(source.accessTokenExpire)
      .withTokenUpdateCallback((refreshToken, accessToken, _id, _secret, _token, accessTokenExpire) => {
        if (refreshToken === source.refreshToken && accessToken === source.accessToken) return;
        try {
          changeProfile(source.file, source.profile, {
            oauth_refresh_token: refreshToken,
            oauth_access_token: accessToken,
            oauth_access_token_expire: accessTokenExpire,
          });
        } catch {
          // Thrown from here it would get lost in the library.
          unwritten = true;
        }
      })
      .build();
    const session = await this.#ask(this.#addresses.oauth[source.site], provider, toRequest);
    // The tokens in the file are spent. Whoever reads it next would be told to log in again, without knowing why.
    if (unwritten) throw new SourceFailure("its login was renewed, and the file cannot be written; log in again");
    return session;
  }

  /** Source: the `aliyun` command line, `aliyun configure --mode External`. */
  async process(command: string): Promise<Session> {
    let expiresAtS = 0;
    const provider = ExternalCredentialsProvider.builder()
      .withProcessCommand(command)
      .withCredentialUpdateCallback((_id, _secret, _token, expirationS) => {
        expiresAtS = expirationS;
      })
      .build();
    try {
      const session = toSession(await provider.getCredentials());
      return expiresAtS > 0 ? { ...session, expiresAt: expiresAtS * 1000 } : session;
    } catch (error) {
      const said = error instanceof Error ? error.message : "";
      // How the library's messages begin; they go on with what the process printed.
      if (said.startsWith("failed to execute")) throw new SourceFailure("its process_command failed");
      if (said.startsWith("failed to parse")) throw new SourceFailure("its process_command did not print JSON");
      throw toFailure(error, "its process_command did not print credentials");
    }
  }

  async #askSts(
    { sts }: Role,
    provider: LibraryProvider,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Session> {
    const route = { ...(await this.#agents.to(sts)), tls: this.#agents.tlsOf(sts) };
    return await ask(provider, (request) => send(at(sts, toRequest(request, more)), route, TIMEOUT_MS)).catch(
      under("STS"),
    );
  }

  /** @param url of the host that is asked. */
  async #ask(
    url: string,
    provider: LibraryProvider,
    made: (request: LibraryRequest) => SourceRequest,
  ): Promise<Session> {
    // Before the library is asked, which would keep to itself what is wrong with a proxy.
    const route = await this.#agents.to(url);
    return await ask(provider, (request) => send(made(request), route, TIMEOUT_MS));
  }
}

function readToken(file: string): string {
  try {
    return readTextFile(file).trim();
  } catch (error) {
    return under("the file of the token")(error);
  }
}

function toLibrary({ accessKeyId, accessKeySecret, securityToken }: Credentials) {
  if (securityToken === undefined) {
    return StaticAKCredentialsProvider.builder()
      .withAccessKeyId(accessKeyId)
      .withAccessKeySecret(accessKeySecret)
      .build();
  }
  return StaticSTSCredentialsProvider.builder()
    .withAccessKeyId(accessKeyId)
    .withAccessKeySecret(accessKeySecret)
    .withSecurityToken(securityToken)
    .build();
}
