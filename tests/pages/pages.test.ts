/** The pages that are made from the source are up to date. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { ERROR_CODES, FAULTS } from "../../provider/ecs/errorCodes";
import { PAGES } from "../../scripts/docs";
import { REPOSITORY } from "../support/project";

const textOf = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

test.each(Object.keys(PAGES))("%s is what npm run docs writes", async (path) => {
  expect(textOf(path)).toBe(`${(await PAGES[path]?.())?.trimEnd()}\n`);
});

describe("docs/errors.md", () => {
  const page = textOf("docs/errors.md");

  test.each([...Object.keys(ERROR_CODES), ...Object.keys(FAULTS)])("has a row for %s", (code) => {
    expect(page).toContain(`| \`${code}\` `);
  });
});
