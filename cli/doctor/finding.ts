/** What a check found out: one line of the report. */

/**
 * - `ok`: as it has to be.
 * - `warning`: it may be wrong, or could not be asked; links can be made all the same.
 * - `problem`: links cannot be made, or not be seen.
 */
export type State = "ok" | "warning" | "problem";

export interface Finding {
  readonly state: State;
  /** One fact, as a sentence without its full stop. */
  readonly text: string;
  /** What to do. */
  readonly advice?: string;
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

/** An answer, or the error that came in place of one. */
export type Asked<Answer> =
  | { readonly answer: Answer; readonly error?: never }
  | { readonly error: Error; readonly answer?: never };

/** Asks for something. An error is a finding here, and no end. */
export async function asked<Answer>(asking: () => Promise<Answer>): Promise<Asked<Answer>> {
  try {
    return { answer: await asking() };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}
