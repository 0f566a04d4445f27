/** Calls that several readers share. A call ends when no reader waits any more. */

import { setMaxListeners } from "node:events";
import { OutOfTime, orAborted } from "./budget";
import type { Caller, EcsClient, LinkPage, LinkQuery } from "./client";

/** The calls of a group of readers. One reader's signal does not end a call, because others may wait for it. */
export class SharedCalls {
  readonly #client: EcsClient;
  #readers = 0;
  #end = endOfCalls();

  constructor(client: EcsClient) {
    this.#client = client;
  }

  /**
   * Reads a page of links for several callers. Throws what `EcsClient.describe` throws.
   *
   * @param callers the readers that wait. Read at each event, because others may join.
   */
  async describe(query: LinkQuery, callers: Iterable<Caller>): Promise<LinkPage> {
    return await this.#make((caller) => this.#client.describe(query, caller), callers);
  }

  /** Asks which instances exist, as `EcsClient.existing`. */
  async existing(regionId: string, instanceIds: readonly string[], callers: Iterable<Caller>) {
    return await this.#make((caller) => this.#client.existing(regionId, instanceIds, caller), callers);
  }

  /**
   * Waits for what a reader reads by these calls.
   *
   * @throws the signal's reason, when the reader no longer waits.
   */
  async waitFor<T>(reading: Promise<T>, { signal }: Caller): Promise<T> {
    this.#readers += 1;
    try {
      return await orAborted(reading, signal);
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0) {
        this.#end.abort(new OutOfTime());
        this.#end = endOfCalls();
      }
    }
  }

  async #make<T>(call: (caller: Caller) => Promise<T>, callers: Iterable<Caller>): Promise<T> {
    return await call({
      signal: this.#end.signal,
      onRequest: () => {
        for (const caller of new Set(callers)) caller.onRequest?.();
      },
      onThrottled: (refusal, nextTryMs) => {
        for (const caller of new Set(callers)) caller.onThrottled?.(refusal, nextTryMs);
      },
    });
  }
}

function endOfCalls(): AbortController {
  const end = new AbortController();
  // One of many calls under way each.
  setMaxListeners(0, end.signal);
  return end;
}
