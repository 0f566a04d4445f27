/** Quotes a user's input in messages. */

/** In characters. */
const LONGEST = 128;

/** Replaces characters that could control a terminal, and shortens a long text. */
export function quote(text: string): string {
  const plain = text.slice(0, LONGEST + 1).replace(/\p{C}/gu, "?");
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}
