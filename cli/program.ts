/** The commands with their arguments and options. Loads nothing but commander, so that `--help` is there at once. */

import { readFileSync } from "node:fs";
import { styleText } from "node:util";
import { Argument, Command, Option } from "commander";
import { LESSONS, type Lesson, lessonText } from "./help";

/** Where and as whom to ask. What is not given comes from the environment. */
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

/** Which links to look for. */
export interface ScanOptions extends CloudOptions {
  readonly vpc?: readonly string[];
  readonly instance?: readonly string[];
  readonly allVpcs?: boolean;
}

export interface DiscoverOptions extends ScanOptions {
  readonly json?: boolean;
}

export const PROGRAMS = ["dynamic", "plugin", "yaml"] as const;
/** What the program uses: dynamic resources or the plugin, in TypeScript or JavaScript; or YAML, which has the plugin only. */
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

const CREDENTIALS = `Credentials, region and endpoint come from the environment (ALICLOUD_ACCESS_KEY and so on), or
a profile: https://www.npmjs.com/package/pulumi-classiclink#configuration. Nothing is changed in the cloud.`;

/** Puts the command line together. */
export function createProgram(actions: Actions): Command {
  const program = new Command("pulumi-classiclink")
    .description(
      "Finds the ClassicLink links that exist, brings them under Pulumi, and tells when they differ from a list.",
    )
    .version(versionOfPackage())
    .configureHelp({ styleTitle: bold })
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
    .summary("write a Pulumi program and an import file for links that exist")
    .description(
      "Writes a Pulumi program for the links that exist, and the file with which pulumi import takes them into the state; " +
        "then says what to type. The next pulumi up changes nothing. Without --force, no file is overwritten.",
    )
    .addOption(
      new Option(
        "--program <kind>",
        "dynamic: dynamic resources; plugin: the provider plugin, both in the project's TypeScript or JavaScript; yaml: YAML, " +
          "the plugin; by default yaml in a project in YAML, else dynamic",
      ).choices(PROGRAMS),
    )
    .addOption(
      new Option("--per <what>", "vpc: one ClassicLinks for each VPC; link: one ClassicLink for each link")
        .choices(SHAPES)
        .default("vpc"),
    )
    .option("--out <folder>", "the folder to write to; made if it is not there", ".")
    .option("--force", "overwrite classiclinks.* (for YAML also Pulumi.yaml), whatever is in it")
    .action(async (options: AdoptOptions) => {
      process.exitCode = await actions.adopt(options);
    });

  teaching(cloud(program.command("check")), LESSONS.check)
    .summary("compare the links with a declared list")
    .description(
      "Compares the links that exist with a declared list, and says what is missing, moved to another VPC, or not declared. " +
        "Needs no state, so it suits cron.",
    )
    .addArgument(
      new Argument(
        "<file>",
        "JSON, YAML or CSV with instanceId (or instanceIds), vpcId and, unless it is the configured one, regionId; the JSON " +
          "of pulumi stack export or pulumi stack output; - for standard input",
      ),
    )
    .addOption(regionOption("the region of links in the list that name none", oneRegion))
    .option("--allow-undeclared", "do not count links to a declared VPC that the list does not have")
    .option("--quiet", "print nothing when every link is as declared, so that cron has nothing to mail")
    .option("--json", "print JSON: { declared, drift: [{ regionId, instanceId, declared, found, drift }] }")
    .action(async (file: string, options: CheckOptions) => {
      process.exitCode = await actions.check(file, options);
    });

  teaching(cloud(program.command("doctor")), LESSONS.doctor)
    .summary("say why a link cannot be made or seen")
    .description(
      "Says why a link cannot be made or seen: checks settings, credentials, network, permissions, and an instance and a VPC. " +
        "Each line is fine (✓), may be wrong or could not be asked (!), or is wrong (✗), with what to do.",
    )
    .addOption(regionOption("the region; by default the configured one", oneRegion))
    .option("--instance <id>", "an instance to look at, as i-bp1web or cn-hangzhou:i-bp1web")
    .option("--vpc <id>", "a VPC to look at, as vpc-bp1shop or cn-hangzhou:vpc-bp1shop")
    .option("--json", "print JSON: { ok, findings: [{ section, state, text, advice }] }")
    // A script tells a wrong option from a wrong cloud.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async (options: DoctorOptions) => {
      process.exitCode = await actions.doctor(options);
    });

  return program;
}

/** Options of every command: where and as whom to ask. */
const CLOUD_OPTIONS = [
  new Option("--profile <name>", "the profile of ~/.aliyun/config.json to take credentials from"),
  new Option("--endpoint <host>", "private cloud: the address of ECS"),
  new Option("--vpc-endpoint <host>", "private cloud: the address of the VPC service, which finds VPCs"),
  new Option("--protocol <name>", "private cloud: HTTP or HTTPS, for addresses that name neither"),
  new Option("--organization <id>", "private cloud: the organization, as the console shows its id"),
  new Option("--resource-set <id>", "private cloud: the resource set in the organization"),
  new Option("--insecure", "private cloud: do not verify certificates"),
];

function cloud(command: Command): Command {
  for (const option of CLOUD_OPTIONS) command.addOption(option);
  return command;
}

function regionOption(description: string, parse: (value: string, previous?: readonly string[]) => readonly string[]) {
  return new Option("--region <id>", description).argParser(parse);
}

/** Options of the commands that look for links. */
function scanning(command: Command): Command {
  return cloud(command)
    .addOption(regionOption("a region to look in; repeat for more; by default the configured one", repeated))
    .option(
      "--vpc <id>",
      "a VPC whose links to list, as vpc-bp1shop or cn-hangzhou:vpc-bp1shop; repeat for more",
      repeated,
    )
    .option("--instance <id>", "an instance to look up, as i-bp1web or cn-hangzhou:i-bp1web; repeat for more", repeated)
    .addOption(
      new Option("--all-vpcs", "every VPC of the account in the regions (needs vpc:DescribeVpcs)").conflicts([
        "vpc",
        "instance",
      ]),
    );
}

function teaching(command: Command, lesson: Lesson): Command {
  return command.configureHelp({ styleTitle: bold }).addHelpText("after", () => lessonText(lesson, bold));
}

function repeated(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function oneRegion(value: string): readonly string[] {
  return [value];
}

/** commander takes it away again where the output has no colours. */
function bold(text: string): string {
  return styleText("bold", text, { validateStream: false });
}

function versionOfPackage(): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(require.resolve("pulumi-classiclink/package.json"), "utf8"),
  );
  return version;
}
