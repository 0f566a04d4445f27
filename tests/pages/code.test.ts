/** The code in the Markdown files: TypeScript compiles against the package, JSON and YAML can be read. */

import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";
import ts from "typescript";
import { parse } from "yaml";
import { REPOSITORY } from "../support/project";
import { type Block, blocksOf, PAGES } from "./markdown";

const BLOCKS = PAGES.flatMap(blocksOf);
const inLanguage = (...languages: string[]) => BLOCKS.filter(({ language }) => languages.includes(language));

/** What pages take for granted in an excerpt of a program, and modules that are not installed here. */
const GRANTED = `
declare const instance: import("@pulumi/pulumi").CustomResource;
declare const vpcId: string;
declare const ClassicLink: typeof import("pulumi-classiclink").ClassicLink;
declare const ClassicLinks: typeof import("pulumi-classiclink").ClassicLinks;
declare const getLinks: typeof import("pulumi-classiclink").getLinks;
declare const getLinksOutput: typeof import("pulumi-classiclink").getLinksOutput;
declare module "@pulumi/alicloud";
declare module "@pulumi-classiclink/classiclink" {
  export { ClassicLink, ClassicLinks, getLinks, getLinksOutput } from "pulumi-classiclink";
}
`;

/** The blocks that do not compile, as `page:line complaint`. Compiled together, since that takes a second. */
function uncompiled(blocks: readonly Omit<Block, "language">[]): string[] {
  const texts = new Map([[join(REPOSITORY, "granted.d.ts"), GRANTED]]);
  const programs = blocks.map(({ path, code }, index) => {
    // Beside its page, so that relative imports are what they say; examples have no package of their own installed here.
    const folder = path.startsWith("examples/") ? "." : dirname(path);
    const file = join(REPOSITORY, folder, `excerpt${index}.ts`);
    texts.set(file, `${code}\nexport {};\n`);
    return file;
  });
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
  return blocks.flatMap(({ path, line }, index) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(programs[index] ?? ""))
      .map(({ messageText }) => `${path}:${line} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`),
  );
}

test("TypeScript compiles, and what is wrong does not", () => {
  const wrong = [
    'new ClassicLink("web", { instanceId: "i-a", vpcID: "vpc-1" });',
    'import { ClassicLinkSet } from "pulumi-classiclink";',
  ].map((code, line) => ({ path: "docs/wrong.md", line, code }));
  const excerpts = inLanguage("ts", "typescript");
  expect(excerpts.length).toBeGreaterThan(5);
  const found = uncompiled([...excerpts, ...wrong]);
  expect(found).toEqual(wrong.map(({ line }) => expect.stringContaining(`docs/wrong.md:${line} `)));
});

test("JSON and YAML can be read", () => {
  const blocks = inLanguage("json", "yaml");
  expect(blocks.length).toBeGreaterThan(5);
  const unreadable = blocks.flatMap(({ path, line, language, code }) => {
    try {
      if (language === "json") JSON.parse(code);
      else parse(code);
      return [];
    } catch (error) {
      return `${path}:${line} ${error}`;
    }
  });
  expect(unreadable).toEqual([]);
});

test("each block names its language, so that it is checked", () => {
  const converted = ["python", "go", "csharp", "java"]; // by tests/pages/schema.test.ts
  const known = ["ts", "typescript", "json", "yaml", "sh", "text", "diff", "mermaid", ...converted];
  const others = BLOCKS.filter(({ language }) => !known.includes(language));
  expect(others.map(({ path, line, language }) => `${path}:${line} ${language}`)).toEqual([]);
});
