/** The rules of scripted trouble: what can be asked for, as data. */
import type { EcsAction } from "./codes";
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
