/** What the two pages for the Pulumi Registry show in every language. */

import { pulumiPackage } from "../package.json";
import EXAMPLES from "../provider/hosts/plugin/examples.json";
import { markdownTable } from "./markdownTable";
import { codeIn, LANGUAGES } from "./schemaExamples";

/** An example of the schema, with a tab for each language. */
export function exampleTabs(name: string): string {
  const [, markdown] = Object.entries(EXAMPLES).find(([known]) => known === name) ?? [];
  if (markdown === undefined) throw new Error(`the schema has no example of ${name}`);
  const tabs = LANGUAGES.map(
    (language) =>
      `{{% choosable language ${language} %}}\n\n\`\`\`${language}\n${codeIn(markdown, language)}\n\`\`\`\n\n{{% /choosable %}}`,
  );
  return [`{{< chooser language "${LANGUAGES.join(",")}" >}}`, ...tabs, "{{< /chooser >}}"].join("\n\n");
}

/** What a program of each language imports. */
export function sdksTable(): string {
  const { nodejs, python, go, csharp, java } = pulumiPackage.language;
  return markdownTable(
    ["language", "name of the SDK"],
    [
      ["TypeScript, JavaScript", `\`${nodejs.packageName}\``],
      ["Python", `\`${python.packageName}\``],
      ["Go", `\`${go.importBasePath}\``],
      [".NET", `\`${csharp.rootNamespace}.Classiclink\``],
      ["Java", `\`${java.basePackage}.classiclink\``],
      ["YAML", "none needed"],
    ],
  );
}
