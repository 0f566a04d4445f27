/** `examples/two-regions`: two regions of one account and a second account, each an emulator that takes its own key only. */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "pulumi-classiclink/emulator";
import { makeProject, type Project } from "../support/project";
import { configurationOf, SECRET_KEY } from "../support/shop";
import { openStack, type Stack, TRANSPILE_ONLY } from "../support/stack";

const PARTNER = { accessKeyId: "partnerid", accessKeySecret: "partner+s3cr3t+MARKER" };

// One story: each test goes on where the one before it ended.
describe("links in two regions and two accounts", () => {
  let own: Emulator;
  let partner: Emulator;
  let project: Project;
  let stack: Stack;
  beforeAll(async () => {
    project = makeProject({}, "examples/two-regions");
    own = await startEmulator({ accessKeySecret: SECRET_KEY, stateFile: join(project.folder, "cloud.json") });
    partner = await startEmulator({
      ...PARTNER,
      instances: [{ instanceId: "i-db" }],
      vpcs: [{ vpcId: "vpc-partner" }, { vpcId: "vpc-other" }],
    });
    const config = {
      ...configurationOf(own.endpoint),
      partnerAccessKey: PARTNER.accessKeyId,
      partnerSecretKey: { secret: PARTNER.accessKeySecret },
      partnerEndpoint: partner.endpoint,
    };
    stack = await openStack({ project, config, env: TRANSPILE_ONLY });
  });
  afterAll(async () => {
    await stack?.close();
    await own?.close();
    await partner?.close();
    project?.remove();
  });

  const linked = (emulator: Emulator) =>
    emulator.links().map(({ regionId, instanceId, vpcId }) => `${regionId} ${instanceId} ${vpcId}`);
  const refused = () => [...own.calls(), ...partner.calls()].filter(({ outcome }) => outcome !== "ok");

  test("one up makes each link in its region and its account, and asks no account with the key of the other", async () => {
    expect(await stack.up()).toMatchObject({ ok: true });
    expect(linked(own)).toEqual([
      "cn-beijing i-bj1 vpc-bj",
      "cn-beijing i-bj2 vpc-bj",
      "cn-hangzhou i-hz1 vpc-hz",
      "cn-hangzhou i-hz2 vpc-hz",
    ]);
    expect(linked(partner)).toEqual(["cn-hangzhou i-db vpc-partner"]);
    expect(refused()).toEqual([]);
  });

  test("a second up changes nothing", async () => {
    expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 0, update: 0, replace: 0 } });
  });

  test("drift in either account is put back", async () => {
    own.unlink("i-bj1");
    partner.link("i-db", "vpc-other");
    expect(await stack.up({ refresh: true })).toMatchObject({ ok: true });
    expect(linked(own)).toHaveLength(4);
    expect(linked(partner)).toEqual(["cn-hangzhou i-db vpc-partner"]);
  });

  test("no key's secret is in the state in clear", async () => {
    const state = JSON.stringify(await stack.export());
    for (const secret of [SECRET_KEY, PARTNER.accessKeySecret]) expect(state).not.toContain(secret);
  });

  test("destroy removes them all, with the keys that the state remembers", async () => {
    expect(await stack.destroy()).toMatchObject({ ok: true });
    expect([...linked(own), ...linked(partner)]).toEqual([]);
    expect(refused()).toEqual([]);
  });
});
