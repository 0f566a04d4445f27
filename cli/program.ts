/** The commands with their arguments and options. Loads nothing but commander, so that `--help` is there at once. */

import { readFileSync } from "node:fs";
import { styleText } from "node:util";
import { Argument, Command, Option } from "commander";
import { LESSONS, type Lesson, lessonText } from "./help";

/** Which cloud, and which credentials. The environment gives what the options leave out. */
export interface CloudOptions {
  readonly region?: readonly string[];
  readonly profile?: string;
  readonly endpoint?: string;
  readonly vpcEndpoint?: string;
  readonly protocol?: string;
  readonly organization?: string;
  readonly resourceSet?: string;
  readonly insecure?: boolean;
}

/** Which links to list. */
export interface ScanOptions extends CloudOptions {
  readonly vpc?: readonly string[];
  readonly instance?: readonly string[];
  readonly allVpcs?: boolean;
}

export interface DiscoverOptions extends ScanOptions {
  readonly json?: boolean;
}

export const PROGRAMS = ["dynamic", "plugin", "yaml"] as const;
/** What the program uses: dynamic resources or the plugin, in TypeScript or JavaScript; or YAML, which needs the plugin. */
export type ProgramKind = (typeof PROGRAMS)[number];

export const SHAPES = ["vpc", "link"] as const;
/** One resource for each VPC, or one for each link. */
export type Shape = (typeof SHAPES)[number];

export interface AdoptOptions extends ScanOptions {
  readonly out: string;
  readonly program?: ProgramKind;
  readonly per: Shape;
  readonly force?: boolean;
}

export interface CheckOptions extends CloudOptions {
  readonly allowUndeclared?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export interface DoctorOptions extends CloudOptions {
  readonly instance?: string;
  readonly vpc?: string;
  readonly json?: boolean;
}

/** What the commands do. Each resolves with the exit code. */
export interface Actions {
  discover(options: DiscoverOptions): Promise<number>;
  adopt(options: AdoptOptions): Promise<number>;
  check(file: string, options: CheckOptions): Promise<number>;
  doctor(options: DoctorOptions): Promise<number>;
}

const CREDENTIALS = `Credentials, region and endpoint come from the options, the environment (ALICLOUD_ACCESS_KEY and so
on) or a profile, not from a stack's configuration. No command changes anything in the cloud.`;

/** Builds the command line. */
export function createProgram(actions: Actions): Command {
  const program = new Command("pulumi-classiclink")
    .description("Lists existing ClassicLink links, writes a Pulumi program for them, and compares them with a list.")
    .version(versionOfPackage())
    .configureHelp(HELP)
    .showHelpAfterError("Try --help.")
    .addHelpText("after", `\n${CREDENTIALS}`);

  teaching(scanning(program.command("discover")), LESSONS.discover)
    .summary("list which instances are linked to which VPCs")
    .description("Lists which instances are linked to which VPCs.")
    .option("--json", "print JSON: { links: [{ regionId, vpcId, instanceId }] }")
    .action(async (options: DiscoverOptions) => {
      process.exitCode = await actions.discover(options);
    });

  teaching(scanning(program.command("adopt")), LESSONS.adopt)
    .summary("write a Pulumi program and an import file for existing links")
    .description(
      "Writes a Pulumi program for existing links, and a file that imports them into the state. Then it prints the next " +
        "commands. The next pulumi up changes nothing. Without --force, it overwrites no file.",
    )
    .addOption(
      new Option(
        "--program <kind>",
        "dynamic: the classes; plugin: the provider plugin, both in TypeScript or JavaScript; yaml: YAML with the plugin; " +
          "by default yaml in a YAML project, else dynamic",
      ).choices(PROGRAMS),
    )
    .addOption(
      new Option("--per <what>", "vpc: one ClassicLinks for each VPC; link: one ClassicLink for each link")
        .choices(SHAPES)
        .default("vpc"),
    )
    .option("--out <folder>", "the folder to write to; created if it does not exist", ".")
    .option("--force", "overwrite classiclinks.*, and for YAML Pulumi.yaml")
    .action(async (options: AdoptOptions) => {
      process.exitCode = await actions.adopt(options);
    });

  teaching(cloud(program.command("check")), LESSONS.check)
    .summary("compare the links with a list")
    .description(
      "Compares existing links with a list, and prints which are missing, moved to another VPC, or not declared. It needs no " +
        "state, so you can run it from cron.",
    )
    .addArgument(
      new Argument(
        "<file>",
        "JSON, YAML or CSV with instanceId (or instanceIds), vpcId and, for another region than the configured one, regionId; " +
          "or the JSON of pulumi stack export or pulumi stack output; - for standard input",
      ),
    )
    .addOption(regionOption("the region of entries that name none", oneRegion))
    .option("--allow-undeclared", "ignore links to a declared VPC that are not in the list")
    .option("--quiet", "print nothing if every link is as declared, so that cron sends no mail")
    .option("--json", "print JSON: { declared, drift: [{ regionId, instanceId, declared, found, drift }] }")
    .action(async (file: string, options: CheckOptions) => {
      process.exitCode = await actions.check(file, options);
    });

  teaching(cloud(program.command("doctor")), LESSONS.doctor)
    .summary("find out why a link cannot be created or listed")
    .description(
      "Finds out why a link cannot be created or listed. It checks settings, credentials, network, permissions, an instance and " +
        "a VPC. A line is right (✓), possibly wrong or not checked (!), or wrong (✗), with what to do.",
    )
    .addOption(regionOption("the region; by default the configured one", oneRegion))
    .option("--instance <id>", "an instance to check, as i-bp1web or cn-hangzhou:i-bp1web")
    .option("--vpc <id>", "a VPC to check, as vpc-bp1shop or cn-hangzhou:vpc-bp1shop")
    .option("--json", "print JSON: { ok, findings: [{ section, state, text, advice }] }")
    // So a script can distinguish a wrong option from a problem in the cloud.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async (options: DoctorOptions) => {
      process.exitCode = await actions.doctor(options);
    });

  // A variable of the shell that is not set: the command would do something else than it was asked to.
  program.hook("preAction", (_, command) => {
    for (const option of command.options) {
      const value: unknown = command.opts()[option.attributeName()];
      if ([value].flat().includes(""))
        command.error(`error: option '${option.flags}' has an empty value; give one, or leave it out`);
    }
  });

  return program;
}

/** Options of every command: which cloud, and which credentials. */
const CLOUD_OPTIONS = [
  new Option("--profile <name>", "the profile in ~/.aliyun/config.json that has the credentials"),
  new Option("--endpoint <host>", "private cloud: the address of ECS"),
  new Option("--vpc-endpoint <host>", "private cloud: the address of the VPC service, which lists VPCs"),
  new Option("--protocol <name>", "private cloud: HTTP or HTTPS, for addresses without a scheme"),
  new Option("--organization <id>", "private cloud: the id of the organization"),
  new Option("--resource-set <id>", "private cloud: the id of the resource set in the organization"),
  new Option("--insecure", "private cloud: do not verify certificates"),
];

function cloud(command: Command): Command {
  for (const option of CLOUD_OPTIONS) command.addOption(option);
  return command;
}

function regionOption(description: string, parse: (value: string, previous?: readonly string[]) => readonly string[]) {
  return new Option("--region <id>", description).argParser(parse);
}

/** Options of the commands that list links. */
function scanning(command: Command): Command {
  return cloud(command)
    .addOption(regionOption("a region; repeat for more; by default the configured one", repeated))
    .option("--vpc <id>", "a VPC, as vpc-bp1shop or cn-hangzhou:vpc-bp1shop; repeat for more", repeated)
    .option("--instance <id>", "an instance, as i-bp1web or cn-hangzhou:i-bp1web; repeat for more", repeated)
    .addOption(
      new Option("--all-vpcs", "all VPCs of the account in these regions (needs vpc:DescribeVpcs)").conflicts([
        "vpc",
        "instance",
      ]),
    );
}

/** The width keeps words whole on narrow terminals. Otherwise commander leaves lines to them. */
const HELP = { styleTitle: bold, minWidthToWrap: 12 };

function teaching(command: Command, lesson: Lesson): Command {
  return command.configureHelp(HELP).addHelpText("after", () => lessonText(lesson, bold));
}

function repeated(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function oneRegion(value: string): readonly string[] {
  return [value];
}

/** commander removes it if the output has no colours. */
function bold(text: string): string {
  return styleText("bold", text, { validateStream: false });
}

function versionOfPackage(): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(require.resolve("pulumi-classiclink/package.json"), "utf8"),
  );
  return version;
}
