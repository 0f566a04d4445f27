/** Network: can each address be reached? Each check is made once. */

import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, isIP } from "node:net";
import { TLSSocket } from "node:tls";
import { type Agents, ProxyRefusal } from "../../provider/ecs/agents";
import { formatDuration } from "../../provider/links/operation";
import { type Certificate, certificateOf, judgeCertificate } from "./certificate";
import { type Asked, asked, codeOf, type Finding, ok, problem, warning } from "./finding";

/** How long each check may take, in ms. */
const TIMEOUT_MS = 5_000;

/** A clock that is further off than this is refused by the service, in ms. Source: RPC signatures, `Timestamp`. */
const MOST_SKEW_MS = 15 * 60_000;

/** A clock that is further off than this gets a warning, in ms. */
const SKEW_MS = 60_000;

/** Where a proxy may be set. */
const PROXY_VARIABLES = "CLASSICLINK_PROXY, HTTPS_PROXY or HTTP_PROXY";

/** The facts about one address. Those after a failure are absent. */
export interface Reached {
  readonly host: string;
  readonly port: number;
  /** The host and port of the proxy on the way. */
  readonly proxy: string | undefined;
  /** Whether requests do without a trusted certificate. */
  readonly isInsecure: boolean;
  /** IP addresses. Absent where the host is one, or the proxy resolves it. */
  readonly resolved?: Asked<readonly string[]>;
  /** In ms. */
  readonly connected?: Asked<number>;
  readonly response?: Asked<Response>;
}

/** What an HTTP request found out. */
export interface Response {
  /** With HTTPS. */
  readonly certificate?: Certificate;
  /** How much the service's clock is ahead of this machine's, in ms; undefined where it does not say. */
  readonly skewMs: number | undefined;
}

/** Collects the facts about an address. */
export async function reach(endpoint: string, agents: Agents): Promise<Reached> {
  const { hostname, protocol, port: given } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, "");
  const port = Number(given || (protocol === "https:" ? 443 : 80));
  const { proxy } = await agents.to(endpoint);
  const isInsecure = agents.tlsOf(endpoint).rejectUnauthorized === false;
  const reached: Reached = { host, port, proxy, isInsecure };
  const needsName = proxy === undefined && isIP(host) === 0;
  const resolved = needsName
    ? await asked(async () => (await within(lookup(host, { all: true }))).map(({ address }) => address))
    : undefined;
  if (resolved?.error !== undefined) return { ...reached, resolved };
  const named = resolved === undefined ? reached : { ...reached, resolved };
  const connected = await asked(() => connectionTime(proxy === undefined ? { host, port } : hostAndPort(proxy)));
  if (connected.error !== undefined) return { ...named, connected };
  return { ...named, connected, response: await asked(() => responseOf(endpoint, agents)) };
}

/** The findings, in the order in which a connection is made. */
export function checkReached(reached: Reached, now: number): readonly Finding[] {
  const { host, port, proxy, resolved, connected, response } = reached;
  const through = proxy ?? `${host}:${port}`;
  return [
    ok(proxy === undefined ? `No proxy is used for ${host}` : `Requests to ${host} go through the proxy ${proxy}`),
    ...(resolved === undefined ? [] : [judgeName(host, resolved)]),
    ...(connected === undefined ? [] : [judgeConnection(through, proxy !== undefined, connected)]),
    ...(response === undefined ? [] : judgeResponse(reached, response, now)),
  ];
}

/** Whether requests can get there. */
export function isReached({ response, isInsecure }: Reached): boolean {
  return response?.answer !== undefined && (isInsecure || response.answer.certificate?.distrust === undefined);
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
  const wanted = isProxy
    ? `check the address of the proxy (${PROXY_VARIABLES})`
    : "check the port, the firewall, and whether a proxy is needed";
  return problem(`${through} accepts no connections (${codeOf(error)})`, wanted);
}

function judgeResponse(reached: Reached, { answer, error }: Asked<Response>, now: number): readonly Finding[] {
  if (error !== undefined) return [judgeFailure(reached, error)];
  const { host, isInsecure } = reached;
  const { certificate, skewMs } = answer;
  return [
    ...(certificate === undefined ? [] : [judgeCertificate(host, certificate, isInsecure, now)]),
    judgeClock(host, skewMs),
  ];
}

function judgeFailure({ host, proxy }: Reached, error: Error): Finding {
  if (error instanceof ProxyRefusal) {
    return problem(
      `The proxy does not let requests to ${host} through (${error.message})`,
      error.status === 407
        ? `put the user and the password into the address of the proxy (${PROXY_VARIABLES})`
        : `ask the operator of the proxy, or leave it out for ${host} with NO_PROXY`,
    );
  }
  const code = codeOf(error);
  if (/EPROTO|SSL|TLS/.test(code)) {
    return problem(
      `${host} does not speak TLS (${code})`,
      "if the cloud offers plain HTTP, give --protocol HTTP, or set CLASSICLINK_PROTOCOL",
    );
  }
  return proxy === undefined
    ? problem(`${host} does not answer HTTP requests (${code})`, "check the endpoint and --protocol")
    : problem(
        `${host} does not answer HTTP requests through the proxy ${proxy} (${code})`,
        `check the endpoint, --protocol and the proxy (${PROXY_VARIABLES})`,
      );
}

function judgeClock(host: string, skewMs: number | undefined): Finding {
  if (skewMs === undefined) return warning(`${host} sends no date`, "compare the clock of this machine by other means");
  // The header has whole seconds only.
  const amount = formatDuration(Math.round(Math.abs(skewMs) / 60_000) * 60_000);
  if (Math.abs(skewMs) <= SKEW_MS) return ok("The clocks of this machine and of the service agree");
  const text = `The clock of the service is ${amount} ${skewMs > 0 ? "ahead of" : "behind"} that of this machine`;
  const advice = "set the clock of this machine, with NTP; requests that are 15 min off are refused";
  return Math.abs(skewMs) > MOST_SKEW_MS ? problem(text, advice) : warning(text, advice);
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

/** Sends an unsigned request. Any answer has a date. Nothing in it is secret, so a certificate is judged afterwards. */
async function responseOf(endpoint: string, agents: Agents): Promise<Response> {
  const { agent } = await agents.to(endpoint);
  const isSecure = endpoint.startsWith("https:");
  const request = isSecure
    ? httpsRequest(endpoint, { agent, method: "HEAD", rejectUnauthorized: false })
    : httpRequest(endpoint, { agent, method: "HEAD" });
  request.end();
  try {
    const [answer]: IncomingMessage[] = await within(once(request, "response"));
    // That of the proxy: a host does not ask for this.
    if (answer?.statusCode === 407) throw new ProxyRefusal(407);
    const date = Date.parse(answer?.headers.date ?? "");
    return {
      ...(answer?.socket instanceof TLSSocket ? { certificate: certificateOf(answer.socket) } : {}),
      skewMs: Number.isNaN(date) ? undefined : date - Date.now(),
    };
  } finally {
    request.on("error", () => {}).destroy();
  }
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
