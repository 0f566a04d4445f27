/** Decides which faults apply to a call, and counts calls. */
import { type Answer, type Format, Refusal, type Reply, render, renderRefusal } from "../api/messages";
import { type Action, type Generation, serviceOf, statusOf } from "../api/errorTable";
import type { AnswerRule, FaultKind, FaultRule } from "./faultRules";
import type { CalledFor } from "../cloud/call";
import type { Delay } from "../cloud/visibility";

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

const page = (title: string) => `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;

/** The reply of an injected answer. */
export function wrongAnswer(
  answer: Exclude<AnswerRule["answer"], "ok">,
  refused: (refusal: Refusal, format: Format) => Answer,
  { action, format, requestId, generation }: WrongAnswerFor,
): Reply {
  if (typeof answer !== "string") {
    const status = answer.status ?? statusOf(action, answer.code, generation);
    return refused(new Refusal(answer.code, status, answer.message ?? "An injected fault."), format);
  }
  const unavailable = new Refusal("ServiceUnavailable", 503, "The service is not available for the moment.");
  const replies: Record<typeof answer, Reply> = {
    "reset-before": "reset",
    "lost-answer": "drop",
    timeout: "hang",
    "gateway-html": { status: 502, headers: { "content-type": "text/html" }, body: page("502 Bad Gateway") },
    "proxy-html": { status: 403, headers: { "content-type": "text/html" }, body: page("403 Forbidden") },
    "unavailable-503": renderRefusal(format, requestId, unavailable, false),
    "internal-500-without-code": render(format, 500, "Error", { RequestId: requestId, Message: "Something broke." }),
    "empty-body": { status: 200, headers: { "content-type": "application/json;charset=utf-8" }, body: "" },
    "truncated-json": { ...render("JSON", 200, "", {}), body: `{"RequestId":"${requestId}","TotalCount":1,"Li` },
    "xml-error": renderRefusal("XML", requestId, unavailable, false),
    "lower-case-error": render("JSON", 503, "", { requestId, code: unavailable.code, message: unavailable.message }),
  };
  return replies[answer];
}

interface WrongAnswerFor {
  readonly action: Action;
  readonly format: Format;
  readonly requestId: string;
  readonly generation: Generation;
}
