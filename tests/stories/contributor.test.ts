/**
 * A contributor does in a copy of the repository what CONTRIBUTING.md says: adds an error code and a setting, and is told by
 * the tests of each step that was left out.
 */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { REPOSITORY } from "../support/project";

const GUIDE = readFileSync(join(REPOSITORY, "CONTRIBUTING.md"), "utf8");
const CODE = "InvalidStatus.Contributed";
const SETTING = "contributed";

/** A step: the file that CONTRIBUTING.md names, a text in it, and what goes before that text. */
type Step = readonly [file: string, before: string, text: string];

const CODE_STEPS: readonly Step[] = [
  ["provider/ecs/errorCodes.ts", "  TaskConflict: row(", `  "${CODE}": row("busy", "A test.", WAIT),\n`],
  [
    "tests/unit/errors.test.ts",
    '    ["InvalidRegionId.Malformed", "ABC", "input"],',
    `    ["${CODE}", "C", "busy"],\n`,
  ],
];
const DESCRIPTION = "What a contributor has added.";
const SETTING_STEPS: readonly Step[] = [
  [
    "provider/settings/places.ts",
    "  forgetRetiredLinks: [",
    `  ${SETTING}: ["classiclink:${SETTING}", "CLASSICLINK_CONTRIBUTED"],\n`,
  ],
  [
    "provider/settings/index.ts",
    "  #isOn(",
    `  ${SETTING}(): string | undefined {\n    return this.#lookup.find("${SETTING}")?.value;\n  }\n\n`,
  ],
  ["provider/hosts/plugin/descriptions.ts", "  forgetRetiredLinks:", `  ${SETTING}: "${DESCRIPTION}",\n`],
  [
    "sdk/provider.ts",
    "}\n\n/** What {@link Provider.fromAlicloud}",
    `  /** ${DESCRIPTION} */\n  readonly ${SETTING}?: pulumi.Input<string> | undefined;\n`,
  ],
  [
    "tests/unit/settings.test.ts",
    "  forgetRetiredLinks: { see",
    `  ${SETTING}: { see: (settings) => String(settings.${SETTING}()) },\n`,
  ],
  ["tests/unit/provider.test.ts", "      forgetRetiredLinks: false,", `      ${SETTING}: "x",\n`],
];

const copy = mkdtempSync(join(tmpdir(), "contributor-"));
beforeAll(() => {
  const left = /[\\/](node_modules|dist|\.git|\.stryker-tmp)$/;
  cpSync(REPOSITORY, copy, { recursive: true, filter: (path) => !left.test(path) });
  symlinkSync(join(REPOSITORY, "node_modules"), join(copy, "node_modules"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const read = (file: string) => readFileSync(join(copy, file), "utf8");

function take([file, before, text]: Step): void {
  expect(GUIDE).toContain(file);
  const found = read(file);
  expect(found).toContain(before);
  writeFileSync(
    join(copy, file),
    found.replace(before, () => `${text}${before}`),
  );
}

/** Runs a tool of the repository in the copy. Resolves with its output. */
function tool(...args: readonly string[]): string {
  const env = { PATH: process.env.PATH };
  const { stdout, stderr } = spawnSync("npx", ["--no-install", ...args], { cwd: copy, env, encoding: "utf8" });
  return `${stdout}${stderr}`;
}

const unitTests = (...more: readonly string[]) => tool("jest", "unit/errors", "unit/settings.test", ...more);

test("after the first step of each, the tests name the code and the setting that nothing else knows", () => {
  for (const [first] of [CODE_STEPS, SETTING_STEPS]) if (first !== undefined) take(first);
  const output = unitTests();
  expect(output).toMatch(/● .*no code is in the table that no document lists/);
  expect(output).toContain(CODE);
  expect(output).toContain(SETTING);
});

test("after all steps, the tests pass and the pages have both", () => {
  for (const step of [...CODE_STEPS.slice(1), ...SETTING_STEPS.slice(1)]) take(step);
  expect(tool("tsx", "scripts/docs.ts")).toBe("");
  expect(unitTests("unit/provider.test", "plugin/descriptions")).toMatch(/, 0 failed/);
  expect(read("docs/errors.md")).toContain(CODE);
  expect(read("docs/configuration.md")).toContain("CLASSICLINK_CONTRIBUTED");
});
