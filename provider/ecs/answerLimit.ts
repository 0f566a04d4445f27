/** How long and how large an answer may be: bodies without end, and small ones that unpack to large ones, never fill the memory. */

import type { Agent, ClientRequest, IncomingMessage } from "node:http";

/** How long an answer may take, in ms. */
export const ANSWER_TIMEOUT_MS = 15_000;

/** A page of 100 links takes some 10 kB, and the longest error less. In bytes. */
const MOST_BYTES = 1024 * 1024;

/** An answer was cut off, because it is longer than any of ECS. httpx adds the address to its message. */
export class AnswerTooLong extends Error {
  override readonly name = "AnswerTooLong";
  readonly said = `an answer of more than ${MOST_BYTES / 1024} kB`;
}

/**
 * Limits the answers to all requests of an agent. httpx, below pop-core, has no limit: it gathers whatever comes, and
 * unpacks it.
 */
export function limitAnswers(agent: Agent): void {
  // The method through which Node hands requests to agents of every kind. The types do not have it.
  const addRequest: unknown = Reflect.get(agent, "addRequest");
  if (typeof addRequest !== "function") throw new TypeError("this version of Node does not add requests to agents");
  Reflect.set(agent, "addRequest", (request: ClientRequest, ...rest: readonly unknown[]) => {
    request.once("response", limit);
    Reflect.apply(addRequest, agent, [request, ...rest]);
  });
}

function limit(response: IncomingMessage): void {
  // Packing was not asked for. Read as it is, such a body is an unreadable answer.
  delete response.headers["content-encoding"];
  const { socket } = response;
  let bytes = 0;
  // Counted on the socket: listening to the response itself would take its data away from its reader.
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) response.destroy(new AnswerTooLong());
  };
  socket.on("data", count);
  response.once("close", () => socket.off("data", count));
}
