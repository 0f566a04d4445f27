/** Scripted trouble: which rule strikes which call. It decides and counts; the gateway carries out. */
import { type EcsAction, EcsFault } from "./codes";
import type { FaultRule, TroubleRule } from "./troubleRules";
import type { Delay } from "./veil";

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
