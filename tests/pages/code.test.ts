/** The code in the Markdown files: TypeScript compiles against the package, JSON and YAML can be read. */

import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { complaintsAbout } from "../support/compile";
import { REPOSITORY } from "../support/project";
import { type Block, blocksOf, PAGES } from "./markdown";

const BLOCKS = PAGES.flatMap(blocksOf);
const inLanguage = (...languages: string[]) => BLOCKS.filter(({ language }) => languages.includes(language));

/** What pages take for granted in an excerpt of a program, and modules that are not installed here. */
const GRANTED = `
declare const instance: import("@pulumi/pulumi").CustomResource;
declare const vpcId: string;
declare module "@pulumi/alicloud";
declare module "@pulumi-classiclink/classiclink" {
  export { ClassicLink, ClassicLinks, getLinks, getLinksOutput } from "pulumi-classiclink";
}
`;
const GRANTED_FILE = join(REPOSITORY, "tests/docs/granted.d.ts");

/** Names that an excerpt may use without an import. */
const EXPORTS = ["ClassicLink", "ClassicLinks", "getLinks", "getLinksOutput"];

/** An excerpt as a program of its own. */
function programOf({ code }: Pick<Block, "code">): string {
  const used = EXPORTS.filter((name) => new RegExp(`\\b${name}\\(`).test(code));
  const missing = used.filter((name) => !new RegExp(`import [^;]*\\b${name}\\b`).test(code));
  const importing = missing.length === 0 ? "" : `import { ${missing.join(", ")} } from "pulumi-classiclink";`;
  return `${importing}${code}\nexport {};\n`;
}

/** The compiler's complaints about each block. */
function complaintsIn(blocks: readonly Pick<Block, "path" | "code">[]): string[] {
  const programs = blocks.map((block, index) => {
    // Beside its page, so that relative imports are what they say; examples have no package of their own installed here.
    const folder = block.path.startsWith("examples/") ? "." : dirname(block.path);
    return [join(REPOSITORY, folder, `excerpt${index}.ts`), programOf(block)] as const;
  });
  return complaintsAbout(new Map(programs), { [GRANTED_FILE]: GRANTED });
}

describe("TypeScript", () => {
  const excerpts = inLanguage("ts", "typescript");
  const wrong = [
    'new ClassicLink("web", { instanceId: "i-a", vpcID: "vpc-1" });',
    'import { ClassicLinkSet } from "pulumi-classiclink";',
    "const links = [undeclared];",
  ];
  const complaints = complaintsIn([...excerpts, ...wrong.map((code) => ({ path: "docs/x.md", code }))]);

  test.each(excerpts.map(({ path, line }, index) => [`${path}:${line}`, index] as const))("%s compiles", (_, index) => {
    expect(complaints[index]).toBe("");
  });

  test.each(wrong.map((code, index) => [code, index] as const))("%s does not", (_, index) => {
    expect(complaints[excerpts.length + index]).not.toBe("");
  });
});

test.each(inLanguage("json").map(({ path, line, code }) => [`${path}:${line}`, code]))("%s is JSON", (_, code) => {
  expect(() => JSON.parse(code)).not.toThrow();
});

test.each(inLanguage("yaml").map(({ path, line, code }) => [`${path}:${line}`, code]))("%s is YAML", (_, code) => {
  expect(() => parse(code)).not.toThrow();
});

test("no block scrolls in a window of 900 pixels", () => {
  const wide = BLOCKS.filter(({ code }) => code.split("\n").some((line) => line.length > 98));
  expect(wide.map(({ path, line }) => `${path}:${line}`)).toEqual([]);
});

test("every block names its language, so that it is checked", () => {
  const converted = ["python", "go", "csharp", "java"]; // by tests/pages/languages.test.ts
  const known = ["ts", "typescript", "json", "yaml", "sh", "text", "diff", "mermaid", ...converted];
  const others = BLOCKS.filter(({ language }) => !known.includes(language));
  expect(others.map(({ path, line, language }) => `${path}:${line} ${language}`)).toEqual([]);
});
