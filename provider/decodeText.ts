/** Decodes text files as the tools of all systems write them. */

/** The encodings that a byte order mark stands for. PowerShell's `>` writes UTF-16, editors on Windows often UTF-8 with a mark. */
const MARKS: readonly (readonly [mark: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/** The text of a file: UTF-8, unless a byte order mark or the zero bytes of UTF-16 say otherwise. The mark is left out. */
export function decodeText(bytes: Uint8Array): string {
  const marked = MARKS.find(([mark]) => mark.every((byte, index) => bytes[index] === byte))?.[1];
  return new TextDecoder(marked ?? unmarked(bytes)).decode(bytes);
}

/** A list or a profile begins with a sign of ASCII, which has one zero byte in UTF-16. */
function unmarked([first, second]: Uint8Array): string {
  if (first !== 0 && second === 0) return "utf-16le";
  return first === 0 && second !== 0 && second !== undefined ? "utf-16be" : "utf-8";
}
