/** Each library is known to as few files as its traps allow. The arrows between the folders are lint rules: `biome.json`. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "@jest/globals";
import { dependencies } from "../../package.json";

const ROOT = join(__dirname, "../..");

const files = ["provider", "sdk", "cli", "emulator"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name)),
);

function importersOf(library: string): string[] {
  const imports = new RegExp(`(from|import\\(|require\\() ?"${library}["/]`);
  return files.filter((file) => imports.test(readFileSync(file, "utf8"))).map((file) => relative(ROOT, file));
}

test("@alicloud/pop-core is imported by the client alone", () => {
  expect(importersOf("@alicloud/pop-core")).toEqual(["provider/ecs/popCoreClient.ts"]);
});

test("p-retry is imported by the file that decides what is retried", () => {
  expect(importersOf("p-retry")).toEqual(["provider/ecs/retry.ts"]);
});

test.each(Object.keys(dependencies))("%s is imported somewhere", (library) => {
  expect(importersOf(library)).not.toEqual([]);
});
