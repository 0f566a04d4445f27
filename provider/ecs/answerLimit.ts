/** Limits the time and the size of answers, so that an endless body cannot fill the memory. Reports their HTTP status. */

import type { Agent, ClientRequest, IncomingMessage } from "node:http";

/** The longest time for an answer, in ms. */
export const ANSWER_TIMEOUT_MS = 15_000;

/** The largest answer, in bytes. A page of 100 links has about 10 kB, and the longest error has less. */
const MOST_BYTES = 1024 * 1024;

/** An answer was longer than the limit, so its connection was closed. */
export class AnswerTooLong extends Error {
  override readonly name = "AnswerTooLong";
  /** For messages. httpx adds the URL of the request to `message`. */
  readonly reason = `an answer of more than ${MOST_BYTES / 1024} kB`;
}

/** An option of a request, which is called with the HTTP status of its answer. */
export interface StatusListener {
  readonly onStatus?: (status: number | undefined) => void;
}

/**
 * Limits all answers on an agent's connections. httpx, which pop-core uses, reads and decompresses a body of any size.
 *
 * Reports the status of an answer to its request, because pop-core's error for an unreadable body does not have it.
 */
export function limitAnswers(agent: Agent): void {
  // Node calls this method for each request. Its type declarations lack it.
  const addRequest: unknown = Reflect.get(agent, "addRequest");
  if (typeof addRequest !== "function") throw new TypeError("this version of Node does not add requests to agents");
  Reflect.set(agent, "addRequest", (request: ClientRequest, options: StatusListener, ...rest: readonly unknown[]) => {
    request.once("response", (response) => {
      options.onStatus?.(response.statusCode);
      limit(response);
    });
    Reflect.apply(addRequest, agent, [request, options, ...rest]);
  });
}

function limit(response: IncomingMessage): void {
  // The request did not accept compression. Without this header, httpx reads the body as it is and cannot parse it.
  delete response.headers["content-encoding"];
  const { socket } = response;
  let bytes = 0;
  // Counts on the socket. A data listener on the response would take the data from its reader.
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) response.destroy(new AnswerTooLong());
  };
  socket.on("data", count);
  response.once("close", () => socket.off("data", count));
}
