/** Reads docstrings out of source files, for pages that show them. The files are formatted, so patterns are enough. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Something declared: what it is called, what its docstring says. */
export interface Documented {
  readonly name: string;
  readonly text: string;
}

const DOCSTRING = String.raw`/\*\*((?:(?!\*/)[^])*)\*/`;
const DECLARED = "export (?:declare |abstract )?(?:class|interface|type|function)";

/** A source file of the repository. */
export class Source {
  readonly #path: string;
  readonly #text: string;

  constructor(path: string) {
    this.#path = path;
    this.#text = readFileSync(join(__dirname, "..", path), "utf8");
  }

  /** What the docstring of a type says. */
  textOfType(name: string): string {
    return plain(this.#find(new RegExp(`${DOCSTRING}\n${DECLARED} ${name}\\b`), name)[0]);
  }

  /** The public members of an interface or a class, methods with their parameters' names. */
  membersOf(name: string): Documented[] {
    const [body] = this.#find(new RegExp(`\n${DECLARED} ${name}\\b.* \\{\n([^]*?)\n\\}`), name);
    const [, bare] = /(?<!\*\/)\n {2}(?:readonly )?(\w+)\??[:(].*;$/m.exec(`\n${body}`) ?? [];
    if (bare !== undefined) throw new Error(`${this.#path}: ${name}.${bare} has no docstring`);
    const member = new RegExp(`^  ${DOCSTRING}\n  (?:static |override |readonly )*(\\w+)\\??(\\([^)]*\\))?`, "gm");
    return [...body.matchAll(member)].map(([, text = "", called = "", parameters]) => ({
      name: parameters === undefined ? called : `${called}(${namesOf(parameters)})`,
      text: plain(text),
    }));
  }

  /** The members of a union of object types, each with the names of its own members. */
  alternativesOf(name: string): Documented[] {
    const [body] = this.#find(new RegExp(`\n${DECLARED} ${name} =\n([^]*?);\n\n`), name);
    return [...body.matchAll(new RegExp(`${DOCSTRING}\\s*\\| \\{([^{}]*)\\}`, "g"))].map(
      ([, text = "", members = ""]) => {
        const names = [...members.matchAll(/readonly (\w+\??)(: "\w+")?/g)].map(
          ([, called, literal = ""]) => called + literal,
        );
        return { name: `{ ${names.join(", ")} }`, text: plain(text) };
      },
    );
  }

  /** A function with its parameters' names. */
  functionNamed(name: string): Documented {
    const [text, parameters] = this.#find(new RegExp(`${DOCSTRING}\n${DECLARED} ${name}(\\([^)]*\\))`), name);
    return { name: `${name}(${namesOf(parameters)})`, text: plain(text) };
  }

  /** The groups of a match. */
  #find(pattern: RegExp, name: string): readonly [string, string] {
    const found = pattern.exec(this.#text);
    if (found === null) throw new Error(`${this.#path} has no ${name} with a docstring`);
    const [, first = "", second = ""] = found;
    return [first, second];
  }
}

function namesOf(parameters: string): string {
  return [...parameters.matchAll(/(\w+)\??:/g)].map(([, name]) => name).join(", ");
}

/** The sentences of a docstring, without its tags and its source. */
function plain(docstring: string): string {
  return docstring
    .replaceAll(/^\s*\* ?/gm, " ")
    .replaceAll(/\s+/g, " ")
    .replace(/ (@\w+|Source:) .*$/, "")
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")
    .trim();
}
