/** What may befall an operation, drawn at random. */

import * as fc from "fast-check";
import type { Action, AnswerName, FaultRule } from "../../emulator";
import { answerNames } from "../../emulator/types";
import { type Mishap, Operation } from "./operation";
import { INSTANCES } from "./program";
import type { OperationName } from "./stack";

const change = fc.constantFrom<Action>("AttachClassicLinkVpc", "DetachClassicLinkVpc");
const action = fc.constantFrom<Action>("AttachClassicLinkVpc", "DetachClassicLinkVpc", "DescribeClassicLinkInstances");
const skip = fc.nat(3);
const lasting = Number.POSITIVE_INFINITY;

const passingFault = fc.constantFrom(
  ...answerNames.filter((name) => name !== "timeout" && name !== "lower-case-error"),
);

/** What ECS says when it has done nothing. */
const refusal = fc.constantFrom("Throttling.User", "OperationConflict", "InvalidStatus.InstanceStatus", "SomethingNew");

/** What it may say although it has done the work. */
const unclear = fc.constantFrom(
  { code: "SignatureNonceUsed" },
  { code: "InternalError", status: 500 },
  { code: "SomethingNew", status: 500 },
);

const fault: fc.Arbitrary<FaultRule> = fc.oneof(
  fc.record({
    kind: fc.constant("answer" as const),
    action,
    answer: passingFault,
    skip,
    times: fc.integer({ min: 1, max: 3 }),
    afterWork: fc.boolean(),
  }),
  // A read would wait such a one out, for longer than a test should take.
  fc.record({
    kind: fc.constant("answer" as const),
    action: change,
    answer: fc.oneof(passingFault, fc.constant<AnswerName>("timeout")),
    skip,
    times: fc.constant(lasting),
    afterWork: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("answer" as const),
    action,
    answer: fc.record({ code: refusal }),
    skip,
  }),
  fc.record({
    kind: fc.constant("answer" as const),
    action,
    answer: unclear,
    skip,
    afterWork: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("answer" as const),
    action,
    answer: fc.constant({ code: "Forbidden.SubUser" }),
    skip,
    times: fc.constant(lasting),
  }),
  fc.record({
    kind: fc.constant("locked" as const),
    instanceId: fc.constantFrom(...INSTANCES),
    forMs: fc.constantFrom(300, lasting),
  }),
  fc.record({ kind: fc.constant("invisible" as const), ms: fc.constantFrom(400, 600_000) }),
  fc.record({ kind: fc.constant("invisible" as const), describes: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constant("throttle" as const),
    quota: fc.integer({ min: 1, max: 3 }),
    windowMs: fc.constant(400),
  }),
);

const interruption = fc.record({
  at: fc.record({ action, skip, afterWork: fc.boolean() }),
  kind: fc.constantFrom("kill" as const, "cut" as const, "revoke" as const, "cancel" as const),
});

const faults = fc.array(fault, { minLength: 1, maxLength: 2 });
const interruptions = fc.array(interruption, { minLength: 1, maxLength: 2 });
const lostAnswer = fc.record({ call: fc.nat(3), engineDies: fc.boolean() });

const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ faults }) },
  { weight: 4, arbitrary: fc.record({ interruptions }) },
  { weight: 2, arbitrary: fc.record({ lostAnswer }) },
  { weight: 2, arbitrary: fc.record({ faults, interruptions, lostAnswer }, { requiredKeys: [] }) },
);

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constant<OperationName>("up --refresh") },
  { weight: 4, arbitrary: fc.constant<OperationName>("up") },
  { weight: 2, arbitrary: fc.constant<OperationName>("refresh") },
  { weight: 1, arbitrary: fc.constant<OperationName>("destroy") },
  { weight: 1, arbitrary: fc.constant<OperationName>("preview") },
);

/** An operation, about every third with something that befalls it. */
export const OPERATION = fc
  .tuple(name, fc.option(mishap, { nil: undefined, freq: 2 }), fc.nat(20))
  .map(([operation, befalls, order]) => new Operation(operation, befalls, order));

const forced = fc.record({
  kind: fc.constantFrom("replace" as const, "taint" as const, "target" as const, "target-replace" as const),
  pick: fc.nat(4),
});

/** An update with an order of the user. */
export const ORDER = fc
  .tuple(
    fc.constantFrom<OperationName>("up", "up --refresh"),
    fc.option(mishap, { nil: undefined, freq: 1 }),
    fc.nat(20),
    forced,
  )
  .map(([operation, befalls, order, orders]) => new Operation(operation, befalls, order, orders));
