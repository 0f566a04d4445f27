/**
 * Makes the examples of the schema out of the programs in `scripts/schemaExamples`: `npm run schema-examples`. The Pulumi CLI converts
 * the YAML to every language whose host is on PATH. Of the others the last conversion stays. Java is written by hand:
 * for a function, a conversion imports packages that the SDK does not have, and exports a result that Java cannot serialise.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const ROOT = join(__dirname, "..");
const RESULT = join(ROOT, "provider/hosts/plugin/examples.json");

/** By the names in the schema, what the Registry shows as their headings. */
export const TITLES = {
  ClassicLink: "Link an instance to a VPC",
  ClassicLinks: "Link many instances to a VPC",
  getLinks: "List the links to a VPC",
} as const;

export type ExampleName = keyof typeof TITLES;

/** By the name in a code block: the host, the CLI's name of the language, and the file that a conversion makes. */
const CONVERTED = {
  typescript: ["nodejs", "nodejs", "index.ts"],
  python: ["python", "python", "__main__.py"],
  go: ["go", "go", "main.go"],
  csharp: ["dotnet", "csharp", "Program.cs"],
} as const;

export type ConvertedLanguage = keyof typeof CONVERTED;
export const CONVERTED_LANGUAGES: readonly ConvertedLanguage[] = ["typescript", "python", "go", "csharp"];
/** In the order of the Registry's tabs. */
export const LANGUAGES = [...CONVERTED_LANGUAGES, "java", "yaml"] as const;

const sourceOf = (name: ExampleName, file: string) =>
  readFileSync(join(ROOT, "scripts/schemaExamples", name, file), "utf8");

/** Whether the CLI, its converter of YAML and the host are on PATH. */
export function canConvert(language: ConvertedLanguage): boolean {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const [host] = CONVERTED[language];
  return ["pulumi", "pulumi-converter-yaml", `pulumi-language-${host}`].every((file) =>
    folders.some((folder) => existsSync(join(folder, file))),
  );
}

/** Converts a program. Needs a build. */
export function convert(name: ExampleName, language: ConvertedLanguage): string {
  const [, known, file] = CONVERTED[language];
  const home = mkdtempSync(join(tmpdir(), "classiclink-convert-"));
  try {
    // A plugin on PATH needs no installation.
    const PATH = `${join(ROOT, "plugin")}${delimiter}${process.env.PATH}`;
    const args = ["convert", "--from", "yaml", "--language", known, "--generate-only", "--out", join(home, "out")];
    execFileSync("pulumi", args, {
      cwd: join(ROOT, "scripts/schemaExamples", name),
      env: { ...process.env, PATH, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: "pipe",
    });
    return readFileSync(join(home, "out", file), "utf8");
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** An example as the descriptions of a schema hold it. */
export function markdownOf(name: ExampleName, codeOf: (language: ConvertedLanguage) => string): string {
  const codes = LANGUAGES.map((language) => {
    const code =
      language === "java"
        ? sourceOf(name, "App.java")
        : language === "yaml"
          ? sourceOf(name, "Pulumi.yaml").replace(/^(name|runtime): .*\n/gm, "")
          : codeOf(language);
    return `\`\`\`${language}\n${code.trim()}\n\`\`\``;
  });
  return [
    "{{% examples %}}",
    "## Example Usage",
    `{{% example %}}\n### ${TITLES[name]}`,
    ...codes,
    "{{% /example %}}\n{{% /examples %}}",
  ].join("\n\n");
}

/** The code of a language in an example that was made before. */
export function codeIn(markdown: string, language: string): string {
  return new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, "s").exec(markdown)?.[1] ?? "";
}

function main(): void {
  const names: readonly ExampleName[] = ["ClassicLink", "ClassicLinks", "getLinks"];
  const before: Partial<Record<ExampleName, string>> = JSON.parse(readFileSync(RESULT, "utf8"));
  const made = names.map((name) => {
    const codeOf = (language: ConvertedLanguage) =>
      canConvert(language) ? convert(name, language) : codeIn(before[name] ?? "", language);
    return [name, markdownOf(name, codeOf)] as const;
  });
  writeFileSync(RESULT, `${JSON.stringify(Object.fromEntries(made), null, 2)}\n`);
  for (const language of CONVERTED_LANGUAGES)
    console.log(`${language}: ${canConvert(language) ? "converted" : "kept; its host is not on PATH"}`);
}

if (require.main === module) main();
