/**
 * A platform engineer has 250 links in three VPCs of a private cloud, made by hand, and a Pulumi project: from finding the
 * links to retiring them, wave by wave. In both hosts; mishaps included.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runCli } from "../support/cli";
import { fleetOf250 } from "../support/fleet";
import { pulumiYaml } from "../support/project";
import { openShop, type Shop } from "../support/shop";

const ORGANIZATION = { CLASSICLINK_ORGANIZATION_ID: "26", CLASSICLINK_RESOURCE_SET_ID: "97" };

// One story: each test goes on where the one before it ended.
describe.each([
  { host: "dynamic", main: "src/index.ts", own: "export const own = 1;\n" },
  { host: "plugin", main: "app/index.js", own: "exports.own = 1;\n" },
])("an engineer with 250 links, in the $host host,", ({ host, main, own }) => {
  let shop: Shop;
  let env: Record<string, string>;
  const read = (file: string) => readFileSync(join(shop.project.folder, file), "utf8");
  const run = (...args: string[]) => runCli(args, { cwd: shop.project.folder, env });
  const linksTo = (vpcId: string) => shop.emulator.links().filter((link) => link.vpcId === vpcId).length;
  const dropFromList = (lines: RegExp) =>
    shop.project.write("classiclinks.csv", read("classiclinks.csv").replaceAll(lines, ""));

  beforeAll(async () => {
    shop = await openShop({
      ...fleetOf250(),
      files: { "Pulumi.yaml": pulumiYaml(main, "platform"), [main]: own },
      stack: ({ environment }) => {
        env = { ...environment, ...ORGANIZATION };
        return { config: {}, env };
      },
    });
  });
  afterAll(() => shop?.close());

  test("[22] finds the links, and adopts them beside the program that is there, in its subfolder and its language", async () => {
    const found = "250 links to 3 VPCs; checked 3 VPCs in cn-hangzhou under organization 26 and resource set 97\n";
    expect(await run("discover", "--all-vpcs")).toMatchObject({ code: 0, stderr: found });
    expect(await run("adopt", "--all-vpcs", "--program", host)).toMatchObject({ code: 0, stderr: "" });
    expect(read(main)).toBe(own);
  });

  test("imports them without a call, loses none when the line is forgotten, and changes nothing with the line", async () => {
    shop.emulator.clearCalls();
    await shop.stack.import("classiclinks.import.json");
    expect(shop.emulator.calls()).toEqual([]);
    expect(await shop.stack.up()).toMatchObject({ ok: false, output: expect.stringContaining("protected") });
    expect(shop.emulator.links()).toHaveLength(250);

    const { stdout } = await run("adopt", "--all-vpcs", "--program", host);
    const [, named, line] = /Add this line to (.*):\n +(.*)\n/.exec(stdout) ?? [];
    expect(named).toBe(main);
    shop.project.write(main, `${own}${line}\n`);
    expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { same: 4, create: 0, update: 0, delete: 0 } });
    expect(await shop.stack.refresh()).toMatchObject({ ok: true, summary: { same: 4, update: 0, delete: 0 } });
  });

  test("sees with check that somebody took a link away, puts it back, and retires a wave by an edit of the list", async () => {
    shop.emulator.unlink("i-001");
    const stdout = expect.stringMatching(/i-001 +vpc-shop +- +missing/);
    expect(await run("check", "classiclinks.csv")).toMatchObject({ code: 2, stdout });
    expect(await shop.stack.up({ refresh: true })).toMatchObject({ ok: true });
    expect((await run("check", "classiclinks.csv")).code).toBe(0);
    dropFromList(/^i-00\d,.*\n/gm);
    expect(await shop.stack.up()).toMatchObject({ ok: true });
    expect(shop.emulator.links()).toHaveLength(241);
    expect((await run("check", "classiclinks.csv")).code).toBe(0);
  });

  test("does not lose a whole VPC to an edit", async () => {
    dropFromList(/^.*vpc-data.*\n/gm);
    expect(await shop.stack.up()).toMatchObject({ ok: false, output: expect.stringContaining("protected") });
    // The wave before took two of its fifty.
    expect(linksTo("vpc-data")).toBe(48);
  });
});
