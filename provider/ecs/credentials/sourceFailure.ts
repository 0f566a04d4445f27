/** The failure of a source of credentials. */

/** Why a source has no credentials. The message quotes nothing from a file, an answer or a process. */
export class SourceFailure extends Error {
  override readonly name = "SourceFailure";
  /** Whether a retry can succeed. */
  readonly isTransient: boolean;

  constructor(reason: string, { isTransient = false }: { readonly isTransient?: boolean } = {}) {
    super(reason);
    this.isTransient = isTransient;
  }

  /** The same failure, with the name of the source before the reason. */
  of(source: string): SourceFailure {
    return new SourceFailure(`${source}: ${this.message}`, this);
  }
}

/** For `catch`: adds the name of the source to its failure, and throws it. */
export function failureOf(source: string): (thrown: unknown) => never {
  return (thrown) => {
    throw thrown instanceof SourceFailure ? thrown.of(source) : thrown;
  };
}

/** Node's code of an error, such as `ENOENT`. Empty if there is none. */
export function nodeCodeOf(error: unknown): string {
  const code: unknown = Object(error).code;
  return typeof code === "string" && /^[A-Z_]{3,60}$/.test(code) ? code : "";
}
