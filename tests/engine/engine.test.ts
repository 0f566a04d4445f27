// What the small engine does not know, it refuses.
import { expect, test } from "@jest/globals";
import { join } from "node:path";
import { makeProject } from "../support/project";
import { programOf } from "../support/shop";
import { openStack } from "./index";

test("an option that this engine does not know is refused, not ignored", async () => {
  const link = 'new ClassicLink("web", { instanceId: "i-a", vpcId: "vpc-1" }, { ignoreChanges: ["vpcId"] });';
  const project = makeProject({ "index.js": programOf("dynamic", link) });
  const stack = openStack({ projectDir: project.folder, stateFile: join(project.folder, "state.json") });
  const { ok, output } = await stack.preview();
  project.remove();
  const reason = "this engine does not know what the resource is declared with";
  expect([ok, output]).toEqual([false, expect.stringContaining(reason)]);
});
