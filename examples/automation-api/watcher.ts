/** Refreshes a stack, and posts the drift. */

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { type Drift, driftIn, sentenceOf } from "./drift";
import { postDrift } from "./webhook";

/** The part of the Automation API's `Stack` that is used here. */
export interface Refreshable {
  refresh(options: { onEvent: (event: EngineEvent) => void; clearPendingCreates: boolean }): Promise<unknown>;
}

export class Watcher {
  readonly #stack: Refreshable;
  readonly #webhook: string;
  readonly #log: (line: string) => void;
  /** Drift that was found and not posted yet. A refresh reports each drift only once. */
  #unposted: Drift[] = [];

  constructor(stack: Refreshable, webhook: string, log: (line: string) => void = console.log) {
    this.#stack = stack;
    this.#webhook = webhook;
    this.#log = log;
  }

  /** Refreshes once. Logs a failure and does not throw, so that the watch goes on. */
  async check(): Promise<void> {
    const found: Drift[] = [];
    try {
      // Removes an interrupted create from the state. The next up creates or adopts that link.
      const onEvent = (event: EngineEvent) => void found.push(...driftIn(event));
      await this.#stack.refresh({ onEvent, clearPendingCreates: true });
    } catch (error) {
      this.#log(`refresh failed: ${messageOf(error)}`);
    }
    for (const drift of found) this.#log(sentenceOf(drift));
    this.#unposted.push(...found);
    if (this.#unposted.length === 0) return;
    try {
      await postDrift(this.#webhook, this.#unposted);
      this.#unposted = [];
    } catch (error) {
      this.#log(messageOf(error));
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
