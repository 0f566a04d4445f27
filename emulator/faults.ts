/** Decides which faults apply to a call, and counts calls. */
import { Refusal } from "./answers";
import type { CalledFor } from "./call";
import { type Action, type Generation, serviceOf, statusOf } from "./errorTable";
import type { AnswerRule, FaultKind, FaultRule, PausedCall, PausePoint } from "./types";
import type { Delay } from "./world";

type RuleOf<K extends FaultKind> = Extract<FaultRule, { kind: K }>;

interface Entry<R extends FaultRule = FaultRule> {
  readonly rule: R;
  readonly since: number;
  /** The number of matching calls so far. */
  matched: number;
  /** The open windows of a throttle, by operation and region. */
  readonly windows: Map<string, { readonly start: number; count: number }>;
}

export class Faults {
  #entries: Entry[] = [];

  /** `now` returns milliseconds since the epoch. */
  constructor(
    private readonly now: () => number,
    private readonly generation: Generation,
  ) {}

  add(rule: FaultRule): void {
    this.#entries.push({ rule: { ...rule }, since: this.now(), matched: 0, windows: new Map() });
  }

  clear(): void {
    this.#entries = [];
  }

  /** Throws when an operation is retired or a quota is used up. Counts the call. */
  admit(call: CalledFor): void {
    const [retired] = this.#matching("retired", call);
    if (retired) {
      const code = retired.rule.code ?? "InvalidAction";
      throw new Refusal(code, statusOf(call.action, code, this.generation), "The operation is not offered any more.");
    }
    this.#throttle(this.#matching("throttle", call), `${call.action} ${call.regionId}`);
  }

  /** A call that one quota refuses does not count in the others. */
  #throttle(entries: readonly Entry<RuleOf<"throttle">>[], key: string): void {
    const now = this.now();
    const windows = entries.map(({ rule, windows }) => {
      const length = rule.windowMs ?? 60_000;
      const last = windows.get(key);
      if (last && now < last.start + length) return { rule, window: last, end: last.start + length };
      const start = rule.phaseMs === undefined ? now : now - ((((now - rule.phaseMs) % length) + length) % length);
      const window = { start, count: 0 };
      windows.set(key, window);
      return { rule, window, end: start + length };
    });
    const full = windows.filter(({ rule, window }) => window.count >= rule.quota);
    const [first] = full;
    if (!first) {
      for (const { window } of windows) window.count++;
      return;
    }
    const { rule } = first;
    const left = Math.max(...full.map(({ end }) => end)) - now;
    const headers: Record<string, string> = rule.retryAfter ? { "x-acs-retry-after": String(left) } : {};
    throw new Refusal(rule.code ?? "Throttling.User", rule.status ?? 400, "Too many calls of this operation.", headers);
  }

  /** The delay of the answer, in milliseconds. */
  latency(call: CalledFor): number {
    return this.#matching("latency", call).reduce((sum, { rule }) => sum + rule.ms, 0);
  }

  /** Milliseconds by which the server's clock is ahead. */
  clockAhead(): number {
    const ahead = this.#entries.map(({ rule }) => (rule.kind === "clock" ? rule.ms : 0));
    return ahead.reduce((sum, ms) => sum + ms, 0);
  }

  /** The injected answer of this call, if any. */
  answer(call: CalledFor): AnswerRule | undefined {
    return this.#matching("answer", call)[0]?.rule;
  }

  /** Throws when the key has no permission. */
  authorize(call: CalledFor): void {
    const [denied] = this.#matching("denied", call);
    if (!denied) return;
    const { service } = serviceOf(call.action);
    const code = denied.rule.code ?? (service === "ecs" ? "Forbidden.SubUser" : "Forbidden.RAM");
    const detail = {
      AuthAction: `${service}:${call.action}`,
      AuthPrincipalType: "SubUser",
      NoPermissionType: "ImplicitDeny",
    };
    const fields = this.generation === "C" ? { AccessDeniedDetail: detail } : {};
    throw new Refusal(
      code,
      statusOf(call.action, code, this.generation),
      "The RAM user is not authorized.",
      {},
      fields,
    );
  }

  /** Throws when the instance is locked. */
  unlocked(call: CalledFor): void {
    if (this.#matching("locked", call).length === 0) return;
    const code = "InvalidStatus.InstanceLocked";
    throw new Refusal(code, statusOf(call.action, code, this.generation), "The instance is busy with another task.");
  }

  /** How long a change that this call makes is not listed. */
  delay(call: CalledFor): Delay | undefined {
    const rule = this.#matching("invisible", call).at(-1)?.rule;
    if (rule === undefined) return undefined;
    return rule.describes === undefined ? { ms: rule.ms ?? Infinity } : { describes: rule.describes };
  }

  /** The entries of a kind that apply to this call, oldest first. Counts the call. */
  #matching<K extends FaultKind>(kind: K, call: CalledFor): Entry<RuleOf<K>>[] {
    const isOfKind = (entry: Entry): entry is Entry<RuleOf<K>> => entry.rule.kind === kind;
    const applying: Entry<RuleOf<K>>[] = [];
    for (const entry of this.#entries.filter(isOfKind)) {
      const { action, instanceId, regionId, skip = 0, times, forMs } = entry.rule;
      if (action !== undefined && action !== call.action) continue;
      if (instanceId !== undefined && !call.instanceIds.includes(instanceId)) continue;
      if (regionId !== undefined && regionId !== call.regionId) continue;
      if (forMs !== undefined && this.now() >= entry.since + forMs) continue;
      const turn = entry.matched++ - skip;
      if (turn < 0 || turn >= (times ?? (kind === "answer" ? 1 : Infinity))) continue;
      applying.push(entry);
      // A call has one answer, so the other rules do not count it.
      if (kind === "answer") break;
    }
    return applying;
  }
}

/** A paused call was cut. */
export class CutCall extends Error {
  override readonly name = "CutCall";
}

class Pause implements PausedCall {
  readonly arrived: Promise<void>;
  readonly #ended: Promise<void>;
  #arrive = () => {};
  #resume = () => {};
  #cut = () => {};
  #passed = 0;

  constructor(readonly point: PausePoint) {
    this.arrived = new Promise((resolve) => {
      this.#arrive = resolve;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#resume = resolve;
      this.#cut = () => reject(new CutCall());
    });
    // It may be cut before the call has arrived.
    this.#ended.catch(() => {});
  }

  /** Whether to pause this call. Counts the call. */
  isFor(called: Action, instanceIds: readonly string[]): boolean {
    const { action, instanceId, skip = 0 } = this.point;
    if (action !== called || (instanceId !== undefined && !instanceIds.includes(instanceId))) return false;
    return this.#passed++ === skip;
  }

  /** Waits until the call is resumed. Rejects with a {@link CutCall} if it is cut. */
  wait(): Promise<void> {
    this.#arrive();
    return this.#ended;
  }

  resume(): void {
    this.#resume();
  }

  cut(): void {
    this.#cut();
  }
}

export class Pauses {
  #pauses: Pause[] = [];

  add(point: PausePoint): PausedCall {
    const pause = new Pause(point);
    this.#pauses.push(pause);
    return pause;
  }

  /** The pause for this call, if any. Counts the call. */
  of(action: Action, instanceIds: readonly string[]): Pause | undefined {
    return this.#pauses.filter((pause) => pause.isFor(action, instanceIds))[0];
  }

  /** Cuts the paused calls, and the calls that would be paused. */
  cut(): void {
    for (const pause of this.#pauses) pause.cut();
  }

  /** Resumes the paused calls, and removes all pauses. */
  clear(): void {
    for (const pause of this.#pauses) pause.resume();
    this.#pauses = [];
  }
}
