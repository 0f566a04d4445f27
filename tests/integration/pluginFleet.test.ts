/** ClassicLinks through the plugin's process, call by call. Numbers in brackets are the claims of the provider's contract. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { type Emulator, startEmulator } from "../../emulator";
import {
  halfMadeOf,
  LINKS_URN,
  PluginProcess,
  type Props,
  plain,
  secretOf,
  UNKNOWN,
  URN,
} from "../support/pluginProcess";

const SECRET = "s3cr3t+MARKER/with=chars";
const ID = "cn-hangzhou:vpc-1";
const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
const { UPDATE_REPLACE, UPDATE } = rpc.PropertyDiff.Kind;

/** The inputs that declare members of vpc-1. */
const inputsOf = (...instanceIds: string[]): Props => ({ vpcId: "vpc-1", instanceIds, regionId: "cn-hangzhou" });
/** The outputs when all of them are linked. */
const outputsOf = (...instanceIds: string[]): Props => ({ ...inputsOf(...instanceIds), movedAway: {} });
const declared = inputsOf("i-a", "i-b", "i-c");
const linked = outputsOf("i-a", "i-b", "i-c");

let emulator: Emulator;
let plugin: PluginProcess;
beforeAll(async () => {
  plugin = await PluginProcess.start({});
});
afterAll(() => plugin?.close());
// One process for all: what is configured anew forgets what it knew of the cloud before.
beforeEach(async () => {
  emulator = await startEmulator({
    instances: ["i-a", "i-b", "i-c", "i-d"].map((instanceId) => ({ instanceId })),
    vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }],
    accessKeySecret: SECRET,
  });
  plugin.urn = LINKS_URN;
  plugin.told.length = 0;
  await plugin.configure({
    region: "cn-hangzhou",
    accessKey: "testid",
    secretKey: secretOf(SECRET),
    endpoint: emulator.endpoint,
  });
});
afterEach(() => emulator?.close());

const made = () => emulator.links().map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`);
const linkAll = (...instanceIds: string[]) => {
  for (const instanceId of instanceIds) emulator.link(instanceId, "vpc-1");
};
const calls = (action: string) =>
  emulator
    .calls()
    .filter((call) => call.action === action)
    .map(({ params }) => params.InstanceId);
/** The lines that stay, and the statuses of the row. */
const lines = () => plugin.told.filter(({ ephemeral }) => !ephemeral).map(({ message }) => message);
const statuses = () => plugin.told.filter(({ ephemeral }) => ephemeral).map(({ message }) => message);

describe("Check", () => {
  test("[1] fills in the region, lets unknowns pass, whole or one by one, and keeps secrets secret", async () => {
    for (const instanceIds of [UNKNOWN, ["i-a", UNKNOWN], secretOf(["i-a"])]) {
      const answer = await plugin.check({ vpcId: UNKNOWN, instanceIds });
      expect(answer.getFailuresList()).toEqual([]);
      expect(plain(answer.getInputs())).toEqual({ vpcId: UNKNOWN, instanceIds, regionId: "cn-hangzhou" });
    }
  });

  test("[1] names the place of each failure", async () => {
    const failures = (await plugin.check({ instanceIds: ["i-a", "", "i-a", 7], regions: "x" })).getFailuresList();
    expect(failures.map((failure) => failure.toObject())).toEqual([
      { property: "vpcId", reason: expect.stringContaining("is missing") },
      { property: "instanceIds[1]", reason: expect.stringContaining("is empty") },
      { property: "instanceIds[2]", reason: expect.stringContaining("i-a again, after instanceIds[0]") },
      { property: "instanceIds[3]", reason: expect.stringContaining("of type number") },
      { property: "regions", reason: expect.stringContaining("vpcId, instanceIds, regionId") },
    ]);
  });
});

describe("Diff", () => {
  const kindsOf = (answer: rpc.DiffResponse) => {
    const kinds = answer.getDetaileddiffMap();
    return Object.fromEntries([...kinds.keys()].map((name) => [name, kinds.get(name)?.getKind()]));
  };

  test("[2] of equal members is none, in any order, whatever else the state of the dynamic door holds", async () => {
    const state = { ...linked, __provider: "code", __timeouts: { create: 3 }, __holder: "x" };
    expect((await plugin.diff(state, inputsOf("i-c", "i-a", "i-b"))).toObject()).toMatchObject({
      changes: DIFF_NONE,
      diffsList: [],
      replacesList: [],
      hasdetaileddiff: true,
    });
  });

  test("[2] changes members in place", async () => {
    const answer = await plugin.diff(linked, inputsOf("i-a", "i-d"));
    expect(answer.toObject()).toMatchObject({ changes: DIFF_SOME, diffsList: ["instanceIds"], replacesList: [] });
    expect(kindsOf(answer)).toEqual({ instanceIds: UPDATE });
  });

  test("[2] [3] replaces for another VPC or region, and for one that is not known yet, delete before create", async () => {
    const answer = await plugin.diff(linked, { ...declared, vpcId: UNKNOWN, regionId: "cn-beijing" });
    expect(answer.toObject()).toMatchObject({
      diffsList: ["vpcId", "regionId"],
      replacesList: ["vpcId", "regionId"],
      deletebeforereplace: true,
    });
    expect(kindsOf(answer)).toEqual({ vpcId: UPDATE_REPLACE, regionId: UPDATE_REPLACE });
  });

  test("members that have moved away are an update", async () => {
    const drifted = { ...outputsOf("i-a", "i-b"), movedAway: { "i-c": "vpc-2" } };
    expect(kindsOf(await plugin.diff(drifted, declared))).toEqual({ instanceIds: UPDATE, movedAway: UPDATE });
  });

  test("[6] what is half made is an update, though nothing differs", async () => {
    const answer = await plugin.diff({ ...linked, __halfMade: true }, declared);
    expect(answer.toObject()).toMatchObject({ changes: DIFF_SOME, replacesList: [] });
  });

  test("takes ignored properties for unchanged", async () => {
    expect((await plugin.diff(linked, inputsOf("i-a"), ["instanceIds"])).getChanges()).toBe(DIFF_NONE);
    expect((await plugin.diff(linked, { ...declared, vpcId: "vpc-2" }, ["vpcId"])).getChanges()).toBe(DIFF_NONE);
  });
});

describe("a preview", () => {
  test("[8] of Create or Update knows all outputs, and calls nothing", async () => {
    const inputs = { ...declared, vpcId: UNKNOWN };
    const created = await plugin.create(inputs, { preview: true });
    expect([created.getId(), plain(created.getProperties())]).toEqual(["", { ...inputs, movedAway: {} }]);
    const updated = await plugin.update({ ...outputsOf(), movedAway: { "i-a": "vpc-2" } }, declared, { preview: true });
    expect(plain(updated.getProperties())).toEqual(linked);
    expect(emulator.calls()).toEqual([]);
  });

  test("[17] what tells a secret is secret too", async () => {
    const inputs = { ...declared, instanceIds: secretOf(["i-a"]) };
    const created = await plugin.create(inputs, { preview: true });
    expect(plain(created.getProperties())).toEqual({ ...inputs, movedAway: secretOf({}) });
  });
});

describe("the life of links", () => {
  test("[4] Create links all members, adopts those that are linked, and leaves the links of others alone", async () => {
    linkAll("i-a", "i-d");
    const created = await plugin.create(declared);
    expect([created.getId(), plain(created.getProperties())]).toEqual([ID, linked]);
    expect(made()).toEqual(["i-a→vpc-1", "i-b→vpc-1", "i-c→vpc-1", "i-d→vpc-1"]);
    expect(calls("AttachClassicLinkVpc").sort()).toEqual(["i-b", "i-c"]);
  });

  test("Update attaches and detaches only what differs", async () => {
    linkAll("i-a", "i-b", "i-c");
    const updated = await plugin.update(linked, inputsOf("i-d", "i-b", "i-c"));
    expect(plain(updated.getProperties())).toEqual(outputsOf("i-d", "i-b", "i-c"));
    expect([calls("AttachClassicLinkVpc"), calls("DetachClassicLinkVpc")]).toEqual([["i-d"], ["i-a"]]);
  });

  test("Update puts back what has moved away", async () => {
    linkAll("i-a", "i-b");
    emulator.link("i-c", "vpc-2");
    const drifted = { ...outputsOf("i-a", "i-b"), movedAway: { "i-c": "vpc-2" } };
    expect(plain((await plugin.update(drifted, declared)).getProperties())).toEqual(linked);
    expect(made()).toEqual(["i-a→vpc-1", "i-b→vpc-1", "i-c→vpc-1"]);
  });

  test("[12] Delete unlinks the members that the state names, and is content the second time", async () => {
    linkAll("i-a", "i-b", "i-d");
    emulator.link("i-c", "vpc-2");
    for (const _ of ["first", "second"]) {
      await plugin.delete({ ...linked, __provider: "code", __timeouts: {} });
      expect(made()).toEqual(["i-c→vpc-2", "i-d→vpc-1"]);
    }
  });

  test("[12] Delete that fails says which member is in its way, and why", async () => {
    linkAll("i-a", "i-b", "i-c");
    emulator.injectFault({ kind: "locked", instanceId: "i-b" });
    await expect(plugin.delete(linked, { timeout: 1 })).rejects.toThrow(
      / cannot unlink 3 instances from vpc-1 in cn-hangzhou:\n(.*\n)*i-b: not done within 1 s.*InstanceLocked/,
    );
    expect(made()).toEqual(["i-b→vpc-1"]);
  });
});

describe("members that cannot be linked", () => {
  test("[6] [7] some: half made with those that are, a reason for each other, and the next Update does the rest", async () => {
    emulator.link("i-c", "vpc-2");
    const inputs = { ...declared, instanceIds: secretOf(["i-a", "i-b", "i-c"]) };
    const halfMade = halfMadeOf(await plugin.create(inputs).catch((thrown: unknown) => thrown));
    expect(halfMade).toEqual({
      id: ID,
      properties: {
        ...declared,
        instanceIds: secretOf(["i-a", "i-b"]),
        movedAway: secretOf({}),
        __halfMade: true,
      },
      reasons: [expect.stringMatching(/^i-c: it is linked to vpc-2.*dependsOn/)],
    });
    emulator.unlink("i-c");
    const updated = await plugin.update(halfMade?.properties ?? {}, declared);
    expect(plain(updated.getProperties())).toEqual(linked);
  });

  test("[13] the timeout holds for all of them together", async () => {
    for (const instanceId of ["i-a", "i-b", "i-c"]) emulator.injectFault({ kind: "locked", instanceId });
    const begun = performance.now();
    const error = await plugin.create(declared, { timeout: 1 }).catch((thrown: unknown) => thrown);
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(error).toMatchObject({ details: expect.stringMatching(/:(\ni-[abc]: not done within 1 s.*){3}$/) });
  });

  test("all: nothing is kept", async () => {
    for (const instanceId of ["i-a", "i-b", "i-c"]) emulator.link(instanceId, "vpc-2");
    const error = await plugin.create(declared).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      details: expect.stringMatching(/^cannot link 3 instances to vpc-1 in cn-hangzhou:\n/),
    });
    expect(halfMadeOf(error)).toBeUndefined();
  });

  test("[6] half made and not listed yet is removed all the same, also from a locked instance", async () => {
    linkAll("i-a");
    emulator.injectFault({ kind: "invisible", ms: 60_000 });
    for (const member of ["i-b", "i-c"]) {
      await expect(plugin.create(inputsOf("i-a", member), { timeout: 1 })).rejects.toThrow("not listed yet");
      emulator.injectFault({ kind: "locked", instanceId: member, times: 2 });
    }
    await plugin.update({ ...outputsOf("i-a", "i-b"), __halfMade: true }, inputsOf("i-a"));
    expect(made()).toEqual(["i-a→vpc-1", "i-c→vpc-1"]);
    await plugin.delete({ ...outputsOf("i-c"), __halfMade: true });
    expect(made()).toEqual(["i-a→vpc-1"]);
  });

  test("[6] half made stays so in a Read, members that are not listed yet included", async () => {
    linkAll("i-a");
    const halfMade = { ...outputsOf("i-a", "i-b"), __halfMade: true };
    const read = await plugin.read(ID, halfMade, declared);
    expect([plain(read.getProperties()), plain(read.getInputs())]).toEqual([halfMade, inputsOf("i-a", "i-b")]);
  });
});

describe("Read", () => {
  test("[9] [11] of what is as it was drops what the dynamic door kept, tells nothing, and changes nothing", async () => {
    linkAll("i-a", "i-b", "i-c");
    const read = await plugin.read(ID, { ...linked, __provider: "code", __holder: "x" }, declared);
    expect([read.getId(), plain(read.getProperties()), plain(read.getInputs())]).toEqual([ID, linked, declared]);
    expect(plugin.told).toEqual([]);
  });

  test("[9] [11] tells drift once, by member", async () => {
    linkAll("i-a");
    emulator.link("i-c", "vpc-2");
    const drifted = { ...outputsOf("i-a"), movedAway: { "i-c": "vpc-2" } };
    const read = await plugin.read(ID, linked, declared);
    expect([plain(read.getProperties()), plain(read.getInputs())]).toEqual([drifted, inputsOf("i-a")]);
    const told = [
      "drift: no longer linked to vpc-1: i-b",
      "drift: no longer linked to vpc-1, but elsewhere: i-c to vpc-2",
    ];
    expect(lines()).toEqual(told);
    const again = await plugin.read(ID, drifted, inputsOf("i-a"));
    expect([plain(again.getProperties()), lines()]).toEqual([drifted, told]);
  });

  test("[9] names a few of many", async () => {
    const many = Array.from({ length: 8 }, (_, n) => `i-${n}`);
    for (const instanceId of many) emulator.addInstance({ instanceId });
    await plugin.read(ID, outputsOf(...many), inputsOf(...many));
    expect(lines()).toEqual(["drift: no longer linked to vpc-1: i-0, i-1, i-2, i-3, i-4, and 3 more"]);
  });

  test("[9] keeps a resource none of whose members is left", async () => {
    const read = await plugin.read(ID, linked, declared);
    expect([read.getId(), plain(read.getProperties())]).toEqual([ID, outputsOf()]);
  });

  test("[9] that is not allowed is an error and proves nothing", async () => {
    emulator.injectFault({ kind: "denied" });
    await expect(plugin.read(ID, linked, declared)).rejects.toThrow("Forbidden");
  });
});

describe("an import", () => {
  test.each(["vpc-1", ID])("[10] by %s alone takes all links of the VPC, page by page", async (id) => {
    const many = Array.from({ length: 205 }, (_, n) => `i-many-${String(n).padStart(3, "0")}`);
    for (const instanceId of many) emulator.addInstance({ instanceId });
    linkAll(...many);
    emulator.link("i-a", "vpc-2");
    const read = await plugin.read(id);
    expect([read.getId(), plain(read.getProperties()), plain(read.getInputs())]).toEqual([
      ID,
      outputsOf(...many),
      inputsOf(...many),
    ]);
  });

  test.each([
    ["vpc-2", "no instance is linked to vpc-2 in cn-hangzhou; check the id and the region"],
    ["cn-nowhere:vpc-1", "cannot list the links to vpc-1 in cn-nowhere"],
    ["a:b:c", '"a:b:c" is not the id of links: use <regionId>:<vpcId>, such as cn-hangzhou:vpc-bp1abc'],
    ["", '"" is not the id of links'],
  ])("[10] of %j says what is wrong with it", async (id, sentence) => {
    await expect(plugin.read(id)).rejects.toThrow(sentence);
  });
});

describe("links that change hands", () => {
  const link = { instanceId: "i-a", vpcId: "vpc-1", regionId: "cn-hangzhou" };
  /** Does something as another resource than the ClassicLinks of the other tests. */
  const as = async <T>(urn: string, act: () => Promise<T>): Promise<T> => {
    plugin.urn = urn;
    try {
      return await act();
    } finally {
      plugin.urn = LINKS_URN;
    }
  };

  test("a ClassicLink that is renamed keeps its link", async () => {
    linkAll("i-a");
    await as(`${URN}-renamed`, () => plugin.create(link));
    await as(URN, () => plugin.delete(link));
    expect(made()).toEqual(["i-a→vpc-1"]);
    expect(lines()).toContain("the link of i-a is kept: another resource of this update declares it");
  });

  test("a ClassicLinks that is renamed keeps its links", async () => {
    linkAll("i-a", "i-b", "i-c");
    await as(`${LINKS_URN}-renamed`, () => plugin.create(declared));
    await plugin.delete(linked);
    expect(made()).toEqual(["i-a→vpc-1", "i-b→vpc-1", "i-c→vpc-1"]);
  });

  test("a ClassicLink that becomes a member of a ClassicLinks stays linked", async () => {
    await as(URN, () => plugin.create(link));
    await plugin.create(declared);
    await as(URN, () => plugin.delete(link));
    expect(made()).toEqual(["i-a→vpc-1", "i-b→vpc-1", "i-c→vpc-1"]);
  });

  test("what a resource goes on to declare stays linked when another one that names it too gives it up", async () => {
    linkAll("i-a", "i-b");
    await as(URN, async () => {
      await plugin.check(link);
      await plugin.diff(link, link);
    });
    await as(`${LINKS_URN}-other`, async () => {
      await plugin.check(inputsOf("i-b", "i-c"));
      await plugin.diff(outputsOf("i-b"), inputsOf("i-b", "i-c"));
    });
    await plugin.update(outputsOf("i-a", "i-b"), inputsOf());
    expect(made()).toEqual(["i-a→vpc-1", "i-b→vpc-1"]);
  });

  test("what a refresh has compared, and no program declares, is not kept", async () => {
    linkAll("i-a", "i-b");
    await as(URN, () => plugin.diff(link, link));
    await as(`${LINKS_URN}-other`, () => plugin.diff(outputsOf("i-b"), inputsOf("i-b")));
    await plugin.update(outputsOf("i-a", "i-b"), inputsOf());
    expect(made()).toEqual([]);
  });

  test("what a resource is about to give up itself is not kept", async () => {
    linkAll("i-a", "i-b");
    await as(URN, () => plugin.diff(link, { ...link, vpcId: "vpc-2" }));
    await as(`${LINKS_URN}-other`, () => plugin.diff(outputsOf("i-b"), inputsOf()));
    await plugin.update(outputsOf("i-a", "i-b"), inputsOf());
    expect(made()).toEqual([]);
  });

  test("a resource deletes what it has made itself", async () => {
    await plugin.create(declared);
    await plugin.delete(linked);
    expect(made()).toEqual([]);
  });
});

describe("what the user sees meanwhile", () => {
  test("a status in the row counts the members, and is taken away at the end", async () => {
    emulator.injectFault({ kind: "locked", instanceId: "i-b", times: 2 });
    await plugin.create(declared);
    expect(statuses()).toContainEqual(expect.stringMatching(/^2\/3 linked, 1 locked, 0 failed, .+ of 60 min$/));
    expect(plugin.told.at(-1)).toEqual({ urn: LINKS_URN, message: "", ephemeral: true });
    expect(lines()).toEqual([]);
  });
});

test("a thousand members are linked and found again, with a status that keeps up", async () => {
  const many = Array.from({ length: 1_000 }, (_, n) => `i-bp67acfmxazb4ph${String(n).padStart(5, "0")}`);
  for (const instanceId of many) emulator.addInstance({ instanceId });
  expect(plain((await plugin.create(inputsOf(...many))).getProperties())).toEqual(outputsOf(...many));
  expect(statuses().at(-1)).toBe("");
  emulator.clearCalls();
  expect(plain((await plugin.read(ID, outputsOf(...many), inputsOf(...many))).getProperties())).toEqual(
    outputsOf(...many),
  );
  expect(emulator.calls().length).toBeLessThanOrEqual(12);
  expect(lines()).toEqual([]);
});

// The last: a process that was cancelled refuses all that comes after it.
test("[14] Cancel ends all waits at once, and keeps what was linked", async () => {
  emulator.injectFault({ kind: "locked", instanceId: "i-b" });
  const creating = plugin.create(declared).catch((thrown: unknown) => thrown);
  await plugin.toldOf(/^2\/3 linked/);
  const begun = performance.now();
  await plugin.cancel();
  const halfMade = halfMadeOf(await creating);
  expect(performance.now() - begun).toBeLessThan(1_000);
  expect(halfMade).toMatchObject({
    id: ID,
    reasons: expect.arrayContaining([expect.stringMatching(/^i-b: cancelled/)]),
  });
  expect(made()).toEqual(["i-a→vpc-1", "i-c→vpc-1"]);
});
