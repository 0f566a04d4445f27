/** Services other than STS that return credentials over HTTP. Each function makes one attempt. renewal.ts caches the result. */

import type { Agents, Route } from "../agents";
import { countOf, textOf } from "../answerFields";
import type { CloudSsoSource, EcsRoleSource, OAuthSource } from ".";
import { SourceFailure } from "./sourceFailure";
import type { Session } from "./renewal";
import { changeProfile } from "./profileFile";
import { formRequest, jsonOf, type SourceRequest, send, TIMEOUT_MS, toSession } from "./request";

/** The addresses of services that no setting names. Tests replace them. */
export interface FixedAddresses {
  readonly metadata: string;
  readonly oauth: Readonly<Record<OAuthSource["site"], string>>;
}

/** Source: ECS user guide, instance metadata; the `aliyun` command line. */
export const FIXED_ADDRESSES: FixedAddresses = {
  metadata: "http://100.100.100.200",
  oauth: { CN: "https://oauth.aliyun.com", INTL: "https://oauth.alibabacloud.com" },
};

/** In ms. It is short: the metadata server is near, and outside of ECS there is none. */
const METADATA_TIMEOUT_MS = 1_000;

/** How long a token of the metadata server is valid, in seconds. Each request uses a new one. */
const METADATA_TOKEN_S = 60;

/** The keys of this ECS instance's role. Source: ECS user guide, instance RAM roles, instance metadata (both versions). */
export async function ecsRole(
  agents: Agents,
  { roleName, tokenOnly, metadataOff }: EcsRoleSource,
  { metadata }: FixedAddresses,
): Promise<Session> {
  if (metadataOff) throw new SourceFailure("ALIBABA_CLOUD_ECS_METADATA_DISABLED is true");
  const route = await agents.direct(metadata);
  const get = (path: string) => getMetadata(`${metadata}/latest/`, path, route, tokenOnly);
  const roles = "meta-data/ram/security-credentials/";
  const name = roleName ?? (await get(roles)).body.toString("utf8").trim();
  const answer = jsonOf(await get(`${roles}${encodeURIComponent(name)}`));
  if (answer.Code !== "Success") throw new SourceFailure("an answer without credentials");
  return toSession(answer);
}

/** Sends a token (version 2). If that fails, and version 1 is allowed, sends the request without a token. */
async function getMetadata(base: string, path: string, route: Route, tokenOnly: boolean) {
  const request = (method: string, what: string, headers: SourceRequest["headers"]) =>
    send({ method, url: `${base}${what}`, headers }, route, METADATA_TIMEOUT_MS);
  const withToken = async () => {
    const token = await request("PUT", "api/token", {
      "x-aliyun-ecs-metadata-token-ttl-seconds": String(METADATA_TOKEN_S),
    });
    return await request("GET", path, { "x-aliyun-ecs-metadata-token": token.body.toString("utf8") });
  };
  if (tokenOnly) return await withToken();
  return await withToken().catch(() => request("GET", path, {}));
}

/** The keys that a service at any address returns. Source: the credentials guide of Alibaba Cloud's SDKs, credentials URI. */
export async function uri(agents: Agents, url: string): Promise<Session> {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw new SourceFailure("it is not an http or https address");
  return toSession(await call(agents, { method: "GET", url, headers: {} }));
}

/** The keys of a login to CloudSSO. Source: the `aliyun` command line, `aliyun configure --mode CloudSSO`. */
export async function cloudSso(agents: Agents, source: CloudSsoSource): Promise<Session> {
  if (source.accessTokenExpire * 1000 <= Date.now()) {
    throw new SourceFailure("its login to CloudSSO has expired; run aliyun configure for it");
  }
  if (!URL.canParse(source.signInUrl)) throw new SourceFailure("its cloud_sso_sign_in_url is not an address");
  const url = `${new URL(source.signInUrl).origin}/cloud-credentials`;
  const wanted = { AccountId: source.accountId, AccessConfigurationId: source.accessConfig };
  const answer = await call(agents, bearing(source.accessToken, url, JSON.stringify(wanted)));
  return toSession(answer.CloudCredential);
}

/** The client ids of the `aliyun` command line. They are not secret. Source: its code. */
const OAUTH_CLIENT_IDS = { CN: "4038181954557748008", INTL: "4103531455503354461" } as const;

/** An access token that expires within this time is renewed, in seconds. */
const OAUTH_RENEW_S = 1_200;

/** The keys of a login in the browser. Source: the `aliyun` command line, `aliyun configure --mode OAuth`. */
export async function oauth(agents: Agents, source: OAuthSource, { oauth: hosts }: FixedAddresses): Promise<Session> {
  const host = hosts[source.site];
  const isValid = source.accessToken !== "" && source.accessTokenExpire * 1000 - Date.now() > OAUTH_RENEW_S * 1000;
  const accessToken = isValid ? source.accessToken : await renewLogin(agents, source, host);
  return toSession(await call(agents, bearing(accessToken, `${host}/v1/exchange`)));
}

/** Renews the tokens of a login. The old tokens are then invalid, so the new ones are saved at once. */
async function renewLogin(agents: Agents, source: OAuthSource, host: string): Promise<string> {
  const form = {
    grant_type: "refresh_token",
    refresh_token: source.refreshToken,
    client_id: OAUTH_CLIENT_IDS[source.site],
  };
  const answer = await call(agents, formRequest(`${host}/v1/token`, form));
  const [accessToken, refreshToken] = [textOf(answer.access_token), textOf(answer.refresh_token)];
  if (accessToken === "" || refreshToken === "") throw new SourceFailure("an answer without credentials");
  try {
    changeProfile(source.file, source.profile, {
      oauth_refresh_token: refreshToken,
      oauth_access_token: accessToken,
      oauth_access_token_expire: Math.floor(Date.now() / 1000) + (countOf(answer.expires_in) ?? 3600),
    });
  } catch {
    // The tokens in the file are invalid now, so the user must log in again.
    throw new SourceFailure("its login was renewed, but the file cannot be written; log in again");
  }
  return accessToken;
}

function bearing(token: string, url: string, body?: string): SourceRequest {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return { method: "POST", url, headers, ...(body === undefined ? {} : { body }) };
}

async function call(agents: Agents, request: SourceRequest) {
  return jsonOf(await send(request, await agents.to(request.url), TIMEOUT_MS));
}
