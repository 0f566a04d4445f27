/** The code in the Markdown files: TypeScript compiles against the package, JSON and YAML can be read. */

import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";
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
function programOf(code: string): string {
  const used = EXPORTS.filter((name) => new RegExp(`\\b${name}\\(`).test(code));
  const missing = used.filter((name) => !new RegExp(`import [^;]*\\b${name}\\b`).test(code));
  const importing = missing.length === 0 ? "" : `import { ${missing.join(", ")} } from "pulumi-classiclink";`;
  return `${importing}${code}\nexport {};\n`;
}

/** The blocks that do not compile, as `page:line complaint`. */
function uncompiled(blocks: readonly Omit<Block, "language">[]): string[] {
  const programs = blocks.map(({ path, code }, index) => {
    // Beside its page, so that relative imports are what they say; examples have no package of their own installed here.
    const folder = path.startsWith("examples/") ? "." : dirname(path);
    return [join(REPOSITORY, folder, `excerpt${index}.ts`), programOf(code)] as const;
  });
  const complaints = complaintsAbout(new Map(programs), { [GRANTED_FILE]: GRANTED });
  return blocks.flatMap(({ path, line }, index) =>
    complaints[index] === "" ? [] : `${path}:${line} ${complaints[index]}`,
  );
}

test("TypeScript compiles, and what is wrong does not", () => {
  const wrong = [
    'new ClassicLink("web", { instanceId: "i-a", vpcID: "vpc-1" });',
    'import { ClassicLinkSet } from "pulumi-classiclink";',
    "const links = [undeclared];",
  ].map((code, line) => ({ path: "docs/wrong.md", line, code }));
  const excerpts = inLanguage("ts", "typescript");
  expect(excerpts.length).toBeGreaterThan(5);
  const found = uncompiled([...excerpts, ...wrong]);
  expect(found).toEqual(wrong.map(({ line }) => expect.stringContaining(`docs/wrong.md:${line} `)));
});

test("JSON and YAML can be read", () => {
  const unreadable = inLanguage("json", "yaml").flatMap(({ path, line, language, code }) => {
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

test("no block scrolls in a window of 900 pixels, and each names its language, so that it is checked", () => {
  const wide = BLOCKS.filter(({ code }) => code.split("\n").some((line) => line.length > 98));
  expect(wide.map(({ path, line }) => `${path}:${line}`)).toEqual([]);
  const converted = ["python", "go", "csharp", "java"]; // by tests/pages/schema.test.ts
  const known = ["ts", "typescript", "json", "yaml", "sh", "text", "diff", "mermaid", ...converted];
  const others = BLOCKS.filter(({ language }) => !known.includes(language));
  expect(others.map(({ path, line, language }) => `${path}:${line} ${language}`)).toEqual([]);
});
