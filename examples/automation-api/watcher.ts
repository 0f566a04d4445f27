/** Refreshes a stack, and posts the drift that the refresh found. */

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { type Drift, driftIn, sentenceOf } from "./drift";
import { postDrift } from "./webhook";

/** The part of a stack of the Automation API that is needed here. */
export interface Refreshable {
  refresh(options: { onEvent: (event: EngineEvent) => void; clearPendingCreates: boolean }): Promise<unknown>;
}

export class Watcher {
  readonly #stack: Refreshable;
  readonly #webhook: string;
  readonly #log: (line: string) => void;
  /** A refresh reports each drift only once. Drift that was not posted yet waits here. */
  #unposted: Drift[] = [];

  constructor(stack: Refreshable, webhook: string, log: (line: string) => void = console.log) {
    this.#stack = stack;
    this.#webhook = webhook;
    this.#log = log;
  }

  /** Checks once. A failure is logged and does not end the watch: the next check tries again. */
  async check(): Promise<void> {
    const found: Drift[] = [];
    try {
      // Forgets an interrupted create. The next up makes that link, or adopts it.
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
