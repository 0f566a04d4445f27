/** The result of a check: one line of the report. */

/**
 * - `ok`: it is right.
 * - `warning`: it may be wrong, or could not be checked. Links can be created anyway.
 * - `problem`: links cannot be created or listed.
 */
export type State = "ok" | "warning" | "problem";

export interface Finding {
  readonly state: State;
  /** A fact: one sentence without its full stop. */
  readonly text: string;
  /** What to do. */
  readonly advice?: string;
  /** A command that does it, printed on a line of its own, so that it can be copied. */
  readonly command?: string;
}

/** The findings about one thing. */
export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export const ok = (text: string): Finding => ({ state: "ok", text });
export const warning = (text: string, advice?: string): Finding => finding("warning", text, advice);
export const problem = (text: string, advice?: string): Finding => finding("problem", text, advice);

function finding(state: State, text: string, advice: string | undefined): Finding {
  return advice === undefined ? { state, text } : { state, text, advice };
}

/** An answer, or an error. */
export type Asked<Answer> =
  | { readonly answer: Answer; readonly error?: never }
  | { readonly error: Error; readonly answer?: never };

/** Asks for something. An error becomes a finding. */
export async function asked<Answer>(asking: () => Promise<Answer>): Promise<Asked<Answer>> {
  try {
    return { answer: await asking() };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** What to call an error: its code, which people can search for, else its message. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
