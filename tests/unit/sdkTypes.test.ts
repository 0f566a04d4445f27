/** What the compiler says to programs in TypeScript. */

import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import ts from "typescript";
import { REPOSITORY } from "../support/project";

/** The compiler's complaints about a program that imports the SDK. */
function complaintsAbout(statement: string): string[] {
  const file = join(REPOSITORY, "tests/unit/program.ts");
  const text = `import { ClassicLink, ClassicLinks } from "../../sdk";\n${statement}\n`;
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
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  const diagnostics = ts.getPreEmitDiagnostics(program, program.getSourceFile(file));
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("the compiler", () => {
  test("accepts links whose arguments are given", () => {
    const program =
      'const web = new ClassicLink("web", { instanceId: "i-a", vpcId: "vpc-1" });' +
      'new ClassicLinks("all", { vpcId: web.vpcId, instanceIds: [web.instanceId] });';
    expect(complaintsAbout(program)).toEqual([]);
  });

  test.each([
    ["a missing argument", 'new ClassicLink("web", { instanceId: "i-a" });', /'vpcId' is missing/],
    ["a misspelt argument", 'new ClassicLink("web", { instanceId: "i-a", vpcID: "vpc-1" });', /'vpcID' does not exist/],
    ["an argument of another type", 'new ClassicLink("web", { instanceId: 7, vpcId: "vpc-1" });', /'number' is not/],
    ["no arguments at all", 'new ClassicLink("web");', /arguments/],
    [
      "one id where there should be a list",
      'new ClassicLinks("all", { vpcId: "v", instanceIds: "i-a" });',
      /'string' is not/,
    ],
  ])("refuses %s", (_, statement, complaint) => {
    expect(complaintsAbout(statement).join("\n")).toMatch(complaint);
  });
});
