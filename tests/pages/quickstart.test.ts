/** `examples/quickstart`, by way of `npm run demo`: the first thing that a reader of the README runs. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { REPOSITORY } from "../support/project";

test("the demo takes three links through their life, and every claim of every step holds", async () => {
  const demo = join(REPOSITORY, "examples/quickstart/demo.ts");
  const child = spawn(join(REPOSITORY, "node_modules/.bin/tsx"), [demo], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  const [code] = await once(child, "close");
  expect({ code, failed: output.match(/✗ .*/g) }).toEqual({ code: 0, failed: null });
  expect(output).toMatch(/Each step passed/);
  expect(output.match(/^\d\. /gm)).toHaveLength(7);
});
