/** Marks a value as secret. Source: Pulumi's provider protocol, property values. */

/** The key of the signature. An object with this key stands for a special value. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** The signature of a secret. */
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Marks a value as secret. */
export function toSecret<T>(value: T): { readonly [SIGNATURE]: string; readonly value: T } {
  return { [SIGNATURE]: SECRET, value };
}
