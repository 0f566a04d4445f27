/** `docs/cli.md`, out of the commands themselves. */

import type { Command, Help, Option } from "commander";
import { LESSONS, type Lesson } from "../cli/help";
import { createProgram } from "../cli/program";
import { markdownTable } from "./markdownTable";

const NAMES = ["discover", "adopt", "check", "doctor"] as const satisfies readonly (keyof typeof LESSONS)[];

/** What there is to say of each command besides its options. */
const MORE: Readonly<Record<keyof typeof LESSONS, string>> = {
  discover: `\
\`--vpc\` takes a call for each hundred links, \`--instance\` one for each 99 instances; instances that have no link, or do not exist, are left out. With
both, what matches both is shown. \`--all-vpcs\` lists the VPCs first, fifty for each call, and then each of them. Where several regions are named,
a VPC is written with its region.

The links are on standard output, one line each, and how many there are on standard error, where a long scan shows a bar too. What could not be
read is named there, and the exit code is 1; JSON is printed only when it is complete.`,
  adopt: `\
| file | is |
| --- | --- |
| \`classiclinks.csv\` | the links, one line each. Take lines out to detach links, add lines to attach more |
| \`classiclinks.ts\` | the part of the program that reads the list and declares the links; \`.js\`, \`.mjs\` and so on in a project of that kind |
| \`classiclinks.import.json\` | their state, for \`pulumi import --file\` |
| \`index.ts\`, \`Pulumi.yaml\`, \`package.json\`, \`tsconfig.json\` | a project around them, in a folder that has none |

In YAML, \`Pulumi.yaml\` holds the links itself. In a YAML project that is there, \`classiclinks.yaml\` holds what to add to its \`Pulumi.yaml\`.

- **The links are protected**, in the state and in the program. If you miss a step, Pulumi refuses to delete them. A \`ClassicLinks\` may still lose single
  members: that is an update. A single \`ClassicLink\` that somebody moved to another VPC has to be replaced, so its repair takes \`pulumi state unprotect\` first.
  [Retiring links](retiring.md) goes on from here.
- **In a project that is there**, \`adopt\` follows its language and its \`main\`, adds its files beside the program, and says which line to add. The line exports
  the output \`classicLinks\`, which \`check\` reads.
- **Names are ids**, so the same links get the same names each time. If two regions use one id, each name begins with its region.
- **A file that differs is not overwritten.** If the file or the links have changed, \`adopt\` says so, writes nothing, and exits with 1. \`--force\` overwrites.
- **The import calls nothing**: the import file holds what a create would have left in the state. It needs Pulumi 3.254. With an older one, leave the import
  out: \`pulumi up\` adopts the links as it creates them, in each host.
- **Which program**: \`dynamic\` needs the package alone; \`plugin\` and \`yaml\` use the provider plugin. [This table](moving-to-the-plugin.md#which-host)
  compares them. Links can move from one to the other later.
- **Which shape**: one \`ClassicLinks\` for each VPC is [smaller and faster](scale.md); one \`ClassicLink\` for each link can be protected, depended on and retired
  one by one. For the links of single instances (\`--instance\`), \`plugin\` and \`yaml\` take \`--per link\` only.`,
  check: `\
\`missing\` is an instance that is not linked at all, \`moved\` one that is linked to another VPC, \`undeclared\` one that is linked to a declared VPC and not in the
list. It looks at the declared VPCs, a call for each hundred links, and asks for the instances that it did not see there.

The list may be one of these, in UTF-8 or UTF-16:

- CSV with commas, semicolons or tabs. Its first line names the columns, in any order: \`instanceId\`, \`vpcId\` and, if needed, \`regionId\`. \`InstanceId\`
  and \`instance_id\` are understood too, and other columns are ignored.
- JSON or YAML: every object with \`vpcId\` and \`instanceId\` or \`instanceIds\` counts, wherever it is.
- What \`aliyun ecs DescribeClassicLinkInstances\` prints, all pages one after the other.
- What \`pulumi stack export\` or \`pulumi stack output --json\` prints.

\`\`\`yaml
- vpcId: vpc-bp1shop
  instanceIds: [i-bp1web, i-bp1db]
\`\`\`

\`\`\`text
instanceId,vpcId,regionId,owner
i-bp1web,vpc-bp1shop,cn-hangzhou,"Jones, shop team"
\`\`\`

Of a stack, \`pulumi stack export\` gives what the last \`pulumi up\` declared. After a \`pulumi refresh\` it gives what the refresh found, and \`check\` has no
drift to see. \`pulumi stack output --json\` gives what the program exports: every object with \`vpcId\` and \`instanceId\` or \`instanceIds\` in it counts.

In a crontab, \`--quiet\` keeps it silent while all is well. Cron knows nothing of your shell's variables: keep the key in a profile or use a RAM role, and
set \`PATH\` there if \`npx\` is not found.

\`\`\`text
7 * * * * cd /srv/links && npx pulumi-classiclink check --quiet --profile links links.json
\`\`\``,
  doctor: `\
![doctor shows settings, credentials, network and permissions, and says why an instance cannot be linked](images/doctor.svg)

It checks, in this order, and stops where going on makes no sense:

| section | checks |
| --- | --- |
| Settings | each setting and where it comes from, without secrets; the addresses that are called; organization and resource set |
| Credentials | which source gives keys, and when they expire |
| Network | proxy, name, connection, certificate, and the clock of this machine against that of the service |
| Permissions | one call of each operation that reads. No operation that changes something is tried, not even as a dry run: private clouds carry it out |
| Instance | in the classic network, running or stopped, not locked, linked to which VPC |
| VPC | ClassicLink is on, links of at most 1000, what its CIDR block needs |

\`!\` is also what could not be asked, as for want of a permission that links do not need. The output holds no key, no secret and no password, so it can go into a bug
report.`,
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

${program.description()} Nothing is changed in the cloud. [Getting started](getting-started.md) goes through all of it.

Region, credentials and endpoints come from the [environment](configuration.md) or a profile; options win over them. **The configuration of a stack is not
read**: what \`pulumi config\` shows has to be given as options or variables. What has to be allowed is in [permissions](permissions.md). Output is in colour on
a terminal and plain in a pipe, unless \`NO_COLOR\` or \`FORCE_COLOR\` is set. An error is one sentence on standard error.

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
