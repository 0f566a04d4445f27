/** Finds secrets in what was logged, printed or stored, in every form that an encoding gives them. */

import { inspect } from "node:util";

/** The forms of the markers that are in a text, each as `form of marker`. */
export function leaksIn(text: string, markers: readonly string[]): string[] {
  return markers.flatMap((marker) =>
    formsOf(marker)
      .filter(([, form]) => text.includes(form))
      .map(([name]) => `${name} of ${marker}`),
  );
}

/** All that an error could show: its message, stack and members, those of its causes, and what cannot be enumerated. */
export function allOf(error: unknown): string {
  const { message = "", stack = "" } = Object(error);
  return [String(error), message, stack, JSON.stringify(error), inspect(error, { depth: 20, showHidden: true })].join(
    "\n",
  );
}

function formsOf(marker: string): (readonly [name: string, form: string])[] {
  const encoded = encodeURIComponent(marker);
  // As pop-core encodes it.
  const percentEncoded = encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const aligned = [0, 1, 2].map((offset) => [`base64 at ${offset}`, base64At(marker, offset)] as const);
  return [
    ["raw", marker],
    ["URL-encoded", encoded],
    ["URL-encoded, small", encoded.replace(/%../g, (byte) => byte.toLowerCase())],
    ["URL-encoded twice", encodeURIComponent(encoded)],
    ["in a form", new URLSearchParams({ marker }).toString().slice("marker=".length)],
    ["percent-encoded", percentEncoded],
    ["percent-encoded twice", encodeURIComponent(percentEncoded)],
    ["JSON", JSON.stringify(marker).slice(1, -1)],
    ["hex", Buffer.from(marker).toString("hex")],
    ...aligned,
    ...aligned.map(([name, form]) => [`${name}, for URLs`, form.replaceAll("+", "-").replaceAll("/", "_")] as const),
  ];
}

/** The part of its base64 that does not depend on the text around it, if it begins at this byte of a group of three. */
function base64At(marker: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(marker)]);
  const text = bytes.toString("base64").replace(/=+$/, "");
  // The first and the last character share bits with their neighbours.
  return text.slice(offset === 0 ? 0 : offset + 1, bytes.length % 3 === 0 ? undefined : -1);
}
