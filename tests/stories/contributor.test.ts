/**
 * A contributor does in a copy of the repository what CONTRIBUTING.md says: adds an error code and a setting. The tests name
 * each step that was left out.
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

/** A new code is one edit. Its name says that it is busy. */
const codeStep = (kind: string): Step => [
  "provider/ecs/errorCodes.ts",
  "  TaskConflict: row(",
  `  "${CODE}": row("${kind}", "A test.", WAIT),\n`,
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
    "  readonly forgetRetiredLinks?: pulumi.Input<boolean>",
    `  readonly ${SETTING}?: pulumi.Input<string> | undefined;\n  /** ${DESCRIPTION} */\n`,
  ],
];

const copy = mkdtempSync(join(tmpdir(), "contributor-"));
beforeAll(() => {
  const left = /[\\/](node_modules|dist|\.git|\.stryker)$/;
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

/** Runs a tool of the repository in the copy. Returns its output. */
function tool(...args: readonly string[]): string {
  const env = { PATH: process.env.PATH };
  const { stdout, stderr } = spawnSync("npx", ["--no-install", ...args], { cwd: copy, env, encoding: "utf8" });
  return `${stdout}${stderr}`;
}

const unitTests = () => tool("jest", "unit/errors", "unit/settings.test", "unit/provider.test", "plugin/descriptions");

test("the tests name a code whose kind contradicts its name, and a setting that nothing else knows", () => {
  const [firstOfSetting] = SETTING_STEPS;
  const before = read("provider/ecs/errorCodes.ts");
  for (const step of [codeStep("gone"), firstOfSetting]) if (step !== undefined) take(step);
  const output = unitTests();
  writeFileSync(join(copy, "provider/ecs/errorCodes.ts"), before);
  expect(output).toContain(CODE);
  expect(output).toContain(SETTING);
});

test("after all steps, the tests pass and the pages have both", () => {
  for (const step of [codeStep("busy"), ...SETTING_STEPS.slice(1)]) take(step);
  expect(tool("tsx", "scripts/docs.ts")).toBe("");
  expect(unitTests()).toMatch(/, 0 failed/);
  expect(read("docs/errors.md")).toContain(CODE);
  expect(read("docs/configuration.md")).toContain("CLASSICLINK_CONTRIBUTED");
});
