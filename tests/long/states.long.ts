/** The state of every version, of both hosts and of the oldest SDK, goes on with today's code. Needs a build. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import * as manifest from "../../package.json";
import { HOSTS } from "../support/shop";
import { type Estate, openEstate } from "../states/estate";

const STATES = join(__dirname, "..", "states");

/** Every kept state: tests/states/<version>/<host>-<version of @pulumi/pulumi>.json. */
const KEPT = readdirSync(STATES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: version }) => readdirSync(join(STATES, version)).map((file) => `${version}/${file}`))
  .map((name) => ({ name, path: join(STATES, name), text: readFileSync(join(STATES, name), "utf8") }));

const DECLARED = "i-a→vpc-1 i-b→vpc-2 i-c→vpc-2 i-d→vpc-1 i-e→vpc-3 i-f→vpc-3";

let estate: Estate;
afterEach(() => estate?.close());

describe.each(KEPT)("[19] the state $name", ({ name, path, text }) => {
  const host = HOSTS.find((one) => name.includes(`/${one}-`));

  /** The cloud as it was when the state was made: i-f was locked. */
  async function openKept(): Promise<void> {
    if (host === undefined) throw new Error(`${name} does not begin with the name of a host`);
    estate = await openEstate(host);
    await estate.stack.restore(path);
    for (const [instanceId, vpcId] of ["i-a→vpc-1", "i-b→vpc-2", "i-c→vpc-2", "i-d→vpc-1", "i-e→vpc-3"].map((link) =>
      link.split("→"),
    )) {
      estate.emulator.link(instanceId ?? "", vpcId ?? "");
    }
    estate.declareAll();
  }

  test("refreshes without drift, is finished by an up, stays unchanged, and is destroyed", async () => {
    await openKept();
    const { stack, emulator } = estate;
    const refresh = await stack.refresh();
    expect([refresh.ok, refresh.summary.delete ?? 0]).toEqual([true, 0]);
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
    await openKept();
    expect(await estate.stack.up()).toMatchObject({ ok: true, summary: { update: 2, same: 3 } });
    expect(estate.linked()).toBe(DECLARED);
    const named = estate.emulator.calls().map(({ params }) => `${params.InstanceId} ${params.VpcId}`);
    for (const whole of ["i-a", "i-b", "i-c", "vpc-2"]) expect(named.join(" ")).not.toContain(whole);
  });

  test("is destroyed as it is", async () => {
    await openKept();
    expect(await estate.stack.destroy()).toMatchObject({ ok: true, summary: { delete: 5 } });
    expect(estate.linked()).toBe("");
  });

  test("names no folder and no address of the machine that made it", () => {
    expect(text).not.toMatch(/\/(tmp|home|root|Users|var|work)\b|[A-Z]:\\|127\.0\.0\.1|localhost|node_modules/);
  });
});

test("there is a state of each host with the oldest @pulumi/pulumi that is supported", () => {
  const [oldest] = /[\d.]+/.exec(manifest.peerDependencies["@pulumi/pulumi"]) ?? [];
  const kept = KEPT.map(({ name }) => name.split("/")[1]);
  expect(kept).toEqual(expect.arrayContaining(HOSTS.map((one) => `${one}-${oldest}.json`)));
});

test("there are states of every version that was released, and of this one", () => {
  const changelog = readFileSync(join(__dirname, "..", "..", "CHANGELOG.md"), "utf8");
  const versions = [...changelog.matchAll(/^## ([\d.]+)/gm)].map(([, version]) => version ?? "");
  for (const version of versions)
    expect(KEPT.map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringMatching(`^${version}/`)]));
});
