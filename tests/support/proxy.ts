/** An HTTP proxy on loopback: it forwards requests and opens tunnels. Only the proxy knows the addresses of the hosts. */

import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { listen } from "./loopback";

export interface ProxyServer {
  /** Without user and password. */
  readonly host: string;
  /** Its requests: `CONNECT host:port`, or `POST http://host/`. */
  readonly asked: readonly string[];
  /** Answers each request with this status from now on; 0 for no answer at all, undefined to let it through. */
  answer(status: number | undefined): void;
  /** Resolves at its next request. */
  next(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts one.
 *
 * @param ports the port of each host, on this machine.
 * @param password what callers must send, as `user:password`.
 */
export async function startProxy(ports: Readonly<Record<string, number>>, password?: string): Promise<ProxyServer> {
  const asked: string[] = [];
  let status: number | undefined;
  let onAsked = () => {};

  const refusal = (request: IncomingMessage): number | undefined => {
    asked.push(`${request.method} ${request.url}`);
    onAsked();
    const wanted = `Basic ${Buffer.from(password ?? "").toString("base64")}`;
    if (password !== undefined && request.headers["proxy-authorization"] !== wanted) return 407;
    return status;
  };

  const server = createServer((request, response) => {
    const refused = refusal(request);
    if (refused === 0) return;
    if (refused !== undefined) {
      response.writeHead(refused).end("<html>proxy</html>");
      return;
    }
    const url = new URL(request.url ?? "");
    const port = ports[url.hostname];
    // Servers on loopback answer to names of this machine only.
    const { "proxy-authorization": _, ...headers } = { ...request.headers, host: `127.0.0.1:${port}` };
    const onward = httpRequest(
      { port, path: `${url.pathname}${url.search}`, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    const refused = refusal(request);
    if (refused === 0) return;
    if (refused !== undefined) {
      socket.end(`HTTP/1.1 ${refused} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const target = connect(ports[String(request.url).replace(/:\d+$/, "")] ?? 0, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(target).pipe(socket);
    });
    target.on("error", () => socket.destroy());
    socket.on("error", () => target.destroy());
  });
  const { port, close } = await listen(server);
  return {
    host: `127.0.0.1:${port}`,
    asked,
    answer: (next) => {
      status = next;
    },
    next: () =>
      new Promise((resolve) => {
        onAsked = resolve;
      }),
    close,
  };
}
