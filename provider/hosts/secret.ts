/** How Pulumi marks a value as secret on the wire. Source: Pulumi's provider protocol, property values. */

/** Marks an object as an envelope, and says of which kind. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** The kind of a secret. */
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A value in the envelope of a secret. */
export function toSecret<T>(value: T): { readonly [SIGNATURE]: string; readonly value: T } {
  return { [SIGNATURE]: SECRET, value };
}
