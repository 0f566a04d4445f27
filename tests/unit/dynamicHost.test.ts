/** What the dynamic host translates, without Pulumi's process around it. */

import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { dynamic } from "@pulumi/pulumi";
import { type Emulator, startEmulator } from "../../emulator";
import { contextOf } from "../../provider/hosts/dynamic/properties";
import type { DynamicResource } from "../../provider/hosts/dynamic/resource";
import { errorOf, secretOf } from "../support/providerProcess";
import { clearEnvironment } from "../support/settings";

clearEnvironment();

const regionId = "cn-hangzhou";
const line = "exports.handler=...";
const link = (more: object = {}) => ({ instanceId: "i-a", vpcId: "vpc-1", regionId, ...more });
const fleet = (...instanceIds: string[]) => ({ vpcId: "vpc-1", instanceIds, regionId });

let emulator: Emulator;
let one: DynamicResource;
let many: DynamicResource;
let printed: string[];

/** The module as a process has it: not configured yet. */
function load() {
  jest.resetModules();
  return jest.requireActual<DynamicResource & { classicLinks: DynamicResource }>("../../provider/hosts/dynamic");
}

/** Configures it with the settings of a stack. */
async function configure(settings: Readonly<Record<string, string>>) {
  const get = (key: string) => settings[key];
  await one.configure({ config: { get } } as dynamic.ConfigureRequest);
}

beforeEach(async () => {
  printed = [];
  jest.spyOn(console, "log").mockImplementation((message) => void printed.push(message));
  const instances = ["i-a", "i-b"].map((instanceId) => ({ instanceId }));
  emulator = await startEmulator({ instances, vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }] });
  const host = load();
  one = host;
  many = host.classicLinks;
  const { ALICLOUD_ACCESS_KEY: accessKey = "", ALICLOUD_SECRET_KEY: secretKey = "" } = emulator.environment;
  await configure({
    "classiclink:region": regionId,
    "classiclink:endpoint": emulator.endpoint,
    "classiclink:accessKey": accessKey,
    "classiclink:secretKey": secretKey,
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  return emulator.close();
});

describe("Check and Diff", () => {
  test("[1] Check names the resource that declares the same instance, whatever its name and kind", async () => {
    const declared = (name: string) => ({ instanceId: "i-a", vpcId: "vpc-1", __declarer: name });
    expect(await one.check({}, declared("1:my:web"))).toEqual({ inputs: link(), failures: [] });
    const single = await one.check({}, declared("2:db"));
    expect(single.failures?.[0]?.reason).toContain('is declared by ClassicLink "my:web" already');
    await many.check({}, { ...fleet("i-b"), __declarer: "3:fleet" });
    const member = await many.check({}, { ...fleet("i-b"), vpcId: "vpc-2", __declarer: "4:other" });
    expect(member.failures?.[0]?.reason).toContain('is declared by ClassicLinks "fleet" already');
  });

  test("[1] Check names nobody for a program with an older SDK", async () => {
    for (const _ of [1, 2]) expect((await one.check({}, link())).failures).toEqual([]);
  });

  test("[2] [6] Diff says what replaces, what changes, and that the old link is deleted first", async () => {
    const answer = (changes: boolean, ...replaces: string[]) => ({ changes, replaces, deleteBeforeReplace: true });
    expect(await one.diff("", link(), link())).toEqual(answer(false));
    expect(await one.diff("", link(), link({ vpcId: "vpc-2" }))).toEqual(answer(true, "vpcId"));
    expect(await one.diff("", link({ __halfMade: true }), link())).toEqual(answer(true));
    expect(await many.diff("", fleet("i-a"), fleet("i-a", "i-b"))).toEqual(answer(true));
  });
});

describe("hidden properties", () => {
  const hidden = { __timeouts: { create: 60 }, __secret: ["vpcId"] };

  test("[8] [17] [19] a create keeps those that later calls need, and marks what is secret", async () => {
    const inputs = { ...link(), ...hidden, __provider: line, __declarer: "1:web", __none: undefined };
    const outs = { ...link({ vpcId: secretOf("vpc-1") }), ...hidden };
    expect(await one.create(inputs)).toEqual({ id: `${regionId}:i-a`, outs });
  });

  test("[9] a read keeps those of a state, and gives the inputs only their own", async () => {
    emulator.link("i-a", "vpc-1");
    const state = { ...link(), ...hidden, __holder: "urn", __provider: line };
    const inputs = { ...link({ vpcId: secretOf("vpc-1") }), ...hidden };
    const props = { ...inputs, __holder: "urn" };
    expect(await one.read(`${regionId}:i-a`, state)).toEqual({ id: `${regionId}:i-a`, props, inputs });
  });

  test("[7] an update takes those of the new inputs, and ends the partial creation", async () => {
    emulator.link("i-a", "vpc-1");
    const state = { ...link(), __timeouts: { create: 1 }, __halfMade: true, __attachedAt: 5 };
    expect(await one.update("", state, { ...link(), ...hidden })).toEqual({
      outs: { ...link({ vpcId: secretOf("vpc-1") }), ...hidden },
    });
  });

  test("[6] [17] the error of a partial creation has the stored line, and secrets are marked in it", async () => {
    for (const instanceId of ["i-a", "i-b"]) emulator.link(instanceId, "vpc-1");
    emulator.injectFault({ kind: "denied", action: "DetachClassicLinkVpc" });
    const secretly = { __secret: ["instanceIds"], __provider: line };
    const error = await errorOf(
      many.update("", { ...fleet("i-a", "i-b"), ...secretly }, { ...fleet("i-a"), ...secretly }),
    );
    expect(error).toMatchObject({ id: `${regionId}:vpc-1`, reasons: [expect.stringMatching(/^\[secret\]: /)] });
    const [instanceIds, movedAway] = [secretOf(["i-a", "i-b"]), secretOf({})];
    const rest = { instanceIds, movedAway, __halfMade: true, __attachedAt: {} };
    expect(error).toHaveProperty("properties", { ...fleet(), ...secretly, ...rest });
  });
});

test("[9] [10] a link that is gone has no id; one that is asked for by its id alone must exist", async () => {
  expect(await one.read(`${regionId}:i-a`, link())).toEqual({ id: "", props: {} });
  expect((await errorOf(one.read("i-a", {}))).message).toContain("i-a is not linked in cn-hangzhou");
  emulator.link("i-a", "vpc-1");
  expect(await one.read("i-a", {})).toEqual({ id: `${regionId}:i-a`, props: link(), inputs: link() });
  await one.delete("", link());
  expect(emulator.links()).toEqual([]);
});

test("[17] an error has no secret of the inputs and none of the state", async () => {
  emulator.injectFault({ kind: "denied" });
  const secret = link({ __secret: ["vpcId"] });
  for (const call of [one.create(secret), one.delete("", secret)]) {
    expect((await errorOf(call)).message).toMatch(/ \[secret\] in cn-hangzhou/);
  }
});

test("an error that is no sentence of this package is one for Pulumi, without its stack", async () => {
  const error = await errorOf(one.delete("", { instanceId: "i-a" }));
  expect(error).toMatchObject({ name: "ClassicLinkError", message: "a link needs regionId, instanceId and vpcId" });
});

test("insecure connections are one warning in a process, for the first resource", async () => {
  one = load();
  await configure({ "classiclink:endpoint": emulator.endpoint, "classiclink:insecure": "true" });
  for (const instanceId of ["i-a", "i-b"]) await errorOf(one.delete("", link({ instanceId })));
  expect(printed).toEqual([expect.stringMatching(/^i-a: warning: insecure is true: the certificates of ECS/)]);
});

test("[15] the first configuration counts, and one that cannot be read is none", async () => {
  await configure({ "classiclink:region": "cn-beijing" });
  expect((await one.check({}, { instanceId: "i-a", vpcId: "vpc-1" })).inputs).toEqual(link());
  one = load();
  const get = () => {
    throw new Error("no configuration");
  };
  await one.configure({ config: { get } } as unknown as dynamic.ConfigureRequest);
  const { failures } = await one.check({}, { instanceId: "i-a", vpcId: "vpc-1" });
  expect(failures).toMatchObject([{ property: "regionId" }]);
});

describe("the context of a call", () => {
  const contextWith = (properties: object) => contextOf("create", { ...properties }, (message) => message);

  test.each([
    [{ create: 2 }, 2_000],
    [{ create: 0 }, undefined],
    [{ create: "2" }, undefined],
    [{ delete: 2 }, undefined],
  ])("[13] %j limits a create to %s ms", (__timeouts, timeoutMs) => {
    expect(contextWith({ __timeouts }).timeoutMs).toBe(timeoutMs);
  });

  test("each line names its resource once, and the words about ^C stay first", () => {
    const { report, warn } = contextWith(link());
    report?.("linked");
    report?.("i-a is linked");
    report?.("^C waits at most 1 min; locked");
    warn?.("slow");
    contextWith(fleet()).report?.("linked");
    contextWith({}).report?.("linked");
    const lines = ["i-a: linked", "i-a is linked", "^C waits at most 1 min; i-a: locked", "i-a: warning: slow"];
    expect(printed).toEqual([...lines, "vpc-1: linked", "classiclink: linked"]);
  });

  test("[17] no line has a secret, and ^C does not end a call", () => {
    const context = contextOf("read", link(), (message) => message.replaceAll("vpc-1", "[secret]"));
    context.report?.("linked to vpc-1");
    context.warn?.("vpc-1 is full");
    expect(printed).toEqual(["i-a: linked to [secret]", "i-a: warning: [secret] is full"]);
    expect(context.ignoresCancel).toBe(true);
  });
});
