/** The errors that leave the lifecycle: sentences for people, with nothing else in them. */

/**
 * A create, read, update or delete that failed. One sentence that says what was asked, what came of it, and what to do.
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
 * Marks the outputs of a half-made resource, until an update has finished it. A refresh that does not find its link yet
 * would otherwise drop it from the state, and Pulumi forgets its reasons at every refresh.
 */
export const HALF_MADE = "__halfMade";

/** Whether the outputs in a state are those of a half-made resource. */
export function isHalfMade(state: Readonly<Record<string, unknown>>): boolean {
  return state[HALF_MADE] === true;
}

/**
 * A resource that exists, or may exist, but is not finished. Pulumi keeps it in the state with its reasons, and the next
 * `pulumi up` calls update.
 */
export class HalfMadeError extends ClassicLinkError {
  override readonly name = "HalfMadeError";
  readonly id: string;
  /** The outputs to keep, with the mark. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** All that Pulumi shows: the message itself is dropped. */
  readonly reasons: readonly string[];

  constructor(id: string, properties: Readonly<Record<string, unknown>>, reasons: readonly string[]) {
    super(reasons.join("\n"));
    this.id = id;
    this.properties = { ...properties, [HALF_MADE]: true };
    this.reasons = reasons;
  }
}
