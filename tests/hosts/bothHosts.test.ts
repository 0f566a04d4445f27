/** What each host translates between Pulumi and the resources: the same calls to Pulumi's own host process, and to the plugin's. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { DiffResponse } from "@pulumi/pulumi/proto/provider_pb";
import { type Emulator, startEmulator } from "../../emulator";
import { PartiallyCreated } from "../engine/providers";
import { DynamicHost } from "../support/dynamicHost";
import { newEngineAddress, openEngine } from "../support/engine";
import { PluginProcess, UNKNOWN } from "../support/pluginProcess";
import { errorOf, LINKS_URN, type Props, type ProviderProcess, secretOf, URN } from "../support/providerProcess";

const [accessKeyId, accessKeySecret] = ["LTAItestkeyid", "test+secret/key"];
const SECRETS = [accessKeyId, accessKeySecret, encodeURIComponent(accessKeySecret), "Signature="];
const regionId = "cn-hangzhou";
const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;

let emulator: Emulator;
const home = mkdtempSync(join(tmpdir(), "hosts-"));
beforeAll(async () => {
  emulator = await startEmulator({ accessKeyId, accessKeySecret, vpcs: [{ vpcId: "vpc-other" }] });
});
afterAll(async () => {
  await emulator.close();
  rmSync(home, { recursive: true, force: true });
});
afterEach(() => emulator.clearFaults());

/** A stack that is configured for `@pulumi/alicloud`, and nothing more. */
const alicloud = (): Props => ({
  "alicloud:region": regionId,
  "alicloud:accessKey": secretOf(accessKeyId),
  "alicloud:secretKey": secretOf(accessKeySecret),
  "alicloud:endpoints": JSON.stringify([{ ecs: emulator.endpoint }]),
});

const ofThePlugin = (): Props => ({
  region: regionId,
  accessKey: accessKeyId,
  secretKey: secretOf(accessKeySecret),
  endpoint: emulator.endpoint,
});

const HOSTS = [
  {
    name: "the dynamic host",
    start: DynamicHost.start,
    configuration: alicloud,
    halfAKey: { "classiclink:accessKey": secretOf(accessKeyId) },
  },
  {
    name: "the plugin",
    start: PluginProcess.start,
    configuration: ofThePlugin,
    halfAKey: { accessKey: accessKeyId },
  },
];

/** What is left of a resource that could not be made as a whole. */
async function partOf(creating: Promise<unknown>) {
  const error = await errorOf(creating);
  if (!(error instanceof PartiallyCreated)) throw error;
  return { id: error.id, properties: error.properties, reasons: error.reasons };
}

let tests = 0;

describe.each(HOSTS)("in $name", ({ start: startHost, configuration, halfAKey }) => {
  /** In a run of its own, unless it has the engine of another. */
  const start: (env: NodeJS.ProcessEnv, engine?: string) => Promise<ProviderProcess> = startHost;
  let host: ProviderProcess;
  /** Each test has instances and a VPC of its own. */
  let [one, two, vpc] = ["", "", ""];
  beforeAll(async () => {
    host = await start({ HOME: home });
    await host.configure(configuration());
  });
  afterAll(() => host.close());
  beforeEach(() => {
    tests += 1;
    [one, two, vpc] = [`i-one${tests}`, `i-two${tests}`, `vpc-${tests}`];
    for (const instanceId of [one, two]) emulator.addInstance({ instanceId });
    emulator.addVpc({ vpcId: vpc });
    emulator.clearCalls();
    host.urn = URN;
  });

  /** Another process for one test. */
  async function withHost(
    env: NodeJS.ProcessEnv,
    work: (host: ProviderProcess) => Promise<void>,
    engine = newEngineAddress(),
  ) {
    const another = await start({ HOME: home, ...env }, engine);
    try {
      await work(another);
      expect(SECRETS.filter((secret) => another.everything.includes(secret))).toEqual([]);
    } finally {
      await another.close();
    }
  }

  const link = (): Props => ({ instanceId: one, vpcId: vpc, regionId });
  const linkId = () => `${regionId}:${one}`;
  const fleet = (...instanceIds: string[]): Props => ({ vpcId: vpc, instanceIds, regionId });
  const fleetId = () => `${regionId}:${vpc}`;
  const linkedTo = (instanceId: string) => emulator.links().find((found) => found.instanceId === instanceId)?.vpcId;
  const attaches = () => emulator.calls().filter(({ action }) => action === "AttachClassicLinkVpc").length;
  const halfMade = { __halfMade: true, __attachedAt: expect.any(Number) };

  describe("Check and Diff", () => {
    test("[1] Check fills in the configured region, lets unknowns pass, and asks ECS nothing", async () => {
      const once = await host.check({ instanceId: one, vpcId: vpc });
      expect(once).toEqual({ inputs: host.state(link()), failures: [] });
      expect(await host.check(once.inputs, once.inputs)).toEqual(once);
      const news = { instanceId: UNKNOWN, vpcId: UNKNOWN, regionId: UNKNOWN };
      expect(await host.check(news)).toEqual({ inputs: host.state(news), failures: [] });
      expect(emulator.calls()).toEqual([]);
    });

    test("[1] Check puts each failure into its answer, with its property", async () => {
      host.urn = LINKS_URN;
      const { failures } = await host.check({ instanceIds: ["i-a", "", "i-a"], regions: "x" });
      const properties = failures.map((failure: Props) => failure.property);
      expect(properties).toEqual(["vpcId", "instanceIds[1]", "instanceIds[2]", "regions"]);
    });

    const replacing = (property: string) => ({
      changes: DIFF_SOME,
      replacesList: [property],
      deletebeforereplace: true,
    });
    test.each([
      [
        "[2] [19] [21] of equal sides is none, whatever a state has hidden in it",
        { __timeouts: { create: 5 }, __holder: "urn" },
        {},
        { changes: DIFF_NONE, replacesList: [] },
      ],
      ["[2] of another property replaces, delete before create", {}, { vpcId: "vpc-other" }, replacing("vpcId")],
      ["[3] of an unknown property does so too", {}, { regionId: UNKNOWN }, replacing("regionId")],
      [
        "[6] of what is partially created asks for an update, though no property differs",
        { __halfMade: true },
        {},
        { changes: DIFF_SOME, replacesList: [] },
      ],
    ])("Diff: %s", async (_, state, inputs, answer) => {
      expect(await host.diff({ ...link(), ...state }, { ...link(), ...inputs })).toMatchObject(answer);
    });
  });

  describe("a link", () => {
    test("[4] is created with the outputs that the inputs say, and created again as the same", async () => {
      const made = await host.create(link());
      expect(made).toEqual({ id: linkId(), properties: host.state(link()) });
      expect(await host.create(link())).toEqual(made);
      await host.toldOf(`already linked to ${vpc}: adopted`);
      expect(linkedTo(one)).toBe(vpc);
    });

    test("[13] keeps to the timeout that the program gave for a delete", async () => {
      emulator.link(one, vpc);
      emulator.injectFault({ kind: "locked", instanceId: one });
      const error = await errorOf(host.delete(host.limited(link(), { create: 60, delete: 2 }), { timeout: 2 }));
      expect(error.message).toMatch(/not done within 2 s.*InstanceLocked.*request /);
    });

    test("[6] [7] [13] that is partially created comes with id, properties, secrets and reasons; refresh keeps, update finishes it", async () => {
      emulator.injectFault({ kind: "invisible", describes: 10_000 });
      const inputs = host.limited(link(), { create: 3, update: 60 });
      const creating = host.create(host.secretly(inputs, "vpcId"), { timeout: 3 });
      expect(await partOf(creating)).toEqual({
        id: linkId(),
        properties: { ...host.state({ ...host.secretly(inputs, "vpcId"), vpcId: secretOf(vpc) }), ...halfMade },
        reasons: [
          expect.stringMatching(/^cannot link \S+ to \[secret\] .*not done within 3 s.*not listed.*next pulumi up/),
        ],
      });
      const state = { ...inputs, __halfMade: true, __attachedAt: Date.now() };
      expect(await host.read(linkId(), state)).toMatchObject({ id: linkId(), properties: host.state(state) });
      emulator.clearFaults();
      expect(await host.update(state, inputs)).toEqual(host.state(inputs));
      expect(attaches()).toBe(1);
    });

    test("[9] [11] that has moved is read where it is, is reported once, and means the same to a delete", async () => {
      emulator.link(one, "vpc-other");
      const moved = host.state({ ...link(), vpcId: "vpc-other", __movedFrom: vpc });
      expect(await host.read(linkId(), link())).toEqual({ id: linkId(), properties: moved, inputs: moved });
      expect(await host.toldOf(`drift: ${one}`)).toBe(`drift: ${one} is linked to vpc-other, no longer to ${vpc}`);
      expect(await host.read(linkId(), moved)).toEqual({ id: linkId(), properties: moved, inputs: moved });
      await host.delete(moved);
      expect(linkedTo(one)).toBe("vpc-other");
      expect(host.told.filter((line) => line.includes(`drift: ${one}`))).toHaveLength(1);
    });

    test("[9] [12] is deleted twice, and then has no id; one that may not be read is an error", async () => {
      emulator.link(one, vpc);
      await host.delete(link());
      await host.delete(link());
      expect(linkedTo(one)).toBeUndefined();
      expect((await host.read(linkId(), link())).id).toBe("");
      emulator.injectFault({ kind: "denied" });
      const { message } = await errorOf(host.read(linkId(), link()));
      expect(message).toMatch(/^cannot read the link of \S+ in cn-hangzhou: .*Forbidden\.SubUser/);
    });

    test("[10] is read by its id alone, with the inputs that declare it; one that does not exist is an error", async () => {
      emulator.link(one, vpc);
      for (const id of [linkId(), one]) {
        const found = { id: linkId(), properties: host.state(link()), inputs: host.state(link()) };
        expect(await host.read(id)).toEqual(found);
      }
      const { message } = await errorOf(host.read(two));
      expect(message).toBe(`${two} is not linked in cn-hangzhou; check the id and the region`);
      expect((await errorOf(host.read("a:b:c"))).message).toContain("<regionId>:<instanceId>");
    });
  });

  describe("a fleet", () => {
    beforeEach(() => {
      host.urn = LINKS_URN;
    });

    test("[4] [12] is created, read, found by the id of its VPC, and deleted in another run", async () => {
      const { id, properties } = await host.create(fleet(one, two));
      expect([id, properties]).toEqual([fleetId(), host.state({ ...fleet(one, two), movedAway: {} })]);
      expect(await host.read(id, properties)).toMatchObject({ id, properties });
      expect(await host.read(vpc)).toMatchObject({ id, inputs: host.state(fleet(one, two)) });
      await withHost(emulator.environment, async (another) => {
        another.urn = LINKS_URN;
        await another.delete(properties);
      });
      expect([linkedTo(one), linkedTo(two)]).toEqual([undefined, undefined]);
    });

    test("[9] [11] [17] with secret members that drifted is reported once, and keeps secret where they are", async () => {
      emulator.link(two, "vpc-other");
      const secretly = (props: Props) => host.secretly(props, "instanceIds");
      const { properties } = await host.read(fleetId(), { ...secretly(fleet(one, two)), movedAway: {} });
      const drifted = { instanceIds: secretOf([]), movedAway: secretOf({ [two]: "vpc-other" }) };
      expect(properties).toMatchObject(drifted);
      await host.toldOf(`drift: no longer linked to ${vpc}: [secret]`);
      await host.toldOf(`drift: no longer linked to ${vpc}, but elsewhere: [secret] to vpc-other`);
      const told = host.told.length;
      const again = await host.read(fleetId(), { ...secretly(fleet()), movedAway: { [two]: "vpc-other" } });
      expect([again.properties, host.told.length]).toEqual([properties, told]);
    });

    test("[6] [17] that is partially created keeps the members that are linked, with a reason for each other", async () => {
      emulator.link(two, "vpc-other");
      const secretly = host.secretly(fleet(one, two), "instanceIds");
      expect(await partOf(host.create(secretly))).toMatchObject({
        id: fleetId(),
        properties: host.state({ vpcId: vpc, instanceIds: secretOf([one]), movedAway: secretOf({}), __halfMade: true }),
        reasons: [expect.stringMatching(/^\[secret\]: it is linked to vpc-other/)],
      });
      emulator.unlink(two);
      const state = { ...fleet(one), movedAway: {}, __halfMade: true };
      expect(await host.update(state, fleet(one, two))).toEqual(host.state({ ...fleet(one, two), movedAway: {} }));
    });
  });

  describe("configuration", () => {
    test("[15] [16] the first calls after Configure, eight at once, all see it", async () => {
      await withHost({}, async (another) => {
        await another.configure(configuration());
        const ids = Array.from({ length: 8 }, (_, n) => `${one}-${n}`);
        const checks = await Promise.all(ids.map((instanceId) => another.check({ instanceId, vpcId: vpc })));
        expect(checks.map(({ inputs }) => inputs.regionId)).toEqual(ids.map(() => regionId));
        expect((await another.create(link())).id).toBe(linkId());
      });
    });

    test("[10] [16] the environment alone is enough, without Configure", async () => {
      await withHost(emulator.environment, async (another) => {
        expect((await another.check({ instanceId: one, vpcId: vpc })).inputs).toEqual(host.state(link()));
        await another.create(link());
        expect((await another.read(one)).id).toBe(linkId());
      });
    });

    test("[15] Configure never fails: the calls that need what is missing report it, each by its name", async () => {
      await withHost({}, async (another) => {
        await another.configure(halfAKey);
        const { failures } = await another.check({ instanceId: one, vpcId: vpc });
        expect(failures).toMatchObject([{ property: "regionId", reason: expect.stringMatching(/classiclink:region/) }]);
        expect((await another.diff(link(), link())).changes).toBe(DIFF_NONE);
        for (const call of [another.create(link()), another.read(linkId(), link()), another.delete(link())]) {
          expect((await errorOf(call)).message).toContain("secretKey is missing, while classiclink:accessKey is set");
        }
      });
    });
  });

  test("[24] a link that one process of a run creates or adopts is left alone by the delete of another", async () => {
    const [env, engine] = [emulator.environment, newEngineAddress()];
    emulator.link(one, vpc);
    const create = async (creates: ProviderProcess) => {
      await creates.check(link());
      await creates.create(link());
      await withHost(env, (deletes) => deletes.delete(link()), engine);
    };
    await withHost(env, create, engine);
    expect(linkedTo(one)).toBe(vpc);
  });

  test("[28] a process ends with its engine, in the middle of its work", async () => {
    const engine = await openEngine();
    emulator.injectFault({ kind: "locked", instanceId: one });
    const orphan = await start(emulator.environment, engine.address);
    const creating = errorOf(orphan.create(link())).catch(() => {});
    await engine.connected;
    engine.end();
    await orphan.ended();
    await orphan.close();
    await creating;
  });

  test("[17] no secret is in anything that it printed, logged or answered", () => {
    expect(host.everything.length).toBeGreaterThan(5_000);
    expect(SECRETS.filter((secret) => host.everything.includes(secret))).toEqual([]);
  });
});

test("the plugin prints its port and nothing else, and ends in order when the engine interrupts it", async () => {
  const plugin = await PluginProcess.start({});
  expect(await plugin.interrupt()).toBe(0);
  expect([plugin.stdout, plugin.stderr]).toEqual([[], []]);
  await plugin.close();
});
