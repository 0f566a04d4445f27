/** Network: can each address be reached? Each check is made once. */

import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Agents } from "../../provider/ecs/agents";
import { formatDuration } from "../../provider/links/operation";
import { type Asked, asked, type Finding, ok, problem, warning } from "./finding";

/** How long each check may take, in ms. */
const TIMEOUT_MS = 5_000;

/** A clock that is further off than this is refused by the service, in ms. Source: RPC signatures, `Timestamp`. */
const MOST_SKEW_MS = 15 * 60_000;

/** A clock that is further off than this gets a warning, in ms. */
const SKEW_MS = 60_000;

/** A certificate that ends sooner than this gets a warning, in ms. */
const CERTIFICATE_SOON_MS = 14 * 86_400_000;

/** The facts about one address. Those after a failure are absent. */
export interface Reached {
  readonly host: string;
  readonly port: number;
  /** The host and port of the proxy on the way. */
  readonly proxy: string | undefined;
  readonly isInsecure: boolean;
  /** IP addresses. Absent where the host is one, or the proxy resolves it. */
  readonly resolved?: Asked<readonly string[]>;
  /** In ms. */
  readonly connected?: Asked<number>;
  readonly certificate?: Asked<Certificate>;
  /** How much the service's clock is ahead of this machine's, in ms; undefined where it does not say. */
  readonly skewMs?: Asked<number | undefined>;
}

export interface Certificate {
  /** Why it is not trusted, in OpenSSL's words. */
  readonly distrust: string | undefined;
  /** In ms since 1970. */
  readonly validTo: number;
}

/** Collects the facts about an address. */
export async function reach(endpoint: string, agents: Agents, isInsecure: boolean): Promise<Reached> {
  const { hostname, protocol, port: given } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, "");
  const isSecure = protocol === "https:";
  const port = Number(given || (isSecure ? 443 : 80));
  const { proxy } = await agents.to(endpoint);
  const reached: Reached = { host, port, proxy, isInsecure };
  const needsName = proxy === undefined && isIP(host) === 0;
  const resolved = needsName
    ? await asked(async () => (await within(lookup(host, { all: true }))).map(({ address }) => address))
    : undefined;
  if (resolved?.error !== undefined) return { ...reached, resolved };
  const named = resolved === undefined ? reached : { ...reached, resolved };
  const target = proxy === undefined ? { host, port } : hostAndPort(proxy);
  const connected = await asked(() => connectionTime(target));
  if (connected.error !== undefined) return { ...named, connected };
  const certificate = isSecure && proxy === undefined ? await asked(() => certificateOf(host, port)) : undefined;
  const skewMs = await asked(() => clockSkew(endpoint, agents));
  return { ...named, connected, ...(certificate === undefined ? {} : { certificate }), skewMs };
}

/** The findings, in the order in which a connection is made. */
export function checkReached(reached: Reached, now: number): readonly Finding[] {
  const { host, port, proxy, resolved, connected, certificate, skewMs } = reached;
  const through = proxy ?? `${host}:${port}`;
  return [
    ok(proxy === undefined ? `No proxy is used for ${host}` : `Requests to ${host} go through the proxy ${proxy}`),
    ...(resolved === undefined ? [] : [judgeName(host, resolved)]),
    ...(connected === undefined ? [] : [judgeConnection(through, proxy !== undefined, connected)]),
    ...(certificate === undefined ? [] : [judgeCertificate(host, certificate, reached.isInsecure, now)]),
    ...(skewMs === undefined ? [] : [judgeClock(host, skewMs)]),
  ];
}

/** Whether requests can get there. */
export function isReached({ skewMs, certificate, isInsecure }: Reached): boolean {
  return skewMs?.error === undefined && skewMs !== undefined && (isInsecure || !isDistrusted(certificate));
}

function judgeName(host: string, { answer, error }: Asked<readonly string[]>): Finding {
  if (error !== undefined) {
    return problem(
      `This machine cannot resolve ${host} (${codeOf(error)})`,
      "check the spelling of the endpoint and the DNS of this machine; a private cloud may need its own DNS, or a VPN",
    );
  }
  return ok(`${host} is ${answer.slice(0, 3).join(", ")}`);
}

function judgeConnection(through: string, isProxy: boolean, { answer, error }: Asked<number>): Finding {
  if (error === undefined) return ok(`${through} accepts connections, after ${Math.ceil(answer)} ms`);
  const wanted = isProxy ? "check the proxy's address" : "check the port, the firewall, and whether a proxy is needed";
  return problem(`${through} accepts no connections (${codeOf(error)})`, wanted);
}

function judgeCertificate(
  host: string,
  { answer, error }: Asked<Certificate>,
  isInsecure: boolean,
  now: number,
): Finding {
  if (error !== undefined) {
    return problem(
      `${host} does not speak TLS (${codeOf(error)})`,
      "if the cloud offers plain HTTP, give --protocol HTTP, or set classiclink:protocol",
    );
  }
  const { distrust, validTo } = answer;
  if (distrust !== undefined) {
    if (isInsecure) return warning(`The certificate of ${host} is not verified (${distrust})`);
    return problem(
      `The certificate of ${host} is not trusted (${distrust})`,
      "set NODE_EXTRA_CA_CERTS to a file with the CA of your cloud; or, on a private cloud only, give --insecure",
    );
  }
  const text = `The certificate of ${host} is trusted, until ${new Date(validTo).toISOString().slice(0, 10)}`;
  return validTo - now > CERTIFICATE_SOON_MS ? ok(text) : warning(text);
}

function judgeClock(host: string, { answer, error }: Asked<number | undefined>): Finding {
  if (error !== undefined) {
    return problem(`${host} does not answer HTTP requests (${codeOf(error)})`, "check the endpoint and --protocol");
  }
  if (answer === undefined) return warning(`${host} sends no date`);
  // The header has whole seconds only.
  const amount = formatDuration(Math.round(Math.abs(answer) / 60_000) * 60_000);
  if (Math.abs(answer) <= SKEW_MS) return ok("The clocks of this machine and of the service agree");
  const text = `The clock of the service is ${amount} ${answer > 0 ? "ahead of" : "behind"} that of this machine`;
  const advice = "set the clock of this machine, with NTP; requests that are 15 min off are refused";
  return Math.abs(answer) > MOST_SKEW_MS ? problem(text, advice) : warning(text, advice);
}

function isDistrusted(certificate: Asked<Certificate> | undefined): boolean {
  return certificate !== undefined && (certificate.error !== undefined || certificate.answer.distrust !== undefined);
}

async function connectionTime(target: { readonly host: string; readonly port: number }): Promise<number> {
  const begin = performance.now();
  const socket = connect({ ...target, timeout: TIMEOUT_MS });
  socket.once("timeout", () => socket.destroy(new Error("no answer in 5 s")));
  try {
    await once(socket, "connect");
    return performance.now() - begin;
  } finally {
    socket.destroy();
  }
}

/** Reads only the certificate: nothing is sent over this connection. */
async function certificateOf(host: string, port: number): Promise<Certificate> {
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket = connectTls({ host, port, ...name, rejectUnauthorized: false, timeout: TIMEOUT_MS });
  socket.once("timeout", () => socket.destroy(new Error("no answer in 5 s")));
  try {
    await once(socket, "secureConnect");
    const { valid_to: validTo } = socket.getPeerCertificate();
    const distrust = socket.authorized ? undefined : codeOf(socket.authorizationError);
    return { distrust, validTo: Date.parse(validTo) };
  } finally {
    socket.destroy();
  }
}

/** An unsigned request. Any answer has a date. */
async function clockSkew(endpoint: string, agents: Agents): Promise<number | undefined> {
  const { agent } = await agents.to(endpoint);
  const send = endpoint.startsWith("https:") ? httpsRequest : httpRequest;
  const request = send(endpoint, { agent, method: "HEAD", signal: AbortSignal.timeout(TIMEOUT_MS) });
  request.end();
  const [answer]: { headers: { date?: string }; destroy(): void }[] = await once(request, "response");
  const date = Date.parse(answer?.headers.date ?? "");
  answer?.destroy();
  return Number.isNaN(date) ? undefined : date - Date.now();
}

async function within<T>(asking: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in 5 s")), TIMEOUT_MS);
  });
  return await Promise.race([asking, late]).finally(() => clearTimeout(timer));
}

function hostAndPort(proxy: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(`http://${proxy}`);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 80) };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
