/** Describes that several readers wait for: they end when nobody waits any more. */

import { setMaxListeners } from "node:events";
import { OutOfTime, orAborted } from "./budget";
import type { EcsClient, LinkPage, LinkQuery } from "./client";

/** The calls that a group of readers shares. No reader's signal ends them, since others may wait for the same answer. */
export class SharedCalls {
  readonly #client: EcsClient;
  readonly #onDeserted: (hadCalls: boolean) => void;
  #readers = 0;
  #underWay = 0;
  #end = endOfCalls();

  /** @param onDeserted called when nobody reads any more; `hadCalls` says whether calls were under way, which are ended then. */
  constructor(client: EcsClient, onDeserted: (hadCalls: boolean) => void) {
    this.#client = client;
    this.#onDeserted = onDeserted;
  }

  /** Makes a call for whoever waits. Throws what `EcsClient.describe` throws. */
  async describe(query: LinkQuery): Promise<LinkPage> {
    this.#underWay += 1;
    try {
      return await this.#client.describe(query, this.#end.signal);
    } finally {
      this.#underWay -= 1;
    }
  }

  /**
   * Waits for what a reader reads by these calls.
   *
   * @throws the signal's reason, when the reader gives up.
   */
  async waitFor<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
    this.#readers += 1;
    try {
      return await orAborted(reading, signal);
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0) {
        const hadCalls = this.#underWay > 0;
        this.#onDeserted(hadCalls);
        if (hadCalls) {
          this.#end.abort(new OutOfTime());
          this.#end = endOfCalls();
        }
      }
    }
  }
}

function endOfCalls(): AbortController {
  const end = new AbortController();
  // One of many calls under way each.
  setMaxListeners(0, end.signal);
  return end;
}
