/** How messages quote what somebody typed. */

const LONGEST = 128;

/** A text without what moves a terminal's cursor, and not for ever. */
export function quote(text: string): string {
  const plain = text.slice(0, LONGEST + 1).replace(/\p{C}/gu, "?");
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}
