/**
 * `npm run languages`: the example of every language that is on PATH, and a project of each package manager, through the whole
 * life of their links, with the real Pulumi CLI, the packed plugin and an emulator. `-t python` chooses tests by their names.
 */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { repository, version } from "../../package.json";
import EXAMPLES from "../../provider/hosts/plugin/examples.json";
import { codeIn } from "../../scripts/schemaExamples";
import { startEmulator } from "../../emulator";
import { followPage } from "../pages/follow";
import { packPackage } from "../support/installed";
import { listen } from "../support/loopback";
import { REPOSITORY } from "../support/project";
import { instancesOf, vpcsOf } from "../support/shop";
import { missingProgram, type Place, run } from "./shell";

const folder = mkdtempSync(join(tmpdir(), "classiclink-languages-"));
/** The environment of every command of Pulumi. Its home has the plugin. */
const env = {
  PULUMI_HOME: join(folder, "home"),
  PULUMI_CONFIG_PASSPHRASE: "for-tests-only",
  PULUMI_SKIP_UPDATE_CHECK: "true",
};
/** Serves the files of a release. */
const server = createServer(({ url = "" }, response) => {
  try {
    response.end(readFileSync(join(REPOSITORY, "build", basename(url))));
  } catch {
    response.writeHead(404).end();
  }
});
let release: string;
let tarball: string;
let close: () => Promise<void>;

/** Packs what is published, and installs the plugin as the pages say: from a server of files. */
beforeAll(async () => {
  const listening = await listen(server);
  close = listening.close;
  release = `http://127.0.0.1:${listening.port}`;
  const here = { cwd: REPOSITORY, env };
  await run(here, "npm", "run", "package:plugin");
  tarball = packPackage(folder);
  await run(here, "pulumi", "plugin", "install", "resource", "classiclink", version, "--server", release);
});
afterAll(async () => {
  await close?.();
  rmSync(folder, { recursive: true, force: true });
});

/** Declares a test in an empty folder, which is skipped where a program is not on PATH. */
function testWith(needs: readonly string[], name: string, runIn: (project: string) => Promise<void>): void {
  const missing = missingProgram(["pulumi", ...needs]);
  // Each language needs its own tools, and Pulumi's host for it. The name of the test says what is missing.
  if (missing !== undefined) {
    test.skip(`${name}: ${missing} is not on PATH`, () => {});
    return;
  }
  const project = join(folder, name.replaceAll(/\W+/g, "-"));
  test(name, async () => {
    mkdirSync(project);
    await runIn(project);
  }, 1_800_000);
}

// Nothing of npm is in the project.
const INSTALLED: readonly [language: string, program: string, ...needs: string[]][] = [
  ["python", "__main__.py", "python3"],
  ["go", "main.go", "go"],
  ["yaml", "Pulumi.yaml"],
  ["java", "src/main/java/shop/App.java", "mvn"],
];
for (const [language, program, ...needs] of INSTALLED) {
  testWith([`pulumi-language-${language}`, ...needs], `${language}, with the installed plugin`, async (project) => {
    copyExample(language, project, `classiclink@${version}`);
    await run({ cwd: project, env }, "pulumi", "install");
    await live(project, language, program);
  });
}

// Yarn 1 shares its name with Yarn 4: the one on PATH is run.
const MANAGERS: readonly [manager: string, files: Readonly<Record<string, string>>][] = [
  ["npm", {}],
  ["pnpm", { "pnpm-workspace.yaml": "allowBuilds:\n  protobufjs: false\n" }],
  ["yarn", { ".yarnrc.yml": "nodeLinker: node-modules\nenableScripts: true\nenableImmutableInstalls: false\n" }],
  ["bun", {}],
];
for (const [manager, files] of MANAGERS) {
  testWith(["pulumi-language-nodejs", manager], `typescript, with the npm package by ${manager}`, async (project) => {
    const place: Place = { cwd: project, env };
    copyExample("typescript", project, "");
    const { dependencies, ...others } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    const given = { "@pulumi/pulumi": dependencies["@pulumi/pulumi"], "pulumi-classiclink": `file:${tarball}` };
    writeFileSync(join(project, "package.json"), JSON.stringify({ ...others, dependencies: given }));
    const runtime = `runtime:\n  name: nodejs\n  options:\n    packagemanager: ${manager}\n`;
    writeFileSync(join(project, "Pulumi.yaml"), `name: shop\nmain: index.ts\n${runtime}`);
    for (const [path, text] of Object.entries(files)) writeFileSync(join(project, path), text);
    await run(place, manager, "install");
    // `pulumi package add` writes nothing into the plugin's folder.
    const contents = () => run(place, "sh", "-c", "cd node_modules/pulumi-classiclink/plugin && ls -A . && cat *");
    const before = await contents();
    await run(place, "pulumi", "package", "add", "./node_modules/pulumi-classiclink/plugin");
    expect(await contents()).toBe(before);
    // A fresh clone, of a repository that has sdks/.
    await run(place, "rm", "-rf", "node_modules");
    await run(place, manager, "install");
    await run(place, "pulumi", "install");
    await live(project, "typescript", "index.ts");
  });
}

function copyExample(language: string, project: string, source: string): void {
  const isMade = /\/(node_modules|sdks|venv|target|go\.sum|Pulumi\.dev\.yaml)$/;
  const filter = (path: string) => !isMade.test(path);
  cpSync(join(REPOSITORY, "examples", `plugin-${language}`), project, { recursive: true, filter });
  const file = join(project, "Pulumi.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("../../plugin", source));
}

/** Takes the links of a program through their life. Then runs the examples of the schema. */
async function live(project: string, language: string, program: string): Promise<void> {
  const DECLARED = ["i-web→vpc-shop", "i-worker1→vpc-jobs", "i-worker2→vpc-jobs"];
  const emulator = await startEmulator({
    instances: instancesOf("i-web", "i-worker1", "i-worker2", "i-bp1web", "i-bp1worker1", "i-bp1worker2"),
    vpcs: vpcsOf("vpc-shop", "vpc-jobs", "vpc-new", "vpc-bp1shop"),
  });
  const backend = join(project, ".backend");
  mkdirSync(backend);
  const place: Place = {
    cwd: project,
    env: { ...emulator.environment, ...env, PULUMI_BACKEND_URL: `file://${backend}` },
  };
  const pulumi = (...args: string[]) => run(place, "pulumi", ...args, "--non-interactive");
  const up = (...args: string[]) => pulumi("up", "--yes", "--skip-preview", ...args);
  const outputs = async () => JSON.parse(await pulumi("stack", "output", "--json"));
  const links = () =>
    emulator
      .links()
      .map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`)
      .sort();
  const file = join(project, program);
  const before = readFileSync(file, "utf8");
  const upWithExample = async (name: keyof typeof EXAMPLES) => {
    writeFileSync(file, exampleAsProgram(language, codeIn(EXAMPLES[name], language), before));
    await up();
  };
  try {
    await pulumi("stack", "init", "dev");
    await up();
    expect(links()).toEqual(DECLARED);
    expect((await outputs()).ids).toEqual(["cn-hangzhou:i-web", "cn-hangzhou:vpc-jobs"]);
    await up("--expect-no-changes");
    emulator.unlink("i-web");
    emulator.unlink("i-worker2");
    await pulumi("refresh", "--yes", "--skip-preview");
    expect(links()).toEqual(["i-worker1→vpc-jobs"]);
    await up();
    expect(links()).toEqual(DECLARED);
    writeFileSync(file, before.replace("vpc-shop", "vpc-new"));
    await up();
    expect(links()).toEqual(["i-web→vpc-new", ...DECLARED.slice(1)]);
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(links()).toEqual([]);

    await upWithExample("ClassicLink");
    expect(links()).toEqual(["i-bp1web→vpc-bp1shop"]);
    await upWithExample("ClassicLinks");
    expect(links()).toEqual(["i-bp1worker1→vpc-bp1shop", "i-bp1worker2→vpc-bp1shop"]);
    // It lists the links of the example before, which the same update then removes.
    await upWithExample("getLinks");
    expect(links()).toEqual([]);
    expect(JSON.stringify((await outputs()).linked)).toContain("i-bp1worker1");
  } finally {
    await emulator.close();
  }
}

/** An example in the place of the program that was there before. */
function exampleAsProgram(language: string, code: string, before: string): string {
  if (language === "java") return code.replace("package generated_program", "package shop");
  // A program in YAML is in the project's file, whose first lines name the plugin.
  if (language === "yaml") return `${before.slice(0, before.search(/^resources:/m))}${code}\n`;
  return code;
}

// Somebody who has Python only. A server of files stands in for the release, and a tarball for the npm package.
testWith(["pulumi-language-python", "python3", "npx"], "the page for Python, followed by a newcomer", async (place) => {
  const published = `${repository.url.replace(/^git\+|\.git$/g, "")}/releases/download/v${version}`;
  const page = followPage("docs/getting-started-python.md", place, (code) =>
    code.replace(published, release).replace("--package pulumi-classiclink", `--package ${tarball}`),
  );
  const { project, left, block, type, setExported, expectPrinted, startEmulator } = page;
  await type(block("pulumi plugin install"), { cwd: place });
  await type(block("mkdir"), { cwd: place });
  writeFileSync(join(project, "Pulumi.yaml"), block("name: links"));
  writeFileSync(join(project, "requirements.txt"), block("pulumi>="));
  writeFileSync(join(project, "__main__.py"), block("import pulumi"));
  await type(block("pulumi package add"));
  try {
    await startEmulator();
    const login = block("pulumi login");
    setExported(login);
    await type(login);
    expectPrinted(await type(block("pulumi stack init")), "Outputs:");
    await type(block("curl"));
    expectPrinted(await type(block("pulumi refresh")), "drift:");
    expect(await type(block("pulumi up"))).toContain("+ 1 created");
    await type(block("pulumi destroy"));
    expect([...left]).toEqual([]);
  } finally {
    await page.close();
  }
});
