/** Why a source gave no credentials, in words of our own. */

/** Its message is a reason for people. It holds nothing that was read from a file, an answer or a process. */
export class SourceFailure extends Error {
  override readonly name = "SourceFailure";
  /** Whether it may pass by itself. */
  readonly isTransient: boolean;

  constructor(reason: string, { isTransient = false }: { readonly isTransient?: boolean } = {}) {
    super(reason);
    this.isTransient = isTransient;
  }

  /** The same failure, of a source that is part of another. */
  under(name: string): SourceFailure {
    return new SourceFailure(`${name}: ${this.message}`, this);
  }
}

/** For `catch`: names the source that failed, where it is part of another. */
export function under(name: string): (thrown: unknown) => never {
  return (thrown) => {
    throw thrown instanceof SourceFailure ? thrown.under(name) : thrown;
  };
}

/** Node's own code of an error, such as ENOENT; empty when there is none. */
export function codeOf(error: unknown): string {
  const code: unknown = Object(error).code;
  return typeof code === "string" && /^[A-Z_]{3,60}$/.test(code) ? code : "";
}
