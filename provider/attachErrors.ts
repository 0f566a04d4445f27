/** How an attach can end in an error, by what is then known of the link. */

import { EcsError } from "./ecs/errors";

/** An attach ended in an error, but its link was, or may have been, made. The state has to know of it. */
export class MayBeLinked extends Error {
  constructor(override readonly cause: unknown) {
    super("the link may have been made");
  }
}

/** The instance holds a link to another VPC. An instance has at most one, and what someone else made is not ours to remove. */
export class LinkedElsewhere extends Error {
  readonly vpcId: string;

  constructor(vpcId: string) {
    super(
      `it is linked to ${vpcId}, and an instance has at most one link; detach it from ${vpcId} first, or declare ${vpcId} ` +
        "to keep that link; where this stack still declares it, take it out of the program and run pulumi up, then declare it anew",
    );
    this.vpcId = vpcId;
  }
}

/** Whether an attach ended in a way that leaves no doubt: there is no such link. */
export function isProofOfNoLink(error: unknown): boolean {
  return error instanceof LinkedElsewhere || (error instanceof EcsError && error.kind === "gone");
}
