/** The examples of the plugin door against the schema: every type, function and property that they name, as their language spells it. */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import * as manifest from "../../package.json";
import { packageSchema } from "../../provider/hosts/plugin/schema";
import { REPOSITORY } from "../support/project";
import { versionOfPulumi } from "../support/pulumiCli";

/** What an example names at one place. */
interface Use {
  /** As it stands there, such as `NewClassicLink`. */
  readonly name: string;
  readonly properties: readonly string[];
  /** What the rest of the program reads of the result. */
  readonly reads: readonly string[];
}

interface Example {
  readonly folder: string;
  /** The program. */
  readonly file: string;
  /** Finds what it names. */
  readonly usesIn: (program: string) => readonly Use[];
  /** The token that a name stands for, such as `classiclink:index:ClassicLink`. */
  readonly tokenOf: (name: string) => string;
  /** A name of the schema as the language spells it. */
  readonly spell: (name: string) => string;
  /** What every resource, output or answer has, whatever the schema says. */
  readonly builtIn: readonly string[];
  /** Copies with one mistake each: what is replaced, by what, and what must be said of it. */
  readonly mistakes: readonly (readonly [string, string, RegExp])[];
}

const PROVIDER = "pulumi:providers:classiclink";
const same = (name: string) => name;
const toSnake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toCamel = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const toPascal = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** Each language has a second name for a function, for arguments that are outputs. */
const tokenFor = (name: string) =>
  name === "Provider" ? PROVIDER : `classiclink:index:${name.replace(/^(get\w+)Output$/, "$1")}`;

const EXAMPLES: readonly Example[] = [
  {
    folder: "plugin-typescript",
    file: "index.ts",
    usesIn: callsIn(/(?:const (\w+) = )?(?:new )?classiclink\.(\w+)\((?:\s*"[^"]*",)?\s*\{/g, /^(\w+)\s*(?=:|$)/),
    tokenOf: tokenFor,
    spell: same,
    builtIn: ["id", "urn"],
    mistakes: [
      ['instanceId: "i-web"', 'instanceID: "i-web"', /^ClassicLink has no instanceID/],
      ['vpcId: "vpc-jobs", ', "", /^ClassicLinks lacks vpcId/],
      ["new classiclink.ClassicLinks(", "new classiclink.ClassicLinkSet(", /no classiclink:index:ClassicLinkSet/],
      ["classiclink.getLinksOutput(", "classiclink.listLinks(", /no classiclink:index:listLinks/],
      ["workers.vpcId", "workers.vpc", /^ClassicLinks gives no vpc$/],
      ['region: "cn-hangzhou"', 'regionId: "cn-hangzhou"', /^Provider has no regionId/],
    ],
  },
  {
    folder: "plugin-python",
    file: "__main__.py",
    usesIn: callsIn(/(?:(\w+) = )?classiclink\.(\w+)\(/g, /^(?!opts\b)(\w+)\s*(?==)/),
    tokenOf: (name) => tokenFor(toCamel(name)),
    spell: toSnake,
    builtIn: ["id", "urn"],
    mistakes: [
      ['instance_id="i-web"', 'instanceId="i-web"', /^ClassicLink has no instanceId/],
      ['    instance_ids=["i-worker1", "i-worker2"],\n', "", /^ClassicLinks lacks instance_ids/],
      ["classiclink.ClassicLink(", "classiclink.Link(", /no classiclink:index:Link$/],
      ["get_links_output(", "list_links(", /no classiclink:index:listLinks/],
      ["found.links", "found.instances", /^get_links_output gives no instances/],
    ],
  },
  {
    folder: "plugin-go",
    file: "main.go",
    usesIn: callsIn(
      /(?:(\w+)(?:, err)? := )?classiclink\.(\w+)\(ctx, (?:"[^"]*", )?&?classiclink\.\w+Args\{/g,
      /^(\w+)(?=:)/,
    ),
    tokenOf: (name) => tokenFor(name.replace(/^New/, "").replace(/^Get/, "get")),
    spell: toPascal,
    builtIn: ["ID", "URN"],
    mistakes: [
      ["InstanceId: pulumi", "InstanceID: pulumi", /^NewClassicLink has no InstanceID/],
      ['VpcId:      pulumi.String("vpc-shop"),', "", /^NewClassicLink lacks VpcId/],
      ["classiclink.NewClassicLinks(", "classiclink.NewLinks(", /no classiclink:index:Links$/],
      ["classiclink.GetLinksOutput(", "classiclink.ListLinksOutput(", /no classiclink:index:ListLinks/],
      ["found.Links()", "found.Instances()", /^GetLinksOutput gives no Instances/],
    ],
  },
  {
    folder: "plugin-yaml",
    file: "Pulumi.yaml",
    usesIn: usesInYaml,
    tokenOf: (name) => (name === PROVIDER ? PROVIDER : name.replace(/^classiclink:(?=\w+$)/, "classiclink:index:")),
    spell: same,
    builtIn: ["id", "urn"],
    mistakes: [
      ["instanceId: i-web", "instance_id: i-web", /^classiclink:ClassicLink has no instance_id/],
      ["      vpcId: vpc-jobs\n", "", /^classiclink:ClassicLinks lacks vpcId/],
      ["type: classiclink:ClassicLinks", "type: classiclink:ClassicLinkz", /no classiclink:index:ClassicLinkz/],
      ["function: classiclink:getLinks", "function: classiclink:listLinks", /no classiclink:index:listLinks/],
      ["$" + "{found.links}", "$" + "{found.instances}", /getLinks gives no instances/],
    ],
  },
];

interface Shape {
  readonly inputs: readonly string[];
  readonly required: readonly string[];
  readonly outputs: readonly string[];
}

/** The shapes by token, of resources, functions and the provider. */
const SHAPES = shapesOf(JSON.parse(JSON.stringify(packageSchema(manifest))));

interface Properties {
  readonly properties?: object;
}

function shapesOf(schema: {
  readonly provider: { readonly inputProperties: object };
  readonly resources: Readonly<
    Record<string, { inputProperties: object; requiredInputs: string[]; properties: object }>
  >;
  readonly functions: Readonly<Record<string, { inputs: Properties; outputs: Properties }>>;
}): ReadonlyMap<string, Shape> {
  const names = (properties: object | undefined) => Object.keys(properties ?? {});
  const settings = names(schema.provider.inputProperties);
  return new Map<string, Shape>([
    [PROVIDER, { inputs: settings, required: [], outputs: settings }],
    ...Object.entries(schema.resources).map(
      ([token, { inputProperties, requiredInputs, properties }]) =>
        [token, { inputs: names(inputProperties), required: requiredInputs, outputs: names(properties) }] as const,
    ),
    ...Object.entries(schema.functions).map(
      ([token, { inputs, outputs }]) =>
        [token, { inputs: names(inputs.properties), required: [], outputs: names(outputs.properties) }] as const,
    ),
  ]);
}

/** What is wrong with a program, one line each. */
function problemsIn({ usesIn, tokenOf, spell, builtIn }: Example, program: string): string[] {
  return usesIn(program).flatMap(({ name, properties, reads }) => {
    const shape = SHAPES.get(tokenOf(name));
    if (shape === undefined) return [`the schema has no ${tokenOf(name)}`];
    const known = shape.inputs.map(spell);
    const given = new Set([...shape.outputs.map(spell), ...builtIn]);
    return [
      ...properties.filter((property) => !known.includes(property)).map((property) => `${name} has no ${property}`),
      ...shape.required
        .map(spell)
        .flatMap((wanted) => (properties.includes(wanted) ? [] : [`${name} lacks ${wanted}`])),
      ...reads.filter((read) => !given.has(read)).map((read) => `${name} gives no ${read}`),
    ];
  });
}

/**
 * Reads a language with brackets.
 *
 * @param call matches up to the bracket that opens the properties: the variable, if any, and the name that is called.
 * @param property matches the name at the beginning of an entry between the brackets.
 */
function callsIn(call: RegExp, property: RegExp): (program: string) => Use[] {
  return (program) =>
    [...program.matchAll(call)].map((match) => {
      const [text, variable, name = ""] = match;
      const properties = entriesFrom(program, match.index + text.length).flatMap(
        (entry) => property.exec(entry)?.[1] ?? [],
      );
      return { name, properties, reads: variable === undefined ? [] : readsOf(program, variable) };
    });
}

/** What stands between commas, from behind an opening bracket to the one that closes it. */
function entriesFrom(program: string, start: number): string[] {
  const entries = [""];
  let depth = 0;
  for (const [token] of program.slice(start).matchAll(/"[^"]*"|[^"]/gs)) {
    if (")]}".includes(token) && depth === 0) break;
    if ("([{".includes(token)) depth += 1;
    if (")]}".includes(token)) depth -= 1;
    if (token === "," && depth === 0) entries.push("");
    else entries.push(`${entries.pop() ?? ""}${token}`);
  }
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== "");
}

/** Quoted text is passed over, except in YAML, where references stand in it. */
function readsOf(program: string, variable: string): string[] {
  const found = program.replaceAll(/"[^"\n]*"/g, '""').matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, "g"));
  return [...found].flatMap(([, read]) => read ?? []);
}

function usesInYaml(program: string): Use[] {
  const lines = pathsIn(program);
  return lines
    .filter(({ path, value }) => /^(type|function)$/.test(path.at(-1) ?? "") && value !== "")
    .map(({ path, value }) => {
      const around = path.slice(0, -1);
      const inputs = lines.flatMap(({ path: inner }) => {
        const [section = "", property = "", ...more] = inner.slice(around.length);
        const isInput = inner.slice(0, around.length).join() === around.join() && property !== "" && more.length === 0;
        return isInput && /^(properties|arguments)$/.test(section) ? [property] : [];
      });
      return { name: value, properties: inputs, reads: readsOf(program, path[1] ?? "") };
    });
}

/** Each key of a YAML text with the keys around it. Enough for texts that are indented block by block. */
function pathsIn(program: string): { path: string[]; value: string }[] {
  const around: { key: string; indent: number }[] = [];
  return [...program.matchAll(/^( *)((?:[\w:]+?)):(?: +(.*))?$/gm)].map(([, spaces = "", key = "", value = ""]) => {
    while ((around.at(-1)?.indent ?? -1) >= spaces.length) around.pop();
    around.push({ key, indent: spaces.length });
    return { path: around.map((one) => one.key), value };
  });
}

const read = (folder: string, file: string) => readFileSync(join(REPOSITORY, "examples", folder, file), "utf8");

describe.each(EXAMPLES)("examples/$folder", (example) => {
  const program = read(example.folder, example.file);

  test("names only what the schema has, and all that it requires", () => {
    expect(problemsIn(example, program)).toEqual([]);
  });

  test("shows a link, many links, a lookup, and a provider with its region", () => {
    const uses = example.usesIn(program);
    expect(uses.map(({ name }) => example.tokenOf(name)).sort()).toEqual([
      "classiclink:index:ClassicLink",
      "classiclink:index:ClassicLinks",
      "classiclink:index:getLinks",
      PROVIDER,
    ]);
    expect(uses.map(({ properties }) => properties)).toContainEqual([example.spell("region")]);
    expect(program).toMatch(/custom_?timeouts/i);
  });

  test.each(example.mistakes)("a copy with %p replaced by %p is refused", (right, wrong, problem) => {
    const broken = program.replace(right, wrong);
    expect(broken).not.toBe(program);
    expect(problemsIn(example, broken)).toContainEqual(expect.stringMatching(problem));
  });

  test("has a README, and a project that names the plugin of this repository", () => {
    expect(existsSync(join(REPOSITORY, "examples", example.folder, "README.md"))).toBe(true);
    const path = /(?:^ {2}classiclink|path): (\S+)$/m.exec(read(example.folder, "Pulumi.yaml"))?.[1] ?? "";
    expect(resolve(REPOSITORY, "examples", example.folder, path)).toBe(join(REPOSITORY, "plugin"));
  });
});

const hasHost = (language: string) =>
  versionOfPulumi() !== undefined &&
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, `pulumi-language-${language}`)));
const withHost = (language: string) => (hasHost(language) ? test : test.skip);

describe("the SDKs that Pulumi makes from the schema", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "classiclink-sdks-"));
    writeFileSync(join(folder, "schema.json"), JSON.stringify(packageSchema(manifest)));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function makeSdk(language: string): string {
    const args = ["package", "gen-sdk", "schema.json", "--language", language, "--out", "sdks"];
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { status, stdout, stderr } = spawnSync("pulumi", args, { cwd: folder, env, encoding: "utf8" });
    expect({ status, output: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, output: "" });
    return join(folder, "sdks", language);
  }

  withHost("nodejs")(
    "the TypeScript example compiles with its SDK, and a copy with a misspelt property does not",
    () => {
      const project = join(folder, "typescript");
      const modules = join(project, "node_modules");
      mkdirSync(join(modules, "@pulumi"), { recursive: true });
      for (const installed of ["@pulumi/pulumi", "@types"]) {
        symlinkSync(join(REPOSITORY, "node_modules", installed), join(modules, installed));
      }
      cpSync(makeSdk("nodejs"), join(modules, "@pulumi-classiclink", "classiclink"), { recursive: true });
      const program = read("plugin-typescript", "index.ts");
      writeFileSync(join(project, "package.json"), "{}");
      writeFileSync(join(project, "index.ts"), program);
      writeFileSync(join(project, "broken.ts"), program.replace("instanceId:", "instanceID:"));
      const settings = JSON.parse(read("plugin-typescript", "tsconfig.json"));
      writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ ...settings, files: ["index.ts", "broken.ts"] }));
      const compiler = [require.resolve("typescript/bin/tsc"), "--pretty", "false"];
      const { stdout } = spawnSync(process.execPath, compiler, { cwd: project, encoding: "utf8" });
      expect(stdout.split("\n").filter((line) => /^\S/.test(line))).toEqual([
        expect.stringMatching(/^broken\.ts\(\d+,\d+\): error .*'instanceID' does not exist/),
      ]);
    },
  );

  withHost("python")("the Python SDK takes the arguments that the example gives", () => {
    const sdk = join(makeSdk("python"), "pulumi_classiclink");
    for (const [file, wanted] of [
      ["classic_link.py", ["class ClassicLink(", "instance_id: ", "vpc_id: "]],
      ["classic_links.py", ["class ClassicLinks(", "instance_ids: ", "vpc_id: "]],
      ["get_links.py", ["def get_links_output(", "vpc_id: "]],
      ["provider.py", ["class Provider(", "region: "]],
    ] as const) {
      const source = readFileSync(join(sdk, file), "utf8");
      expect(wanted.filter((text) => !source.includes(text))).toEqual([]);
    }
  });

  withHost("go")("the Go SDK has the fields that the example sets, in the package that it imports", () => {
    const sdk = join(makeSdk("go"), "classiclink");
    for (const [file, wanted] of [
      ["classicLink.go", ["func NewClassicLink(", "InstanceId pulumi.StringInput", "VpcId pulumi.StringInput"]],
      ["classicLinks.go", ["func NewClassicLinks(", "InstanceIds pulumi.StringArrayInput", "VpcId pulumi.StringInput"]],
      ["getLinks.go", ["func GetLinksOutput(", "VpcId pulumi.StringPtrInput", ") Links() "]],
      ["provider.go", ["func NewProvider(", "Region pulumi.StringPtrInput"]],
    ] as const) {
      const source = readFileSync(join(sdk, file), "utf8").replaceAll(/[ \t]+/g, " ");
      expect(wanted.filter((text) => !source.includes(text))).toEqual([]);
    }
  });
});
