/** The errors of changed links: what ended a change, and the sentence that the user reads. */

import type { EcsError } from "../ecs/errors";

/**
 * An operation that failed. One sentence that says what was asked, what came of it, and what to do.
 *
 * It carries no `code` and no `details`, which Pulumi's host would show in place of the message, and its stack is one
 * line, because the host prints that too.
 */
export class ClassicLinkError extends Error {
  override readonly name: string = "ClassicLinkError";

  constructor(message: string) {
    super(message);
    this.stack = message;
  }

  override toString(): string {
    return "pulumi-classiclink";
  }
}

/** The instance has a link to another VPC. An instance has at most one, and what others made stays. */
export class LinkedElsewhere extends Error {
  override readonly name = "LinkedElsewhere";
  readonly vpcId: string;

  constructor(vpcId: string) {
    super(
      `it is linked to ${vpcId}, and an instance has at most one link; detach it from ${vpcId} first, or declare ${vpcId} ` +
        "to keep that link; if a resource of this stack had that link and is no longer declared, remove it with one pulumi up " +
        "and declare the new link in the next",
    );
    this.vpcId = vpcId;
  }
}

/** ECS refused a change, and then refused to say whether the link is there. */
export class NotChecked extends Error {
  override readonly name = "NotChecked";
  /** Why ECS did not say. */
  readonly check: EcsError;

  constructor(refusal: EcsError, check: EcsError) {
    const advice = [...new Set([check.facts.advice, refusal.facts.advice])].join("; ");
    super(`${refusal.message}; whether the link is there cannot be checked either: ${check.message}; ${advice}`);
    this.check = check;
  }
}
