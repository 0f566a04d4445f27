/** One look after the other: a refresh, and what it found to the webhook. */

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { type Drift, driftIn, told } from "./drift";
import { tell } from "./webhook";

/** As much of a stack of the Automation API as watching takes. */
export interface Refreshable {
  refresh(options: { onEvent: (event: EngineEvent) => void; clearPendingCreates: boolean }): Promise<unknown>;
}

export class Watcher {
  readonly #stack: Refreshable;
  readonly #webhook: string;
  readonly #log: (line: string) => void;
  /** A refresh writes what it found into the state, so it finds it once. What the webhook did not take waits here. */
  #untold: Drift[] = [];

  constructor(stack: Refreshable, webhook: string, log: (line: string) => void = console.log) {
    this.#stack = stack;
    this.#webhook = webhook;
    this.#log = log;
  }

  /** Looks once. What fails is logged, and tried again by the next look: a watch does not end because ECS had a bad minute. */
  async look(): Promise<void> {
    const found: Drift[] = [];
    try {
      // A create that was interrupted is forgotten: the next up makes that link, or adopts it.
      const onEvent = (event: EngineEvent) => void found.push(...driftIn(event));
      await this.#stack.refresh({ onEvent, clearPendingCreates: true });
    } catch (error) {
      this.#log(`cannot look: ${messageOf(error)}`);
    }
    for (const drift of found) this.#log(told(drift));
    this.#untold.push(...found);
    if (this.#untold.length === 0) return;
    try {
      await tell(this.#webhook, this.#untold);
      this.#untold = [];
    } catch (error) {
      this.#log(messageOf(error));
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
