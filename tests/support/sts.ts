/** An STS on loopback: it checks the keys of its callers, and accepts the keys of its own sessions. Source: STS API reference. */

import { createHmac } from "node:crypto";
import type { ServerResponse } from "node:http";
import { type Handler, json, type RawRequest, startRawServer } from "./rawServer";

/** One call. */
export interface StsCall {
  readonly action: string;
  /** The parameters without those of the signature. */
  readonly params: Readonly<Record<string, string>>;
  /** The key that signed it; undefined for calls that are not signed. */
  readonly accessKeyId: string | undefined;
}

export interface StsKeys {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

export interface Sts {
  readonly endpoint: string;
  readonly calls: readonly StsCall[];
  /** Answers the next calls instead, until it is set back. */
  answer(handler: Handler | undefined): void;
  close(): Promise<void>;
}

/**
 * Starts one.
 *
 * @param keys the keys of its callers, besides those of its sessions.
 * @param session the keys of the sessions; by default `STS.1`, `secret-1`, `token-1` and so on.
 */
export async function startSts(
  keys: StsKeys[] = [],
  session: (count: number) => Required<StsKeys> = (count) => ({
    accessKeyId: `STS.${count}`,
    accessKeySecret: `secret-${count}`,
    securityToken: `token-${count}`,
  }),
): Promise<Sts> {
  const known = [...keys];
  const calls: StsCall[] = [];
  let instead: Handler | undefined;

  const serve = (request: RawRequest, response: ServerResponse) => {
    const params = new URLSearchParams([...new URL(request.url, "http://sts").searchParams, ...request.form]);
    const { Action = "", AccessKeyId, ...rest } = Object.fromEntries(params);
    const business = Object.entries(rest).filter(([name]) => !/^Signature|^(Format|Timestamp|Version)$/.test(name));
    calls.push({ action: Action, params: Object.fromEntries(business), accessKeyId: AccessKeyId });
    if (instead !== undefined) return instead(request, response);
    const key = known.find(({ accessKeyId }) => accessKeyId === AccessKeyId);
    const signature = sign(request.method, params, key?.accessKeySecret ?? "");
    const isTheirs = key?.securityToken === rest.SecurityToken && rest.Signature === signature;
    if (Action !== "AssumeRoleWithOIDC" && !isTheirs) return refuse(400, "SignatureDoesNotMatch")(request, response);
    const given = session(calls.length);
    known.push(given);
    const { accessKeyId, accessKeySecret, securityToken } = given;
    const Expiration = new Date(Date.now() + Number(rest.DurationSeconds) * 1000).toISOString().replace(/\.\d+/, "");
    return json(200, {
      RequestId: "0A1B2C3D",
      Credentials: {
        AccessKeyId: accessKeyId,
        AccessKeySecret: accessKeySecret,
        SecurityToken: securityToken,
        Expiration,
      },
    })(request, response);
  };

  const server = await startRawServer(serve);
  return {
    endpoint: server.endpoint,
    calls,
    answer: (handler) => {
      instead = handler;
    },
    close: () => server.close(),
  };
}

/** A refusal as STS words it: with the request in it. */
export const refuse =
  (status: number, Code: string): Handler =>
  (request, response) =>
    json(status, { RequestId: "0A1B2C3D", Code, Message: `refused: ${request.url} ${request.text}` })(
      request,
      response,
    );

/** The signature of a request. Source: "Signature method V2" of the RPC API. */
export function sign(method: string, params: URLSearchParams, accessKeySecret: string): string {
  const names = [...params.keys()].filter((name) => name !== "Signature").sort();
  const query = names.map((name) => `${encode(name)}=${encode(params.get(name) ?? "")}`).join("&");
  return createHmac("sha1", `${accessKeySecret}&`)
    .update(`${method}&%2F&${encode(query)}`)
    .digest("base64");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
