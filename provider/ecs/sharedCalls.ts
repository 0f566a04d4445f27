/** Describes that several readers wait for: they end when nobody waits any more. */

import { setMaxListeners } from "node:events";
import { OutOfTime, orAborted } from "./budget";
import type { Caller, EcsClient, LinkPage, LinkQuery } from "./client";

/** The calls that a group of readers shares. No reader's signal ends them, since others may wait for the same answer. */
export class SharedCalls {
  readonly #client: EcsClient;
  readonly #onDeserted: (hadCalls: boolean) => void;
  /** Who waits, and for how many answers. */
  readonly #readers = new Map<Caller, number>();
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
      const { signal } = this.#end;
      const all = (tell: (caller: Caller) => void) => () => [...this.#readers.keys()].forEach(tell);
      return await this.#client.describe(query, {
        signal,
        onRequest: all((caller) => caller.onRequest?.()),
        onThrottled: (nextTryMs) => all((caller) => caller.onThrottled?.(nextTryMs))(),
      });
    } finally {
      this.#underWay -= 1;
    }
  }

  /**
   * Waits for what a reader reads by these calls.
   *
   * @throws the signal's reason, when the reader gives up.
   */
  async waitFor<T>(reading: Promise<T>, caller: Caller): Promise<T> {
    this.#readers.set(caller, (this.#readers.get(caller) ?? 0) + 1);
    try {
      return await orAborted(reading, caller.signal);
    } finally {
      const left = (this.#readers.get(caller) ?? 1) - 1;
      if (left > 0) this.#readers.set(caller, left);
      else this.#readers.delete(caller);
      if (this.#readers.size === 0) {
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
