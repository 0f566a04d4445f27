/** Decodes text files in UTF-8 and UTF-16. */

/** The encoding for each byte order mark. PowerShell's `>` writes UTF-16. Some editors on Windows write UTF-8 with a mark. */
const MARKS: readonly (readonly [mark: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/** The text of a file, without its byte order mark. A file is UTF-8, unless it has a mark or the zero bytes of UTF-16. */
export function decodeText(bytes: Uint8Array): string {
  const marked = MARKS.find(([mark]) => mark.every((byte, index) => bytes[index] === byte))?.[1];
  return new TextDecoder(marked ?? unmarked(bytes)).decode(bytes);
}

/** The encoding of a file without a mark. Its first character is ASCII, which has one zero byte in UTF-16. */
function unmarked([first, second]: Uint8Array): string {
  if (second === 0) return "utf-16le";
  return first === 0 ? "utf-16be" : "utf-8";
}
