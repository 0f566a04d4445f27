/** The types of the library: the cloud, its answers, and the faults that a test injects. */
import type { Action } from "./errorTable";

export const instanceStatuses = ["Pending", "Starting", "Running", "Stopping", "Stopped"] as const;
export const networkTypes = ["classic", "vpc"] as const;
export type InstanceStatus = (typeof instanceStatuses)[number];
export type NetworkType = (typeof networkTypes)[number];

/** An organization and one of its resource sets, on a private cloud. */
export interface Scope {
  /** Without an organization, everybody sees the instance or the VPC. */
  readonly organizationId?: string | undefined;
  readonly resourceSetId?: string | undefined;
}

interface Owned extends Scope {
  readonly regionId: string;
  /** `"self"`, or any other name for an account that is not the caller's. */
  readonly owner: string;
}

/** An ECS instance. Only `Running` and `Stopped` instances of the `classic` network can be linked. */
export interface Instance extends Owned {
  readonly instanceId: string;
  readonly status: InstanceStatus;
  readonly networkType: NetworkType;
  /** Why the instance is locked, such as `financial`. Attach and Detach answer `InvalidStatus.InstanceLocked`. */
  readonly lockReason?: string | undefined;
}

/** A VPC. */
export interface Vpc extends Owned {
  readonly vpcId: string;
  readonly classicLinkEnabled: boolean;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly cidrBlock?: string | undefined;
}

/** A link. Describe may not list it yet. */
export interface Link {
  readonly regionId: string;
  readonly instanceId: string;
  readonly vpcId: string;
}

type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** An instance to add. The defaults are `Running`, `classic`, owner `self`, and the emulator's region. */
export type InstanceSeed = { readonly instanceId: string } & Optional<Omit<Instance, "instanceId">>;
/** A VPC to add. By default, ClassicLink is enabled, the owner is `self`, and the region is the emulator's. */
export type VpcSeed = { readonly vpcId: string } & Optional<Omit<Vpc, "vpcId">>;
/** A link to add. Its instance and its VPC must exist. */
export type LinkSeed = Pick<Link, "instanceId" | "vpcId">;

/** A key pair, with the token that belongs to it if STS issued it. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** If set, every request must have it. Otherwise requests must have none. */
  readonly securityToken?: string | undefined;
  /** On a private cloud, the organization that the key's user belongs to. */
  readonly organizationId?: string | undefined;
}

/**
 * The answer of Describe for an instance that is out of scope: no link, `InvalidInstanceId.NotFound`, or
 * `InvalidInstanceId.NotBelong`. Attach and Detach cannot be empty, and answer `InvalidInstanceId.NotFound`.
 */
export type Hiding = "empty" | "not-found" | "not-belong";

/** Answers that the reference does not document. Run tests with each. */
export interface Undocumented {
  /** Attach of a link that exists already. Default `"denied"` (`OperationDenied`). */
  readonly attachAgain?: "denied" | "ok" | undefined;
  /** Detach of an instance that is not linked to that VPC. `"ok"` changes nothing. Default `"denied"`. */
  readonly detachUnlinked?: "denied" | "ok" | undefined;
  /** Describe of an instance without a link. `"error"` is `InvalidInstanceId.NotFound`. Default `"empty"`. */
  readonly describeUnlinked?: "empty" | "error" | undefined;
  /** Describe of an instance that does not exist. Default `"error"`, as documented: `InvalidInstanceId.NotFound`. */
  readonly describeReleased?: "empty" | "error" | undefined;
  /** Describe of a VPC that does not exist. `"error"` is `InvalidVpc.NotBelong`. Default `"empty"`. */
  readonly describeUnknownVpc?: "empty" | "error" | undefined;
  /** Describe of a VPC without ClassicLink. `"error"` is `OperationDenied`. Default `"empty"`. */
  readonly describeDisabledVpc?: "empty" | "error" | undefined;
}

/** A private key and its certificate, as PEM. */
export interface TlsKeyPair {
  readonly key: string;
  readonly cert: string;
}

/** One call in the journal. */
export interface Call {
  /** Milliseconds since the epoch, when the call arrived. */
  readonly at: number;
  /** The operation. Empty if the call named none. */
  readonly action: string;
  /** Business parameters under their wire names: `RegionId`, `InstanceId`, `VpcId`, `PageNumber`, `PageSize`. */
  readonly params: Readonly<Record<string, string>>;
  /** `"ok"`, the error code, the name of the injected answer, or `"cut"`. */
  readonly outcome: string;
  readonly requestId: string;
  /** The HTTP status. 0 without an answer. */
  readonly status: number;
  /** `"asapi"` for calls of `/asapi/v3`, else `"pop"`. */
  readonly gateway: "pop" | "asapi";
  /** The headers that name the caller, the host and the organization, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

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

/** Which call to pause, and where. */
export interface PausePoint {
  readonly action: Action;
  /** Only calls that name this instance. */
  readonly instanceId?: string | undefined;
  /** How many matching calls pass before. Default 0. */
  readonly skip?: number | undefined;
  /** Whether to pause after the work, when the answer is ready. Default false: before the work. */
  readonly afterWork?: boolean | undefined;
}

/** A call that is paused, or will be. Its caller waits until the test resumes or cuts it. */
export interface PausedCall {
  /** Resolves when the call is paused. */
  readonly arrived: Promise<void>;
  /** Resumes the call. If it has not arrived yet, it will not be paused. */
  resume(): void;
  /** Ends the call: closes its connection, and does no more work. */
  cut(): void;
}
