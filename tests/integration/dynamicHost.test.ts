/** The dynamic door as the engine uses it: Pulumi's real host, the real stored line, the emulator. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../emulator";
import { STORED_LINE } from "../../provider/hosts/dynamic/storedLine";
import { UNKNOWN } from "../../provider/inputs";
import { DynamicHost, HostError, type Props, secretOf } from "../support/dynamicHost";

jest.setTimeout(15_000);

const SECRETS = ["LTAItestkeyid", "test+secret/key", encodeURIComponent("test+secret/key"), "Signature"];
const [accessKeyId, accessKeySecret] = ["LTAItestkeyid", "test+secret/key"];
const region = "cn-hangzhou";
const names = ["i-a", "i-b", "i-c", ...Array.from({ length: 8 }, (_, n) => `i-${n}`)];

let emulator: Emulator;
let home = "";
/** Each test has a VPC of its own, since a listing of one answers reads of it for some seconds. */
let [vpc, tests] = ["", 0];
const hosts: DynamicHost[] = [];

beforeAll(async () => {
  emulator = await startEmulator({
    accessKeyId,
    accessKeySecret,
    regions: ["cn-beijing"],
    instances: names.map((instanceId) => ({ instanceId })),
    vpcs: [{ vpcId: "vpc-other" }],
  });
  home = mkdtempSync(join(tmpdir(), "dynamic-host-"));
});
afterAll(async () => {
  await Promise.all([...hosts.map((host) => host.close()), emulator.close()]);
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  for (const { instanceId } of emulator.links()) emulator.unlink(instanceId);
  for (const instanceId of names) emulator.addInstance({ instanceId, networkType: "classic" });
  vpc = `vpc-${++tests}`;
  emulator.addVpc({ vpcId: vpc });
  emulator.clearCalls();
});
afterEach(() => emulator.clearFaults());

async function start(env: NodeJS.ProcessEnv = {}): Promise<DynamicHost> {
  const host = await DynamicHost.start({ HOME: home, ...env });
  hosts.push(host);
  return host;
}

/** A stack that is configured for `@pulumi/alicloud`, and nothing more. */
const alicloud = (): Props => ({
  "alicloud:region": region,
  "alicloud:accessKey": secretOf(accessKeyId),
  "alicloud:secretKey": secretOf(accessKeySecret),
  "alicloud:endpoints": JSON.stringify([{ ecs: emulator.endpoint }]),
});

const link = (instanceId = "i-a", vpcId = vpc) => ({ instanceId, vpcId, regionId: region });
const id = (instanceId = "i-a") => `${region}:${instanceId}`;
/** Properties with the line in them, and perhaps more that is between the state and us. */
const outputs = (instanceId?: string, vpcId?: string) =>
  expect.objectContaining({ ...link(instanceId, vpcId), __provider: STORED_LINE });
const visible = (props: Props) =>
  Object.keys(props)
    .filter((name) => !name.startsWith("__"))
    .sort();

async function errorOf(promise: Promise<unknown>): Promise<HostError> {
  const error = await promise.then(
    () => new Error("it should have failed"),
    (thrown) => thrown,
  );
  if (error instanceof HostError) return error;
  throw error;
}

const called = () => emulator.calls().map(({ action }) => action.replace(/ClassicLink.*/, ""));

describe("a stack configured for @pulumi/alicloud", () => {
  let host: DynamicHost;
  beforeAll(async () => {
    host = await start();
    await host.configure(alicloud());
  });

  describe("check and diff", () => {
    test("[1] check fills in the configured region and keeps the line", async () => {
      const { instanceId, vpcId } = link();
      const once = await host.check({ instanceId, vpcId });
      expect(once).toEqual({ inputs: outputs(), failures: [] });
      expect(await host.check(once.inputs, once.inputs)).toEqual(once);
      expect(called()).toEqual([]);
    });

    test("[1] check lets unknowns pass", async () => {
      const news = { instanceId: UNKNOWN, vpcId: UNKNOWN, regionId: UNKNOWN };
      expect(await host.check(news)).toEqual({ inputs: { ...news, __provider: STORED_LINE }, failures: [] });
    });

    test("[1] check names each property that is wrong, in an answer and not in an error", async () => {
      const { failures } = await host.check({ instanceId: " i", regionId: 5, vpc: "x" });
      expect(failures.map(({ property }) => property).sort()).toEqual(["instanceId", "regionId", "vpc", "vpcId"]);
      expect(failures.every(({ reason }) => reason.length > 10)).toBe(true);
    });

    test("[2] diff of equal sides is none", async () => {
      const { regionId, vpcId, instanceId } = link();
      const news = { regionId, vpcId, instanceId, __timeouts: { create: 5 } };
      expect(await host.diff(id(), link(), news)).toMatchObject({ none: true, replaces: [] });
    });

    test.each(["instanceId", "vpcId", "regionId"])(
      "[2][3] a new or unknown %s replaces, delete before create",
      async (property) => {
        for (const value of ["other", UNKNOWN]) {
          expect(await host.diff(id(), link(), { ...link(), [property]: value })).toMatchObject({
            changes: true,
            replaces: [property],
            deleteBeforeReplace: true,
          });
        }
      },
    );
  });

  describe("create", () => {
    test("[4][8] makes the link; id and outputs are what the inputs say", async () => {
      const made = await host.create(link());
      expect(made).toEqual({ id: id(), properties: outputs() });
      expect(visible(made.properties)).toEqual(["instanceId", "regionId", "vpcId"]);
      expect(emulator.links()).toEqual([link()]);
    });

    test("[4] twice makes one link, and says for whom it adopted one", async () => {
      await host.create(link());
      expect(await host.create(link())).toEqual({ id: id(), properties: outputs() });
      expect(emulator.links()).toHaveLength(1);
      expect(await host.lineWith("adopted")).toBe(`i-a: already linked to ${vpc}: adopted`);
    });

    test("[4] names another VPC's link and does not touch it; the error is the message alone", async () => {
      emulator.link("i-a", "vpc-other");
      await host.errorLines();
      const error = await errorOf(host.create(link()));
      expect(error.message).toMatch(/^cannot link i-a to vpc-\d+ in cn-hangzhou: it is linked to vpc-other/);
      expect(error.initFailed).toBeUndefined();
      expect(emulator.links()).toEqual([link("i-a", "vpc-other")]);
      expect(await host.errorLines()).toEqual([]);
    });

    test("[5] looks before it repeats when the answer was lost", async () => {
      emulator.injectFault({ kind: "answer", action: "AttachClassicLinkVpc", answer: "lost-answer" });
      await host.create(link());
      expect(called()).toEqual(["Attach", "Describe"]);
    });

    test("tells what is wrong in one sentence with code, request id and advice", async () => {
      emulator.removeInstance("i-a");
      const { message } = await errorOf(host.create(link()));
      const { requestId } = emulator.calls()[0] ?? {};
      expect(message).toMatch(
        /^cannot link i-a to vpc-\d+ in cn-hangzhou: .*InvalidInstanceId\.NotFound.*check instanceId[^\n]*$/,
      );
      expect(message).toContain(`request ${requestId}`);
    });

    test("[13] keeps to the timeout that the program gave, and tells the waits for the instance", async () => {
      emulator.injectFault({ kind: "locked", instanceId: "i-a" });
      const error = await errorOf(host.create({ ...link(), __timeouts: { create: 0.5 } }));
      expect(error.message).toMatch(/not done within 0\.5 s.*\d+ calls? in 0\.\d s.*InstanceLocked.*request /);
      expect(error.initFailed).toBeUndefined();
      expect(await host.lineWith("locked")).toBe("i-a: locked, 1 try, 0 s of 0.5 s");
    });
  });

  describe("[6] half made", () => {
    const inputs = () => ({ ...link(), __timeouts: { create: 0.5, update: 5, delete: 5 } });
    const state = () => expect.objectContaining({ ...inputs(), __provider: STORED_LINE });
    async function halfMade() {
      emulator.injectFault({ kind: "invisible", describes: 10_000 });
      const { initFailed } = await errorOf(host.create(inputs()));
      return initFailed;
    }

    test("comes with the id, properties with the line in them, and reasons that tell all", async () => {
      expect(await halfMade()).toEqual({
        id: id(),
        properties: state(),
        reasons: [
          expect.stringMatching(/^cannot link i-a to vpc-\d+ .*not done within 0\.5 s.*not listed.*next pulumi up/),
        ],
      });
      expect(emulator.links()).toHaveLength(1);
    });

    test("can be refreshed", async () => {
      const { properties = {} } = (await halfMade()) ?? {};
      emulator.clearFaults();
      expect(await host.read(id(), properties)).toEqual({ id: id(), properties: state() });
    });

    test("is gone after a refresh once the instance is linked elsewhere: that link is not ours to take back", async () => {
      const { properties = {} } = (await halfMade()) ?? {};
      emulator.clearFaults();
      emulator.link("i-a", "vpc-other");
      expect(await host.read(id(), properties)).toEqual({ id: "", properties: expect.anything() });
    });

    test("can be destroyed", async () => {
      const { properties = {} } = (await halfMade()) ?? {};
      emulator.clearFaults();
      await host.delete(id(), properties);
      expect(emulator.links()).toEqual([]);
    });

    test("can be destroyed before it is listed, also while its instance is locked", async () => {
      const { properties = {} } = (await halfMade()) ?? {};
      emulator.injectFault({ kind: "locked", instanceId: "i-a", times: 2 });
      await host.delete(id(), properties);
      expect(emulator.links()).toEqual([]);
    });

    test("is finished by update, which returns whole outputs", async () => {
      const { properties = {} } = (await halfMade()) ?? {};
      emulator.clearFaults();
      emulator.unlink("i-a");
      expect(await host.update(id(), properties, inputs())).toEqual(state());
      expect(emulator.links()).toEqual([link()]);
    });

    test("stays half made when update cannot finish it either", async () => {
      emulator.injectFault({ kind: "invisible", describes: 10_000 });
      const news = { ...link(), __timeouts: { update: 0.5 } };
      const { initFailed } = await errorOf(host.update(id(), link(), news));
      expect(initFailed).toMatchObject({
        id: id(),
        properties: { ...link(), __provider: STORED_LINE, __timeouts: { update: 0.5 } },
      });
    });
  });

  test("[7] update without a reason looks, acts not, and returns whole outputs", async () => {
    emulator.link("i-a", vpc);
    expect(await host.update(id(), link(), link())).toEqual(outputs());
    expect(called()).toEqual(["Describe"]);
  });

  describe("[9] read", () => {
    test("[11] gives the same id and outputs, again and again", async () => {
      emulator.link("i-a", vpc);
      const once = await host.read(id(), link());
      expect(once).toEqual({ id: id(), properties: outputs() });
      expect(await host.read(once.id, once.properties)).toEqual(once);
    });

    test("tells drift: the VPC that it is linked to now", async () => {
      emulator.link("i-a", "vpc-other");
      expect(await host.read(id(), link())).toEqual({ id: id(), properties: outputs("i-a", "vpc-other") });
    });

    test.each([
      ["is not linked", () => undefined],
      ["is released", () => emulator.removeInstance("i-a")],
      ["left the classic network", () => emulator.setInstance("i-a", { networkType: "vpc" })],
    ])("gives no id for an instance that %s", async (_, prepare) => {
      prepare();
      expect((await host.read(id(), link())).id).toBe("");
    });

    test("that is not allowed is an error, told on one readable line", async () => {
      emulator.link("i-a", vpc);
      emulator.injectFault({ kind: "denied" });
      await host.errorLines();
      const { message } = await errorOf(host.read(id(), link()));
      expect(message).toMatch(/^cannot read the link of i-a in cn-hangzhou: .*Forbidden\.SubUser/);
      expect(await host.errorLines()).toEqual([`pulumi-classiclink: ${message}`]);
    });

    test("[10] of an id alone is the lookup of ClassicLink.get", async () => {
      emulator.link("i-a", vpc);
      expect(await host.read(id(), {})).toEqual({ id: id(), properties: outputs() });
      expect(await host.read("i-a", {})).toEqual({ id: id(), properties: outputs() });
    });

    test.each(["i-b", id("i-b"), id("i-none")])(
      "[10] of %s, which has no link, is an error and not an empty success",
      async (given) => {
        const { message } = await errorOf(host.read(given, {}));
        expect(message).toMatch(/i-(b|none) is not linked in cn-hangzhou; check the id and the region$/);
      },
    );

    test.each(["", "a:b:c", ":", "cn hangzhou:i-a", "cn-hangzhou:i-a,i-b"])(
      "of %j, which is no id, says so",
      async (given) => {
        const { message } = await errorOf(host.read(given, {}));
        expect(message).toContain("<regionId>:<instanceId>");
        expect(called()).toEqual([]);
      },
    );
  });

  describe("[12] delete", () => {
    test("removes the link, and works twice without a word", async () => {
      emulator.link("i-a", vpc);
      await host.errorLines();
      await host.delete(id(), link());
      await host.delete(id(), link());
      expect(emulator.links()).toEqual([]);
      expect(await host.errorLines()).toEqual([]);
    });

    test("does not touch a link to another VPC", async () => {
      emulator.link("i-a", "vpc-other");
      await host.delete(id(), link());
      expect(emulator.links()).toEqual([link("i-a", "vpc-other")]);
    });

    test("is done when instance or VPC is gone", async () => {
      emulator.removeInstance("i-a");
      await host.delete(id(), link());
      await host.delete(id("i-b"), link("i-b", "vpc-gone"));
      expect(emulator.links()).toEqual([]);
    });

    test("goes to the region of the state, whatever is configured now", async () => {
      await errorOf(host.delete("cn-nowhere:i-a", { ...link(), regionId: "cn-nowhere" }));
      expect(new Set(emulator.calls().map(({ params }) => params.RegionId))).toEqual(new Set(["cn-nowhere"]));
    });

    test("[13] keeps to the timeout that the state carries", async () => {
      emulator.link("i-a", vpc);
      emulator.injectFault({ kind: "locked", instanceId: "i-a" });
      await host.errorLines();
      const { message } = await errorOf(host.delete(id(), { ...link(), __timeouts: { create: 60, delete: 0.5 } }));
      expect(message).toMatch(/^cannot unlink i-a from vpc-\d+ in cn-hangzhou: not done within 0\.5 s/);
      expect(await host.errorLines()).toEqual([`pulumi-classiclink: ${message}`]);
    });
  });

  test("[17] no secret is in anything that the host printed or answered", () => {
    expect(host.answers.length).toBeGreaterThan(30);
    expect(SECRETS.filter((secret) => host.told.includes(secret))).toEqual([]);
  });
});

describe("[15] configuration", () => {
  test("eight calls that start at once, before configure has settled, all see it", async () => {
    const host = await start();
    const configured = host.configure(alicloud());
    await configured;
    const made = await Promise.all(Array.from({ length: 8 }, (_, n) => host.create(link(`i-${n}`))));
    expect(made.map(({ id: one }) => one)).toEqual(Array.from({ length: 8 }, (_, n) => id(`i-${n}`)));
    expect(emulator.links()).toHaveLength(8);
  });

  test("[10] without any the environment is enough, and configure need not have been called", async () => {
    const host = await start({ ...emulator.environment });
    expect((await host.check({ instanceId: "i-a", vpcId: vpc })).inputs).toEqual(outputs());
    await host.create(link());
    expect((await host.read(id(), link())).id).toBe(id());
    await host.delete(id(), link());
    expect(emulator.links()).toEqual([]);
  });

  test("an empty one leaves it to the environment", async () => {
    const host = await start({ ...emulator.environment });
    await host.configure({});
    expect((await host.create(link())).id).toBe(id());
  });

  test("what is missing is told by the call that needs it, by name, and each time", async () => {
    const host = await start();
    await host.configure({ "classiclink:accessKey": secretOf(accessKeyId) });
    const { failures } = await host.check({ instanceId: "i-a", vpcId: vpc });
    expect(failures).toEqual([
      { property: "regionId", reason: expect.stringContaining("classiclink:region, alicloud:region") },
    ]);
    expect(await host.diff(id(), link(), link())).toMatchObject({ none: true });
    for (const call of [host.create(link()), host.read(id(), link()), host.delete(id(), link())]) {
      expect((await errorOf(call)).message).toMatch(
        /^secretKey is missing, while classiclink:accessKey is set; looked at/,
      );
    }
    expect(SECRETS.filter((secret) => host.told.includes(secret))).toEqual([]);
  });

  test("[16] a profile of the aliyun command line gives region and key", async () => {
    const mine = {
      name: "mine",
      mode: "AK",
      access_key_id: accessKeyId,
      access_key_secret: accessKeySecret,
      region_id: region,
    };
    mkdirSync(join(home, ".aliyun"), { recursive: true });
    writeFileSync(join(home, ".aliyun", "config.json"), JSON.stringify({ current: "other", profiles: [mine] }));
    const host = await start({ ALIBABA_CLOUD_ENDPOINT_ECS: emulator.endpoint });
    await host.configure({ "alicloud:profile": "mine" });
    expect((await host.check({ instanceId: "i-a", vpcId: vpc })).inputs.regionId).toBe(region);
    expect((await host.create(link())).id).toBe(id());
  });

  test("[17] a broken profile is told without a word of the file", async () => {
    const folder = join(home, "broken");
    mkdirSync(join(folder, ".aliyun"), { recursive: true });
    writeFileSync(join(folder, ".aliyun", "config.json"), `{"profiles": [{"access_key_secret": "${accessKeySecret}"`);
    const host = await start({ HOME: folder, ALIBABA_CLOUD_ENDPOINT_ECS: emulator.endpoint });
    await host.configure({ "alicloud:profile": "mine" });
    const { message } = await errorOf(host.create(link()));
    expect(message).toBe(
      `cannot link i-a to ${vpc} in cn-hangzhou: profile: the profile "mine" of ~/.aliyun/config.json gave no credentials ` +
        "(the file is not valid JSON); correct that, or name another source of credentials",
    );
    expect(SECRETS.filter((secret) => host.told.includes(secret))).toEqual([]);
  });

  test("[17] a key that is refused is told without the key", async () => {
    const host = await start({ ...emulator.environment, ALICLOUD_SECRET_KEY: "hunter2hunter2" });
    await host.configure({});
    const { message } = await errorOf(host.read(id(), link()));
    expect(message).toContain("SignatureDoesNotMatch");
    expect(message).toContain("check accessKey and secretKey");
    expect(
      [...SECRETS, "hunter2"].filter((secret) => host.told.replaceAll("SignatureDoesNotMatch", "").includes(secret)),
    ).toEqual([]);
  });
});
