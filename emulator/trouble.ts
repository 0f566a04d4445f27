/** Scripted trouble: which rule strikes which call. It decides and counts; the gateway carries out. */
import { type EcsAction, EcsFault } from "./codes";
import type { Delay } from "./veil";

/** Ways for a call to go wrong that have a name. */
export const faultNames = [
  "reset-before",
  "lost-answer",
  "timeout",
  "gateway-html",
  "unavailable-503",
  "internal-500-without-code",
  "empty-body",
  "truncated-json",
  "xml-error",
  "lower-case-error",
] as const;
export type FaultName = (typeof faultNames)[number];

/** Any code at all; `status` defaults to what the tables say, else 403. */
export interface CodeFault {
  readonly code: string;
  readonly status?: number | undefined;
  readonly message?: string | undefined;
}

/** Calls to one action go wrong. */
export interface FaultRule {
  readonly kind: "fault";
  /** The operation. */
  readonly on: EcsAction;
  /** Only calls that name this instance. */
  readonly instanceId?: string | undefined;
  /** How many calls go wrong. Default 1. */
  readonly times?: number | undefined;
  /** How many matching calls pass first. Default 0. */
  readonly skip?: number | undefined;
  /** What goes wrong: something that has a name, or an error `{ code, status?, message? }`. */
  readonly fault: FaultName | CodeFault;
  /** The work is done all the same. Default false; `"lost-answer"` always does it, `"reset-before"` never. */
  readonly afterWork?: boolean | undefined;
}

/** A rule that makes trouble until it is used up or cleared. */
export type TroubleRule =
  /** `InvalidStatus.InstanceLocked`, for `tries` refusals or `forMs` milliseconds from now; neither: until cleared. */
  | {
      readonly kind: "locked";
      readonly instanceId: string;
      readonly tries?: number | undefined;
      readonly forMs?: number | undefined;
    }
  /**
   * The minute rule: `quota` calls of an operation and region pass in a window of `windowMs` (default 60000) that the
   * first of them opens, the others are refused until it ends. `retryAfter` sends `x-acs-retry-after`.
   * Source: ECS documentation, "API throttling".
   */
  | {
      readonly kind: "throttle";
      readonly quota: number;
      readonly windowMs?: number | undefined;
      readonly action?: EcsAction | undefined;
      readonly retryAfter?: boolean | undefined;
      /** Default `"Throttling.User"`. */
      readonly code?: string | undefined;
      /** HTTP status. Default 400; 403 and 429 are seen too. */
      readonly status?: number | undefined;
    }
  /** Every answer, or those of one action, takes `ms` milliseconds longer. */
  | { readonly kind: "latency"; readonly ms: number; readonly action?: EcsAction | undefined }
  /** Changes made by Attach and Detach from now on are seen by Describe only after `ms` milliseconds, or so many `describes`. */
  | ({ readonly kind: "invisible" } & Delay)
  /** ClassicLink is not offered any more: every call, or those of one action or region, is answered with `code`. */
  | {
      readonly kind: "retired";
      /** Default `"InvalidAction"`. */
      readonly code?: string | undefined;
      readonly action?: EcsAction | undefined;
      readonly regionId?: string | undefined;
    }
  /** The key belongs to a RAM user without permission: `Forbidden.SubUser`. */
  | { readonly kind: "denied"; readonly action?: EcsAction | undefined }
  | FaultRule;

type RuleOf<K extends TroubleRule["kind"]> = Extract<TroubleRule, { kind: K }>;

export class Trouble {
  #rules: { readonly rule: TroubleRule; readonly since: number; used: number }[] = [];
  readonly #windows = new Map<string, { readonly start: number; count: number }>();

  /** `now` gives milliseconds since the epoch. */
  constructor(private readonly now: () => number) {}

  add(rule: TroubleRule): void {
    this.#rules.push({ rule: { ...rule }, since: this.now(), used: 0 });
  }

  clear(): void {
    this.#rules = [];
    this.#windows.clear();
  }

  /** Counts the call; throws when its window is full. */
  throttle(action: EcsAction, regionId: string): void {
    for (const [index, { rule }] of this.#rules.entries()) {
      if (rule.kind !== "throttle" || (rule.action ?? action) !== action) continue;
      const key = `${index} ${action} ${regionId}`;
      const length = rule.windowMs ?? 60_000;
      const open = this.#windows.get(key);
      const window = open && this.now() < open.start + length ? open : { start: this.now(), count: 0 };
      this.#windows.set(key, window);
      if (window.count++ < rule.quota) continue;
      const left = String(window.start + length - this.now());
      const headers: Record<string, string> = rule.retryAfter ? { "x-acs-retry-after": left } : {};
      throw new EcsFault(
        rule.code ?? "Throttling.User",
        rule.status ?? 400,
        "Too many calls of this operation.",
        headers,
      );
    }
  }

  /** Milliseconds by which the answer is late. */
  latency(action: EcsAction): number {
    const late = this.#of("latency").filter((rule) => (rule.action ?? action) === action);
    return late.reduce((sum, rule) => sum + rule.ms, 0);
  }

  denied(action: EcsAction): boolean {
    return this.#of("denied").some((rule) => (rule.action ?? action) === action);
  }

  /** With which code a retired operation is refused; undefined where it is still offered. */
  retired(action: EcsAction, regionId: string): string | undefined {
    const rule = this.#of("retired").find(
      (one) => (one.action ?? action) === action && (one.regionId ?? regionId) === regionId,
    );
    return rule && (rule.code ?? "InvalidAction");
  }

  /** How long a change made now stays unseen. */
  delay(): Delay | undefined {
    return this.#of("invisible").at(-1);
  }

  /** Is the instance locked? Asking counts as a try. */
  locked(instanceId: string): boolean {
    return this.#rules.some((entry) => {
      const { rule } = entry;
      if (rule.kind !== "locked" || rule.instanceId !== instanceId) return false;
      const inTime = rule.forMs === undefined || this.now() < entry.since + rule.forMs;
      return inTime && entry.used++ < (rule.tries ?? Infinity);
    });
  }

  /** The fault that strikes this call, if any. Asking counts as a call. */
  fault(action: EcsAction, instanceIds: readonly string[]): FaultRule | undefined {
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (rule.kind !== "fault" || rule.on !== action) continue;
      if (rule.instanceId !== undefined && !instanceIds.includes(rule.instanceId)) continue;
      const turn = entry.used++ - (rule.skip ?? 0);
      if (turn >= 0 && turn < (rule.times ?? 1)) return rule;
    }
    return undefined;
  }

  #of<K extends TroubleRule["kind"]>(kind: K): RuleOf<K>[] {
    const is = (rule: TroubleRule): rule is RuleOf<K> => rule.kind === kind;
    return this.#rules.map(({ rule }) => rule).filter(is);
  }
}
