/** The plugin's process, call by call. Numbers in brackets are the claims of the provider's contract that a test proves. */

import { setTimeout as wait } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ResourceProviderService as service } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { version } from "../../package.json";
import { type Emulator, startEmulator } from "../../emulator";
import {
  halfMadeOf,
  LINK_TYPE,
  PluginProcess,
  type Props,
  plain,
  secretOf,
  struct,
  UNKNOWN,
  URN,
} from "../support/pluginProcess";
import { refuse, startSts } from "../support/sts";

const SECRET = "s3cr3t+MARKER/with=chars";
const link = { instanceId: "i-a", vpcId: "vpc-1", regionId: "cn-hangzhou" };
const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
const { UPDATE_REPLACE, UPDATE } = rpc.PropertyDiff.Kind;
/** The oldest @pulumi/pulumi that is supported has no call of this name yet. */
const testOfList = "ListRequest" in rpc ? test : test.skip;

let emulator: Emulator;
let plugin: PluginProcess;
beforeEach(async () => {
  emulator = await startEmulator({
    instances: [
      ...["i-a", "i-b", "i-c"].map((instanceId) => ({ instanceId })),
      { instanceId: "i-far", regionId: "cn-beijing" },
    ],
    vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }],
    accessKeySecret: SECRET,
  });
});
afterEach(() => emulator.close());

/** What the provider of a stack is configured with. */
const configuration = (more: Props = {}): Props => ({
  region: "cn-hangzhou",
  accessKey: "testid",
  secretKey: secretOf(SECRET),
  endpoint: emulator.endpoint,
  ...more,
});
const made = () => emulator.links().map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`);
const actions = () => emulator.calls().map(({ action }) => action);

describe("before any configuration", () => {
  beforeAll(async () => {
    plugin = await PluginProcess.start({});
  });
  afterAll(() => plugin.close());

  test("the port is the only thing printed", () => {
    expect(plugin.stdout).toEqual([expect.stringMatching(/^\d+$/)]);
    expect(plugin.stderr).toEqual([]);
  });

  test("Handshake and Configure answer alike, with all that the protocol demands of who serves Handshake", async () => {
    const greeted = await plugin.call(service.handshake, new rpc.ProviderHandshakeRequest());
    expect(greeted.toObject()).toMatchObject({ acceptSecrets: true, acceptResources: true, acceptOutputs: false });
    expect((await plugin.configure({})).toObject()).toMatchObject({
      acceptsecrets: true,
      acceptresources: true,
      acceptoutputs: false,
      supportspreview: true,
    });
  });

  test("GetPluginInfo tells the version of the package", async () => {
    expect((await plugin.call(service.getPluginInfo, new Empty())).getVersion()).toBe(version);
  });

  test("GetSchema gives the schema, and refuses versions of it that do not exist", async () => {
    const answer = await plugin.call(service.getSchema, new rpc.GetSchemaRequest());
    expect(JSON.parse(answer.getSchema())).toMatchObject({ name: "classiclink", version });
    await expect(plugin.call(service.getSchema, new rpc.GetSchemaRequest().setVersion(7))).rejects.toThrow("ask for 0");
  });

  test("GetMapping has nothing to map, which is no error", async () => {
    const answer = await plugin.call(service.getMapping, new rpc.GetMappingRequest().setKey("terraform"));
    expect(answer.toObject()).toMatchObject({ provider: "", data: "" });
  });

  test.each([
    ["Parameterize", () => plugin.call(service.parameterize, new rpc.ParameterizeRequest())],
    ["Construct", () => plugin.call(service.construct, new rpc.ConstructRequest())],
    ["Call", () => plugin.call(service.call, new rpc.CallRequest())],
    ["GetMappings", () => plugin.call(service.getMappings, new rpc.GetMappingsRequest())],
  ])("%s is not served, and says why", async (name, call) => {
    await expect(call()).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
      details: expect.stringMatching(new RegExp(`^classiclink does not serve ${name}: .+`)),
    });
  });

  test("a type or a function that does not exist is refused by its name", async () => {
    const request = new rpc.CheckRequest().setUrn("urn:pulumi:dev::shop::classiclink:index:Nothing::web");
    await expect(plugin.call(service.check, request)).rejects.toThrow('no resource type "classiclink:index:Nothing"');
    await expect(plugin.invoke({}, "classiclink:index:nothing")).rejects.toThrow(
      'no function "classiclink:index:nothing"',
    );
  });

  testOfList("a type that cannot be listed is refused by its name", async () => {
    await expect(plugin.list(new rpc.ListRequest().setToken("a:b:C"))).rejects.toThrow('cannot list "a:b:C"');
  });

  test("a resource may be a child of others", async () => {
    const urn = `urn:pulumi:dev::shop::my:index:Shop$${LINK_TYPE}::web`;
    const answer = await plugin.call(service.check, new rpc.CheckRequest().setUrn(urn).setNews(struct(link)));
    expect(answer.getFailuresList()).toEqual([]);
  });
});

describe("CheckConfig and DiffConfig", () => {
  beforeAll(async () => {
    plugin = await PluginProcess.start({});
  });
  afterAll(() => plugin.close());

  test("good settings come back as they were, the secret ones marked as secret", async () => {
    const news = {
      region: "cn-hangzhou",
      accessKey: "id",
      secretKey: SECRET,
      securityToken: UNKNOWN,
      version: "1.2.3",
    };
    const answer = await plugin.checkConfig(news);
    expect(answer.getFailuresList()).toEqual([]);
    expect(plain(answer.getInputs())).toEqual({ ...news, secretKey: secretOf(SECRET) });
  });

  test.each<[string, Props, string, RegExp]>([
    ["half a key pair", { accessKey: "id" }, "", /^secretKey is missing, while classiclink:accessKey is set/],
    ["an endpoint with a path", { endpoint: "ecs.example.com/x" }, "endpoint", /^classiclink:endpoint has more than/],
    ["an organization on the public cloud", { organizationId: "26" }, "organizationId", /has no organizations/],
    ["a resource set alone", { endpoint: "ecs.example.com", resourceSetId: "97" }, "organizationId", /is missing/],
    [
      "a role without an address of STS",
      { endpoint: "ecs.example.com", assumeRole: { roleArn: "r" } },
      "endpoint",
      /no address of STS, where the role is assumed; set classiclink:stsEndpoint/,
    ],
    ["a proxy", { proxy: "socks5://proxy.example" }, "", /^classiclink:proxy is no address of a proxy/],
    ["insecure", { insecure: "perhaps" }, "insecure", /use true or false/],
    ["a region that is part of an address", { region: "example.org/" }, "region", /^regionId: "example.org\/"/],
    ["a protocol", { endpoint: "ecs.example.com", protocol: "gopher" }, "protocol", /use HTTP or HTTPS/],
    ["a switch", { refreshBeforeUpdate: "perhaps" }, "refreshBeforeUpdate", /use true or false/],
    ["another switch", { forgetRetiredLinks: "perhaps" }, "forgetRetiredLinks", /use true or false/],
    ["a type", { region: 7 }, "region", /^region is of type number/],
    ["a role without its ARN", { assumeRole: {} }, "assumeRole", /^classiclink:assumeRole\.roleArn is missing/],
    ["a misspelt member", { assumeRole: '{"role":"r"}' }, "assumeRole", /^classiclink:assumeRole has no member "role"/],
    ["a role without a token", { assumeRoleWithOidc: { roleArn: "r" } }, "", /oidcProviderArn is missing/],
  ])("[15] %s is told once, by the name of the setting", async (_, news, property, reason) => {
    const failures = (await plugin.checkConfig(news)).getFailuresList().map((failure) => failure.toObject());
    expect(failures).toEqual([{ property, reason: expect.stringMatching(reason) }]);
  });

  test("[17] Pulumi prints the value of a property that it is told of, so it is not told of one that holds a password", async () => {
    const [failure] = (await plugin.checkConfig({ endpoint: "https://me:hunter2@ecs.example.com" })).getFailuresList();
    expect(failure?.toObject()).toEqual({ property: "", reason: expect.not.stringContaining("hunter2") });
  });

  test("settings that are not known yet are judged when they are", async () => {
    expect((await plugin.checkConfig({ accessKey: UNKNOWN, region: "cn-hangzhou" })).getFailuresList()).toEqual([]);
  });

  test("only a changed region replaces", async () => {
    const olds = { region: "cn-hangzhou", accessKey: "a", secretKey: "b", endpoint: "e", refreshBeforeUpdate: "true" };
    const all = { ...olds, accessKey: "c", secretKey: secretOf("d"), endpoint: "f", profile: "p", version: "9.9.9" };
    const updated = await plugin.diffConfig(olds, all);
    expect([updated.getChanges(), updated.getReplacesList()]).toEqual([DIFF_SOME, []]);
    expect(updated.getDiffsList()).toEqual(["accessKey", "secretKey", "profile", "endpoint"]);
    expect([...updated.getDetaileddiffMap().keys()].sort()).toEqual([...updated.getDiffsList()].sort());
    expect(updated.getDetaileddiffMap().get("endpoint")?.getKind()).toBe(UPDATE);
    const moved = await plugin.diffConfig(olds, { ...olds, region: "cn-beijing" });
    expect(moved.getReplacesList()).toEqual(["region"]);
    expect(moved.getDetaileddiffMap().get("region")?.getKind()).toBe(UPDATE_REPLACE);
  });

  test("a region that moves between program and environment, and one setting in two spellings, replace nothing", async () => {
    expect((await plugin.diffConfig({}, { region: "cn-hangzhou" })).getReplacesList()).toEqual([]);
    const same = await plugin.diffConfig({ refreshBeforeUpdate: "true" }, { refreshBeforeUpdate: true });
    expect(same.getChanges()).toBe(DIFF_NONE);
  });
});

describe("a link", () => {
  beforeEach(async () => {
    plugin = await PluginProcess.start({});
    await plugin.configure(configuration());
  });
  afterEach(() => plugin.close());

  test("[1] Check fills in the region, lets unknowns pass, keeps secrets secret, and says the same with olds and without", async () => {
    const news = { instanceId: UNKNOWN, vpcId: secretOf("vpc-1") };
    const answers = [await plugin.check(news), await plugin.check(news, link)];
    for (const answer of answers) {
      expect(plain(answer.getInputs())).toEqual({ ...news, regionId: "cn-hangzhou" });
      expect(answer.getFailuresList()).toEqual([]);
    }
  });

  test("[1] Check names the property in each failure", async () => {
    const answer = await plugin.check({ instanceId: "i-a, i-b", vpcID: "vpc-1" });
    expect(answer.getFailuresList().map((failure) => failure.getProperty())).toEqual(["instanceId", "vpcId", "vpcID"]);
  });

  test("[2] Diff of equal sides is none, whatever else the state of the dynamic door holds", async () => {
    const answer = await plugin.diff({ ...link, __provider: "code", __timeouts: { create: 3 } }, link);
    expect(answer.toObject()).toMatchObject({
      changes: DIFF_NONE,
      replacesList: [],
      diffsList: [],
      hasdetaileddiff: true,
    });
  });

  test("[2] [3] Diff replaces for each property that changes or is not known, delete before create", async () => {
    const answer = await plugin.diff(link, { ...link, instanceId: UNKNOWN, vpcId: "vpc-2" });
    expect(answer.toObject()).toMatchObject({
      changes: DIFF_SOME,
      replacesList: ["instanceId", "vpcId"],
      diffsList: ["instanceId", "vpcId"],
      deletebeforereplace: true,
    });
    expect(answer.getDetaileddiffMap().get("vpcId")?.toObject()).toEqual({ kind: UPDATE_REPLACE, inputdiff: false });
  });

  test("Diff takes ignored properties for unchanged", async () => {
    expect((await plugin.diff(link, { ...link, vpcId: "vpc-2" }, ["vpcId"])).getChanges()).toBe(DIFF_NONE);
  });

  test("[8] a preview of Create or Update knows all outputs, and calls nothing", async () => {
    const inputs = { ...link, instanceId: UNKNOWN, vpcId: secretOf("vpc-1") };
    const created = await plugin.create(inputs, { preview: true });
    expect([created.getId(), plain(created.getProperties())]).toEqual(["", inputs]);
    expect(plain((await plugin.update(link, link, { preview: true })).getProperties())).toEqual(link);
    expect(actions()).toEqual([]);
  });

  test("[4] [12] is created, created again, read, and deleted twice", async () => {
    for (const adopted of [false, true]) {
      const created = await plugin.create({ ...link, vpcId: secretOf("vpc-1") });
      expect(created.toObject()).toMatchObject({ id: "cn-hangzhou:i-a", refreshBeforeUpdate: false });
      expect(plain(created.getProperties())).toEqual({ ...link, vpcId: secretOf("vpc-1") });
      expect(made()).toEqual(["i-a→vpc-1"]);
      expect(plugin.told).toEqual(
        adopted ? [{ urn: URN, message: expect.stringContaining("adopted"), ephemeral: false }] : [],
      );
    }
    await plugin.delete(link);
    await plugin.delete({ ...link, __provider: "code", __timeouts: {} });
    expect(made()).toEqual([]);
  });

  test("[4] that is held by another VPC is an error which names it", async () => {
    emulator.link("i-a", "vpc-2");
    const error = await plugin.create(link).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      details: expect.stringMatching(/cannot link i-a to vpc-1 in cn-hangzhou: it is linked to vpc-2/),
    });
    expect(halfMadeOf(error)).toBeUndefined();
    expect(made()).toEqual(["i-a→vpc-2"]);
  });

  test("[9] [11] Read drops what the dynamic door kept, and reading again changes nothing", async () => {
    emulator.link("i-a", "vpc-1");
    const first = await plugin.read("cn-hangzhou:i-a", { ...link, __provider: "code", __timeouts: {} }, link);
    expect(first.getId()).toBe("cn-hangzhou:i-a");
    expect([plain(first.getProperties()), plain(first.getInputs())]).toEqual([link, link]);
    expect(plugin.told).toEqual([]);
  });

  test("[9] [11] drift is read, told once, and no drift any more when it is read again", async () => {
    emulator.link("i-a", "vpc-2");
    const drifted = { ...link, vpcId: "vpc-2" };
    const answer = await plugin.read("cn-hangzhou:i-a", link, link);
    expect([plain(answer.getProperties()), plain(answer.getInputs())]).toEqual([drifted, drifted]);
    expect(plugin.told).toEqual([
      { urn: URN, message: "drift: i-a is linked to vpc-2, no longer to vpc-1", ephemeral: false },
    ]);
    await plugin.read("cn-hangzhou:i-a", drifted, drifted);
    expect(plugin.told).toHaveLength(1);
  });

  test("[9] a link that is gone has no id, and so has one whose instance was released", async () => {
    expect((await plugin.read("cn-hangzhou:i-a", link, link)).getId()).toBe("");
    emulator.removeInstance("i-a");
    expect((await plugin.read("cn-hangzhou:i-a", link, link)).getId()).toBe("");
    expect(plugin.told[0]).toEqual({ urn: URN, message: "drift: i-a is no longer linked to vpc-1", ephemeral: false });
  });

  test("[9] Read that is not allowed is an error and proves nothing", async () => {
    emulator.injectFault({ kind: "denied" });
    await expect(plugin.read("cn-hangzhou:i-a", link, link)).rejects.toThrow("Forbidden");
  });

  test.each(["i-a", "cn-hangzhou:i-a"])("[10] is imported by %s alone", async (id) => {
    emulator.link("i-a", "vpc-1");
    const answer = await plugin.read(id);
    expect(answer.getId()).toBe("cn-hangzhou:i-a");
    expect([plain(answer.getProperties()), plain(answer.getInputs())]).toEqual([link, link]);
  });

  test.each([
    ["i-b", "i-b is not linked in cn-hangzhou; check the id and the region"],
    ["cn-beijing:i-a", "i-a is not linked in cn-beijing; check the id and the region"],
    ["a:b:c", '"a:b:c" is not the id of a link'],
    ["cn-hangzhou:i-a,i-b", '"cn-hangzhou:i-a,i-b" is not the id of a link'],
    ["", '"" is not the id of a link'],
  ])("[10] an import of %j says what is wrong with it", async (id, sentence) => {
    await expect(plugin.read(id)).rejects.toThrow(sentence);
  });

  test("[6] [7] made but not listed in time is half made, and Update finishes it without another attach", async () => {
    emulator.injectFault({ kind: "invisible", ms: 60_000 });
    const error = await plugin
      .create({ ...link, vpcId: secretOf("vpc-1") }, { timeout: 1 })
      .catch((thrown: unknown) => thrown);
    expect(halfMadeOf(error)).toEqual({
      id: "cn-hangzhou:i-a",
      properties: { ...link, vpcId: secretOf("vpc-1"), __halfMade: true },
      reasons: [expect.stringMatching(/^cannot link i-a to vpc-1 in cn-hangzhou: not done within 1 s/)],
    });
    emulator.clearFaults();
    expect(plain((await plugin.update(link, link)).getProperties())).toEqual(link);
    expect(actions().filter((action) => action === "AttachClassicLinkVpc")).toHaveLength(1);
  });

  test("[6] half made and not listed yet is still there after a read, and due for an update", async () => {
    const halfMade = { ...link, __halfMade: true };
    const unlisted = await plugin.read("cn-hangzhou:i-a", halfMade, link);
    expect([unlisted.getId(), plain(unlisted.getProperties())]).toEqual(["cn-hangzhou:i-a", halfMade]);
    const diff = await plugin.diff(halfMade, link);
    expect(diff.toObject()).toMatchObject({ changes: DIFF_SOME, replacesList: [], diffsList: [] });
    emulator.link("i-a", "vpc-1");
    expect(plain((await plugin.read("cn-hangzhou:i-a", halfMade, link)).getProperties())).toEqual(link);
    expect(plugin.told).toEqual([]);
  });

  test("[6] half made is removed before it is listed, also while the instance is locked", async () => {
    emulator.injectFault({ kind: "invisible", ms: 60_000 });
    await expect(plugin.create(link, { timeout: 1 })).rejects.toThrow("not listed yet");
    emulator.injectFault({ kind: "locked", instanceId: "i-a", times: 2 });
    await plugin.delete({ ...link, __halfMade: true });
    expect(emulator.links()).toEqual([]);
  });

  test("[6] half made is gone once the instance is linked elsewhere: that link is not ours to take back", async () => {
    emulator.link("i-a", "vpc-2");
    const read = await plugin.read("cn-hangzhou:i-a", { ...link, __halfMade: true }, link);
    expect(read.getId()).toBe("");
  });

  test("[13] a timeout holds, and its error tells tries, time, code and request", async () => {
    emulator.injectFault({ kind: "locked", instanceId: "i-a" });
    const begun = performance.now();
    await expect(plugin.create(link, { timeout: 5 })).rejects.toThrow(
      /not done within 5 s.*after \d+ calls in 5.*InvalidStatus\.InstanceLocked.*request [0-9A-F-]{36}/,
    );
    expect(performance.now() - begun).toBeGreaterThan(4_750);
    expect(performance.now() - begun).toBeLessThan(5_500);
    expect(made()).toEqual([]);
  });

  test("a wait is a status in the row of the resource, taken away at the end", async () => {
    emulator.injectFault({ kind: "locked", instanceId: "i-a", times: 3 });
    await plugin.create(link);
    const messages = plugin.told.map(({ message }) => message);
    expect(plugin.told.every(({ urn, ephemeral }) => urn === URN && ephemeral)).toBe(true);
    expect(messages).toEqual([
      expect.stringMatching(/^locked, 1 try, .+ of 10 min$/),
      expect.stringMatching(/^locked, 2 tries, /),
      expect.stringMatching(/^locked, 3 tries, /),
      "",
    ]);
  });

  test("[14] Cancel ends a wait at once; what is not linked is not kept", async () => {
    emulator.injectFault({ kind: "locked", instanceId: "i-a" });
    const creating = plugin.create(link).catch((thrown: unknown) => thrown);
    while (plugin.told.length === 0) await wait(20);
    const begun = performance.now();
    await plugin.cancel();
    const error = await creating;
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(error).toMatchObject({ details: expect.stringContaining("cancelled") });
    expect(halfMadeOf(error)).toBeUndefined();
    expect(plugin.told.at(-1)).toEqual({ urn: URN, message: "", ephemeral: true });
  });

  test("[14] Cancel after the attach leaves a half-made link; what comes later is refused too", async () => {
    emulator.injectFault({ kind: "invisible", ms: 60_000 });
    const creating = plugin.create(link).catch((thrown: unknown) => thrown);
    while (plugin.told.length === 0) await wait(20);
    await plugin.cancel();
    expect(halfMadeOf(await creating)).toMatchObject({ id: "cn-hangzhou:i-a", properties: link });
    await expect(plugin.create({ ...link, instanceId: "i-b" })).rejects.toThrow("cancelled");
    expect(made()).toEqual(["i-a→vpc-1"]);
  });

  test("refreshBeforeUpdate is answered by all calls that can ask for it", async () => {
    await plugin.configure(configuration({ refreshBeforeUpdate: true }));
    expect((await plugin.create(link)).getRefreshBeforeUpdate()).toBe(true);
    expect((await plugin.update(link, link)).getRefreshBeforeUpdate()).toBe(true);
    expect((await plugin.read("cn-hangzhou:i-a", link, link)).getRefreshBeforeUpdate()).toBe(true);
  });
});

describe("settings", () => {
  afterEach(() => plugin.close());

  test("[10] [16] the environment alone will do, without Configure", async () => {
    plugin = await PluginProcess.start(emulator.environment);
    emulator.link("i-a", "vpc-1");
    expect((await plugin.read("i-a")).getId()).toBe("cn-hangzhou:i-a");
  });

  test("[16] what is configured wins over the environment", async () => {
    plugin = await PluginProcess.start({
      ...emulator.environment,
      ALICLOUD_REGION: "cn-beijing",
      ALICLOUD_SECRET_KEY: "no",
    });
    await plugin.configure(configuration());
    expect((await plugin.create(link)).getId()).toBe("cn-hangzhou:i-a");
  });

  test("[15] Configure never fails, and eight calls that start with it all see it", async () => {
    plugin = await PluginProcess.start({});
    await plugin.configure({ accessKey: "half" });
    await expect(plugin.create(link)).rejects.toThrow("secretKey is missing, while classiclink:accessKey is set");
    const configured = plugin.configure(configuration());
    const checks = ["1", "2", "3", "4", "5", "6", "7", "8"].map((n) =>
      plugin.check({ instanceId: `i-${n}`, vpcId: "vpc-1" }),
    );
    await configured;
    for (const check of checks) expect(plain((await check).getInputs()).regionId).toBe("cn-hangzhou");
  });

  test("[17] a refused key is told by its name, and the secret nowhere", async () => {
    plugin = await PluginProcess.start({});
    await plugin.configure(configuration({ secretKey: secretOf("wr0ng-secret") }));
    const error = await plugin.create(link).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ details: expect.stringContaining("check accessKey and secretKey") });
    expect(JSON.stringify([error, plugin.stdout, plugin.stderr, plugin.told])).not.toMatch(/wr0ng-secret|testid/);
  });

  test.each<[how: string, assumeRole: JavaScriptValue]>([
    ["an object", { roleArn: "acs:ram::1:role/a" }],
    ["text, as SDKs send it", '{"roleArn":"acs:ram::1:role/a"}'],
  ])("[16] a role to assume may be %s", async (_, assumeRole) => {
    const session = { accessKeyId: "STS.1", accessKeySecret: "secret-1", securityToken: "token-1" };
    const sts = await startSts([{ accessKeyId: "testid", accessKeySecret: SECRET }], () => session);
    const ecs = await startEmulator({ ...session, instances: [{ instanceId: "i-a" }], vpcs: [{ vpcId: "vpc-1" }] });
    try {
      plugin = await PluginProcess.start({});
      await plugin.configure(configuration({ endpoint: ecs.endpoint, stsEndpoint: sts.endpoint, assumeRole }));
      expect((await plugin.create(link)).getId()).toBe("cn-hangzhou:i-a");
      expect(sts.calls.map(({ accessKeyId, params }) => [accessKeyId, params.RoleArn])).toEqual([
        ["testid", "acs:ram::1:role/a"],
      ]);
    } finally {
      await Promise.all([sts.close(), ecs.close()]);
    }
  });

  test("a source of credentials that does not answer for a moment is waited out, like ECS itself", async () => {
    const session = { accessKeyId: "STS.1", accessKeySecret: "secret-1", securityToken: "token-1" };
    const sts = await startSts([{ accessKeyId: "testid", accessKeySecret: SECRET }], () => session);
    const ecs = await startEmulator({ ...session, instances: [{ instanceId: "i-a" }], vpcs: [{ vpcId: "vpc-1" }] });
    try {
      sts.answer((request, response) => {
        if (sts.calls.length === 2) sts.answer(undefined);
        refuse(503, "ServiceUnavailable")(request, response);
      });
      plugin = await PluginProcess.start({});
      const assumeRole = { roleArn: "acs:ram::1:role/a" };
      await plugin.configure(configuration({ endpoint: ecs.endpoint, stsEndpoint: sts.endpoint, assumeRole }));
      expect((await plugin.create(link)).getId()).toBe("cn-hangzhou:i-a");
      expect(sts.calls.length).toBeGreaterThanOrEqual(3);
    } finally {
      await Promise.all([sts.close(), ecs.close()]);
    }
  });

  test("a region that does not exist is told by the first operation", async () => {
    plugin = await PluginProcess.start({});
    await plugin.configure(configuration());
    await expect(plugin.create({ ...link, regionId: "cn-nowhere" })).rejects.toThrow(/in cn-nowhere: .*check regionId/);
  });
});

describe("looking for links", () => {
  const ids = Array.from({ length: 205 }, (_, index) => `i-many-${String(index).padStart(3, "0")}`);
  beforeEach(async () => {
    plugin = await PluginProcess.start({});
    await plugin.configure(configuration());
  });
  afterEach(() => plugin.close());
  const linkMany = () => {
    for (const instanceId of ids) {
      emulator.addInstance({ instanceId });
      emulator.link(instanceId, "vpc-1");
    }
  };

  test("getLinks reads all pages of a VPC", async () => {
    linkMany();
    const { links } = plain((await plugin.invoke({ vpcId: "vpc-1" })).getReturn());
    expect(links).toEqual(ids.map((instanceId) => ({ instanceId, vpcId: "vpc-1" })));
    expect(actions()).toHaveLength(3);
  });

  test("getLinks looks for instances, and leaves out those without a link, gone, or linked elsewhere", async () => {
    emulator.link("i-a", "vpc-1");
    emulator.link("i-b", "vpc-2");
    const found = async (args: Props) => plain((await plugin.invoke(args)).getReturn()).links;
    const a = { instanceId: "i-a", vpcId: "vpc-1" };
    const b = { instanceId: "i-b", vpcId: "vpc-2" };
    expect(await found({ instanceIds: ["i-b", "i-a", "i-c", "i-gone", "i-a"] })).toEqual([a, b]);
    expect(await found({ instanceIds: ["i-a", "i-b"], vpcId: "vpc-2" })).toEqual([b]);
    expect(await found({ instanceIds: [] })).toEqual([]);
    expect(await found({ vpcId: "vpc-1", regionId: "cn-beijing" })).toEqual([]);
    expect(await found({ vpcId: secretOf("vpc-1") })).toEqual(secretOf([a]));
  });

  test("getLinks without a filter is an error of its input", async () => {
    const [failure] = (await plugin.invoke({})).getFailuresList();
    expect(failure?.toObject()).toEqual({
      property: "vpcId",
      reason: "is missing, and so is instanceIds; give one of them or both",
    });
  });

  testOfList("List gives ids that can be imported, page by page and no more than asked for", async () => {
    linkMany();
    const listed: string[] = [];
    const sizes: number[] = [];
    for (let token: string | undefined = ""; token !== undefined; ) {
      const request = new rpc.ListRequest().setToken(LINK_TYPE).setQuery(struct({ vpcId: "vpc-1" }));
      const answers = await plugin.list(request.setPageSize(60).setLimit(150).setContinuationToken(token));
      const page = answers.flatMap((answer) => answer.getResult()?.getId() ?? []);
      listed.push(...page);
      sizes.push(page.length);
      token = answers.at(-1)?.getContinuation()?.getContinuationToken();
    }
    expect(sizes).toEqual([60, 60, 30]);
    expect(listed).toEqual(ids.slice(0, 150).map((instanceId) => `cn-hangzhou:${instanceId}`));
    expect((await plugin.read(listed[0] ?? "")).getId()).toBe(listed[0]);
  });

  testOfList("List cannot tell while its query is not known, and says what is missing in it", async () => {
    const request = () => new rpc.ListRequest().setToken(LINK_TYPE);
    const [computed, ...more] = await plugin.list(request().setQuery(struct({ vpcId: UNKNOWN })));
    expect([computed?.hasComputed(), more]).toEqual([true, []]);
    await expect(plugin.list(request())).rejects.toThrow("vpcId: is missing, and so is instanceIds");
    await expect(
      plugin.list(
        request()
          .setQuery(struct({ vpcId: "vpc-1" }))
          .setContinuationToken("x"),
      ),
    ).rejects.toThrow("token");
  });
});

describe("the process", () => {
  afterEach(() => plugin.close());

  test("ends in order when the engine interrupts it", async () => {
    plugin = await PluginProcess.start({});
    expect(await plugin.interrupt()).toBe(0);
  });

  test("serves without a greeting, and works again for the next engine after a Cancel", async () => {
    plugin = await PluginProcess.start(emulator.environment, { greet: false });
    await plugin.create(link);
    await plugin.cancel();
    await expect(plugin.create(link)).rejects.toThrow("cancelled");
    await plugin.call(service.handshake, new rpc.ProviderHandshakeRequest().setEngineAddress("127.0.0.1:1"));
    expect((await plugin.create({ ...link, instanceId: "i-b" })).getId()).toBe("cn-hangzhou:i-b");
  });
});
