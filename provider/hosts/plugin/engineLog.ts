/** Sends log lines, and the status in a resource's row, to the engine. */

import type { EngineClient as Client } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { grpc } from "./fromPulumi";

/** The longest time until the engine accepts a line, in ms. It is long, so that a busy engine loses no warning. */
const ACCEPT_TIMEOUT_MS = 10_000;

/** How often the status of a row changes at most, in ms. Without a terminal, Pulumi prints each status as a line. */
const STATUS_EVERY_MS = 1_000;

/** Keeps the lines from the proxy that `http_proxy` names. The engine is on this machine. */
const PAST_PROXIES = { "grpc.enable_http_proxy": 0 };

/** The log of one engine. Sends one request at a time, in order. */
export class EngineLog {
  readonly #client: Client;
  readonly #waiting: LogRequest[] = [];
  #sent: Promise<void> = Promise.resolve();
  /** By URN, the newest status of the rows that changed less than a second ago. */
  readonly #recent = new Map<string, { next: string | undefined; readonly timer: NodeJS.Timeout }>();

  /** @param address the engine's address, such as `127.0.0.1:<port>`. */
  constructor(address: string) {
    this.#client = new EngineClient(address, grpc.credentials.createInsecure(), PAST_PROXIES);
  }

  /** Logs a line. */
  line(urn: string, message: string): void {
    this.#queue(urn, message);
  }

  /** Logs a warning. */
  warning(urn: string, message: string): void {
    this.#queue(urn, message, { severity: LogSeverity.WARNING });
  }

  /** Logs a line at debug level. */
  debug(message: string): void {
    this.#queue("", message, { severity: LogSeverity.DEBUG });
  }

  /** Sets the status in the resource's row: at once, or a second after the one before. Of several that wait, the last counts. */
  status(urn: string, message: string): void {
    const recent = this.#recent.get(urn);
    if (recent !== undefined) {
      recent.next = message;
      return;
    }
    const timer = setTimeout(() => {
      const next = this.#recent.get(urn)?.next;
      this.#recent.delete(urn);
      if (next !== undefined) this.status(urn, next);
    }, STATUS_EVERY_MS);
    timer.unref();
    this.#recent.set(urn, { next: undefined, timer });
    this.#queue(urn, message, { ephemeral: true });
  }

  /** Removes the status of a row at once. */
  clearStatus(urn: string): void {
    clearTimeout(this.#recent.get(urn)?.timer);
    this.#recent.delete(urn);
    this.#queue(urn, "", { ephemeral: true });
  }

  /** Resolves when everything is sent. */
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

  /** Never rejects. An engine that accepts no logs is about to end. */
  #sendNext(): Promise<void> {
    const request = this.#waiting.shift();
    if (request === undefined) return Promise.resolve();
    const options = { deadline: Date.now() + ACCEPT_TIMEOUT_MS };
    return new Promise((resolve) => {
      this.#client.log(request, new grpc.Metadata(), options, () => resolve());
    });
  }
}
