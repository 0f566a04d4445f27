/** What `--help` shows after the options: examples, and what the exit codes mean. docs/cli.md has them too. */

/** A command, and what it does. */
export type Example = readonly [command: string, what: string];

/** An exit code, and when it is given. */
export type ExitCode = readonly [code: number, when: string];

/** What a command's help ends with. */
export interface Lesson {
  readonly examples: readonly Example[];
  readonly exitCodes: readonly ExitCode[];
}

const FAILED: ExitCode = [1, "it failed; standard error says why"];

export const LESSONS = {
  discover: {
    examples: [
      ["npx pulumi-classiclink discover --all-vpcs", "every link of the account in the configured region"],
      [
        "npx pulumi-classiclink discover --region cn-hangzhou --region cn-beijing --all-vpcs",
        "the same for two regions",
      ],
      ["npx pulumi-classiclink discover --vpc vpc-bp1shop --vpc vpc-bp1jobs", "the links of two VPCs"],
      ["npx pulumi-classiclink discover --instance cn-beijing:i-bp1web", "which VPC one instance is linked to"],
      ["npx pulumi-classiclink discover --all-vpcs --json > links.json", "a list for check"],
    ],
    exitCodes: [[0, "links were found"], FAILED, [2, "there are none"]],
  },
  adopt: {
    examples: [
      ["npx pulumi-classiclink adopt --all-vpcs", "one ClassicLinks for each VPC, in the project of this folder"],
      [
        "npx pulumi-classiclink adopt --vpc vpc-bp1shop --per link --out shop",
        "one ClassicLink each, in the folder shop",
      ],
      ["npx pulumi-classiclink adopt --all-vpcs --program plugin", "the same with the provider plugin"],
      ["npx pulumi-classiclink adopt --all-vpcs --program yaml", "in YAML"],
    ],
    exitCodes: [[0, "the files match the links"], FAILED, [2, "there are no links to adopt"]],
  },
  check: {
    examples: [
      ["npx pulumi-classiclink check links.json", "compares with an earlier output of discover --json"],
      [
        "npx pulumi-classiclink check links.csv --region cn-hangzhou",
        "compares with a list with the columns instanceId and vpcId",
      ],
      ["pulumi stack export | npx pulumi-classiclink check -", "compares with the last pulumi up of a stack"],
      [
        "pulumi stack output --json | npx pulumi-classiclink check -",
        "compares with the links among a stack's outputs",
      ],
      ["npx pulumi-classiclink check --quiet links.json", "for cron, which mails what is printed"],
    ],
    exitCodes: [[0, "every link is as declared"], FAILED, [2, "there is drift"]],
  },
  doctor: {
    examples: [
      ["npx pulumi-classiclink doctor", "settings, credentials, network and permissions"],
      [
        "npx pulumi-classiclink doctor --instance i-bp1web --vpc vpc-bp1shop",
        "also why this instance cannot be linked to this VPC",
      ],
      ["npx pulumi-classiclink doctor --json", "for a script or a bug report; it contains no secret"],
    ],
    exitCodes: [
      [0, "no problem was found"],
      [1, "a problem was found"],
      [2, "the options are wrong"],
    ],
  },
} as const satisfies Record<string, Lesson>;

/** The lesson, as `--help` prints it. */
export function lessonText({ examples, exitCodes }: Lesson, title: (text: string) => string): string {
  return [
    "",
    title("Examples:"),
    ...examples.flatMap(([command, what]) => [`  # ${what}`, `  ${command}`]),
    "",
    title("Exit codes:"),
    ...exitCodes.map(([code, when]) => `  ${code}  ${when}`),
  ].join("\n");
}
