/** Reads types and their docstrings out of a source file, for pages that show them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A member of a type: what it is called, what its docstring says. */
export interface Documented {
  readonly name: string;
  readonly text: string;
}

/** A source file of the repository. */
export class Source {
  readonly #path: string;
  readonly #file: ts.SourceFile;

  constructor(path: string) {
    this.#path = path;
    const text = readFileSync(join(__dirname, "..", path), "utf8");
    this.#file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  }

  /** What the docstring of an interface or a class says. */
  textOfType(name: string): string {
    return this.#docstringOf(this.#typeNamed(name), name);
  }

  /** The members of an interface or a class, methods with their parameters' names. Private ones are left out. */
  membersOf(name: string): Documented[] {
    return [...this.#typeNamed(name).members].flatMap((member) => {
      if (member.name === undefined || ts.isPrivateIdentifier(member.name)) return [];
      // It only distinguishes the members of a union.
      if (ts.isPropertySignature(member) && member.type !== undefined && ts.isLiteralTypeNode(member.type)) return [];
      const isMethod = ts.isMethodSignature(member) || ts.isMethodDeclaration(member);
      const parameters = isMethod ? `(${namesOf(member.parameters)})` : "";
      return [
        { name: `${member.name.getText()}${parameters}`, text: this.#docstringOf(member, member.name.getText()) },
      ];
    });
  }

  /** The members of a union of object types, each with the names of its own members. References to other types are left out. */
  alternativesOf(name: string): Documented[] {
    const declared = this.#file.statements.find((one) => ts.isTypeAliasDeclaration(one) && one.name.text === name);
    if (declared === undefined || !ts.isTypeAliasDeclaration(declared) || !ts.isUnionTypeNode(declared.type)) {
      throw new Error(`${this.#path} has no union ${name}`);
    }
    return declared.type.types
      .filter((type) => !ts.isTypeReferenceNode(type))
      .map((type) => ({ name: `{ ${namesIn(type).join(", ")} }`, text: this.#docstringOf(type, type.getText()) }));
  }

  /** A function with its parameters' names. */
  functionNamed(name: string): Documented {
    const declared = this.#file.statements.find((one) => ts.isFunctionDeclaration(one) && one.name?.text === name);
    if (declared === undefined || !ts.isFunctionDeclaration(declared)) {
      throw new Error(`${this.#path} has no function ${name}`);
    }
    const parameters = namesOf(declared.parameters);
    return { name: `${name}(${parameters})`, text: this.#docstringOf(declared, name) };
  }

  /** The text of a constant that is a template without substitutions. */
  textOf(name: string): string {
    for (const statement of this.#file.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      for (const { name: declared, initializer } of statement.declarationList.declarations) {
        if (declared.getText() !== name || initializer === undefined) continue;
        if (ts.isNoSubstitutionTemplateLiteral(initializer)) return initializer.text;
      }
    }
    throw new Error(`${this.#path} has no text ${name}`);
  }

  #typeNamed(name: string): ts.InterfaceDeclaration | ts.ClassDeclaration {
    for (const statement of this.#file.statements) {
      const isType = ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement);
      if (isType && statement.name?.text === name) return statement;
    }
    throw new Error(`${this.#path} has no interface or class ${name}`);
  }

  #docstringOf(node: ts.Node, what: string): string {
    const ranges = ts.getLeadingCommentRanges(this.#file.text, node.getFullStart()) ?? [];
    const last = ranges.map(({ pos, end }) => this.#file.text.slice(pos, end)).at(-1);
    // A comma in front of a member belongs to the one before it.
    const comment =
      last ?? /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*\|?\s*$/.exec(this.#file.text.slice(0, node.getStart()))?.[0];
    if (comment?.startsWith("/**") !== true) throw new Error(`${this.#path}: ${what} has no docstring`);
    return comment
      .replaceAll(/^\s*\/\*\*|\*\/[\s|]*$|^\s*\*(?!\/) ?/gm, " ")
      .replaceAll(/\s+/g, " ")
      .replace(/ (@\w+|Source:) .*$/, "")
      .replaceAll(/\{@link (\w+)\}/g, "`$1`")
      .trim();
  }
}

/** `kind: "locked"`, `tries?` and so on. What another type adds is only hinted at. */
function namesIn(type: ts.TypeNode): string[] {
  if (ts.isParenthesizedTypeNode(type)) return namesIn(type.type);
  if (ts.isIntersectionTypeNode(type)) return type.types.flatMap(namesIn);
  if (!ts.isTypeLiteralNode(type)) return ["…"];
  return type.members.filter(ts.isPropertySignature).map((member) => {
    const literal = member.type !== undefined && ts.isLiteralTypeNode(member.type) ? `: ${member.type.getText()}` : "";
    return `${member.name.getText()}${member.questionToken === undefined ? "" : "?"}${literal}`;
  });
}

/** One that is taken apart has no name of its own. */
function namesOf(parameters: readonly ts.ParameterDeclaration[]): string {
  return parameters.map(({ name }) => (ts.isIdentifier(name) ? name.text : "options")).join(", ");
}
