/** The pace of calls: one gate for each region and operation, which closes for everyone when ECS throttles. */

import { OutOfTime } from "./budget";
import type { Caller, EcsClient } from "./client";
import { EcsError, type EcsOperation } from "./errors";
import { retryAfterMs } from "./retry";

/** How many calls of one operation are under way in a region at a time. */
export const MAX_IN_FLIGHT = 16;

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
    attach: (link, caller) =>
      gateOf("AttachClassicLinkVpc", link.regionId).pass(() => client.attach(link, caller), caller),
    detach: (link, caller) =>
      gateOf("DetachClassicLinkVpc", link.regionId).pass(() => client.detach(link, caller), caller),
    describe: (query, caller) =>
      gateOf("DescribeClassicLinkInstances", query.regionId).pass(() => client.describe(query, caller), caller),
    existing: (regionId, instanceIds, caller) =>
      gateOf("DescribeInstances", regionId).pass(() => client.existing(regionId, instanceIds, caller), caller),
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
  readonly #window = new Window();

  async pass<T>(call: () => Promise<T>, caller: Caller | undefined): Promise<T> {
    await this.#turn(caller?.signal);
    const closings = this.#closings;
    try {
      const answer = await call();
      if (closings === this.#closings) this.#passed();
      return answer;
    } catch (error) {
      if (error instanceof EcsError && error.kind === "throttled") {
        if (closings === this.#closings) this.#close(retryAfterMs(error));
      } else if (error instanceof EcsError && !error.facts.mayHaveSucceeded && closings === this.#closings) {
        // Refused for another reason, so not for the pace. What got no answer says nothing of it.
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
      this.#window.begin();
      go();
    }
  }

  #passed(): void {
    if (this.#width === 1) this.#window.passed();
    this.#width = Math.min(MAX_IN_FLIGHT, this.#width * 2);
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  #close(askedMs: number): void {
    this.#closings += 1;
    if (this.#width === 1) this.#window.refused();
    this.#width = 1;
    const pauseMs = askedMs > 0 ? askedMs : (this.#window.rest() ?? this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    this.#reopening = setTimeout(() => {
      this.#reopening = undefined;
      this.#next();
    }, pauseMs);
    // Nobody is kept waiting for a gate that nobody stands at: a command that has ended may end its process.
    this.#reopening.unref();
  }
}

/**
 * Learns how long a window is, so that the probe comes when the next one begins and not up to half a minute later. Each
 * probe that is refused says "longer", each that passes "at most that long"; the next one goes in the middle.
 */
class Window {
  #began: number | undefined;
  #atLeastMs = 0;
  #atMostMs: number | undefined;

  /** The first call of all may have opened a window. */
  begin(): void {
    this.#began ??= performance.now();
  }

  /** A probe has passed: a window has ended, and another has begun. */
  passed(): void {
    this.#atMostMs = Math.min(this.#atMostMs ?? Number.POSITIVE_INFINITY, this.#elapsedMs());
    this.#began = performance.now();
  }

  /** A probe was refused: the window lasts longer. */
  refused(): void {
    this.#atLeastMs = this.#elapsedMs();
    // What was learned no longer holds; a quota may have changed, or windows follow the clock.
    if (this.#atMostMs !== undefined && this.#atLeastMs >= this.#atMostMs) this.#atMostMs = undefined;
  }

  /** How long to wait for the next window, in ms; undefined when nothing is known. */
  rest(): number | undefined {
    if (this.#atMostMs === undefined) return undefined;
    const middle = (Math.min(this.#atLeastMs, this.#atMostMs) + this.#atMostMs) / 2;
    const rests = [middle, this.#atMostMs].map((endMs) => endMs - this.#elapsedMs());
    return rests.find((rest) => rest > FIRST_PAUSE_MS / 2);
  }

  #elapsedMs(): number {
    return performance.now() - (this.#began ?? performance.now());
  }
}
