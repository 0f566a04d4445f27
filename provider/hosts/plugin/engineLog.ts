/** What the user sees during an operation: lines in the log, and a status in the resource's row. */

import type { EngineClient as Client } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { grpc } from "./fromPulumi";

/** How long the engine may take to accept a line, in ms. A busy engine must not lose a warning. */
const ACCEPT_TIMEOUT_MS = 10_000;

/** Sends to one engine, in order. */
export class EngineLog {
  readonly #client: Client;
  readonly #waiting: LogRequest[] = [];
  #sent: Promise<void> = Promise.resolve();

  /** @param address as the engine names it, `127.0.0.1:<port>`. */
  constructor(address: string) {
    this.#client = new EngineClient(address, grpc.credentials.createInsecure());
  }

  /** A line that stays. */
  line(urn: string, message: string): void {
    this.#queue(urn, message);
  }

  /** A warning. */
  warning(urn: string, message: string): void {
    this.#queue(urn, message, { severity: LogSeverity.WARNING });
  }

  /** A line at debug level. */
  debug(message: string): void {
    this.#queue("", message, { severity: LogSeverity.DEBUG });
  }

  /** The status beside the resource, until the next one. An empty one removes it. */
  status(urn: string, message: string): void {
    // A thousand links report faster than the engine can show it, so only the last status is sent.
    const unsent = this.#waiting.find((request) => request.getEphemeral() && request.getUrn() === urn);
    if (unsent === undefined) this.#queue(urn, message, { ephemeral: true });
    else unsent.setMessage(message);
  }

  /** Settles when everything is sent. */
  flushed(): Promise<void> {
    return this.#sent;
  }

  close(): void {
    this.#client.close();
  }

  #queue(urn: string, message: string, { severity = LogSeverity.INFO, ephemeral = false } = {}): void {
    const request = new LogRequest();
    request.setSeverity(severity);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    this.#waiting.push(request);
    this.#sent = this.#sent.then(() => this.#sendNext());
  }

  /** Never rejects: an engine that accepts no logs is ending. */
  #sendNext(): Promise<void> {
    const request = this.#waiting.shift();
    if (request === undefined) return Promise.resolve();
    const options = { deadline: Date.now() + ACCEPT_TIMEOUT_MS };
    return new Promise((resolve) => {
      this.#client.log(request, new grpc.Metadata(), options, () => resolve());
    });
  }
}
