/** ECS in memory: a small cloud, its quotas and latency, and a script of what goes wrong with which call. For simulated clocks. */

import { OutOfTime, sleep } from "../../provider/ecs/budget";
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
import { randomOf } from "./simulatedClock";

export type Method = "attach" | "detach" | "describe" | "existing";

/** What happens to one call instead of its work: see the functions that make one. */
export type Step = (work: () => LinkPage, signal: AbortSignal | undefined) => Promise<LinkPage> | LinkPage;

/** One call that was made. */
export interface ScriptedCall {
  readonly method: Method;
  readonly query: LinkQuery | Link;
  /** When it arrived, on the clock of `performance`. */
  readonly at: number;
  /** The error code, when it was refused. */
  readonly refused?: string;
}

const OPERATIONS: Readonly<Record<Method, EcsOperation>> = {
  attach: "AttachClassicLinkVpc",
  detach: "DetachClassicLinkVpc",
  describe: "DescribeClassicLinkInstances",
  existing: "DescribeInstances",
};

const METHODS = ["attach", "detach", "describe", "existing"] as const;

/** What attach and detach answer with, where every answer is a page. */
const NOTHING: LinkPage = { links: [], totalCount: 0 };

/** A refusal of ECS, classified as the real client does it. */
export function refusal(
  method: Method,
  code: string,
  detail = "",
  more: { retryAfterMs?: number; requestId?: string } = {},
): EcsError {
  const operation = OPERATIONS[method];
  const facts = classify(code, detail, { operation });
  const mayHaveSucceeded = facts.kind === "transient";
  return new EcsError({ ...facts, operation, code, detail, requestId: "R-1", mayHaveSucceeded, ...more });
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
  readonly links: Map<string, string>;
  /** Instances that no longer exist: ECS refuses each call that names one. */
  readonly released = new Set<string>();
  /** What each attach and detach of an instance is refused with. */
  readonly refused = new Map<string, (method: Method) => EcsError>();
  /** The VPC that listings show for an instance, even if it is wrong. */
  readonly shown = new Map<string, string | undefined>();
  /** Whether the key may call DescribeInstances. */
  mayListInstances = true;
  /** Instances that exist, but that DescribeInstances does not show to the key. */
  readonly hidden = new Set<string>();
  /** How long each call takes, in ms: half of it before the work, half of it after. */
  latencyMs: number | (() => number) = 0;
  /** How many links a page has, even if the caller asked for more. */
  pageSize = PAGE_SIZE;
  /** How many Describe calls by instance see a change of attach and detach too late. */
  lagDescribes = 0;
  /** The most calls that ran at one time. */
  mostAtOnce = 0;
  #atOnce = 0;
  readonly #lagging = new Map<string, { shown: string | undefined; left: number }>();
  readonly #script: Record<Method, Step[]> = { attach: [], detach: [], describe: [], existing: [] };
  readonly #always: Partial<Record<Method, Step>> = {};

  constructor(links: Readonly<Record<string, string>> = {}) {
    this.links = new Map(Object.entries(links));
  }

  /** What happens to the next calls of a method, in turn. */
  next(method: Method, ...steps: Step[]): void {
    this.#script[method].push(...steps);
  }

  /** What happens to the calls of a method that have no step of their own. */
  always(method: Method, step: Step): void {
    this.#always[method] = step;
  }

  /** Refuses all calls of a method that have no step of their own. */
  refuse(method: Method, code: string, detail = ""): void {
    this.always(method, fails(refusal(method, code, detail)));
  }

  /** The next calls of the operation of each error fail with it, in turn. */
  fail(...errors: EcsError[]): void {
    for (const error of errors) {
      for (const method of METHODS) if (OPERATIONS[method] === error.facts.operation) this.next(method, fails(error));
    }
  }

  /** Locks instances: each attach and detach of one is refused. */
  lock(...instanceIds: string[]): void {
    for (const id of instanceIds) this.refused.set(id, (method) => refusal(method, "InvalidStatus.InstanceLocked"));
  }

  /** The links, instance → VPC. */
  get now(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.links);
  }

  /** The methods that were called, in order. */
  get called(): Method[] {
    return this.calls.map(({ method }) => method);
  }

  /** The attaches, or detaches, that were called, as "i-a vpc-b". */
  changes(method: "attach" | "detach"): string[] {
    return this.calls.flatMap(({ method: called, query }) =>
      called === method && "instanceId" in query ? [`${query.instanceId} ${query.vpcId}`] : [],
    );
  }

  /** How often a method was called. */
  count(called: Method | EcsOperation): number {
    return this.#callsOf(called).length;
  }

  /** The calls that were refused for a quota. */
  throttled(called: Method | EcsOperation): readonly ScriptedCall[] {
    return this.#callsOf(called).filter(({ refused }) => refused === "Throttling.User");
  }

  async attach(link: Link, caller?: Caller): Promise<void> {
    await this.#call("attach", link, caller, () => {
      this.#admit("attach", link);
      const linkedTo = this.links.get(link.instanceId);
      if (linkedTo === link.vpcId) throw refusal("attach", "OperationDenied", "the instance is not allow link");
      if (linkedTo !== undefined) throw refusal("attach", "OperationDenied", "the instance is linked to other vpc");
      return this.#change(link.instanceId, link.vpcId);
    });
  }

  async detach(link: Link, caller?: Caller): Promise<void> {
    await this.#call("detach", link, caller, () => {
      this.#admit("detach", link);
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
    const { links } = await this.#call("existing", { regionId, instanceIds }, caller, () => {
      if (!this.mayListInstances) throw refusal("existing", "Forbidden.RAM");
      const there = instanceIds.filter((id) => !this.released.has(id) && !this.hidden.has(id));
      const page = there.map((instanceId) => ({ regionId, instanceId, vpcId: "" }));
      return { links: page, totalCount: instanceIds.length };
    });
    return new Set(links.map(({ instanceId }) => instanceId));
  }

  #callsOf(called: Method | EcsOperation): ScriptedCall[] {
    return this.calls.filter(({ method }) => method === called || OPERATIONS[method] === called);
  }

  #admit(method: Method, { instanceId }: Link): void {
    if (this.released.has(instanceId)) throw refusal(method, "InvalidInstanceId.NotFound");
    const refused = this.refused.get(instanceId);
    if (refused !== undefined) throw refused(method);
  }

  #change(instanceId: string, vpcId: string | undefined): LinkPage {
    this.#lagging.set(instanceId, { shown: this.links.get(instanceId), left: this.lagDescribes });
    if (vpcId === undefined) this.links.delete(instanceId);
    else this.links.set(instanceId, vpcId);
    return NOTHING;
  }

  #shownTo(instanceId: string, isByInstance: boolean): string | undefined {
    if (this.shown.has(instanceId)) return this.shown.get(instanceId);
    const lagging = isByInstance ? this.#lagging.get(instanceId) : undefined;
    if (lagging === undefined || lagging.left <= 0) return this.links.get(instanceId);
    lagging.left -= 1;
    return lagging.shown;
  }

  #list({ regionId, vpcId, instanceIds, pageNumber = 1 }: LinkQuery): LinkPage {
    if (instanceIds?.some((id) => this.released.has(id))) throw refusal("describe", "InvalidInstanceId.NotFound");
    const known = new Set([...this.links.keys(), ...this.shown.keys()]);
    const links = [...(instanceIds ?? known)].flatMap((instanceId): Link[] => {
      const shown = this.#shownTo(instanceId, instanceIds !== undefined);
      return shown === undefined || (vpcId ?? shown) !== shown ? [] : [{ regionId, instanceId, vpcId: shown }];
    });
    const from = (pageNumber - 1) * this.pageSize;
    return { links: links.slice(from, from + this.pageSize), totalCount: links.length };
  }

  async #call(method: Method, query: LinkQuery | Link, caller: Caller | undefined, work: () => LinkPage) {
    const signal = caller?.signal;
    if (signal?.aborted) throw new OutOfTime(undefined, { neverSent: true });
    caller?.onRequest?.();
    const call: { -readonly [Key in keyof ScriptedCall]: ScriptedCall[Key] } = { method, query, at: performance.now() };
    this.calls.push(call);
    const step = this.#script[method].shift() ?? this.#always[method] ?? works;
    const halfMs = (typeof this.latencyMs === "number" ? this.latencyMs : this.latencyMs()) / 2;
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    try {
      return await within(halfMs, signal, () => {
        call.at = performance.now();
        return step(work, signal);
      });
    } catch (error) {
      if (error instanceof EcsError) call.refused = error.facts.code;
      throw error;
    } finally {
      this.#atOnce -= 1;
    }
  }
}

/** Takes a time before the work, and the same time after it. */
async function within<T>(
  halfMs: number,
  signal = new AbortController().signal,
  work: () => T | Promise<T>,
): Promise<T> {
  if (halfMs === 0) return await work();
  await sleep(halfMs, signal);
  try {
    return await work();
  } finally {
    await sleep(halfMs, signal);
  }
}

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

/** An ECS with the quotas and the latency of the real one. */
export class SimulatedEcs extends ScriptedEcs {
  constructor({ quotas = {}, tellsRetryAfter = false, latencyMs = [30, 300], seed = 1 }: SimulatedEcsOptions = {}) {
    super();
    const random = randomOf(seed);
    const [least, most] = latencyMs;
    this.latencyMs = () => least + (most - least) * random();
    for (const method of METHODS) {
      this.always(method, under(method, quotas[OPERATIONS[method]] ?? [], tellsRetryAfter));
    }
  }
}

/** Lets calls do their work within quotas, and refuses the others. */
function under(method: Method, quotas: readonly Quota[], tellsRetryAfter: boolean): Step {
  const counts = quotas.map((quota) => ({ ...quota, window: Number.NaN, passed: 0 }));
  return (work) => {
    const now = performance.now();
    const restMs = counts.map((count) => {
      const { windowMs, beginsMs = 0 } = count;
      const window = Math.floor((now - beginsMs) / windowMs);
      if (window !== count.window) Object.assign(count, { window, passed: 0 });
      return count.passed < count.calls ? 0 : beginsMs + (window + 1) * windowMs - now;
    });
    const retryAfterMs = Math.ceil(Math.max(0, ...restMs));
    if (retryAfterMs > 0) throw refusal(method, "Throttling.User", "", tellsRetryAfter ? { retryAfterMs } : {});
    for (const count of counts) count.passed += 1;
    return work();
  };
}
