/** The HTTP server on loopback: reads requests, sends replies, and recognizes browsers. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { HttpRequest, Reply } from "./api/messages";
import { CONTROL_PATH, type ControlRequest } from "./control";

/** The largest body, in bytes. */
const LIMIT = 1024 * 1024;
/** A larger body is read and dropped up to this size, in bytes. Otherwise the caller could not read the refusal. */
const READ_LIMIT = 16 * LIMIT;

/** The body of a request. Undefined if it is too large. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= LIMIT) chunks.push(chunk);
    else if (size > READ_LIMIT) return undefined;
  }
  return size > LIMIT ? undefined : Buffer.concat(chunks);
}

function send(response: ServerResponse, reply: Reply, close: boolean): void {
  if (reply === "hang") return;
  if (reply === "reset") return void response.socket?.resetAndDestroy();
  if (reply === "drop") return void response.socket?.destroy();
  const headers = { ...reply.headers, "content-length": Buffer.byteLength(reply.body) };
  response.writeHead(reply.status, close ? { ...headers, connection: "close" } : headers).end(reply.body);
}

/** A private key and its certificate, as PEM. */
export interface TlsKeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface Served {
  readonly port: number;
  /** With it, the server speaks only HTTPS. */
  readonly tls: TlsKeyPair | undefined;
  /** The time for the header `Date`, in milliseconds since the epoch. */
  readonly date: () => number;
  readonly api: (request: HttpRequest) => Promise<Reply>;
  readonly control: (request: ControlRequest) => Reply;
}

/** Starts the server on 127.0.0.1. Resolves when it listens. Rejects if the port is in use. */
export function serve({ port, tls, date, api, control }: Served): Promise<Server> {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", headers, url = "/" } = request;
    const [, path = "/", query = ""] = /^([^?]*)\??(.*)$/s.exec(url) ?? [];
    const body = await read(request);
    const reply = path.startsWith(CONTROL_PATH)
      ? control({ method, path, headers, body: body?.toString("utf8") })
      : await api({ method, path, query: new Map(new URLSearchParams(query)), headers, body });
    response.setHeader("date", new Date(date()).toUTCString());
    send(response, reply, body === undefined);
  }

  const listener: RequestListener = (request, response) => {
    // This fails only if the caller closes its connection before the end of its body.
    answer(request, response).catch(() => response.socket?.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** The names of the emulator in a program's requests. */
export interface Callers {
  readonly scheme: "http" | "https";
  /** Host names besides `127.0.0.1` and `localhost`, without a port. */
  readonly hosts: readonly string[];
}

/**
 * Whether a program sent the request. A page in a browser must not use the emulator, and could sign requests: the emulator's key
 * is in its documentation. A page whose name resolves to 127.0.0.1 has another Host. A page of another site has an Origin.
 */
export function isFromProgram({ scheme, hosts }: Callers, headers: IncomingHttpHeaders): boolean {
  const { host = "", origin, "sec-fetch-site": site = "none" } = headers;
  return (
    ["127.0.0.1", "localhost", ...hosts].includes(host.replace(/:\d+$/, "")) &&
    (origin === undefined || origin === `${scheme}://${host}`) &&
    (site === "none" || site === "same-origin")
  );
}
