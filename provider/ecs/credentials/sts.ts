/** Assumes RAM roles. Source: STS API reference, version 2015-04-01. */

import { createHmac, randomUUID } from "node:crypto";
import type { Agents } from "../agents";
import type { Credentials, OidcSource, Role, Sts } from ".";
import { NOTHING } from "../privateCloud";
import { percentEncoded } from "../redaction";
import { failureOf } from "./sourceFailure";
import type { Session } from "./renewal";
import { formRequest, jsonOf, send, type SourceRequest, TIMEOUT_MS, toSession } from "./request";
import { readTextFile } from "./textFile";

type Params = Readonly<Record<string, string>>;

/** Assumes a role with keys. Source: AssumeRole. */
export async function assumeRole(agents: Agents, base: Credentials, role: Role): Promise<Session> {
  const { externalId, ...common } = role;
  const params = {
    ...role.additions?.params,
    ...paramsOf("AssumeRole", common),
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
    AccessKeyId: base.accessKeyId,
    ...(base.securityToken === undefined ? {} : { SecurityToken: base.securityToken }),
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    SignatureNonce: randomUUID(),
  };
  return await call(agents, role, { ...params, Signature: signatureOf(params, base.accessKeySecret) });
}

/** Assumes a role with an OIDC token. The request has no signature. Source: AssumeRoleWithOIDC. */
export async function assumeRoleWithOidc(agents: Agents, { role, providerArn, token }: OidcSource): Promise<Session> {
  const OIDCToken = "text" in token ? token.text : readToken(token.file);
  const own = { ...paramsOf("AssumeRoleWithOIDC", role), OIDCProviderArn: providerArn, OIDCToken };
  return await call(agents, role, { ...role.additions?.params, ...own });
}

function paramsOf(Action: string, { arn, sessionName, durationS, policy }: Role): Params {
  return {
    Action,
    Version: "2015-04-01",
    Format: "JSON",
    Timestamp: new Date().toISOString().replace(/\.\d+/, ""),
    RoleArn: arn,
    RoleSessionName: sessionName,
    DurationSeconds: String(durationS),
    ...(policy === undefined ? {} : { Policy: policy }),
  };
}

/** Source: ECS API reference, signature of RPC requests. */
function signatureOf(params: Params, accessKeySecret: string): string {
  const pairs = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
  const query = pairs.map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`).join("&");
  const text = `POST&%2F&${percentEncoded(query)}`;
  return createHmac("sha1", `${accessKeySecret}&`).update(text).digest("base64");
}

async function call(agents: Agents, { sts, additions = NOTHING }: Sts, params: Params): Promise<Session> {
  const route = { ...(await agents.to(sts)), tls: agents.tlsOf(sts) };
  const { headers, inQuery } = additions;
  const form = formRequest(`${sts}/`, params);
  const request: SourceRequest = inQuery
    ? { method: "POST", url: `${sts}/?${new URLSearchParams(params)}`, headers }
    : { ...form, headers: { ...headers, ...form.headers } };
  const sent = send(request, route, TIMEOUT_MS, true);
  return await sent.then((answer) => toSession(jsonOf(answer).Credentials)).catch(failureOf("STS"));
}

function readToken(file: string): string {
  try {
    return readTextFile(file).trim();
  } catch (error) {
    return failureOf("the file of the token")(error);
  }
}
