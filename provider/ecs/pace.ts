/** The pace of calls: one gate for each region and operation, which closes for everyone when ECS throttles. */

import { OutOfTime } from "./budget";
import type { EcsClient } from "./client";
import { EcsError, type EcsOperation } from "./errors";
import { retryAfterMs } from "./retry";

/** How many calls of one operation are under way in a region at a time. */
export const MAX_IN_FLIGHT = 10;

/** The first pause after a throttled answer, in ms, where ECS does not say how long. It doubles with each probe that is refused. */
const FIRST_PAUSE_MS = 1_000;

/** The longest pause, in ms. Throttling is counted by the minute, so a longer one would waste the next minute. */
const LONGEST_PAUSE_MS = 32_000;

/**
 * Makes every call of a client wait for its gate. ECS counts calls by account, region and operation; a client has one account.
 *
 * Source: ECS documentation, API throttling: an operation that was throttled is refused until the next window begins.
 */
export function paced(client: EcsClient): EcsClient {
  const gates = new Map<string, Gate>();
  function gateOf(operation: EcsOperation, regionId: string): Gate {
    const key = `${operation} ${regionId}`;
    const gate = gates.get(key) ?? new Gate();
    gates.set(key, gate);
    return gate;
  }
  return {
    attach: (link, signal) =>
      gateOf("AttachClassicLinkVpc", link.regionId).pass(() => client.attach(link, signal), signal),
    detach: (link, signal) =>
      gateOf("DetachClassicLinkVpc", link.regionId).pass(() => client.detach(link, signal), signal),
    describe: (query, signal) =>
      gateOf("DescribeClassicLinkInstances", query.regionId).pass(() => client.describe(query, signal), signal),
  };
}

/**
 * Lets calls through in the order in which they came. A throttled answer closes it. When the pause is over one call goes as
 * a probe; each call that passes then doubles how many may be under way, until they are as many as before.
 */
class Gate {
  readonly #queue: (() => void)[] = [];
  #inFlight = 0;
  /** How many may be under way now. */
  #width = MAX_IN_FLIGHT;
  #pauseMs = FIRST_PAUSE_MS;
  #reopening: NodeJS.Timeout | undefined;
  /** Counts the closings, so that the many answers to one burst close it only once. */
  #closings = 0;
  /** When the window began whose quota is being used, and how long a window seems to be. Learned from the pauses. */
  #windowBegan: number | undefined;
  #windowMs: number | undefined;

  async pass<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    await this.#turn(signal);
    const closings = this.#closings;
    try {
      const answer = await call();
      if (closings === this.#closings) this.#passed();
      return answer;
    } catch (error) {
      if (error instanceof EcsError && error.kind === "throttled") {
        if (closings === this.#closings) this.#close(retryAfterMs(error));
      } else if (closings === this.#closings) {
        this.#passed();
      }
      throw error;
    } finally {
      this.#inFlight -= 1;
      this.#next();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        const place = this.#queue.indexOf(go);
        if (place >= 0) this.#queue.splice(place, 1);
        reject(new OutOfTime(undefined, { neverSent: true }));
      };
      if (signal?.aborted) return leave();
      signal?.addEventListener("abort", leave, { once: true });
      this.#queue.push(go);
      this.#next();
    });
  }

  #next(): void {
    while (this.#reopening === undefined && this.#inFlight < this.#width) {
      const go = this.#queue.shift();
      if (go === undefined) return;
      this.#inFlight += 1;
      go();
    }
  }

  #passed(): void {
    if (this.#width === 1) this.#beginWindow();
    this.#width = Math.min(MAX_IN_FLIGHT, this.#width * 2);
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  #beginWindow(): void {
    const now = performance.now();
    if (this.#windowBegan !== undefined) this.#windowMs = now - this.#windowBegan;
    this.#windowBegan = now;
  }

  #close(askedMs: number): void {
    this.#closings += 1;
    const firstRefusal = this.#width > 1;
    this.#width = 1;
    const restOfWindow = firstRefusal ? this.#restOfWindow() : undefined;
    const pauseMs = askedMs > 0 ? askedMs : (restOfWindow ?? this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    this.#reopening = setTimeout(() => {
      this.#reopening = undefined;
      this.#next();
    }, pauseMs);
  }

  /** How long the window should still last, in ms, if it is as long as the one before. */
  #restOfWindow(): number | undefined {
    if (this.#windowBegan === undefined || this.#windowMs === undefined) return undefined;
    const rest = this.#windowBegan + this.#windowMs - performance.now();
    return rest > 0 && rest <= 2 * LONGEST_PAUSE_MS ? rest : undefined;
  }
}
