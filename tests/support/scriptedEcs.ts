/** An `EcsClient` without HTTP for unit tests: a small cloud, and a script of what goes wrong with which call. */

import { jest } from "@jest/globals";
import {
  type Caller,
  type EcsClient,
  type Link,
  type LinkPage,
  type LinkQuery,
  PAGE_SIZE,
} from "../../provider/ecs/client";
import { classify, type FAULTS, fault as faultOf } from "../../provider/ecs/errorCodes";
import { EcsError, type EcsOperation } from "../../provider/ecs/errors";

export type Method = "attach" | "detach" | "describe" | "existing";

/** What happens to one call instead of its work: see the functions that make one. */
export type Step = (work: () => LinkPage, signal: AbortSignal | undefined) => Promise<LinkPage> | LinkPage;

/** One call that was made, and when, on the clock of `performance`. */
export interface ScriptedCall {
  readonly method: Method;
  readonly query: LinkQuery | Link;
  readonly at: number;
}

const OPERATIONS: Readonly<Record<Method, EcsOperation>> = {
  attach: "AttachClassicLinkVpc",
  detach: "DetachClassicLinkVpc",
  describe: "DescribeClassicLinkInstances",
  existing: "DescribeInstances",
};

/** What attach and detach answer with, where every answer is a page. */
export const NOTHING: LinkPage = { links: [], totalCount: 0 };

/** A refusal of ECS, classified as the real client does it. */
export function refusal(method: Method, code: string, detail = "", more: { retryAfterMs?: number } = {}): EcsError {
  const classification = classify(code, detail, { operation: OPERATIONS[method] });
  const mayHaveSucceeded = classification.kind === "transient";
  return new EcsError({
    ...classification,
    operation: OPERATIONS[method],
    code,
    detail,
    requestId: "R-1",
    mayHaveSucceeded,
    ...more,
  });
}

/** Something that never became an answer. */
export function fault(method: Method, code: keyof typeof FAULTS): EcsError {
  return faultOf(OPERATIONS[method], code, "");
}

/** The call fails and does nothing. */
export const fails = (error: Error): Step => {
  return () => {
    throw error;
  };
};

/** The work is done, and then the call fails. */
export const failsAfterWork = (error: Error): Step => {
  return (work) => {
    work();
    throw error;
  };
};

/** The work is done, and no answer comes until the caller gives up. */
export const hangsAfterWork: Step = (work, signal) => {
  work();
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));
};

/** The call does its work. To let one pass before the next step. */
export const works: Step = (work) => work();

export class ScriptedEcs implements EcsClient {
  readonly calls: ScriptedCall[] = [];
  /** Which VPC each instance is linked to. */
  readonly links = new Map<string, string>();
  /** Instances that no longer exist: ECS refuses whatever names one. */
  readonly released = new Set<string>();
  /** How long each call takes, in ms. */
  latencyMs = 0;
  /** How many links a page really holds, whatever was asked for. */
  pageSize = PAGE_SIZE;
  /** How many Describe calls by instance see a change of attach and detach too late. */
  lagDescribes = 0;
  /** The most calls that ran at one time. */
  mostAtOnce = 0;
  #atOnce = 0;
  readonly #lagging = new Map<string, { shown: string | undefined; left: number }>();
  readonly #script: Record<Method, Step[]> = { attach: [], detach: [], describe: [], existing: [] };
  readonly #always: Partial<Record<Method, Step>> = {};

  /** What happens to the next calls of a method, in turn. */
  next(method: Method, ...steps: Step[]): void {
    this.#script[method].push(...steps);
  }

  /** What happens to the calls of a method that have no step of their own. */
  always(method: Method, step: Step): void {
    this.#always[method] = step;
  }

  /** The methods that were called, in order. */
  get called(): Method[] {
    return this.calls.map(({ method }) => method);
  }

  count(method: Method): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  async attach(link: Link, caller?: Caller): Promise<void> {
    await this.#call("attach", link, caller, () => {
      if (this.released.has(link.instanceId)) throw refusal("attach", "InvalidInstanceId.NotFound");
      const linkedTo = this.links.get(link.instanceId);
      if (linkedTo === link.vpcId) throw refusal("attach", "OperationDenied", "the instance is not allow link");
      if (linkedTo !== undefined) throw refusal("attach", "OperationDenied", "the instance is linked to other vpc");
      return this.#change(link.instanceId, link.vpcId);
    });
  }

  async detach(link: Link, caller?: Caller): Promise<void> {
    await this.#call("detach", link, caller, () => {
      if (this.released.has(link.instanceId)) throw refusal("detach", "InvalidInstanceId.NotFound");
      if (this.links.get(link.instanceId) !== link.vpcId) {
        throw refusal("detach", "OperationDenied", "the instance is not allowed to detach");
      }
      return this.#change(link.instanceId, undefined);
    });
  }

  async describe(query: LinkQuery, caller?: Caller): Promise<LinkPage> {
    return await this.#call("describe", query, caller, () => this.#list(query));
  }

  async existing(regionId: string, instanceIds: readonly string[], caller?: Caller): Promise<ReadonlySet<string>> {
    const { links } = await this.#call("existing", { regionId, instanceIds }, caller, () => ({
      links: instanceIds
        .filter((instanceId) => !this.released.has(instanceId))
        .map((instanceId) => ({ regionId, instanceId, vpcId: "" })),
      totalCount: instanceIds.length,
    }));
    return new Set(links.map(({ instanceId }) => instanceId));
  }

  #change(instanceId: string, vpcId: string | undefined): LinkPage {
    this.#lagging.set(instanceId, { shown: this.links.get(instanceId), left: this.lagDescribes });
    if (vpcId === undefined) this.links.delete(instanceId);
    else this.links.set(instanceId, vpcId);
    return NOTHING;
  }

  #shown(instanceId: string): string | undefined {
    const lagging = this.#lagging.get(instanceId);
    if (lagging === undefined || lagging.left <= 0) return this.links.get(instanceId);
    lagging.left -= 1;
    return lagging.shown;
  }

  #list({ regionId, vpcId, instanceIds, pageNumber = 1 }: LinkQuery): LinkPage {
    if (instanceIds?.some((id) => this.released.has(id))) throw refusal("describe", "InvalidInstanceId.NotFound");
    const links = [...(instanceIds ?? this.links.keys())].flatMap((instanceId): Link[] => {
      const shown = instanceIds === undefined ? this.links.get(instanceId) : this.#shown(instanceId);
      return shown === undefined || (vpcId ?? shown) !== shown ? [] : [{ regionId, instanceId, vpcId: shown }];
    });
    const from = (pageNumber - 1) * this.pageSize;
    return { links: links.slice(from, from + this.pageSize), totalCount: links.length };
  }

  async #call(method: Method, query: LinkQuery | Link, caller: Caller | undefined, work: () => LinkPage) {
    const signal = caller?.signal;
    signal?.throwIfAborted();
    caller?.onRequest?.();
    this.calls.push({ method, query, at: performance.now() });
    const step = this.#script[method].shift() ?? this.#always[method] ?? works;
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    try {
      if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
      return await step(work, signal);
    } finally {
      this.#atOnce -= 1;
    }
  }
}

/** What became of a promise after all fake timers have run. `afterMs` is how long it took on the fake clock. */
export type Outcome<T> = { readonly afterMs: number } & (
  | { readonly value: T; readonly error?: undefined }
  | { readonly error: Error }
);

/** Lets fake time run until nothing is left to wait for. Fails when the promise has not settled by then. */
export async function run<T>(promise: Promise<T>): Promise<Outcome<T>> {
  const from = performance.now();
  let outcome: Outcome<T> | undefined;
  promise.then(
    (value) => {
      outcome = { afterMs: performance.now() - from, value };
    },
    (error) => {
      outcome = { afterMs: performance.now() - from, error };
    },
  );
  await jest.runAllTimersAsync();
  if (outcome === undefined) throw new Error("nothing is left to wait for, and the promise has not settled");
  return outcome;
}

/** The value of what must succeed. */
export async function done<T>(promise: Promise<T>): Promise<T> {
  const outcome = await run(promise);
  if (outcome.error !== undefined) throw outcome.error;
  return outcome.value;
}

/** The error of what must fail. */
export async function failed(promise: Promise<unknown>): Promise<Error> {
  const { error } = await run(promise);
  if (error === undefined) throw new Error("it should have failed");
  return error;
}
