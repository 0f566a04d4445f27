/** `docs/cli.md`, out of the commands themselves. */

import type { Command, Help, Option } from "commander";
import { LESSONS, type Lesson } from "../cli/help";
import { createProgram } from "../cli/program";
import { markdownTable } from "./markdownTable";

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
| \`classiclinks.ts\` | the links, each exported under a name made of its id. With \`--program yaml\` they are in \`Pulumi.yaml\` |
| \`classiclinks.import.json\` | their state, for \`pulumi import --file\` |
| \`index.ts\`, \`Pulumi.yaml\`, \`package.json\`, \`tsconfig.json\` | a project around them; written only where there is none |

- **Names are ids**, so the same links get the same names each time, whatever else is linked meanwhile. Running it twice changes nothing.
- **A file that differs is not overwritten**, whether the file or the links have changed: \`adopt\` says so, writes nothing, and exits with 1. \`--force\`
  overwrites.
- **In a project that is there** it adds the first two files, and says which line to add to the program.
- **The import file holds what a create would have left in the state**, so the import calls nothing and \`pulumi up\` is unchanged. Pulumi takes it from 3.254
  on. With an older one, leave the import out: \`pulumi up\` adopts the links as it creates them, in either door.
- **Which program**: \`dynamic\` needs the package alone; \`plugin\` and \`yaml\` use the provider plugin. [Which door](moving-to-the-plugin.md#which-door)
  compares them. Links can move from one to the other later.
- **Which shape**: one \`ClassicLinks\` for each VPC is [smaller and faster](scale.md); one \`ClassicLink\` for each link can be protected, depended on and retired
  one by one. For the links of single instances (\`--instance\`), \`plugin\` and \`yaml\` take \`--per link\` only.`,
  check: `\
\`missing\` is an instance that is not linked at all, \`moved\` one that is linked to another VPC, \`undeclared\` one that is linked to a declared VPC and not in the
list. It looks at the declared VPCs, a call for each hundred links, and asks for the instances that it did not see there.

The list is read whatever its form:

\`\`\`json
{ "links": [{ "regionId": "cn-hangzhou", "vpcId": "vpc-bp1shop", "instanceId": "i-bp1web" }] }
\`\`\`

\`\`\`yaml
- vpcId: vpc-bp1shop
  instanceIds: [i-bp1web, i-bp1db]
\`\`\`

\`\`\`text
instanceId,vpcId,regionId,owner
i-bp1web,vpc-bp1shop,cn-hangzhou,shop team
\`\`\`

Of a stack, \`pulumi stack export\` gives what the last \`pulumi up\` declared. After a \`pulumi refresh\` it gives what the refresh found, and \`check\` has no
drift to see. \`pulumi stack output --json\` gives what the program exports: every object with \`vpcId\` and \`instanceId\` or \`instanceIds\` in it counts.

In a crontab, \`--quiet\` keeps it silent while all is well. Cron knows nothing of your shell's variables: keep the key in a profile or use a RAM role, and
set \`PATH\` there if \`npx\` is not found.

\`\`\`text
7 * * * * cd /srv/links && npx pulumi-classiclink check --quiet --profile links links.json
\`\`\``,
};

/** The text of the page. */
export function cliPage(): string {
  const program = createProgram({
    discover: async () => 0,
    adopt: async () => 0,
    check: async () => 0,
  });
  const sections = Object.entries(LESSONS).flatMap(([name, lesson]) => {
    const command = program.commands.find((one) => one.name() === name);
    return command === undefined ? [] : [sectionOf(command, lesson, MORE[nameOf(name)])];
  });
  return `# Command line

<!-- Made by \`npm run docs\` from cli/program.ts, cli/help.ts and scripts/cliPage.ts. Change it there. -->

${program.description()} Nothing is changed in the cloud. [Getting started](getting-started.md) goes through all of it.

Region, credentials and endpoint come from the [environment](configuration.md) or a profile; \`--region\`, \`--profile\` and \`--endpoint\` win over it. The
configuration of a stack is not read. The VPC service, which \`--all-vpcs\` asks, has a variable of its own: \`ALIBABA_CLOUD_ENDPOINT_VPC\`, or
\`VPC_ENDPOINT\`. What has to be allowed is in [permissions](permissions.md). Output is in colour on a terminal and plain in a pipe, unless \`NO_COLOR\` or
\`FORCE_COLOR\` is set. An error is one sentence on standard error.

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

function nameOf(name: string): keyof typeof LESSONS {
  if (name === "discover" || name === "adopt" || name === "check") return name;
  throw new Error(`nothing is said of ${name} in MORE`);
}
