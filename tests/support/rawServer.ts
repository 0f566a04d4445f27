/** A real HTTP server on loopback that answers in ways ECS should not. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "./loopback";

/** One request as it came. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** The form as text, still encoded. */
  readonly text: string;
  /** The parameters of the form. */
  readonly form: URLSearchParams;
  /** The same for all requests of a connection. */
  readonly port: number | undefined;
}

export interface RawServer {
  readonly endpoint: string;
  readonly requests: readonly RawRequest[];
  close(): Promise<void>;
}

export type Handler = (request: RawRequest, response: ServerResponse) => void;

/** Answers with this body, unchanged. */
export function answering(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Handler {
  return (_, response) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}

/** Answers in JSON. */
export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Handler =>
  answering(status, JSON.stringify(body), headers);

export async function startRawServer(handler: Handler): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const server = createServer(async (message, response) => {
    const request = await read(message);
    requests.push(request);
    handler(request, response);
  });
  const { port, close } = await listen(server);
  return { endpoint: `http://127.0.0.1:${port}`, requests, close };
}

async function read(message: IncomingMessage): Promise<RawRequest> {
  let text = "";
  for await (const chunk of message) text += chunk;
  const { method = "", url = "", headers, socket } = message;
  return { method, url, headers, text, form: new URLSearchParams(text), port: socket.remotePort };
}
