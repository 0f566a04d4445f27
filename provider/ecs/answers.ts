/** What is in an answer, narrowed from what may be anything. */

/** The members of an object. */
export type Fields = Readonly<Record<string, unknown>>;

/** The id of a request, where it is one. */
export function requestIdOf({ RequestId, requestId }: Fields): string | undefined {
  const id = RequestId ?? requestId;
  return typeof id === "string" && /^[\w-]{1,64}$/.test(id) ? id : undefined;
}

/** A number as answers and headers carry it. `Number` alone would take an empty text for 0. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

/** An error code. What is not of the form that codes have must not reach a terminal as it is. */
export function codeOf(value: unknown): string {
  return textOf(value)
    .replace(/[^\w.:-]+/g, " ")
    .trim()
    .slice(0, 100);
}

/** Anything else in the place of a text is no answer of ECS. */
export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members of what is an object; of anything else, none. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}
