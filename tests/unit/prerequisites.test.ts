/** Which Node the package runs on, said in the same way wherever it starts. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { engines } from "../../package.json";
import { problemOfNode } from "../../provider/hosts/prerequisites";
import { REPOSITORY } from "../support/project";

const REQUIRED = engines.node.replace(">=", "");

test.each(["18.20.8", "20.18.3", "16.0.0"])("Node %s is refused, with the version that is needed", (version) => {
  expect(problemOfNode(version)).toContain(`pulumi-classiclink needs Node >= ${REQUIRED}`);
});

test.each([`${REQUIRED}.0`, "20.20.2", "22.0.0", "24.21.0"])("Node %s is accepted", (version) => {
  expect(problemOfNode(version)).toBeUndefined();
});

test("the script that starts the plugin names the same version where there is no Node", () => {
  const script = readFileSync(join(REPOSITORY, "plugin/pulumi-resource-classiclink"), "utf8");
  expect(script).toContain(`needs Node >= ${REQUIRED} on PATH`);
});
