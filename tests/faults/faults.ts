/** Every way for a call to ECS to go wrong, and whether an operation gets over it. */

import type { AnswerName, Emulator, ErrorAnswer } from "../../emulator";
import { INSTANCES } from "./scenarios";

export const LINK_ACTIONS = ["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DescribeClassicLinkInstances"] as const;
export type LinkAction = (typeof LINK_ACTIONS)[number];

/** A call of an operation: the one of its action that comes after so many others. */
export interface Point {
  readonly action: LinkAction;
  readonly skip: number;
}

/** What a fault may change. */
interface Target {
  readonly emulator: Emulator;
  /** By how much ECS's clock is ahead of ours, in ms. */
  readonly clock: { aheadMs: number };
  /** Cancels the operation. */
  readonly cancel: AbortController;
}

/** One way to go wrong. */
export interface Fault {
  readonly name: string;
  /** Injects it at a call. Returns what is still to come when the operation has ended. */
  readonly inject: (target: Target, point: Point) => (() => void) | undefined;
  /** Whether the operation does what it is to do all the same; undefined where that depends on the call. */
  readonly isOvercome: boolean | undefined;
  /** How long the operation may take, in ms; without it, long enough. */
  readonly timeoutMs?: number;
}

/** Ends an operation that a fault lets come to nothing, though not before its second try. */
const HASTY_MS = 2_000;

/** How long emulated locks, windows and delays last, in ms. */
const SHORT_MS = 600;

/** A scripted answer, or none, in place of what ECS would say. */
function answered(name: string, fault: AnswerName | ErrorAnswer, { times = 1, afterWork = false } = {}): Fault {
  const inject: Fault["inject"] = ({ emulator }, point) =>
    void emulator.injectFault({ kind: "answer", answer: fault, times, afterWork, ...point });
  return times === Number.POSITIVE_INFINITY
    ? { name, inject, isOvercome: undefined, timeoutMs: HASTY_MS }
    : { name, inject, isOvercome: true };
}

/** Something that happens while the call is on its way. */
function meanwhile(
  name: string,
  isOvercome: boolean | undefined,
  happens: (target: Target) => void,
  { afterWork = false, end = "resume" }: { afterWork?: boolean; end?: "resume" | "cut" } = {},
): Fault {
  const inject: Fault["inject"] = (target, point) => {
    const paused = target.emulator.pause({ ...point, afterWork });
    void paused.arrived.then(() => {
      happens(target);
      paused[end]();
    });
    return undefined;
  };
  return { name, inject, isOvercome };
}

/** No usable answer. The client makes the same errors of all others: see its own tests. */
const UNANSWERED: readonly (readonly [name: string, fault: AnswerName, afterWork?: boolean])[] = [
  ["a reset before the work", "reset-before"],
  ["an answer that is lost after the work", "lost-answer"],
  ["no answer in time, and no work done", "timeout"],
  ["no answer in time, the work done", "timeout", true],
  ["a proxy's page, and no work done", "proxy-html"],
  ["a proxy's page, the work done", "proxy-html", true],
];

/** What ECS says to the second of two requests to do the same. */
const SAID_TWICE: Readonly<Record<LinkAction, ErrorAnswer>> = {
  AttachClassicLinkVpc: { code: "OperationDenied", message: "The instance is not allow link, it is linked." },
  DetachClassicLinkVpc: { code: "OperationDenied", message: "The instance is not allowed to detach from the VPC." },
  DescribeClassicLinkInstances: { code: "SignatureNonceUsed" },
};

const lasting = { times: Number.POSITIVE_INFINITY };

export const FAULTS: readonly Fault[] = [
  ...UNANSWERED.map(([name, fault, afterWork]) => answered(name, fault, { afterWork })),
  ...UNANSWERED.map(([name, fault, afterWork]) => answered(`${name}, from then on`, fault, { ...lasting, afterWork })),
  answered("a throttle for two windows", { code: "Throttling.User", status: 400 }, { times: 2 }),
  answered("a request that arrives twice, with the same nonce", { code: "SignatureNonceUsed" }, { afterWork: true }),
  {
    name: "a request that arrives twice, and is refused as done already",
    inject: ({ emulator }, point) =>
      void emulator.injectFault({ kind: "answer", answer: SAID_TWICE[point.action], afterWork: true, ...point }),
    isOvercome: true,
  },
  answered("permission denied, from then on", { code: "Forbidden.SubUser" }, lasting),
  { ...answered("a code that nobody knows", { code: "SomethingNew" }), isOvercome: undefined },
  ...[false, true].map((afterWork) =>
    answered(
      `a server fault with a code that nobody knows, ${afterWork ? "the" : "and no"} work done`,
      { code: "SomethingNew", status: 500 },
      { afterWork },
    ),
  ),
  {
    name: "a quota of calls for each window",
    inject: ({ emulator }, { action, skip }) =>
      void emulator.injectFault({ kind: "throttle", action, quota: skip + 1, windowMs: SHORT_MS }),
    isOvercome: true,
  },
  meanwhile("a lock", true, ({ emulator }) => {
    for (const instanceId of INSTANCES) emulator.injectFault({ kind: "locked", instanceId, forMs: SHORT_MS });
  }),
  meanwhile("a listing that lags behind", true, ({ emulator }) =>
    emulator.injectFault({ kind: "invisible", ms: SHORT_MS }),
  ),
  meanwhile("a clock that is set forward", undefined, ({ clock }) => {
    clock.aheadMs = 20 * 60_000;
  }),
  meanwhile("a key that is revoked half way", undefined, ({ emulator }) => emulator.revokeKey()),
  meanwhile("a cancel, the request lost", false, ({ cancel }) => cancel.abort(), { end: "cut" }),
  meanwhile("a cancel, the request carried out", false, ({ cancel }) => cancel.abort()),
  meanwhile("a cancel, the answer on its way", false, ({ cancel }) => cancel.abort(), { afterWork: true }),
  {
    name: "a request that is carried out when its caller has given up",
    inject({ emulator }, point) {
      const paused = emulator.pause(point);
      return () => paused.resume();
    },
    isOvercome: undefined,
    timeoutMs: HASTY_MS,
  },
];
