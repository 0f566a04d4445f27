/** The errors that leave a resource: sentences for people, with nothing else in them. */

import { hidden } from "./hidden";

/**
 * A check, create, read, update or delete that failed. One sentence that says what was asked, what came of it, and what to do.
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

/**
 * A resource that exists, or may exist, but is not finished. Pulumi keeps it in the state with its reasons, and the next
 * `pulumi up` calls update.
 */
export class PartiallyCreatedError extends ClassicLinkError {
  override readonly name = "PartiallyCreatedError";
  readonly id: string;
  /** The outputs to keep, with the mark. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** All that Pulumi shows: the message itself is dropped. */
  readonly reasons: readonly string[];

  /** @param properties the outputs without the mark. */
  constructor(id: string, properties: Readonly<Record<string, unknown>>, reasons: readonly string[]) {
    super(reasons.join("\n"));
    this.id = id;
    this.properties = { ...properties, [hidden.partiallyCreated]: true, [hidden.attachedAt]: Date.now() };
    this.reasons = reasons;
  }
}
