/** How names and values are written into what is signed, in both signatures. */
import type { Params } from "./request";

/** Keeps `A-Z a-z 0-9 - _ . ~`; everything else is `%XX` of its UTF-8 bytes. Source: ECS API reference, signature. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `name=value` of all parameters, sorted by name, joined with `&`. */
export function canonicalQuery(params: Params): string {
  const pairs = [...params].sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join("&");
}
