/** What the compiler says to programs in TypeScript. */

import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import ts from "typescript";
import { REPOSITORY } from "../support/project";

const ACCEPTED =
  'const web = new ClassicLink("web", { instanceId: "i-a", vpcId: "vpc-1" });' +
  'new ClassicLinks("all", { vpcId: web.vpcId, instanceIds: [web.instanceId] });';

const REFUSED: readonly (readonly [what: string, statement: string, complaint: RegExp])[] = [
  ["a missing argument", 'new ClassicLink("web", { instanceId: "i-a" });', /'vpcId' is missing/],
  ["a misspelt argument", 'new ClassicLink("web", { instanceId: "i-a", vpcID: "vpc-1" });', /'vpcID' does not exist/],
  ["an argument of another type", 'new ClassicLink("web", { instanceId: 7, vpcId: "vpc-1" });', /'number' is not/],
  ["no arguments at all", 'new ClassicLink("web");', /arguments/],
  ["an id where a list should be", 'new ClassicLinks("all", { vpcId: "v", instanceIds: "i" });', /'string' is not/],
];

/** The compiler's complaints about each program, which all import the SDK. Compiled together, since that takes a second. */
function complaintsAbout(statements: readonly string[]): string[] {
  const programs = new Map(
    statements.map((statement, index) => [
      join(REPOSITORY, `tests/unit/program${index}.ts`),
      `import { ClassicLink, ClassicLinks } from "../../sdk";\n${statement}\n`,
    ]),
  );
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => programs.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) => {
    const text = programs.get(name);
    if (text === undefined) return getSourceFile(name, ...rest);
    return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...programs.keys()], options, host);
  return [...programs.keys()].map((name) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))
      .join("\n"),
  );
}

describe("the compiler", () => {
  const complaints = complaintsAbout([ACCEPTED, ...REFUSED.map(([, statement]) => statement)]);

  test("accepts links whose arguments are given", () => {
    expect(complaints[0]).toBe("");
  });

  test.each(REFUSED.map(([what, , complaint], index) => [what, complaint, complaints[index + 1]] as const))(
    "refuses %s",
    (_, complaint, told) => {
      expect(told).toMatch(complaint);
    },
  );
});
