/**
 * The HTTP server on loopback: reads requests, sends replies, and recognizes browsers. It answers the control API under `/-/`
 * itself: the emulator's methods for other processes.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Answer, Reply } from "./answers";
import type { Faults } from "./faults";
import type { Journal } from "./journal";
import { parseInstance, parseLink, parseRule, parseVpc, ShapeError } from "./parse";
import type { HttpRequest } from "./requests";
import type { TlsKeyPair } from "./types";
import { UnknownIdError, type World } from "./world";

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

const CONTROL_PATH = "/-/";

interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Undefined if it was too large. */
  readonly body: string | undefined;
}

export interface ControlParts {
  readonly world: World;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clearFaults: () => void;
  readonly isFromProgram: (headers: IncomingHttpHeaders) => boolean;
}

/** Answers control calls. Bodies and answers are JSON. Never throws. */
export function createControl(parts: ControlParts): (request: ControlRequest) => Answer {
  const { world, faults, journal, clearFaults, isFromProgram } = parts;
  const routes: Readonly<Record<string, (body: unknown, id: string) => unknown>> = {
    "GET state": () => world.snapshot(),
    "GET links": () => world.links(),
    "POST links": (body) => {
      const { instanceId, vpcId } = parseLink(body);
      world.link(instanceId, vpcId);
    },
    "DELETE links": (_, instanceId) => world.unlink(instanceId),
    "POST instances": (body) => world.putInstance(parseInstance(body)),
    "DELETE instances": (_, instanceId) => world.removeInstance(instanceId),
    "POST vpcs": (body) => world.putVpc(parseVpc(body)),
    "DELETE vpcs": (_, vpcId) => world.removeVpc(vpcId),
    "GET calls": () => journal.calls(),
    "DELETE calls": () => journal.clear(),
    "POST faults": (body) => faults.add(parseRule(body)),
    "DELETE faults": () => clearFaults(),
  };

  return ({ method, path, headers, body }) => {
    if (!isFromProgram(headers)) return json(403, { error: "only programs on this machine may use the control API" });
    world.settle();
    if (body === undefined) return json(413, { error: "the body is larger than 1 MiB" });
    const [collection = "", id = "", ...rest] = path.slice(CONTROL_PATH.length).split("/");
    const name = `${method} ${collection}`;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    const perItem = method === "DELETE" && ["links", "instances", "vpcs"].includes(collection);
    if (!route || rest.length > 0 || perItem !== (id !== "")) {
      return json(404, { error: "no such route", routes: Object.keys(routes) });
    }
    if (method === "POST" && !/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) {
      return json(415, { error: "content-type must be application/json" });
    }
    try {
      return json(200, route(method === "POST" ? JSON.parse(body) : undefined, decodeURIComponent(id)) ?? {});
    } catch (error) {
      const known = [ShapeError, UnknownIdError, SyntaxError, URIError].some((type) => error instanceof type);
      if (known && error instanceof Error) return json(400, { error: error.message });
      return json(500, { error: "the emulator failed; this is a defect in it" });
    }
  };
}

function json(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json;charset=utf-8" }, body: `${JSON.stringify(value)}\n` };
}
