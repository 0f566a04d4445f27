/**
 * Somebody who compares tools tries the package beside an emulator, on one of the links that exist: what do the commands say,
 * how many calls do they make, and do they leave the other links alone?
 */

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { runCli } from "../support/cli";
import { fleetOf250 } from "../support/fleet";
import { openShop, type Shop } from "../support/shop";

let shop: Shop;
const run = (...args: string[]) => runCli(args, { cwd: shop.project.folder, env: { ...shop.emulator.environment } });

/** What was called since the last time, as `operation × count`. */
function calls(): string[] {
  const counts = new Map<string, number>();
  for (const { action } of shop.emulator.calls()) counts.set(action, (counts.get(action) ?? 0) + 1);
  shop.emulator.clearCalls();
  return [...counts].map(([action, count]) => `${action} × ${count}`);
}

beforeAll(async () => {
  const files = { "index.js": "" };
  shop = await openShop({ ...fleetOf250(), files, stack: ({ environment: env }) => ({ config: {}, env }) });
});
afterAll(() => shop?.close());

// One story: each test goes on where the one before it ended.
test("lists 250 links of three VPCs with a call for each page, and one for the VPCs", async () => {
  expect((await run("discover", "--all-vpcs")).code).toBe(0);
  expect(calls()).toEqual(["DescribeVpcs × 1", "DescribeClassicLinkInstances × 4"]);
});

test("adopts one link, which costs one call, and the import and an up none that changes anything", async () => {
  const { stdout } = await run("adopt", "--instance", "i-001", "--per", "link", "--program", "plugin");
  expect(stdout).toContain("1 link, one on each line");
  expect(calls()).toEqual(["DescribeClassicLinkInstances × 1"]);
  shop.project.write("index.js", `${/^ +(exports\..*)$/m.exec(stdout)?.[1]}\n`);
  await shop.stack.import("classiclinks.import.json");
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { same: 2, create: 0, update: 0, delete: 0 } });
  expect(calls()).toEqual([]);
});

test("sees with a refresh that costs one call that somebody removed it, and puts it back", async () => {
  shop.emulator.unlink("i-001");
  expect(await shop.stack.refresh()).toMatchObject({ ok: true, summary: { delete: 1 } });
  expect(calls()).toEqual(["DescribeClassicLinkInstances × 1"]);
  expect(await shop.stack.up()).toMatchObject({ ok: true, summary: { create: 1 } });
  expect(shop.emulator.links()).toHaveLength(250);
});
