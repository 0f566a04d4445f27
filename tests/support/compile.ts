/** What the TypeScript compiler says to programs. */

import ts from "typescript";

/**
 * The compiler's complaints about each program, by the path that it has for the compiler. Compiled together, since that takes
 * a second.
 *
 * @param beside more files, which are not judged.
 */
export function complaintsAbout(
  programs: ReadonlyMap<string, string>,
  beside: Readonly<Record<string, string>> = {},
): string[] {
  const texts = new Map([...programs, ...Object.entries(beside)]);
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) => {
    const text = texts.get(name);
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...programs.keys()].map((name) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))
      .join("\n"),
  );
}
