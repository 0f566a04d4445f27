/** The error of a resource that is not finished. */

import { ClassicLinkError } from "../links/errors";
import { hidden } from "./hidden";

/**
 * A resource that exists, or may exist, but is not finished. Pulumi keeps it in the state with its reasons, and the next
 * `pulumi up` calls update.
 */
export class PartiallyCreatedError extends ClassicLinkError {
  override readonly name = "PartiallyCreatedError";
  readonly id: string;
  /** The outputs to keep, with the marks. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** All that Pulumi shows: the message itself is dropped. */
  readonly reasons: readonly string[];

  readonly #attachedAt: number | Readonly<Record<string, number>>;

  /**
   * @param properties the outputs without the marks.
   * @param attachedAt when the attach may have been sent whose link is not listed yet, in ms since 1970; for a fleet, of each
   * such member.
   */
  constructor(
    id: string,
    properties: Readonly<Record<string, unknown>>,
    reasons: readonly string[],
    attachedAt: number | Readonly<Record<string, number>> = Date.now(),
  ) {
    super(reasons.join("\n"));
    this.id = id;
    this.properties = { ...properties, [hidden.partiallyCreated]: true, [hidden.attachedAt]: attachedAt };
    this.reasons = reasons;
    this.#attachedAt = attachedAt;
  }

  override rephrased(rephrase: (text: string) => string): PartiallyCreatedError {
    return new PartiallyCreatedError(this.id, this.properties, this.reasons.map(rephrase), this.#attachedAt);
  }

  /** The same error for outputs to which a host has added its own. */
  with(properties: Readonly<Record<string, unknown>>): PartiallyCreatedError {
    return new PartiallyCreatedError(this.id, properties, this.reasons, this.#attachedAt);
  }
}
