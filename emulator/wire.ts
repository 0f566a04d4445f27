/** What answers of ECS are made of, before they are written as JSON or XML. */

/** A value; an array is a repeated element in XML. */
export type Wire = string | number | boolean | readonly Wire[] | { readonly [field: string]: Wire };
/** The fields of an answer by wire name, in the order in which they are written. */
export type WireFields = Readonly<Record<string, Wire>>;
