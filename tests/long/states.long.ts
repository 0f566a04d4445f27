/** The state of every version, of both hosts and of the oldest SDK, goes on with today's code. Needs a build. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import * as manifest from "../../package.json";
import { HOSTS } from "../support/shop";
import { type Estate, openEstate } from "../states/estate";

const STATES = join(__dirname, "..", "states");

/** Every kept state: tests/states/<version>/<host>-<version of @pulumi/pulumi>.json. */
const KEPT = readdirSync(STATES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: version }) => readdirSync(join(STATES, version)).map((file) => `${version}/${file}`))
  .map((name) => ({ name, path: join(STATES, name), text: readFileSync(join(STATES, name), "utf8") }));

const WHOLE = ["i-a→vpc-1", "i-b→vpc-2", "i-c→vpc-2", "i-d→vpc-1", "i-e→vpc-3"];
const DECLARED = [...WHOLE, "i-f→vpc-3"].join(" ");

describe.each(KEPT)("[19] the state $name", ({ name, path, text }) => {
  let estate: Estate;
  afterEach(() => estate?.close());

  /** The cloud as it was when the state was made: i-f was locked. */
  beforeEach(async () => {
    const host = HOSTS.find((one) => name.includes(`/${one}-`));
    if (host === undefined) throw new Error(`${name} does not begin with the name of a host`);
    estate = await openEstate(host);
    await estate.stack.restore(path);
    for (const link of WHOLE) {
      const [instanceId = "", vpcId = ""] = link.split("→");
      estate.emulator.link(instanceId, vpcId);
    }
    estate.declareAll();
  });

  test("names no folder and no address of the machine that made it", () => {
    expect(text).not.toMatch(/\/(tmp|home|root|Users|var|work)\b|[A-Z]:\\|127\.0\.0\.1|localhost|node_modules/);
  });

  test("refreshes without drift, is finished by an up, stays unchanged, and is destroyed", async () => {
    const { stack, emulator } = estate;
    expect(await stack.refresh()).toMatchObject({ ok: true, summary: { delete: 0 } });
    // What the refresh has found listed is whole by that.
    expect(await stack.up()).toMatchObject({ ok: true, summary: { update: 1, same: 4 } });
    expect(estate.linked()).toBe(DECLARED);
    emulator.clearCalls();
    expect(await stack.up()).toMatchObject({ ok: true, summary: { same: 5 } });
    expect(emulator.calls()).toEqual([]);
    expect(await stack.destroy()).toMatchObject({ ok: true, summary: { delete: 5 } });
    expect(estate.linked()).toBe("");
  });

  test("is finished by an up without a refresh, which changes nothing that is complete", async () => {
    expect(await estate.stack.up()).toMatchObject({ ok: true, summary: { update: 2, same: 3 } });
    expect(estate.linked()).toBe(DECLARED);
    const named = estate.emulator.calls().map(({ params }) => `${params.InstanceId} ${params.VpcId}`);
    for (const whole of ["i-a", "i-b", "i-c", "vpc-2"]) expect(named.join(" ")).not.toContain(whole);
  });
});

test("there is a state of each host with the oldest @pulumi/pulumi that is supported, and one of every version", () => {
  const names = KEPT.map(({ name }) => name);
  const [oldest] = /[\d.]+/.exec(manifest.peerDependencies["@pulumi/pulumi"]) ?? [];
  for (const host of HOSTS) expect(names).toContainEqual(expect.stringMatching(`/${host}-${oldest}\\.json$`));
  const changelog = readFileSync(join(__dirname, "..", "..", "CHANGELOG.md"), "utf8");
  for (const [, version] of changelog.matchAll(/^## ([\d.]+)/gm))
    expect(names).toContainEqual(expect.stringMatching(`^${version}/`));
});
