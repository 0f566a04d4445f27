/** `docs/_index.md` and `docs/installation-configuration.md`: the two pages of a package in the Pulumi Registry. */

import { homepage, pulumiPackage, repository, version } from "../package.json";
import EXAMPLES from "../provider/hosts/plugin/examples.json";
import { SETTING_DESCRIPTIONS } from "../provider/hosts/plugin/descriptions";
import { SECRET_SETTINGS } from "../provider/settings/places";
import { markdownTable } from "./markdownTable";
import { codeIn, LANGUAGES } from "./schemaExamples";

const SOURCE = repository.url.replace(/^git\+|\.git$/g, "");
/** Pages of the repository. Relative links do not work in the Registry. */
const page = (path: string) => `${SOURCE}/blob/main/${path}`;
const MADE = "<!-- Made by `npm run docs` from scripts/registryPages.ts. Change it there. -->";

function frontMatter(title: string, description: string): string {
  return `---\ntitle: ${title}\nmeta_desc: ${description}\nlayout: package\n---`;
}

/** A block with a tab for each language. */
function chooser(markdown: string): string {
  const tabs = LANGUAGES.map(
    (language) =>
      `{{% choosable language ${language} %}}\n\n\`\`\`${language}\n${codeIn(markdown, language)}\n\`\`\`\n\n{{% /choosable %}}`,
  );
  return [`{{< chooser language "${LANGUAGES.join(",")}" >}}`, ...tabs, "{{< /chooser >}}"].join("\n\n");
}

/** The text of `docs/_index.md`. */
export function indexPage(): string {
  return `${frontMatter("ClassicLink", "Manages the ClassicLink links of Alibaba Cloud ECS instances with Pulumi.")}

${MADE}

The ClassicLink provider manages the links between ECS instances of the classic network and VPCs of Alibaba Cloud. It creates, adopts, imports,
refreshes and removes them. The classic network lives on in private clouds (Apsara Stack).

## Example

${chooser(EXAMPLES.ClassicLink)}

## Next steps

- [Install and configure the provider](${page("docs/installation-configuration.md")})
- [Get started with Python](${page("docs/getting-started-python.md")})
- [Adopt existing links](${page("docs/getting-started.md")})
- [Every resource, function and setting](${page("docs/reference.md")})
- [Examples](${page("examples/README.md")})
`;
}

/** The text of `docs/installation-configuration.md`. */
export function installationPage(): string {
  const settings = SETTING_DESCRIPTIONS.map(({ name, description }) => [
    `\`classiclink:${name}\``,
    `${description}${SECRET_SETTINGS.has(name) ? " Secret." : ""}`,
  ]);
  const { nodejs, python, go, csharp, java } = pulumiPackage.language;
  const sdks = [
    ["TypeScript, JavaScript", `\`${nodejs.packageName}\``],
    ["Python", `\`${python.packageName}\``],
    ["Go", `\`${go.importBasePath}\``],
    [".NET", `\`${csharp.rootNamespace}.Classiclink\``],
    ["Java", `\`${java.basePackage}.classiclink\``],
    ["YAML", "none needed"],
  ];
  return `${frontMatter("ClassicLink Installation & Configuration", "How to install and configure the ClassicLink provider.")}

${MADE}

> The package is not published yet. Until it is, build the plugin from [its repository](${homepage}): \`npm ci && npm run package:plugin\` writes
> its tarballs into \`build/\`. Install one with \`--file\` instead of \`--server\`.

## Installation

The plugin needs Node.js ≥ 20.19 on \`PATH\`. It needs no npm project.

\`\`\`sh
pulumi plugin install resource classiclink ${version} \\
  --server ${SOURCE}/releases/download/v${version}
pulumi package add classiclink@${version}
\`\`\`

The second command writes an SDK in your project's language into \`sdks/\`, adds it to the project, and notes the plugin in \`Pulumi.yaml\`.
Commit \`sdks/\`. On another machine, run both \`pulumi plugin install\` and \`pulumi install\`.
[Getting started with Python](${page("docs/getting-started-python.md")}) has a whole project, from an empty folder.

${markdownTable(["language", "name of the SDK"], sdks)}

Each release also has the SDKs as files: \`classiclink-<language>-v<version>.tar.gz\`. \`pip install <file>\` and \`npm install <file>\` take
them as they are. Unpack the others. Name the folder with \`go mod edit -replace\`, reference its project from .NET, or compile it with a program in
Java, as the example's \`pom.xml\` does.

**A closed network.** Copy the release's files to your own web server, and use its address with \`--server\`.

**Java.** \`pulumi package add\` does not add the SDK to \`pom.xml\`. [The example](${page("examples/plugin-java/pom.xml")}) has the lines to copy.

**.NET.** The generator downloads the package's logo. If GitHub cannot be reached, use the SDK of the release, or name another logo:

\`\`\`sh
pulumi package get-schema classiclink@${version} > schema.json
sed -i 's#"logoUrl": "[^"]*"#"logoUrl": "http://files.internal/logo.png"#' schema.json
pulumi package add ./schema.json
\`\`\`

**TypeScript and JavaScript** programs do not need the plugin: \`npm install pulumi-classiclink\` has classes with the same names.
[This page](${page("docs/moving-to-the-plugin.md")}) compares the two hosts.

## Configuration

Set a region and credentials in the stack's configuration or in the environment:

\`\`\`sh
pulumi config set classiclink:region cn-hangzhou
export ALICLOUD_ACCESS_KEY=<key> ALICLOUD_SECRET_KEY=<secret>
\`\`\`

Or pass them to a provider in the program, as \`new classiclink.Provider("beijing", { region: "cn-beijing" })\`.

${markdownTable(["setting", "meaning"], settings)}

[Configuration](${page("docs/configuration.md")}) says which place wins, and which credentials are used.

`;
}
