/** `docs/cli.md`, made from the commands. */

import type { Command, Help, Option } from "commander";
import { LESSONS, type Lesson } from "../cli/help";
import { createProgram } from "../cli/program";
import { markdownTable } from "./markdownTable";

const NAMES = ["discover", "adopt", "check", "doctor"] as const satisfies readonly (keyof typeof LESSONS)[];

/** The text about each command, besides its options. */
const MORE: Readonly<Record<keyof typeof LESSONS, string>> = {
  discover: `\
\`--vpc\` needs one call for 100 links, \`--instance\` one for 99 instances. Instances without a link, or that do not exist, are left out. With both options,
only links that match both are listed. \`--all-vpcs\` first lists the VPCs, fifty with each call, and then the links of each. If you name several regions,
write the region before each VPC.

Standard output has the links, one on each line. Standard error has their number, and a bar during a long scan. If something cannot be read, standard
error names it, and the exit code is 1. JSON is printed only if it is complete.`,
  adopt: `\
| file | content |
| --- | --- |
| \`classiclinks.csv\` | The links, one on each line. Remove lines to detach links, add lines to attach more. |
| \`classiclinks.ts\` | Reads the list and declares the links. The extension is that of your project: \`.js\`, \`.mjs\` and so on. |
| \`classiclinks.import.json\` | The state of the links, for \`pulumi import --file\`. |
| \`index.ts\`, \`Pulumi.yaml\`, \`package.json\`, \`tsconfig.json\` | A project, if the folder has none. |

In YAML, \`Pulumi.yaml\` has the links. For an existing YAML project, \`classiclinks.yaml\` has what you add to its \`Pulumi.yaml\`.

- **The links are protected**, in the state and in the program. If you miss a step, Pulumi refuses to delete them. You can still remove single members of a
  \`ClassicLinks\`, because this is an update. A single \`ClassicLink\` that somebody moved to another VPC needs a replacement: run
  \`pulumi state unprotect\` first. Continue with [Retiring links](retiring.md).
- **In an existing project**, \`adopt\` uses its language and its \`main\`. It writes its files beside the program, and prints the line that you add. The line
  exports the output \`classicLinks\`, which \`check\` reads.
- **Names are ids**, so the same links always get the same names. If two regions use the same id, each name begins with its region.
- **A file that differs is not overwritten.** If the file or the links have changed, \`adopt\` reports it, writes nothing, and exits with 1. \`--force\`
  overwrites it.
- **The import calls nothing.** The import file has the same state as a create writes. It needs Pulumi 3.254. With an older one, skip the import:
  \`pulumi up\` creates the resources, and each adopts its link, in both hosts.
- **Programs:** \`dynamic\` needs only the package. \`plugin\` and \`yaml\` use the provider plugin. [This table](moving-to-the-plugin.md#which-host) compares
  them. You can move the links from one to the other later.
- **Shapes:** one \`ClassicLinks\` for each VPC is [smaller and faster](scale.md). With one \`ClassicLink\` for each link, you can protect and retire each one.
  For single instances (\`--instance\`), \`plugin\` and \`yaml\` need \`--per link\`.`,
  check: `\
| drift | meaning |
| --- | --- |
| \`missing\` | The instance is declared and not linked. |
| \`moved\` | The instance is linked to another VPC than declared. |
| \`undeclared\` | The instance is linked to a declared VPC and not in the list. |

It lists the declared VPCs, with a call for 100 links. Then it checks each declared instance that was not listed.

The list can have any of these formats, in UTF-8 or UTF-16:

- CSV with commas, semicolons or tabs. Its first line names the columns, in any order: \`instanceId\`, \`vpcId\` and, if needed, \`regionId\`. It also accepts
  \`InstanceId\` and \`instance_id\`, and ignores other columns,
  and lines that begin with \`#\`.
- JSON or YAML. Each object with \`vpcId\` and \`instanceId\` or \`instanceIds\` counts, at any level.
- The output of \`aliyun ecs DescribeClassicLinkInstances\`, all pages one after the other.
- The output of \`pulumi stack export\` or \`pulumi stack output --json\`.

\`\`\`yaml
- vpcId: vpc-bp1shop
  instanceIds: [i-bp1web, i-bp1db]
\`\`\`

\`\`\`text
instanceId,vpcId,regionId,owner
i-bp1web,vpc-bp1shop,cn-hangzhou,"Jones, shop team"
\`\`\`

\`pulumi stack export\` has what the last \`pulumi up\` declared. After a \`pulumi refresh\`, it has what the refresh found, so \`check\` finds no drift.
\`pulumi stack output --json\` has what the program exports.

With \`--quiet\`, a cron job prints nothing if all is well. Cron does not know your shell's variables: use a profile or a RAM role. If cron does not find
\`npx\`, set \`PATH\` in the crontab.

\`\`\`text
7 * * * * cd /srv/links && npx pulumi-classiclink check --quiet --profile links links.json
\`\`\``,
  doctor: `\
![doctor shows settings, credentials, network and permissions, and says why an instance cannot be linked](images/doctor.svg)

It checks these, in this order. It stops if the next check makes no sense:

| section | checks |
| --- | --- |
| Settings | each setting and its place, without secrets; the addresses; organization and resource set |
| Credentials | which source has keys, and when they expire |
| Network | proxy, name, connection, certificate, and the clock of this machine against that of the service |
| Permissions | one call of each operation that reads |
| Instance | in the classic network; running or stopped; not locked; linked to which VPC |
| VPC | ClassicLink is enabled; links of at most 1000; requirements of its CIDR block |

It calls no operation that changes something, not even as a dry run, because private clouds carry out dry runs. \`!\` also marks what it could not check, for
example without a permission that links do not need. The output contains no key, secret or password. You can add it to a bug report.`,
};

/** The text of the page. */
export function cliPage(): string {
  const program = createProgram({
    discover: async () => 0,
    adopt: async () => 0,
    check: async () => 0,
    doctor: async () => 0,
  });
  const sections = NAMES.flatMap((name) => {
    const command = program.commands.find((one) => one.name() === name);
    return command === undefined ? [] : [sectionOf(command, LESSONS[name], MORE[name])];
  });
  return `# Command line

<!-- Made by \`npm run docs\` from cli/program.ts, cli/help.ts and scripts/cliPage.ts. Change it there. -->

${program.description()} No command changes anything in the cloud. [Getting started](getting-started.md) shows them at work.

Region, credentials and endpoints come from options, the [environment](configuration.md) or a profile. Options win. **The commands do not read a stack's
configuration.** Set its values with options or variables. [Permissions](permissions.md) lists what the key needs. Output has colours on a
terminal, and none in a pipe. \`NO_COLOR\` and \`FORCE_COLOR\` change that. An error is one sentence on standard error.

${sections.join("\n\n")}
`;
}

function sectionOf(command: Command, { examples, exitCodes }: Lesson, more: string): string {
  const help = command.createHelp();
  const lines = examples.map(([line, what]) => `# ${what}\n${line}`);
  return [
    `## ${command.name()}`,
    command.description(),
    ["```sh", lines.join("\n\n"), "```"].join("\n"),
    more,
    markdownTable(["option", "meaning"], rowsOf(command, help)),
    markdownTable(
      ["exit code", "meaning"],
      exitCodes.map(([code, when]) => [String(code), when]),
    ),
  ].join("\n\n");
}

function rowsOf(command: Command, help: Help): string[][] {
  const args = help.visibleArguments(command).map((one) => [`\`<${one.name()}>\``, help.argumentDescription(one)]);
  const options = help.visibleOptions(command).map((one) => [`\`${one.flags}\``, meaningOf(one)]);
  return [...args, ...options];
}

function meaningOf({ description, defaultValue }: Option): string {
  return defaultValue === undefined ? description : `${description}; by default \`${String(defaultValue)}\``;
}
