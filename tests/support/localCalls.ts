/** The HTTP calls that a process makes to its own servers: whether one is under way. */

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";

export interface LocalCalls {
  /** Whether each call and each answer that was sent has arrived. Calls that a server works on do not count. */
  areStill(): boolean;
  stopWatching(): void;
}

/** The same call has the same port on both sides of its connection, and a connection has one call at a time. */
export function watchLocalCalls(): LocalCalls {
  const connecting = new Set<ClientRequest>();
  const sent = new Set<number | undefined>();
  const arrived = new Set<number | undefined>();

  const onSent = (message: unknown) => {
    const { request } = message as { readonly request: ClientRequest };
    const { socket } = request;
    if (socket === null) throw new Error("a request starts on a connection");
    const hasPort = () => {
      const { localPort } = socket;
      if (!connecting.delete(request)) return;
      sent.add(localPort);
      request.once("close", () => sent.delete(localPort));
    };
    connecting.add(request);
    if (socket.connecting) socket.once("connect", hasPort);
    else hasPort();
    request.once("close", () => connecting.delete(request));
  };
  const onArrived = (message: unknown) => {
    const { request, response } = message as { readonly request: IncomingMessage; readonly response: ServerResponse };
    const { remotePort } = request.socket;
    request.once("end", () => arrived.add(remotePort));
    response.once("close", () => arrived.delete(remotePort));
  };
  subscribe("http.client.request.start", onSent);
  subscribe("http.server.request.start", onArrived);
  return {
    areStill: () => connecting.size === 0 && sent.size === arrived.size && [...sent].every((port) => arrived.has(port)),
    stopWatching() {
      unsubscribe("http.client.request.start", onSent);
      unsubscribe("http.server.request.start", onArrived);
    },
  };
}
