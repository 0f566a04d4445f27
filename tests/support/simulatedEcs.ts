/** ECS in memory, with the quotas and the latency of the real one, for tests and the bench on a simulated clock. */

import {
  type Caller,
  type EcsClient,
  type Link,
  type LinkPage,
  type LinkQuery,
  PAGE_SIZE,
} from "../../provider/ecs/client";
import { OutOfTime } from "../../provider/ecs/budget";
import { classify } from "../../provider/ecs/errorCodes";
import { EcsError, type EcsOperation } from "../../provider/ecs/errors";
import { randomOf } from "./simulatedClock";

/** So many calls pass in each window; the others are refused until it ends. Windows follow one another on the clock. */
export interface Quota {
  readonly calls: number;
  readonly windowMs: number;
  /** When one of the windows begins, in ms on the clock. */
  readonly beginsMs?: number;
}

export interface SimulatedEcsOptions {
  /** The quotas of each operation. A call has to pass all of them. */
  readonly quotas?: Readonly<Partial<Record<EcsOperation, readonly Quota[]>>>;
  /** Whether a refusal says how long to wait (`x-acs-retry-after`). */
  readonly tellsRetryAfter?: boolean;
  /** A call takes from the first to the second, in ms. */
  readonly latencyMs?: readonly [number, number];
  readonly seed?: number;
}

/** One call that arrived, and what became of it. */
export interface ArrivedCall {
  readonly operation: EcsOperation;
  readonly at: number;
  /** The error code, when it was refused. */
  readonly refused?: string;
  readonly instanceId?: string;
}

export class SimulatedEcs implements EcsClient {
  readonly calls: ArrivedCall[] = [];
  /** Which VPC each instance is linked to. */
  readonly links = new Map<string, string>();
  /** Instances that another task locks. */
  readonly locked = new Set<string>();
  /** Instances that no longer exist. */
  readonly released = new Set<string>();
  /** Whether the key may call DescribeInstances. */
  mayListInstances = true;
  /** Instances that exist, but that DescribeInstances does not show to the key. */
  readonly hidden = new Set<string>();
  readonly #quotas: NonNullable<SimulatedEcsOptions["quotas"]>;
  readonly #counts = new Map<Quota, { window: number; passed: number }>();
  readonly #failing = new Map<EcsOperation, number>();
  readonly #tellsRetryAfter: boolean;
  readonly #latencyMs: () => number;

  constructor({ quotas = {}, tellsRetryAfter = false, latencyMs = [30, 300], seed = 1 }: SimulatedEcsOptions = {}) {
    this.#quotas = quotas;
    this.#tellsRetryAfter = tellsRetryAfter;
    const random = randomOf(seed);
    const [least, most] = latencyMs;
    this.#latencyMs = () => least + (most - least) * random();
  }

  /** Lets the n-th of the next calls of an operation fail in passing. */
  failNext(operation: EcsOperation, nth: number): void {
    this.#failing.set(operation, nth);
  }

  /** The calls of an operation that were refused for its quota. */
  throttled(operation: EcsOperation): readonly ArrivedCall[] {
    return this.calls.filter((call) => call.operation === operation && call.refused === "Throttling.User");
  }

  count(operation: EcsOperation): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  async attach(link: Link, caller?: Caller): Promise<void> {
    await this.#change("AttachClassicLinkVpc", link, caller, () => {
      const linkedTo = this.links.get(link.instanceId);
      if (linkedTo === link.vpcId) throw refusal("AttachClassicLinkVpc", "OperationDenied", "not allow link");
      if (linkedTo !== undefined) throw refusal("AttachClassicLinkVpc", "OperationDenied", "linked to other vpc");
      this.links.set(link.instanceId, link.vpcId);
    });
  }

  async detach(link: Link, caller?: Caller): Promise<void> {
    await this.#change("DetachClassicLinkVpc", link, caller, () => {
      if (this.links.get(link.instanceId) !== link.vpcId) {
        throw refusal("DetachClassicLinkVpc", "OperationDenied", "not allowed to detach");
      }
      this.links.delete(link.instanceId);
    });
  }

  async describe({ regionId, vpcId, instanceIds, pageNumber = 1 }: LinkQuery, caller?: Caller): Promise<LinkPage> {
    return await this.#call("DescribeClassicLinkInstances", caller, () => {
      if (instanceIds?.some((id) => this.released.has(id))) {
        throw refusal("DescribeClassicLinkInstances", "InvalidInstanceId.NotFound");
      }
      const links = [...(instanceIds ?? this.links.keys())].flatMap((instanceId): Link[] => {
        const linkedTo = this.links.get(instanceId);
        return linkedTo === undefined || (vpcId ?? linkedTo) !== linkedTo
          ? []
          : [{ regionId, instanceId, vpcId: linkedTo }];
      });
      const from = (pageNumber - 1) * PAGE_SIZE;
      return { links: links.slice(from, from + PAGE_SIZE), totalCount: links.length };
    });
  }

  async existing(_regionId: string, instanceIds: readonly string[], caller?: Caller): Promise<ReadonlySet<string>> {
    return await this.#call("DescribeInstances", caller, () => {
      if (!this.mayListInstances) throw refusal("DescribeInstances", "Forbidden.RAM");
      return new Set(instanceIds.filter((id) => !this.released.has(id) && !this.hidden.has(id)));
    });
  }

  async #change(operation: EcsOperation, { instanceId }: Link, caller: Caller | undefined, work: () => void) {
    const change = () => {
      if (this.released.has(instanceId)) throw refusal(operation, "InvalidInstanceId.NotFound");
      if (this.locked.has(instanceId)) throw refusal(operation, "InvalidStatus.InstanceLocked");
      work();
    };
    await this.#call(operation, caller, change, instanceId);
  }

  /** Half of the latency before the work, half of it after. */
  async #call<T>(operation: EcsOperation, caller: Caller | undefined, work: () => T, instanceId?: string): Promise<T> {
    if (caller?.signal.aborted) throw new OutOfTime(undefined, { neverSent: true });
    caller?.onRequest?.();
    const halfMs = this.#latencyMs() / 2;
    await wait(halfMs, caller?.signal);
    const arrived = { operation, at: performance.now(), ...(instanceId === undefined ? {} : { instanceId }) };
    try {
      this.#admit(operation);
      const answer = work();
      this.calls.push(arrived);
      await wait(halfMs, caller?.signal);
      return answer;
    } catch (error) {
      if (!(error instanceof EcsError)) throw error;
      this.calls.push({ ...arrived, refused: error.facts.code });
      await wait(halfMs, caller?.signal);
      throw error;
    }
  }

  #admit(operation: EcsOperation): void {
    const left = (this.#failing.get(operation) ?? 0) - 1;
    this.#failing.set(operation, left);
    if (left === 0) throw refusal(operation, "InternalError");
    const now = performance.now();
    const counts = (this.#quotas[operation] ?? []).map((quota) => {
      const { windowMs, beginsMs = 0 } = quota;
      const window = Math.floor((now - beginsMs) / windowMs);
      const last = this.#counts.get(quota);
      const count = last?.window === window ? last : { window, passed: 0 };
      this.#counts.set(quota, count);
      return { quota, count, restMs: beginsMs + (window + 1) * windowMs - now };
    });
    const full = counts.filter(({ quota, count }) => count.passed >= quota.calls);
    if (full.length > 0) {
      const retryAfterMs = Math.ceil(Math.max(...full.map(({ restMs }) => restMs)));
      throw refusal(operation, "Throttling.User", "", this.#tellsRetryAfter ? { retryAfterMs } : {});
    }
    for (const { count } of counts) count.passed += 1;
  }
}

function refusal(operation: EcsOperation, code: string, detail = "", more: { retryAfterMs?: number } = {}): EcsError {
  return new EcsError({ ...classify(code, detail), operation, code, detail, mayHaveSucceeded: false, ...more });
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", leave);
      resolve();
    }, ms);
    signal?.addEventListener("abort", leave, { once: true });
  });
}
