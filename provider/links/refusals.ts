/** Errors of our own between a refusal of ECS and the sentence that the user reads. */

import type { EcsError } from "../ecs/errors";

/** A change of a link that ended in an error of ours. The message says what to do. */
export class Refused extends Error {
  override readonly name: string = "Refused";
}

/** The instance has a link to another VPC. An instance has at most one, and what others made stays. */
export class LinkedElsewhere extends Refused {
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
export class NotChecked extends Refused {
  override readonly name = "NotChecked";
  /** Why ECS did not say. */
  readonly check: EcsError;

  constructor(refusal: EcsError, check: EcsError) {
    const advice = [...new Set([check.facts.advice, refusal.facts.advice])].join("; ");
    super(`${refusal.message}; whether the link is there cannot be checked either: ${check.message}; ${advice}`);
    this.check = check;
  }
}
