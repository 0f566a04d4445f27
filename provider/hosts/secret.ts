/** Secret values: how Pulumi marks them, and how messages leave them out. Source: Pulumi's provider protocol, property values. */

import type { Properties } from "../resources/inputs";
import type { Resource } from "../resources/resource";

/** The key of the signature. An object with this key stands for a special value. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** The signature of a secret. */
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Marks a value as secret. */
export function toSecret<T>(value: T): { readonly [SIGNATURE]: string; readonly value: T } {
  return { [SIGNATURE]: SECRET, value };
}

/** Adds to the names of secret inputs the outputs that reveal them. */
export function withRevealing(inputs: ReadonlySet<string>, reveals: Resource["reveals"]): ReadonlySet<string> {
  const outputs = Object.entries(reveals).filter(([, input]) => inputs.has(input));
  return new Set([...inputs, ...outputs.map(([output]) => output)]);
}

/** Replaces secret texts in a message. Pulumi shows messages, and keeps those of a partially created resource in the state. */
export type Mask = (message: string) => string;

/**
 * Makes a mask for the values of secret properties.
 *
 * @param names the secret properties.
 * @param all the inputs and outputs that have them.
 */
export function maskOf(names: ReadonlySet<string>, ...all: readonly Properties[]): Mask {
  const secrets = all.flatMap((properties) => [...names].flatMap((name) => textsOf(properties[name])));
  // The longest first, because a text may be part of another.
  secrets.sort((a, b) => b.length - a.length);
  return (message) => secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), message);
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== "object" || value === null) return [];
  // The keys of a map are instance ids.
  return Object.entries(value).flat().flatMap(textsOf);
}
