/** The commands in the Markdown files exist, with their flags: the repository's own, Pulumi's and the vendor's. So do folders and settings. */

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

/** The lines of a shell in a page, and the commands in its sentences. */
function commandsOf(page: Page): string[] {
  const blocks = blocksOf(page).filter(({ language }) => language === "sh");
  const sentences = inlineCodeOf(page).filter((code) => /^(npm|npx|pulumi|curl|aliyun) [a-z-]/.test(code));
  return [...blocks.map(({ code }) => code.replaceAll("\\\n", " ")), ...sentences]
    .flatMap((text) => text.replaceAll(/(^|\s)#.*$|\$\([^)]*\)/gm, "").split(/\n|&&|;|\|/))
    .map((command) => command.trim().replace(/^(\w+=\S* )+/, ""));
}

/** Everything that the pages run. A name that is misspelt is not among them. */
const PROGRAMS = "aliyun cd cp curl do done echo export mkdir mv node npm npx pulumi sed sleep while".split(" ");

type Problem = string | undefined;

/** What a command names, by its pattern, and what is wrong with that. */
const RULES: readonly [pattern: RegExp, check: (page: Page, ...named: string[]) => Problem][] = [
  [
    /^[\w-]+(?= |$)/,
    (_, program = "") => (PROGRAMS.includes(program) ? undefined : `${program} is not in the list of this test`),
  ],
  [/^cd (\S+)/, folderProblem],
  [/^aliyun (\S+ \S+)(.*)/, aliyunProblem],
  [/^npm (?:run )?([\w:-]+)/, scriptProblem],
  [/\btests\/[\w./-]+/, testProblem],
  [/^npx (?:--yes --package (\S+) )?([\w-]+)(.*)/, binProblem],
  [/^pulumi (\S+) ?(\S*)(.*)/, pulumiProblem],
  [/config set (?:--\w+ )*'?(?:(\w+):)?(\w+)/, settingProblem],
  [/http:\/\/127\.0\.0\.1:4010(\/-\/\w+)/, (_, path) => (routes.includes(path ?? "") ? undefined : `no route ${path}`)],
];

function problemsOf(page: Page, commands: readonly string[]): string[] {
  return commands.flatMap((command) =>
    RULES.flatMap(([pattern, check]) => {
      const [whole, ...groups] = pattern.exec(command) ?? [];
      const problem = whole === undefined ? undefined : check(page, ...(groups.length === 0 ? [whole] : groups));
      return problem === undefined ? [] : `${page.path}: ${command}: ${problem}`;
    }),
  );
}

/** A folder of the repository, or one that the page has its reader make. */
function folderProblem({ text }: Page, folder = ""): Problem {
  const isThere = existsSync(join(REPOSITORY, folder)) || text.includes(`mkdir ${folder} `);
  return isThere ? undefined : `there is no folder ${folder}`;
}

/** What the pages use of the vendor's CLI. Source: the reference of ECS. */
const ALIYUN: Readonly<Record<string, string>> = {
  "ecs AttachClassicLinkVpc": "--InstanceId --RegionId --VpcId",
  "ecs DescribeClassicLinkInstances": "--PageSize --RegionId --VpcId",
  "ecs DescribeInstances": "--InstanceIds --RegionId",
  "ecs DetachClassicLinkVpc": "--InstanceId --RegionId --VpcId",
};

function aliyunProblem(_: Page, call = "", rest = ""): Problem {
  if (!Object.hasOwn(ALIYUN, call)) return `aliyun ${call} is not in the table of this test`;
  const unknown = rest.match(/--[\w-]+/g)?.find((flag) => !ALIYUN[call]?.split(" ").includes(flag));
  return unknown === undefined ? undefined : `aliyun ${call} has no ${unknown}`;
}

function scriptProblem({ path }: Page, script = ""): Problem {
  const beside = join(REPOSITORY, dirname(path), "package.json");
  const own: { scripts?: object } = existsSync(beside) ? JSON.parse(readFileSync(beside, "utf8")) : {};
  const known = ["audit", "ci", "init", "install", "pack", "version", ...Object.keys({ ...scripts, ...own.scripts })];
  return known.includes(script) ? undefined : `no package.json has a script ${script}`;
}

const tests = readdirSync(join(REPOSITORY, "tests"), { recursive: true, encoding: "utf8" });

function testProblem(_: Page, start = ""): Problem {
  return tests.some((path) => `tests/${path}`.startsWith(start)) ? undefined : `there is no test ${start}`;
}

const helps = new Map<string, string>();

/** The help of a command, which many pages use. */
function helpOf(file: string, verbs: readonly string[]): string {
  const key = [file, ...verbs].join(" ");
  const args = [join(REPOSITORY, file), ...verbs, "--help"];
  const help = helps.get(key) ?? spawnSync(process.execPath, args, { encoding: "utf8" }).stdout;
  helps.set(key, help);
  return help;
}

function binProblem(_: Page, from = "pulumi-classiclink", name = "", rest = ""): Problem {
  if (from !== "pulumi-classiclink") return `no package ${from}`;
  if (name === "jest") return undefined;
  const file = Object.entries(bin).find(([one]) => one === name)?.[1];
  if (file === undefined) return `package.json has no bin ${name}`;
  const [verb = "", ...words] = rest.trim().split(/\s+/);
  const help = helpOf(file, /^[a-z]+$/.test(verb) ? [verb] : []);
  const known: readonly string[] = help.match(/--?[a-z][\w-]*/g) ?? [];
  if (!known.includes("--help")) return `${name} ${verb} --help fails`;
  // A dash alone stands for standard input.
  const unknown = [verb, ...words].find((word) => /^-./.test(word) && !known.includes(word));
  return unknown === undefined ? undefined : `${name} has no ${unknown}`;
}

/** What the pages use of Pulumi: commands and their flags. Compared with the CLI where it is on PATH. */
const PULUMI: Readonly<Record<string, string>> = {
  cancel: "",
  "config set": "--path --secret",
  destroy: "--run-program --yes",
  import: "--file --generate-code --yes",
  install: "",
  login: "--local",
  "package add": "",
  "package get-schema": "",
  "plugin install": "--server",
  preview: "",
  refresh: "--clear-pending-creates --diff --run-program --yes",
  stack: "--show-urns",
  "stack export": "--file",
  "stack init": "",
  "stack output": "--json",
  "stack rm": "--force --yes",
  "stack select": "--create",
  "state delete": "",
  "state unprotect": "--all --yes",
  up: "--non-interactive --refresh --target --yes",
};

function pulumiProblem(_: Page, first = "", second = "", rest = ""): Problem {
  const name = [`${first} ${second}`, first].find((one) => Object.hasOwn(PULUMI, one));
  if (name === undefined) return `pulumi ${first} ${second} is not in the table of this test`;
  const flags = `${second}${rest}`.match(/--[\w-]+/g) ?? [];
  const unknown = flags.find((flag) => !PULUMI[name]?.split(" ").includes(flag));
  return unknown === undefined ? undefined : `pulumi ${name} ${unknown} is not in the table of this test`;
}

/** By namespace, the keys of the package and of the vendor's providers. The endpoints are one setting; alicloud:* has each. */
const OWN: readonly string[] = SETTING_DESCRIPTIONS.map(({ name }) => name);
const KEYS: Readonly<Record<string, readonly string[]>> = {
  classiclink: OWN,
  alicloud: [...OWN, "endpoints"],
  alibabacloudstack: Object.values(PLACES)
    .flat()
    .map((place) => place.replace(/^alibabacloudstack:(\w+).*$/, "$1")),
};

/** A key without a namespace is read by the program in the folder of the page. */
function settingProblem({ path }: Page, namespace = "", key = ""): Problem {
  if (namespace !== "") return KEYS[namespace]?.includes(key) ? undefined : `there is no setting ${namespace}:${key}`;
  if (!path.startsWith("examples/")) return undefined;
  const folder = join(REPOSITORY, dirname(path));
  const programs = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  const reads = programs.some((file) => readFileSync(join(folder, file), "utf8").includes(`("${key}")`));
  return reads ? undefined : `no program reads ${key}`;
}

/** As the page of the emulator lists them. */
let routes: string;
beforeAll(async () => {
  routes = await emulatorRoutes();
});

test("every command exists", () => {
  expect(PAGES.flatMap(commandsOf).length).toBeGreaterThan(100);
  expect(PAGES.flatMap((page) => problemsOf(page, commandsOf(page)))).toEqual([]);
});

test.each([
  ["npm run no-such-script", /no package\.json has a script no-such-script/],
  ["npm test -- tests/e2e/none.test.ts", /there is no test/],
  ["npx --yes --package pulumi-classiclinks classiclink-emulator", /no package pulumi-classiclinks/],
  ["npx no-such-bin", /package\.json has no bin no-such-bin/],
  ["npx classiclink-emulator --instances i-a", /classiclink-emulator has no --instances/],
  ["pulumi up --refesh", /pulumi up --refesh/],
  ["pulumi config set classiclink:regoin cn-hangzhou", /no setting classiclink:regoin/],
  ["pulumi config set nobodyReadsThis 1", /no program reads nobodyReadsThis/],
  ["curl -X DELETE http://127.0.0.1:4010/-/lynks/i-web", /no route/],
  ["aliyun ecs AttachClassicLink --RegionId cn-hangzhou", /aliyun ecs AttachClassicLink is not in the table/],
  ["aliyun ecs AttachClassicLinkVpc --Region cn-hangzhou", /AttachClassicLinkVpc has no --Region/],
  ["mkdir here && cd there", /no folder there/],
  ["FOO=bar terraform apply", /terraform is not in the list/],
])("%s is found out", (text, complaint) => {
  const page = { path: "examples/quickstart/README.md", text: `\`\`\`sh\n${text}\n\`\`\`` };
  expect(problemsOf(page, commandsOf(page))).toEqual([expect.stringMatching(complaint)]);
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
