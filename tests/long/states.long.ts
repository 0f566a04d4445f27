/** The state of every version, of both hosts and of the oldest SDK, goes on with today's code. Needs a build. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import * as manifest from "../../package.json";
import { HOSTS } from "../support/shop";
import { openEstate } from "../states/estate";

const STATES = join(__dirname, "..", "states");

/** Every kept state: tests/states/<version>/<host>-<version of @pulumi/pulumi>.json. */
const KEPT = readdirSync(STATES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: version }) => readdirSync(join(STATES, version)).map((file) => `${version}/${file}`))
  .map((name) => ({ name, path: join(STATES, name), text: readFileSync(join(STATES, name), "utf8") }));

const WHOLE = ["i-a→vpc-1", "i-b→vpc-2", "i-c→vpc-2", "i-d→vpc-1", "i-e→vpc-3"];
const DECLARED = [...WHOLE, "i-f→vpc-3"].join(" ");

test.each(KEPT)(
  "[19] the state $name refreshes without drift, is finished, stays unchanged, and is destroyed",
  async ({ name, path }) => {
    const host = HOSTS.find((one) => name.includes(`/${one}-`));
    if (host === undefined) throw new Error(`${name} does not begin with the name of a host`);
    const { stack, emulator, linked, declareAll, close } = await openEstate(host);
    try {
      await stack.restore(path);
      // The cloud as it was when the state was made: i-f was locked.
      for (const link of WHOLE) {
        const [instanceId = "", vpcId = ""] = link.split("→");
        emulator.link(instanceId, vpcId);
      }
      declareAll();
      const refreshed = await stack.refresh();
      expect(refreshed).toMatchObject({ ok: true, summary: { delete: 0 } });
      expect(refreshed.output).not.toContain("drift:");
      // What the refresh has found listed is whole by that.
      expect(await stack.up()).toMatchObject({ ok: true, summary: { update: 1, same: 4 } });
      expect(linked()).toBe(DECLARED);
      emulator.clearCalls();
      expect(await stack.up()).toMatchObject({ ok: true, summary: { same: 5 } });
      expect(emulator.calls()).toEqual([]);
      expect(await stack.destroy()).toMatchObject({ ok: true, summary: { delete: 5 } });
      expect(linked()).toBe("");
    } finally {
      await close();
    }
  },
);

test.each(KEPT)("the state $name names no folder and no address of the machine that made it", ({ text }) => {
  expect(text).not.toMatch(/\/(tmp|home|root|Users|var|work)\b|[A-Z]:\\|127\.0\.0\.1|localhost|node_modules/);
});

test("there is a state of each host with the oldest @pulumi/pulumi that is supported, and one of every version", () => {
  const names = KEPT.map(({ name }) => name);
  const [oldest] = /[\d.]+/.exec(manifest.peerDependencies["@pulumi/pulumi"]) ?? [];
  for (const host of HOSTS) expect(names).toContainEqual(expect.stringMatching(`/${host}-${oldest}\\.json$`));
  const changelog = readFileSync(join(__dirname, "..", "..", "CHANGELOG.md"), "utf8");
  for (const [, version] of changelog.matchAll(/^## ([\d.]+)/gm))
    expect(names).toContainEqual(expect.stringMatching(`^${version}/`));
});
