/** Pages that are written by hand, with parts that are made from the source. Such a part stands between two comments. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../package.json";

const PART = /(<!-- made by npm run docs: (\w+) -->\n\n)[\s\S]*?(\n\n<!-- end -->)/g;

/** What precedes the package's version in a command or an address. */
const VERSION = /(resource classiclink |classiclink@|releases\/download\/v|pulumi-classiclink-)\d+\.\d+\.\d+/g;

/**
 * The text of a page, with its parts and the version as they are now.
 *
 * @param path in the repository.
 * @param parts by name. The page has each of them, and no other.
 */
export function fillIn(path: string, parts: Readonly<Record<string, () => string>> = {}): string {
  const filled: string[] = [];
  const text = readFileSync(join(__dirname, "..", path), "utf8").replace(PART, (_, begin, name, end) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`${path}: nothing makes the part ${name}`);
    filled.push(name);
    return `${begin}${part()}${end}`;
  });
  const missing = Object.keys(parts).filter((name) => !filled.includes(name));
  if (missing.length > 0) throw new Error(`${path} has no part ${missing.join(", ")}`);
  return text.replaceAll(VERSION, `$1${version}`);
}
