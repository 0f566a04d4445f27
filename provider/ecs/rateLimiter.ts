/** The rate limiter: one for each region and operation of an account, as ECS counts calls. */

import PQueue from "p-queue";
import { OutOfTime } from "./budget";
import type { Caller, EcsClient, Link } from "./client";
import { type ApiOperation, EcsError } from "./errors";
import { retryAfterMs } from "./retry";
import type { VpcClient } from "./vpcClient";

/** The number of calls of one operation in a region at a time. */
export const MAX_IN_FLIGHT = 16;

/** The gap before the first probe after a refusal, in ms, unless ECS gives one. It doubles with each refused probe. */
const FIRST_GAP_MS = 1_000;

/** The longest gap between two probes, in ms. */
const LONGEST_GAP_MS = 10_000;

/** Makes each call of a client wait for its limiter. A client has one account. */
export function rateLimited(client: EcsClient): EcsClient {
  const limiterOf = limiters();
  const change = (operation: ApiOperation, link: Link, call: () => Promise<void>, caller?: Caller) =>
    limiterOf(operation, link.regionId).run(call, caller, link.instanceId);
  return {
    attach: (link, caller) => change("AttachClassicLinkVpc", link, () => client.attach(link, caller), caller),
    detach: (link, caller) => change("DetachClassicLinkVpc", link, () => client.detach(link, caller), caller),
    describe: (query, caller) =>
      limiterOf("DescribeClassicLinkInstances", query.regionId).run(() => client.describe(query, caller), caller),
    existing: (regionId, instanceIds, caller) =>
      limiterOf("DescribeInstances", regionId).run(() => client.existing(regionId, instanceIds, caller), caller),
  };
}

/** The same for the VPC service. */
export function rateLimitedVpcs(client: VpcClient): VpcClient {
  const limiterOf = limiters();
  return {
    describeVpcs: (query, caller) =>
      limiterOf("DescribeVpcs", query.regionId).run(() => client.describeVpcs(query, caller), caller),
    isClassicLinkEnabled: (vpc, caller) =>
      limiterOf("DescribeVpcAttribute", vpc.regionId).run(() => client.isClassicLinkEnabled(vpc, caller), caller),
  };
}

function limiters(): (operation: ApiOperation, regionId: string) => RateLimiter {
  const known = new Map<string, RateLimiter>();
  return (operation, regionId) => {
    const key = `${operation} ${regionId}`;
    const limiter = known.get(key) ?? new RateLimiter();
    known.set(key, limiter);
    return limiter;
  };
}

/** The priority of waiting calls. */
const PRIORITY = { refusedBefore: 2, usual: 1, busyBefore: 0 };

/** The calls from an opening of the limiter, or the start of a second, to the next one. */
interface Burst {
  readonly closings: number;
  readonly openedAt: number;
  sent: number;
  passed: number;
}

/**
 * Finds the rate that ECS allows from its refusals. It learns nothing from silence.
 *
 * A refusal closes the limiter for all callers. Single probes follow at growing gaps. A probe that succeeds opens it, and each
 * call that succeeds allows one more at a time. If the first probe succeeds, the window is about a second. From then on, a
 * second gets as many calls as succeeded in one, and a tenth more after each second without a refusal.
 */
class RateLimiter {
  readonly #queue = new PQueue({ concurrency: MAX_IN_FLIGHT });
  readonly #waiting = new Set<{ readonly caller: Caller | undefined }>();
  /** Instances that were busy at their last call. */
  readonly #busy = new Set<string>();
  #state: "open" | "closed" | "probing" = "open";
  #closings = 0;
  /** Why it is closed. */
  #refusal: EcsError | undefined;
  #closedAt = 0;
  #probeAt = 0;
  #gapMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #burst = this.#newBurst();
  #burstSize = Number.POSITIVE_INFINITY;
  /** The refused burst, until it is known whether it was too large. */
  #refused: Burst | undefined;

  /**
   * Makes a call at its turn. A throttled call waits and is repeated.
   *
   * @param instanceId the instance that changes. Busy instances let the others go first.
   * @throws what the call throws for another reason, and `OutOfTime` when the time of the caller ends while it waits.
   */
  async run<T>(call: () => Promise<T>, caller?: Caller, instanceId?: string): Promise<T> {
    let last: EcsError | undefined;
    for (;;) {
      const isBusy = instanceId !== undefined && this.#busy.has(instanceId);
      const priority = isBusy ? PRIORITY.busyBefore : last === undefined ? PRIORITY.usual : PRIORITY.refusedBefore;
      try {
        const answer = await this.#turn(call, caller, priority, last);
        if (instanceId !== undefined) this.#busy.delete(instanceId);
        return answer;
      } catch (error) {
        if (!(error instanceof EcsError)) throw error;
        if (error.kind === "busy" && instanceId !== undefined) this.#busy.add(instanceId);
        if (error.kind !== "throttled") throw error;
        last = error;
      }
    }
  }

  async #turn<T>(call: () => Promise<T>, caller: Caller | undefined, priority: number, last?: EcsError): Promise<T> {
    const leaving = new AbortController();
    const leave = () => leaving.abort(new OutOfTime(last, { neverSent: true }));
    const waiting = { caller };
    const stopWaiting = () => {
      this.#waiting.delete(waiting);
      caller?.signal.removeEventListener("abort", leave);
    };
    this.#waiting.add(waiting);
    if (this.#state === "closed" && this.#refusal !== undefined) {
      caller?.onThrottled?.(this.#refusal, this.#probeAt - performance.now());
    }
    caller?.signal.addEventListener("abort", leave, { once: true });
    if (caller?.signal.aborted) leave();
    try {
      const send = () => {
        stopWaiting();
        return this.#send(call);
      };
      return await this.#queue.add(send, { priority, signal: leaving.signal });
    } finally {
      stopWaiting();
    }
  }

  async #send<T>(call: () => Promise<T>): Promise<T> {
    const burst = this.#burst;
    burst.sent += 1;
    if (burst.sent >= this.#burstSize) this.#rest(burst);
    try {
      const answer = await call();
      this.#passed(burst);
      return answer;
    } catch (error) {
      if (error instanceof EcsError && error.kind === "throttled") this.#close(burst, error);
      // A refusal for another reason means that the rate was allowed. A call without an answer means nothing.
      else if (error instanceof EcsError && !error.facts.mayHaveSucceeded) this.#passed(burst);
      throw error;
    }
  }

  #passed(burst: Burst): void {
    burst.passed += 1;
    if (burst.closings !== this.#closings) return;
    if (this.#refused !== undefined && performance.now() - this.#closedAt < 2 * FIRST_GAP_MS) {
      this.#burstSize = Math.max(1, this.#refused.passed);
    }
    this.#refused = undefined;
    this.#state = "open";
    this.#queue.concurrency = Math.min(MAX_IN_FLIGHT, this.#queue.concurrency + 1);
  }

  #close(burst: Burst, refusal: EcsError): void {
    // All refusals of one burst close it once.
    if (burst.closings !== this.#closings) return;
    const askedMs = retryAfterMs(refusal);
    const pauseMs =
      askedMs > 0 ? askedMs : this.#state === "probing" ? Math.min(this.#gapMs * 2, LONGEST_GAP_MS) : FIRST_GAP_MS;
    this.#gapMs = pauseMs;
    this.#refused = this.#state === "open" && pauseMs <= FIRST_GAP_MS ? burst : undefined;
    this.#closings += 1;
    this.#state = "closed";
    this.#refusal = refusal;
    this.#closedAt = performance.now();
    this.#probeAt = this.#closedAt + pauseMs;
    this.#queue.concurrency = 1;
    this.#startAfter(pauseMs, () => {
      this.#state = "probing";
    });
    for (const caller of new Set([...this.#waiting].map((waiting) => waiting.caller)))
      caller?.onThrottled?.(refusal, pauseMs);
  }

  /** Sends no more before the second is over. */
  #rest({ openedAt, closings }: Burst): void {
    const restMs = openedAt + FIRST_GAP_MS - performance.now();
    if (restMs <= 0) {
      this.#burst = this.#newBurst();
      return;
    }
    this.#startAfter(restMs, () => {
      if (closings === this.#closings) this.#burstSize += Math.ceil(this.#burstSize / 10);
    });
  }

  #startAfter(ms: number, then: () => void): void {
    this.#queue.pause();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      then();
      this.#burst = this.#newBurst();
      this.#queue.start();
    }, ms);
    // The caller's own timer keeps the process alive. A command that has ended may end its process.
    this.#timer.unref();
  }

  #newBurst(): Burst {
    return { closings: this.#closings, openedAt: performance.now(), sent: 0, passed: 0 };
  }
}
