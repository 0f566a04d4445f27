/** The errors of changes, and the sentences that the user reads. */

import type { EcsError } from "../ecs/errors";

/**
 * An operation that failed. One sentence: the operation, the reason, and what to do.
 *
 * It has no `code` and no `details`, which Pulumi's host would print instead of the message. Its stack is one line, because
 * the host prints that too.
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

  /** The same error in other words, for a host that hides secrets. */
  rephrased(rephrase: (text: string) => string): ClassicLinkError {
    return new ClassicLinkError(rephrase(this.message));
  }
}

/** What to do after a failed delete. Pulumi keeps its links in the state, also those that are gone. */
export function adviceAfterDelete(links: "the link" | "the links"): string {
  return `run it again; to keep ${links} instead, run pulumi up --refresh`;
}

/** The instance has a link to another VPC. An instance has at most one, and what others made stays. */
export class LinkedElsewhere extends Error {
  override readonly name = "LinkedElsewhere";
  readonly vpcId: string;

  constructor(vpcId: string) {
    super(
      `it is linked to ${vpcId}, and an instance has at most one link; detach it from ${vpcId} first, or declare ${vpcId} ` +
        "to keep that link; if that link is in the state of this stack, run pulumi up --refresh, which moves it",
    );
    this.vpcId = vpcId;
  }
}

/** ECS refused a change, and then the check of the link. */
export class NotChecked extends Error {
  override readonly name = "NotChecked";
  /** The code if both say that ECS no longer offers ClassicLink. */
  readonly retiredCode: string | undefined;

  constructor(refusal: EcsError, check: EcsError) {
    const advice = [...new Set([check.facts.advice, refusal.facts.advice])].join("; ");
    super(`${refusal.message}; the link cannot be checked either: ${check.message}; ${advice}`);
    const areRetired = refusal.kind === "retired" && check.kind === "retired";
    this.retiredCode = areRetired ? check.facts.code : undefined;
  }
}
