/** The day ECS offers ClassicLink no longer, for a stack that still has links: what fails, what says so, and the way out. */

import { afterEach, describe, expect, test } from "@jest/globals";
import { installPluginSdk } from "../support/pluginSdk";
import { DOORS, openShop, type Shop } from "../support/shop";

let shop: Shop;
afterEach(() => shop?.close());

const namesIn = async () => {
  const { deployment }: { deployment: { resources?: readonly { readonly urn: string }[] } } = JSON.parse(
    JSON.stringify(await shop.stack.export()),
  );
  return (deployment.resources ?? [])
    .map(({ urn }) => urn.split("::").at(-1))
    .filter((name) => /^(one|many)$/.test(name ?? ""));
};

describe.each(DOORS)("where ClassicLink is retired, through the %s door", (door) => {
  test.each(["InvalidAction", "InvalidApi.NotFound", "InvalidInstanceId.LimitedRegion"])(
    "[12] a stack keeps its links until it may forget them: %s",
    async (code) => {
      shop = await openShop({});
      installPluginSdk(shop.project);
      shop.project.write(
        "index.js",
        `const { ClassicLink, ClassicLinks } = require("${door === "dynamic" ? "pulumi-classiclink" : "@pulumi-classiclink/classiclink"}");
         new ClassicLink("one", { instanceId: "i-a", vpcId: "vpc-1" });
         new ClassicLinks("many", { vpcId: "vpc-2", instanceIds: ["i-b", "i-c"] });`,
      );
      expect((await shop.stack.up()).ok).toBe(true);
      shop.emulator.injectFault({ kind: "retired", code });

      for (const run of [await shop.stack.refresh(), await shop.stack.destroy()]) {
        expect(run.ok).toBe(false);
        expect(run.output).toContain("ECS offers no ClassicLink there, or no longer");
        expect(run.output).toContain("pulumi state delete");
      }
      expect(await namesIn()).toEqual(expect.arrayContaining(["one", "many"]));

      await shop.stack.configure("classiclink:forgetRetiredLinks", "true");
      shop.emulator.clearCalls();
      const up = await shop.stack.up();
      expect([up.ok, shop.emulator.calls()]).toEqual([true, []]);
      const { ok, output } = await shop.stack.destroy();
      expect(ok).toBe(true);
      expect(output).toMatch(/warning: .*let go of 1 link without knowing whether anything is left: i-a to vpc-1/);
      expect(output).toMatch(
        /warning: .*let go of 2 links without knowing whether anything is left: i-b to vpc-2, i-c to vpc-2/,
      );
      expect(await namesIn()).toEqual([]);
    },
  );
});
