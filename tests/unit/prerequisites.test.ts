/** What the package needs: a Node, said in the same way wherever it starts, and its dependencies. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { dependencies, engines } from "../../package.json";
import { problemOfNode } from "../../provider/hosts/prerequisites";
import { REPOSITORY } from "../support/project";

const REQUIRED = engines.node.replace(">=", "");
const textOf = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

test.each(["18.20.8", "20.18.3", "16.0.0"])("Node %s is refused, with the version that is needed", (version) => {
  expect(problemOfNode(version)).toContain(`pulumi-classiclink needs Node >= ${REQUIRED}`);
});

test.each([`${REQUIRED}.0`, "20.20.2", "22.0.0", "24.21.0"])("Node %s is accepted", (version) => {
  expect(problemOfNode(version)).toBeUndefined();
});

test("the script that starts the plugin names the same version where there is no Node", () => {
  expect(textOf("plugin/pulumi-resource-classiclink")).toContain(`needs Node >= ${REQUIRED} on PATH`);
});

test.each(Object.keys(dependencies))("%s is imported somewhere", (library) => {
  const files = ["provider", "sdk", "cli", "emulator"].flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  const imports = new RegExp(`(from|import\\(|require\\() ?"${library}["/]`);
  expect(files.some((file) => file.endsWith(".ts") && imports.test(textOf(file)))).toBe(true);
});
