/** The connections of requests. They stay open, and go through a proxy where one is set. */

import { Agent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { HttpProxyAgent as Forward } from "http-proxy-agent";
import type { HttpsProxyAgent as Tunnel } from "https-proxy-agent";
import { limitAnswers } from "./answerLimit";
import { isPublic } from "./privateCloud";

/** Says which proxy a request to a URL has to take, or undefined for none. */
export type ProxyFor = (url: string) => string | undefined;

/** How a request gets to its host. */
export interface Route {
  readonly agent: Agent;
  /** The host and port of the proxy that it goes through. Nothing else of its address, which may hold a password. */
  readonly proxy: string | undefined;
}

/** Options of a request whose host's certificate is not verified. That of a proxy on the way is. */
export interface TlsOptions {
  readonly rejectUnauthorized?: false;
}

/** A proxy that did not let a request through. The request has not left. httpx adds the address to its message. */
export class ProxyRefusal extends Error {
  override readonly name = "ProxyRefusal";
  /** What the proxy answered with, in place of a connection. */
  readonly status: number;
  readonly said: string;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
    this.said = this.message;
  }
}

/** A proxy that gave no connection in time. Has the code that Node has for it. */
class ProxySilence extends Error {
  override readonly name = "ProxySilence";
  readonly code = "ETIMEDOUT";
}

/** How long a proxy may take to connect, in ms. */
const PROXY_TIMEOUT_MS = 10_000;

/** One pool of connections for each scheme and proxy, whatever the host: Node keeps hosts apart within a pool. */
export class Agents {
  readonly #proxyFor: ProxyFor;
  readonly #insecure: () => boolean;
  readonly #routes = new Map<string, Promise<Route>>();

  /**
   * @param proxyFor asked for each request, since what goes around a proxy depends on the host.
   * @param insecure whether certificates of a private cloud's services are not verified.
   */
  constructor(proxyFor: ProxyFor = () => undefined, insecure = () => false) {
    this.#proxyFor = proxyFor;
    this.#insecure = insecure;
  }

  /** The options of a request to ECS, the VPC service or STS. Other hosts, and the public cloud, are always verified. */
  tlsOf(service: string): TlsOptions {
    return service.startsWith("https:") && !isPublic(service) && this.#insecure() ? { rejectUnauthorized: false } : {};
  }

  /** @throws what `proxyFor` throws. */
  async to(url: string): Promise<Route> {
    return await this.#route(url, this.#proxyFor(url));
  }

  /** For hosts that no proxy could reach in our place, such as the metadata server of this very machine. */
  async around(url: string): Promise<Route> {
    return await this.#route(url, undefined);
  }

  #route(url: string, proxy: string | undefined): Promise<Route> {
    const secure = url.startsWith("https:");
    const key = `${secure} ${proxy}`;
    const known = this.#routes.get(key);
    if (known !== undefined) return known;
    const route = proxy === undefined ? directly(secure) : through(new URL(proxy), secure);
    this.#routes.set(key, route);
    return route;
  }
}

async function directly(secure: boolean): Promise<Route> {
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  limitAnswers(agent);
  return { agent, proxy: undefined };
}

/** The libraries are loaded here and not above: few machines have a proxy. */
async function through(proxy: URL, secure: boolean): Promise<Route> {
  const [{ HttpProxyAgent }, { HttpsProxyAgent }] = await Promise.all([
    import("http-proxy-agent"),
    import("https-proxy-agent"),
  ]);

  class ForwardAgent extends HttpProxyAgent<string> {
    override addRequest(...[request, options]: Parameters<Forward<string>["addRequest"]>) {
      request.once("response", (answer) => {
        // The one status that is always the proxy's own.
        if (answer.statusCode !== 407) return;
        // Held back until whoever reads it listens for errors too.
        answer.pause();
        setImmediate(() => answer.destroy(new ProxyRefusal(407)));
      });
      super.addRequest(request, options);
    }

    override async connect(...args: Parameters<Forward<string>["connect"]>) {
      return await inTime(super.connect(...args));
    }
  }

  /** Its base class would pass a proxy's refusal off as the answer of the host. */
  class TunnelAgent extends HttpsProxyAgent<string> {
    override async connect(...[request, options]: Parameters<Tunnel<string>["connect"]>) {
      let status = 200;
      request.once("proxyConnect", (answer: { statusCode: number }) => {
        status = answer.statusCode;
      });
      const socket = await inTime(super.connect(request, options));
      if (status === 200) return socket;
      socket.destroy();
      throw new ProxyRefusal(status);
    }
  }

  const agent = new (secure ? TunnelAgent : ForwardAgent)(proxy, { keepAlive: true });
  limitAnswers(agent);
  return { agent, proxy: proxy.host };
}

/** Clients limit the silence of a connection, and have none before the proxy has given one. */
async function inTime<T>(connecting: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProxySilence()), PROXY_TIMEOUT_MS);
  });
  try {
    return await Promise.race([connecting, late]);
  } finally {
    clearTimeout(timer);
  }
}
