/** The faults that can be injected, as data: which calls a rule applies to, and what happens to them. */
import type { Action } from "../api/errorTable";

/** Wrong answers that have a name. */
export const answerNames = [
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
export type AnswerName = (typeof answerNames)[number];

/** An error with any code. `status` defaults to what the error table says, else 403. */
export interface ErrorAnswer {
  readonly code: string;
  readonly status?: number | undefined;
  readonly message?: string | undefined;
}

/** Which calls a rule applies to. What is left out does not matter. */
export interface FaultScope {
  /** Only calls of this operation. */
  readonly action?: Action | undefined;
  /** Only calls that name this instance. */
  readonly instanceId?: string | undefined;
  /** Only calls that name this region. */
  readonly regionId?: string | undefined;
  /** How many matching calls pass first. Default 0. */
  readonly skip?: number | undefined;
  /** To how many calls the rule applies. Default: to all until it is cleared; of `"answer"`: 1. */
  readonly times?: number | undefined;
  /** The rule ends so many milliseconds after it was injected. */
  readonly forMs?: number | undefined;
}

/** What happens to those calls. */
export type FaultEffect =
  /**
   * The call gets this answer: one that has a name, an error `{ code, status?, message? }`, or `"ok"`. The work is not done,
   * unless `afterWork` is true, or `workAfterMs` says how much later it is done. `"lost-answer"` always does the work.
   */
  | {
      readonly kind: "answer";
      readonly answer: AnswerName | "ok" | ErrorAnswer;
      readonly afterWork?: boolean | undefined;
      readonly workAfterMs?: number | undefined;
    }
  /** Attach and Detach are refused with `InvalidStatus.InstanceLocked`. */
  | { readonly kind: "locked" }
  /** The key has no permission: `Forbidden.SubUser` of ECS, `Forbidden.RAM` of other services, or the code given. */
  | { readonly kind: "denied"; readonly code?: string | undefined }
  /** The operation is not offered any more: `InvalidAction`, or the code given. */
  | { readonly kind: "retired"; readonly code?: string | undefined }
  /** The answer takes `ms` milliseconds longer. */
  | { readonly kind: "latency"; readonly ms: number }
  /**
   * Changes by Attach and Detach are listed only after `ms` milliseconds, or after so many `describes`; with neither, they are
   * not listed until the rule is cleared.
   */
  | { readonly kind: "invisible"; readonly ms?: number | undefined; readonly describes?: number | undefined }
  /**
   * A quota: `quota` calls of an operation and region pass in each window of `windowMs` (default 60000), the others are
   * refused with `code` (default `Throttling.User`) and `status` (default 400). The first call opens the window; with `phaseMs`,
   * windows begin at whole multiples of their length plus that. `retryAfter` sends `x-acs-retry-after`. Several rules are
   * several quotas at once. Source: ECS documentation, "API throttling".
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
  /** The server's clock is ahead by `ms` milliseconds, or behind if negative: in `Date`, and when it judges timestamps. */
  | { readonly kind: "clock"; readonly ms: number };

/** A fault to inject: what happens, and to which calls. */
export type FaultRule = FaultScope & FaultEffect;
export type FaultKind = FaultEffect["kind"];
export type AnswerRule = Extract<FaultRule, { kind: "answer" }>;
