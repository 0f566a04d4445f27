/** The dynamic host: what it translates between Pulumi's own host process, which runs the stored line, and the resources. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../emulator";
import { STORED_LINE, STORED_LINE_OF_LINKS } from "../../provider/hosts/dynamic/storedLine";
import { UNKNOWN } from "../../provider/resources/inputs";
import { DynamicHost, HostError } from "../support/dynamicHost";
import { openEngine } from "../support/engine";
import { type Props, secretOf } from "../support/providerProcess";

const [accessKeyId, accessKeySecret] = ["LTAItestkeyid", "test+secret/key"];
const SECRETS = [accessKeyId, accessKeySecret, encodeURIComponent(accessKeySecret), "Signature"];
const regionId = "cn-hangzhou";

let emulator: Emulator;
let host: DynamicHost;
let home = "";
/** Each test has instances and a VPC of its own. */
let [one, two, vpc] = ["", "", ""];
let tests = 0;

beforeAll(async () => {
  emulator = await startEmulator({ accessKeyId, accessKeySecret, vpcs: [{ vpcId: "vpc-other" }] });
  home = mkdtempSync(join(tmpdir(), "dynamic-host-"));
  host = await start();
  await host.configure(alicloud());
});
afterAll(async () => {
  await Promise.all([host.close(), emulator.close()]);
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  tests += 1;
  [one, two, vpc] = [`i-one${tests}`, `i-two${tests}`, `vpc-${tests}`];
  for (const instanceId of [one, two]) emulator.addInstance({ instanceId });
  emulator.addVpc({ vpcId: vpc });
  emulator.clearCalls();
});
afterEach(() => emulator.clearFaults());

const start = (env: NodeJS.ProcessEnv = {}, engine?: string) => DynamicHost.start({ HOME: home, ...env }, engine);

/** Another host for one test, of another run unless it has the same engine. */
async function withHost(env: NodeJS.ProcessEnv, work: (host: DynamicHost) => Promise<void>, engine = "127.0.0.1:2") {
  const another = await start(env, engine);
  try {
    await work(another);
    expect(SECRETS.filter((secret) => another.told.includes(secret))).toEqual([]);
  } finally {
    await another.close();
  }
}

/** A stack that is configured for `@pulumi/alicloud`, and nothing more. */
const alicloud = (): Props => ({
  "alicloud:region": regionId,
  "alicloud:accessKey": secretOf(accessKeyId),
  "alicloud:secretKey": secretOf(accessKeySecret),
  "alicloud:endpoints": JSON.stringify([{ ecs: emulator.endpoint }]),
});

const link = () => ({ instanceId: one, vpcId: vpc, regionId });
const linkId = () => `${regionId}:${one}`;
const stored = (props: Props) => ({ ...props, __provider: STORED_LINE });
const fleet = (...instanceIds: string[]) => ({ vpcId: vpc, instanceIds, regionId, __provider: STORED_LINE_OF_LINKS });
const fleetId = () => `${regionId}:${vpc}`;
const linkedTo = (instanceId: string) => emulator.links().find((found) => found.instanceId === instanceId)?.vpcId;
const called = () => emulator.calls().map(({ action }) => action.replace(/ClassicLink.*/, ""));

async function errorOf(call: Promise<unknown>): Promise<HostError> {
  const error: unknown = await call.then(
    () => new Error("it should have failed"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof HostError) return error;
  throw error;
}

describe("Check and Diff", () => {
  test("[1] Check fills in the configured region and keeps the line, and asks ECS nothing", async () => {
    const once = await host.check({ instanceId: one, vpcId: vpc });
    expect(once).toEqual({ inputs: stored(link()), failures: [] });
    expect(await host.check(once.inputs, once.inputs)).toEqual(once);
    expect(called()).toEqual([]);
  });

  test("[1] Check lets unknowns pass, and puts failures into its answer", async () => {
    const news = { instanceId: UNKNOWN, vpcId: UNKNOWN, regionId: UNKNOWN };
    expect(await host.check(news)).toEqual({ inputs: stored(news), failures: [] });
    const { failures } = await host.check({ instanceId: " i", regionId: 5, vpc: "x" });
    expect(failures.map(({ property }) => property).sort()).toEqual(["instanceId", "regionId", "vpc", "vpcId"]);
  });

  test("[1] Check names the resource that declares the same instance, and keeps no trace of how it knows", async () => {
    const first = await host.check({ ...link(), __declarer: "1:web" });
    expect(first.inputs).toEqual(stored(link()));
    const { failures } = await host.check({ ...link(), __declarer: "2:db" });
    expect(failures[0]?.reason).toContain('is declared by ClassicLink "web" already');
  });

  test("[2] [19] Diff of equal sides is none, whatever is hidden in them, as in states of 0.1.0", async () => {
    const olds = { ...link(), __timeouts: { create: 5 }, __holder: "urn" };
    expect(await host.diff(linkId(), olds, link())).toMatchObject({ none: true, replaces: [] });
  });

  test.each(["instanceId", "vpcId", "regionId"])(
    "[2] [3] Diff replaces for a new or unknown %s, delete before create",
    async (property) => {
      for (const value of ["other", UNKNOWN]) {
        expect(await host.diff(linkId(), link(), { ...link(), [property]: value })).toMatchObject({
          changes: true,
          replaces: [property],
          deleteBeforeReplace: true,
        });
      }
    },
  );

  test("[6] Diff of what is partially created says that it changes", async () => {
    const olds = { ...link(), __halfMade: true };
    expect(await host.diff(linkId(), olds, link())).toMatchObject({ changes: true, replaces: [] });
  });
});

describe("a link", () => {
  test("[4] [8] is created with the outputs that the inputs say, and created again as the same", async () => {
    const made = await host.create(link());
    expect(made).toEqual({ id: linkId(), properties: stored(link()) });
    expect(await host.create(link())).toEqual(made);
    expect(await host.lineWith(`${one}: already`)).toBe(`${one}: already linked to ${vpc}: adopted`);
    expect(linkedTo(one)).toBe(vpc);
  });

  test("that cannot be created is an error of one sentence, and nothing more is printed", async () => {
    emulator.link(one, "vpc-other");
    await host.errorLines();
    const error = await errorOf(host.create(link()));
    expect(error.message).toMatch(/^cannot link \S+ to \S+ in cn-hangzhou: it is linked to vpc-other[^\n]*$/);
    expect(error.initFailed).toBeUndefined();
    expect(await host.errorLines()).toEqual([]);
    expect(linkedTo(one)).toBe("vpc-other");
  });

  test("[13] keeps to the timeout that the program gave, and prints what it waits for", async () => {
    emulator.injectFault({ kind: "locked", instanceId: one });
    const error = await errorOf(host.create({ ...link(), __timeouts: { create: 3 } }));
    expect(error.message).toMatch(/not done within 3 s.*InstanceLocked.*request /);
    // The words about ^C come first: Pulumi cuts the end of the line on a narrow terminal.
    expect(await host.lineWith(`${one}: locked`)).toMatch(/^\^C waits at most 3 s; \S+: locked, [\d.]+ s, \d+ calls?$/);
  });

  test("[6] [7] that is partially created comes with id, properties with the line, and reasons; refresh keeps, update finishes it", async () => {
    emulator.injectFault({ kind: "invisible", describes: 10_000 });
    const inputs = { ...link(), __timeouts: { create: 3, update: 60 } };
    const { initFailed } = await errorOf(host.create(inputs));
    const marks = { __halfMade: true, __attachedAt: expect.any(Number) };
    expect(initFailed).toEqual({
      id: linkId(),
      properties: { ...stored(inputs), ...marks },
      reasons: [expect.stringMatching(/^cannot link \S+ to \S+ .*not done within 3 s.*not listed.*next pulumi up/)],
    });
    const state = initFailed?.properties ?? {};
    expect(await host.read(linkId(), state)).toEqual({ id: linkId(), properties: state });
    emulator.clearFaults();
    expect(await host.update(linkId(), state, inputs)).toEqual(stored(inputs));
    expect(called().filter((call) => call === "Attach")).toHaveLength(1);
  });

  test("[9] [11] is read again and again as the same, with all that is hidden in its state", async () => {
    emulator.link(one, vpc);
    const state = stored({ ...link(), __timeouts: { delete: 5 }, __holder: "urn" });
    expect(await host.read(linkId(), state)).toEqual({ id: linkId(), properties: state });
  });

  test("[9] that has moved is read where it is, prints that, and keeps what it means to a delete", async () => {
    emulator.link(one, "vpc-other");
    const moved = stored({ ...link(), vpcId: "vpc-other", __movedFrom: vpc });
    expect(await host.read(linkId(), link())).toEqual({ id: linkId(), properties: moved });
    expect(await host.lineWith(`drift: ${one}`)).toBe(`drift: ${one} is linked to vpc-other, no longer to ${vpc}`);
    await host.delete(linkId(), moved);
    expect(linkedTo(one)).toBe("vpc-other");
  });

  test("[9] that is gone has no id", async () => {
    expect((await host.read(linkId(), link())).id).toBe("");
  });

  test("[9] that may not be read is an error, printed on one readable line", async () => {
    emulator.injectFault({ kind: "denied" });
    await host.errorLines();
    const { message } = await errorOf(host.read(linkId(), link()));
    expect(message).toMatch(/^cannot read the link of \S+ in cn-hangzhou: .*Forbidden\.SubUser/);
    expect(await host.errorLines()).toEqual([`pulumi-classiclink: ${message}`]);
  });

  test("[10] is read by its id alone, and one that does not exist is an error and not an empty success", async () => {
    emulator.link(one, vpc);
    for (const id of [linkId(), one]) {
      expect(await host.read(id, {})).toEqual({ id: linkId(), properties: stored(link()) });
    }
    expect((await errorOf(host.read(two, {}))).message).toBe(
      `${two} is not linked in cn-hangzhou; check the id and the region`,
    );
    expect((await errorOf(host.read("a:b:c", {}))).message).toContain("<regionId>:<instanceId>");
  });

  test("[12] is deleted twice without a word, in the region of its state and in the time that its state carries", async () => {
    emulator.link(one, vpc);
    await host.errorLines();
    await host.delete(linkId(), link());
    await host.delete(linkId(), link());
    expect([linkedTo(one), await host.errorLines()]).toEqual([undefined, []]);
    emulator.link(two, vpc);
    emulator.injectFault({ kind: "locked", instanceId: two });
    const state = { ...link(), instanceId: two, __timeouts: { create: 60, delete: 2 } };
    expect((await errorOf(host.delete(`${regionId}:${two}`, state))).message).toMatch(/not done within 2 s/);
    await errorOf(host.delete("cn-nowhere:i-a", { ...link(), regionId: "cn-nowhere" }));
    expect(emulator.calls().at(-1)?.params.RegionId).toBe("cn-nowhere");
  });
});

describe("a fleet", () => {
  test("[4] [12] is created, read and deleted by the other provider of the same module", async () => {
    const made = await host.create(fleet(one, two));
    expect(made).toEqual({ id: fleetId(), properties: { ...fleet(one, two), movedAway: {} } });
    expect(await host.read(fleetId(), made.properties)).toEqual(made);
    await withHost({ ...emulator.environment }, (another) => another.delete(fleetId(), made.properties));
    expect([linkedTo(one), linkedTo(two)]).toEqual([undefined, undefined]);
  });

  test("[9] [11] prints which members drifted, and none at the next read", async () => {
    emulator.link(two, "vpc-other");
    const { properties } = await host.read(fleetId(), { ...fleet(one, two), movedAway: {} });
    expect(properties).toEqual({ ...fleet(), movedAway: { [two]: "vpc-other" } });
    expect(await host.lineWith(`drift: no longer linked to ${vpc}: `)).toContain(one);
    expect(await host.lineWith(`drift: no longer linked to ${vpc}, but elsewhere`)).toContain(two);
    const printed = host.stdout.length;
    expect(await host.read(fleetId(), properties)).toEqual({ id: fleetId(), properties });
    expect(host.stdout).toHaveLength(printed);
  });

  test("[17] with secret members keeps secret where its members are, also in what it prints", async () => {
    emulator.link(two, "vpc-other");
    const state = { ...fleet(one, two), movedAway: {}, __secret: ["instanceIds"] };
    const { properties } = await host.read(fleetId(), state);
    expect(properties).toMatchObject({ movedAway: secretOf(JSON.parse(`{"${two}":"vpc-other"}`)) });
    expect(await host.lineWith("elsewhere: [secret] to vpc-other")).not.toContain(two);
  });

  test("[17] with secret members that is partially created names none of them in its reasons", async () => {
    emulator.link(two, "vpc-other");
    const { initFailed } = await errorOf(host.create({ ...fleet(one, two), __secret: ["instanceIds"] }));
    expect(initFailed).toMatchObject({ reasons: [expect.stringMatching(/^\[secret\]: it is linked to vpc-other/)] });
  });

  test("[6] that is partially created keeps the members that are linked, with the line and a reason for each other", async () => {
    emulator.link(two, "vpc-other");
    const { initFailed } = await errorOf(host.create(fleet(one, two)));
    expect(initFailed).toMatchObject({
      id: fleetId(),
      properties: { ...fleet(one), movedAway: {}, __halfMade: true },
      reasons: [expect.stringMatching(new RegExp(`^${two}: it is linked to vpc-other`))],
    });
  });
});

describe("configuration", () => {
  test("[15] eight calls that start before configure has settled all see it", async () => {
    await withHost({}, async (another) => {
      const ids = Array.from({ length: 8 }, (_, n) => `${one}-${n}`);
      for (const instanceId of ids) emulator.addInstance({ instanceId });
      const configured = another.configure(alicloud());
      await configured;
      const made = await Promise.all(ids.map((instanceId) => another.create({ ...link(), instanceId })));
      expect(made.map(({ id }) => id)).toEqual(ids.map((instanceId) => `${regionId}:${instanceId}`));
    });
  });

  test("[10] [16] the environment alone is enough, and configure need not have been called", async () => {
    await withHost({ ...emulator.environment }, async (another) => {
      expect((await another.check({ instanceId: one, vpcId: vpc })).inputs).toEqual(stored(link()));
      await another.create(link());
      expect((await another.read(linkId(), link())).id).toBe(linkId());
    });
  });

  test("[15] what is missing is reported by the call that needs it, by name, and each time", async () => {
    await withHost({}, async (another) => {
      await another.configure({ "classiclink:accessKey": secretOf(accessKeyId) });
      const { failures } = await another.check({ instanceId: one, vpcId: vpc });
      expect(failures).toEqual([
        { property: "regionId", reason: expect.stringContaining("classiclink:region, alicloud:region") },
      ]);
      expect(await another.diff(linkId(), link(), link())).toMatchObject({ none: true });
      for (const call of [another.create(link()), another.read(linkId(), link()), another.delete(linkId(), link())]) {
        expect((await errorOf(call)).message).toContain("secretKey is missing, while classiclink:accessKey is set");
      }
    });
  });

  test("[16] a profile of the aliyun command line gives region and key", async () => {
    const keys = { access_key_id: accessKeyId, access_key_secret: accessKeySecret };
    const mine = { name: "mine", mode: "AK", ...keys, region_id: regionId };
    mkdirSync(join(home, ".aliyun"), { recursive: true });
    writeFileSync(join(home, ".aliyun", "config.json"), JSON.stringify({ current: "other", profiles: [mine] }));
    await withHost({ ALIBABA_CLOUD_ENDPOINT_ECS: emulator.endpoint }, async (another) => {
      await another.configure({ "alicloud:profile": "mine" });
      expect((await another.check({ instanceId: one, vpcId: vpc })).inputs.regionId).toBe(regionId);
      expect((await another.create(link())).id).toBe(linkId());
    });
  });

  test("[17] a key that is refused is reported without the key", async () => {
    await withHost({ ...emulator.environment, ALICLOUD_SECRET_KEY: "hunter2hunter2" }, async (another) => {
      const { message } = await errorOf(another.read(linkId(), link()));
      expect(message).toContain("check the access key and its secret");
      expect(another.told).not.toContain("hunter2");
    }).catch((error: unknown) => {
      // The name of the error has the word in it that is searched for.
      if (!String(error).includes("Signature")) throw error;
    });
  });
});

describe("several processes of one run", () => {
  test("[24] a link that one of them creates or adopts is left alone by the delete of another", async () => {
    const engine = await openEngine();
    const env = { ...emulator.environment };
    emulator.link(one, vpc);
    await withHost(
      env,
      (creates) =>
        withHost(
          env,
          async (deletes) => {
            await creates.check(link());
            await creates.create(link());
            await deletes.delete(linkId(), link());
            expect(await deletes.lineWith("stays")).toBe(
              `${one}: the link to ${vpc} stays: the program still declares it`,
            );
          },
          engine.address,
        ),
      engine.address,
    );
    expect(linkedTo(one)).toBe(vpc);
    engine.end();
  });

  test("[28] a process ends with its engine, in the middle of its work", async () => {
    const engine = await openEngine();
    emulator.injectFault({ kind: "locked", instanceId: one });
    const orphan = await start({ ...emulator.environment }, engine.address);
    const creating = errorOf(orphan.create(link())).catch(() => {});
    await orphan.lineWith("locked");
    await engine.connected;
    engine.end();
    await orphan.ended();
    await orphan.close();
    await creating;
  });
});

test("[17] no secret is in anything that the host printed or answered", () => {
  expect(host.answers.length).toBeGreaterThan(20);
  expect(SECRETS.filter((secret) => host.told.includes(secret))).toEqual([]);
});
