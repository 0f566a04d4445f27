/** Fault rules as data: which calls a rule applies to, and what happens to them. */
import type { Action } from "../api/errorTable";

/** Wrong answers with names. */
export const answerNames = [
  "reset-before",
  "lost-answer",
  "timeout",
  "gateway-html",
  "proxy-html",
  "unavailable-503",
  "internal-500-without-code",
  "empty-body",
  "truncated-json",
  "xml-error",
  "lower-case-error",
] as const;
export type AnswerName = (typeof answerNames)[number];

/** An error with any code. The default of `status` is that of the error table, else 403. */
export interface ErrorAnswer {
  readonly code: string;
  readonly status?: number | undefined;
  readonly message?: string | undefined;
}

/** Which calls a rule applies to. Members that are left out match all calls. */
export interface FaultScope {
  /** Only calls of this operation. */
  readonly action?: Action | undefined;
  /** Only calls that name this instance. */
  readonly instanceId?: string | undefined;
  /** Only calls that name this region. */
  readonly regionId?: string | undefined;
  /** How many matching calls pass before. Default 0. */
  readonly skip?: number | undefined;
  /** How many calls the rule applies to. The default is 1 for `"answer"`. Other rules apply until they are cleared. */
  readonly times?: number | undefined;
  /** The rule ends this many milliseconds after it was injected. */
  readonly forMs?: number | undefined;
}

/** What happens to those calls. */
export type FaultEffect =
  /**
   * The call gets this answer: a named one, an error `{ code, status?, message? }`, or `"ok"`. The work is not done. With
   * `afterWork`, it is done before, with `workAfterMs`, that much later. `"lost-answer"` always does the work.
   */
  | {
      readonly kind: "answer";
      readonly answer: AnswerName | "ok" | ErrorAnswer;
      readonly afterWork?: boolean | undefined;
      readonly workAfterMs?: number | undefined;
    }
  /** Attach and Detach are refused with `InvalidStatus.InstanceLocked`. */
  | { readonly kind: "locked" }
  /** The key has no permission. The code is `Forbidden.SubUser` for ECS, `Forbidden.RAM` for other services, or `code`. */
  | { readonly kind: "denied"; readonly code?: string | undefined }
  /** The operation is not offered any more. The code is `InvalidAction`, or `code`. */
  | { readonly kind: "retired"; readonly code?: string | undefined }
  /** The answer takes `ms` milliseconds longer. */
  | { readonly kind: "latency"; readonly ms: number }
  /**
   * Changes by Attach and Detach are listed only after `ms` milliseconds, or after this many `describes`. Without both, they
   * are not listed until the rule is cleared.
   */
  | { readonly kind: "invisible"; readonly ms?: number | undefined; readonly describes?: number | undefined }
  /**
   * A quota. In each window of `windowMs` (default 60000), `quota` calls of an operation and region pass. The others are refused
   * with `code` (default `Throttling.User`) and `status` (default 400). The first call opens the window. With `phaseMs`, windows
   * begin at multiples of their length plus that. `retryAfter` sends `x-acs-retry-after`. Several rules are several quotas.
   * Source: ECS documentation, "API throttling".
   */
  | {
      readonly kind: "throttle";
      readonly quota: number;
      readonly windowMs?: number | undefined;
      readonly phaseMs?: number | undefined;
      readonly retryAfter?: boolean | undefined;
      readonly code?: string | undefined;
      readonly status?: number | undefined;
    }
  /** The server's clock is `ms` milliseconds ahead, or behind if negative: in `Date`, and when it checks timestamps. */
  | { readonly kind: "clock"; readonly ms: number };

/** A fault to inject: what happens, and to which calls. */
export type FaultRule = FaultScope & FaultEffect;
export type FaultKind = FaultEffect["kind"];
export type AnswerRule = Extract<FaultRule, { kind: "answer" }>;
