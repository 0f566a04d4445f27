/** Services that give keys over HTTP, STS aside. Each is asked once; keeping and renewing is done in renewal.ts. */

import type { Agents, Route } from "../agents";
import { countOf, textOf } from "../answers";
import type { CloudSsoSource, EcsRoleSource, OAuthSource } from ".";
import { SourceFailure } from "./failure";
import type { FixedAddresses } from "./fixedAddresses";
import type { Session } from "./renewal";
import { changeProfile } from "./profileFile";
import { formRequest, jsonOf, type SourceRequest, send, TIMEOUT_MS } from "./request";
import { toSession } from "./session";

/** The metadata server is one hop away, and elsewhere than on an ECS instance nobody answers at all, in ms. */
const METADATA_TIMEOUT_MS = 1_000;

/** How long a token of the metadata server is good, in seconds. One is asked for with each request. */
const METADATA_TOKEN_S = 60;

/** Source: ECS user guide, instance RAM roles; instance metadata in both its versions. */
export async function ecsRole(
  agents: Agents,
  { roleName, tokenOnly, metadataOff }: EcsRoleSource,
  { metadata }: FixedAddresses,
): Promise<Session> {
  if (metadataOff) throw new SourceFailure("ALIBABA_CLOUD_ECS_METADATA_DISABLED is true");
  const route = await agents.around(metadata);
  const get = (path: string) => getMetadata(`${metadata}/latest/`, path, route, tokenOnly);
  const roles = "meta-data/ram/security-credentials/";
  const name = roleName ?? (await get(roles)).body.toString("utf8").trim();
  const answer = jsonOf(await get(`${roles}${encodeURIComponent(name)}`));
  if (answer.Code !== "Success") throw new SourceFailure("an answer without credentials");
  return toSession(answer);
}

/** With a token (version 2); without one where the server gives none, or does not take it. */
async function getMetadata(base: string, path: string, route: Route, tokenOnly: boolean) {
  const ask = (method: string, what: string, headers: SourceRequest["headers"]) =>
    send({ method, url: `${base}${what}`, headers }, route, METADATA_TIMEOUT_MS);
  const withToken = async () => {
    const token = await ask("PUT", "api/token", {
      "x-aliyun-ecs-metadata-token-ttl-seconds": String(METADATA_TOKEN_S),
    });
    return await ask("GET", path, { "x-aliyun-ecs-metadata-token": token.body.toString("utf8") });
  };
  if (tokenOnly) return await withToken();
  return await withToken().catch(() => ask("GET", path, {}));
}

/** Source: the credentials guide of Alibaba Cloud's SDKs, credentials URI. */
export async function uri(agents: Agents, url: string): Promise<Session> {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw new SourceFailure("it is no http or https address");
  return toSession(await ask(agents, { method: "GET", url, headers: {} }));
}

/** Source: CloudSSO, as the `aliyun` command line asks it. */
export async function cloudSso(agents: Agents, source: CloudSsoSource): Promise<Session> {
  if (source.accessTokenExpire * 1000 <= Date.now()) {
    throw new SourceFailure("its login to CloudSSO has expired; run aliyun configure for it");
  }
  if (!URL.canParse(source.signInUrl)) throw new SourceFailure("its cloud_sso_sign_in_url is no address");
  const url = `${new URL(source.signInUrl).origin}/cloud-credentials`;
  const wanted = { AccountId: source.accountId, AccessConfigurationId: source.accessConfig };
  const answer = await ask(agents, bearing(source.accessToken, url, JSON.stringify(wanted)));
  return toSession(answer.CloudCredential);
}

/** The `aliyun` command line as the login knows it. Not a secret. Source: its code. */
const OAUTH_CLIENT_IDS = { CN: "4038181954557748008", INTL: "4103531455503354461" } as const;

/** A login that ends within this time is renewed first, in seconds. */
const OAUTH_RENEW_S = 1_200;

/** Source: the `aliyun` command line, `aliyun configure --mode OAuth`. */
export async function oauth(agents: Agents, source: OAuthSource, { oauth: hosts }: FixedAddresses): Promise<Session> {
  const host = hosts[source.site];
  const isGood = source.accessToken !== "" && source.accessTokenExpire * 1000 - Date.now() > OAUTH_RENEW_S * 1000;
  const accessToken = isGood ? source.accessToken : await renewLogin(agents, source, host);
  return toSession(await ask(agents, bearing(accessToken, `${host}/v1/exchange`)));
}

/** The old tokens are spent then, so the new ones are written back before anything else can fail. */
async function renewLogin(agents: Agents, source: OAuthSource, host: string): Promise<string> {
  const form = {
    grant_type: "refresh_token",
    refresh_token: source.refreshToken,
    client_id: OAUTH_CLIENT_IDS[source.site],
  };
  const answer = await ask(agents, formRequest(`${host}/v1/token`, form));
  const [accessToken, refreshToken] = [textOf(answer.access_token), textOf(answer.refresh_token)];
  if (accessToken === "" || refreshToken === "") throw new SourceFailure("an answer without credentials");
  try {
    changeProfile(source.file, source.profile, {
      oauth_refresh_token: refreshToken,
      oauth_access_token: accessToken,
      oauth_access_token_expire: Math.floor(Date.now() / 1000) + (countOf(answer.expires_in) ?? 3600),
    });
  } catch {
    // The next reader of the file would have to log in again, without knowing why.
    throw new SourceFailure("its login was renewed, and the file cannot be written; log in again");
  }
  return accessToken;
}

function bearing(token: string, url: string, body?: string): SourceRequest {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return { method: "POST", url, headers, ...(body === undefined ? {} : { body }) };
}

async function ask(agents: Agents, request: SourceRequest) {
  return jsonOf(await send(request, await agents.to(request.url), TIMEOUT_MS));
}
