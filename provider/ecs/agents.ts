/** The connections of requests. They stay open. If a proxy is set, they go through it. */

import { Agent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { HttpProxyAgent as Forward } from "http-proxy-agent";
import type { HttpsProxyAgent as Tunnel } from "https-proxy-agent";
import { limitAnswers } from "./answerLimit";
import { isPublic } from "./privateCloud";

/** Returns the address of the proxy for a request to a URL. Undefined for a direct connection. */
export type ProxyFor = (url: string) => string | undefined;

/** The connection pool for a request, and its proxy. */
export interface Route {
  readonly agent: Agent;
  /** The host and port of the proxy, without the user and the password. Undefined for a direct connection. */
  readonly proxy: string | undefined;
}

/** TLS options of a request. They turn off the check of the host's certificate. A proxy's certificate is always checked. */
export interface TlsOptions {
  readonly rejectUnauthorized?: false;
}

/** The proxy refused a request. The request did not reach its host. */
export class ProxyRefusal extends Error {
  override readonly name = "ProxyRefusal";
  /** The HTTP status of the proxy. */
  readonly status: number;
  /** The message as it was. httpx adds the URL of the request to `message`. */
  readonly reason: string;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
    this.reason = this.message;
  }
}

/** A proxy did not connect in time. It has Node's code for a timeout. */
class ProxyTimeout extends Error {
  override readonly name = "ProxyTimeout";
  readonly code = "ETIMEDOUT";
}

/** A proxy must connect within this time, in ms. */
const PROXY_TIMEOUT_MS = 10_000;

/** One connection pool for each scheme and proxy. Within a pool, Node keeps the connections of each host apart. */
export class Agents {
  readonly #proxyFor: ProxyFor;
  readonly #insecure: () => boolean;
  readonly #routes = new Map<string, Promise<Route>>();

  /**
   * @param proxyFor called for each request, because some hosts need no proxy.
   * @param insecure whether to accept any certificate of a private cloud's services.
   */
  constructor(proxyFor: ProxyFor = () => undefined, insecure = () => false) {
    this.#proxyFor = proxyFor;
    this.#insecure = insecure;
  }

  /** The TLS options of a request to ECS, the VPC service or STS. Certificates of the public cloud are always verified. */
  tlsOf(service: string): TlsOptions {
    return service.startsWith("https:") && !isPublic(service) && this.#insecure() ? { rejectUnauthorized: false } : {};
  }

  /** The route to a URL, through its proxy. @throws what `proxyFor` throws. */
  async to(url: string): Promise<Route> {
    return await this.#route(url, this.#proxyFor(url));
  }

  /** The route to a URL without a proxy. A proxy cannot reach this machine's metadata server. */
  async direct(url: string): Promise<Route> {
    return await this.#route(url, undefined);
  }

  #route(url: string, proxy: string | undefined): Promise<Route> {
    const secure = url.startsWith("https:");
    const key = `${secure} ${proxy}`;
    const known = this.#routes.get(key);
    if (known !== undefined) return known;
    const route = proxy === undefined ? directRoute(secure) : proxyRoute(new URL(proxy), secure);
    this.#routes.set(key, route);
    return route;
  }
}

async function directRoute(secure: boolean): Promise<Route> {
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  limitAnswers(agent);
  return { agent, proxy: undefined };
}

/** Loads the libraries here and not above, because few machines have a proxy. */
async function proxyRoute(proxy: URL, secure: boolean): Promise<Route> {
  const [{ HttpProxyAgent }, { HttpsProxyAgent }] = await Promise.all([
    import("http-proxy-agent"),
    import("https-proxy-agent"),
  ]);

  class ForwardAgent extends HttpProxyAgent<string> {
    override addRequest(...[request, options]: Parameters<Forward<string>["addRequest"]>) {
      request.once("response", (answer) => {
        // Only a proxy sends status 407.
        if (answer.statusCode !== 407) return;
        // The reader adds its error listener after this event. So the error follows in the next turn.
        answer.pause();
        setImmediate(() => answer.destroy(new ProxyRefusal(407)));
      });
      super.addRequest(request, options);
    }

    override async connect(...args: Parameters<Forward<string>["connect"]>) {
      return await withTimeout(super.connect(...args));
    }
  }

  /** The base class returns the proxy's refusal as if it were the host's answer. This class throws instead. */
  class TunnelAgent extends HttpsProxyAgent<string> {
    override async connect(...[request, options]: Parameters<Tunnel<string>["connect"]>) {
      let status = 200;
      request.once("proxyConnect", (answer: { statusCode: number }) => {
        status = answer.statusCode;
      });
      const socket = await withTimeout(super.connect(request, options));
      if (status === 200) return socket;
      socket.destroy();
      throw new ProxyRefusal(status);
    }
  }

  const agent = new (secure ? TunnelAgent : ForwardAgent)(proxy, { keepAlive: true });
  limitAnswers(agent);
  return { agent, proxy: proxy.host };
}

/** Limits the time until the proxy connects. The timeouts of clients start later, with the connection. */
async function withTimeout<T>(connecting: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProxyTimeout()), PROXY_TIMEOUT_MS);
  });
  try {
    return await Promise.race([connecting, late]);
  } finally {
    clearTimeout(timer);
  }
}
