/** Every command in the Markdown files exists: scripts, bins with their flags, commands of Pulumi, configuration keys. */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "@jest/globals";
import { bin, scripts } from "../../package.json";
import { SETTING_DESCRIPTIONS } from "../../provider/hosts/plugin/descriptions";
import { SETTINGS as PLACES } from "../../provider/settings/places";
import { emulatorRoutes } from "../../scripts/emulatorParts";
import { REPOSITORY } from "../support/project";
import { versionOfPulumi } from "../support/pulumiCli";
import { blocksOf, inlineCodeOf, PAGES, type Page } from "./markdown";

/** A command of a page: the program and its arguments, as a shell would see them. */
interface Command {
  readonly page: Page;
  readonly program: string;
  readonly args: readonly string[];
}

/** What is looked at in a sentence; in a block of a shell, everything is. */
const IN_SENTENCES = /^(npm|npx|pulumi|aliyun|curl) [a-z-]/;

const COMMANDS = PAGES.flatMap((page) => {
  const blocks = blocksOf(page).filter(({ language }) => language === "sh");
  const sentences = inlineCodeOf(page).filter((code) => IN_SENTENCES.test(code));
  return [...blocks.map(({ code }) => code), ...sentences].flatMap((text) => commandsIn(page, text));
});

/** The commands of a text: comments are dropped, quotes and substitutions stay whole, operators part one from the next. */
function commandsIn(page: Page, text: string): Command[] {
  const joined = text.replaceAll(/(^|\s)#.*$/gm, "").replaceAll(/(\\|\|\|)\n/g, "$1 ");
  return joined
    .split("\n")
    .flatMap((line) => {
      const words = line.match(/'[^']*'|"[^"]*"|\$\([^)]*\)|(?:<\w+>|[^\s;|&<>'"])+|[<>]+&?\d?|&&|\|\||[;|&]/g) ?? [];
      const commands: string[][] = [[]];
      for (const word of words) {
        if (/^(&&|\|\||[;|&])$/.test(word)) commands.push([]);
        else commands.at(-1)?.push(word.replace(/^'(.*)'$|^"(.*)"$/, "$1$2"));
      }
      return commands;
    })
    .map((words) => words.slice(words.findIndex((word) => !/^\w+=/.test(word))))
    .flatMap(([program, ...args]) => (program === undefined ? [] : [{ page, program, args }]));
}

type Problem = string | undefined;

/** What is wrong with a command of each program, if anything. Only these may stand in the pages. */
const CHECKS: Readonly<Record<string, (command: Command) => Problem>> = {
  npm: npmProblem,
  npx: npxProblem,
  pulumi: pulumiProblem,
  aliyun: aliyunProblem,
  curl: curlProblem,
  cd: ({ page, args: [folder = ""] }) =>
    existsSync(join(REPOSITORY, folder)) || makesFolder(page, folder) ? undefined : `no folder ${folder}`,
  // The shell's own, and what every system has.
  ...Object.fromEntries(
    ["export", "while", "do", "done", "echo", "sleep", "mkdir", "mv", "cp", "sed", "node"].map((name) => [
      name,
      () => undefined,
    ]),
  ),
};

/** Whether a page has its reader make a folder before. */
function makesFolder(page: Page, folder: string): boolean {
  return blocksOf(page).some(({ code }) => code.split(/\s/).join(" ").includes(`mkdir ${folder} `));
}

function problemOf(command: Command): Problem {
  const check = Object.hasOwn(CHECKS, command.program) ? CHECKS[command.program] : undefined;
  return check === undefined ? "is a command that this test does not know" : check(command);
}

function npmProblem({ page, args: [verb = "", ...rest] }: Command): Problem {
  if (["audit", "ci", "init", "install", "pack", "version"].includes(verb)) return undefined;
  const script = verb === "run" ? (rest[0] ?? "") : verb;
  const beside = join(REPOSITORY, dirname(page.path), "package.json");
  const own: { scripts?: object } = existsSync(beside) ? JSON.parse(readFileSync(beside, "utf8")) : {};
  if (!Object.keys({ ...scripts, ...own.scripts }).includes(script)) return `no package.json has a script ${script}`;
  return missingTest(rest);
}

/** Of the paths among arguments, the first that no test begins with. */
function missingTest(words: readonly string[]): Problem {
  const tests = readdirSync(join(REPOSITORY, "tests"), { recursive: true, encoding: "utf8" });
  const missing = words.find(
    (word) => /^tests\//.test(word) && !tests.some((path) => `tests/${path}`.startsWith(word)),
  );
  return missing === undefined ? undefined : `there is no test ${missing}`;
}

const helps = new Map<string, string>();

/** The help of a command, which many pages use. Empty where there is none. */
function helpOf(file: string, verbs: readonly string[]): string {
  const key = [file, ...verbs].join(" ");
  const args = [join(REPOSITORY, file), ...verbs, "--help"];
  const help = helps.get(key) ?? spawnSync(process.execPath, args, { encoding: "utf8" }).stdout;
  helps.set(key, help);
  return help;
}

function npxProblem({ page, program, args }: Command): Problem {
  // Outside a project, the package is named beside the command.
  if (args[0] === "--yes" && args[1] === "--package") {
    return args[2] === "pulumi-classiclink"
      ? npxProblem({ page, program, args: args.slice(3) })
      : `no package ${args[2]}`;
  }
  const [name = "", ...rest] = args;
  if (name === "jest") return missingTest(rest);
  const file = Object.entries(bin).find(([one]) => one === name)?.[1];
  if (file === undefined) return `package.json has no bin ${name}`;
  const verbs = rest.filter((word) => /^[a-z]+$/.test(word)).slice(0, 1);
  const known = new Set(helpOf(file, verbs).match(/--?[a-z][\w-]*/g));
  if (!known.has("--help")) return `${name} ${verbs.join(" ")} --help fails`;
  // A dash alone stands for standard input.
  return rest.filter((word) => /^-./.test(word) && !known.has(word)).map((flag) => `${name} has no ${flag}`)[0];
}

/** What the pages use of Pulumi: commands and their flags. Compared with the CLI where it is on PATH. */
const PULUMI: Readonly<Record<string, string>> = {
  cancel: "",
  "config set": "--path --secret",
  destroy: "--run-program --skip-preview --target --yes",
  import: "--file --generate-code --yes",
  install: "",
  login: "--local",
  "package add": "",
  "package get-schema": "",
  "plugin install": "--file --server",
  preview: "",
  refresh: "--clear-pending-creates --diff --run-program --yes",
  stack: "--show-urns",
  "stack export": "--file",
  "stack import": "--file",
  "stack init": "",
  "stack output": "--json --show-secrets",
  "stack rm": "--force --yes",
  "stack select": "--create",
  "state delete": "",
  "state unprotect": "--all --yes",
  up: "--non-interactive --refresh --target --yes",
};

function pulumiProblem({ page, args }: Command): Problem {
  const [first = "", second = ""] = args;
  const name = [`${first} ${second}`, first].find((one) => Object.hasOwn(PULUMI, one));
  if (name === undefined) return `pulumi ${first} ${second} is not in the table of this test`;
  const flags = args.filter((word) => word.startsWith("--")).map((word) => word.replace(/=.*/, ""));
  const unknown = flags.find((flag) => !PULUMI[name]?.split(" ").includes(flag));
  if (unknown !== undefined) return `pulumi ${name} ${unknown} is not in the table of this test`;
  if (name !== "config set") return undefined;
  return keyProblem(page, args.slice(2).filter((word) => !word.startsWith("--"))[0] ?? "");
}

const SETTINGS: readonly string[] = SETTING_DESCRIPTIONS.map(({ name }) => name);

/** Every key of the vendor's provider for private clouds that links read too. */
const PRIVATE_CLOUD: readonly string[] = Object.values(PLACES).flat();

/** A key of the package, of one of the vendor's providers, or of the program that the page is about. */
function keyProblem(page: Page, key: string): Problem {
  const [, namespace, path = key] = /^(\w+):(.*)$/.exec(key) ?? [];
  const [name = ""] = path.split(/[.[]/);
  if (path === "<name>") return undefined;
  if (namespace === "classiclink") return SETTINGS.includes(name) ? undefined : `there is no setting ${key}`;
  // Its endpoints are one setting; here, each is.
  if (namespace === "alicloud")
    return [...SETTINGS, "endpoints"].includes(name) ? undefined : `there is no setting ${key}`;
  if (namespace === "alibabacloudstack") return PRIVATE_CLOUD.includes(key) ? undefined : `there is no setting ${key}`;
  const folder = join(REPOSITORY, dirname(page.path));
  const programs = page.path.startsWith("examples/") ? readdirSync(folder).filter((file) => file.endsWith(".ts")) : [];
  const code = [
    ...programs.map((file) => readFileSync(join(folder, file), "utf8")),
    ...blocksOf(page).map((block) => block.code),
  ];
  return code.some((text) => text.includes(`("${name}")`) || text.includes(`>("${name}")`))
    ? undefined
    : `no program reads ${key}`;
}

const PARAMETERS = ["--RegionId", "--InstanceId", "--InstanceIds", "--VpcId", "--PageNumber", "--PageSize"];
const OPERATIONS = [
  "AttachClassicLinkVpc",
  "DetachClassicLinkVpc",
  "DescribeClassicLinkInstances",
  "DescribeInstances",
];

function aliyunProblem({ args: [product, operation = "", ...rest] }: Command): Problem {
  if (product !== "ecs" || !OPERATIONS.includes(operation)) return `there is no operation ${product} ${operation}`;
  const wrong = rest.find((word) => word.startsWith("--") && !PARAMETERS.includes(word));
  return wrong === undefined ? undefined : `${operation} has no ${wrong}`;
}

/** As the page of the emulator lists them. */
let routes: string;
beforeAll(async () => {
  routes = await emulatorRoutes();
});

function curlProblem({ args }: Command): Problem {
  const url = args.find((word) => word.startsWith("http")) ?? "";
  const method = args[args.indexOf("-X") + 1] ?? "";
  const verb = args.includes("-X") ? method : args.includes("-d") ? "POST" : "GET";
  const path = /^http:\/\/127\.0\.0\.1:4010(\/-\/\w+)/.exec(url)?.[1];
  return routes.includes(`\`${verb} ${path}`) ? undefined : `the emulator has no ${verb} ${url}`;
}

const problemsOf = (commands: readonly Command[]) =>
  commands.flatMap((command) => {
    const problem = problemOf(command);
    const { page, program, args } = command;
    return problem === undefined ? [] : `${page.path}: ${[program, ...args].join(" ")}: ${problem}`;
  });

test("every command exists", () => {
  expect(COMMANDS.length).toBeGreaterThan(100);
  expect(problemsOf(COMMANDS)).toEqual([]);
});

test.each([
  ["npm run no-such-script", /no package\.json has a script no-such-script/],
  ["npm test -- tests/e2e/none.test.ts", /there is no test/],
  ["npx --yes --package pulumi-classiclinks classiclink-emulator", /no package pulumi-classiclinks/],
  ["npx no-such-bin", /package\.json has no bin no-such-bin/],
  ["npx classiclink-emulator --instances i-a", /classiclink-emulator has no --instances/],
  ["echo && cd nowhere", /no folder nowhere/],
  ["pulumi upp", /pulumi upp/],
  ["pulumi up --refesh", /pulumi up --refesh/],
  ["pulumi config set classiclink:regoin cn-hangzhou", /no setting classiclink:regoin/],
  ["pulumi config set --path 'alicloud:endpointz[0].ecs' x", /no setting alicloud:endpointz/],
  ["pulumi config set alibabacloudstack:departmen 26", /no setting alibabacloudstack:departmen/],
  ["pulumi config set nobodyReadsThis 1", /no program reads nobodyReadsThis/],
  ["aliyun ecs AttachClassicLink --RegionId x", /no operation ecs AttachClassicLink/],
  ["aliyun ecs AttachClassicLinkVpc --Region x", /has no --Region/],
  ["curl -X DELETE http://127.0.0.1:4010/-/lynks/i-web", /no DELETE/],
  ["FOO=bar terraform apply", /does not know/],
])("%s is found out", (text, complaint) => {
  expect(problemsOf(commandsIn({ path: "docs/faq.md", text: "" }, text))).toEqual([expect.stringMatching(complaint)]);
});

// These commands are of the Pulumi CLI. The small engine has none.
(versionOfPulumi() === undefined ? test.skip : test)("the Pulumi CLI has what the pages use of it", () => {
  for (const [name, flags] of Object.entries(PULUMI)) {
    const verbs = name.split(" ");
    const { stdout } = spawnSync("pulumi", [...verbs, "--help"], { encoding: "utf8" });
    // For a command that it does not know it shows the help of the one above.
    const isAbove = stdout.includes(["pulumi", ...verbs.slice(0, -1), "[command]"].join(" "));
    const missing = flags.split(" ").filter((flag) => !stdout.includes(flag));
    expect([name, isAbove, missing]).toEqual([name, false, []]);
  }
});
