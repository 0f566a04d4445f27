/** The plugin's process: what it translates between Pulumi's protocol and the resources. */

import { status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ResourceProviderService as service } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Emulator, startEmulator } from "../../emulator";
import { version } from "../../package.json";
import { openEngine } from "../support/engine";
import { LINK_TYPE, LINKS_URN, PluginProcess, UNKNOWN, URN } from "../support/pluginProcess";
import { partiallyCreatedOf, plain, type Props, secretOf, struct } from "../support/providerProcess";

const SECRET = "s3cr3t+MARKER/with=chars";
const regionId = "cn-hangzhou";
const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
const { UPDATE_REPLACE, UPDATE } = rpc.PropertyDiff.Kind;
/** The oldest @pulumi/pulumi that is supported has no call of this name yet. */
const testOfList = "ListRequest" in rpc ? test : test.skip;

let emulator: Emulator;
let plugin: PluginProcess;
/** Each test has instances and a VPC of its own. */
let [one, two, vpc] = ["", "", ""];
let tests = 0;

beforeAll(async () => {
  emulator = await startEmulator({ vpcs: [{ vpcId: "vpc-other" }], accessKeySecret: SECRET });
  plugin = await PluginProcess.start({});
});
afterAll(() => Promise.all([plugin.close(), emulator.close()]));
beforeEach(async () => {
  tests += 1;
  [one, two, vpc] = [`i-one${tests}`, `i-two${tests}`, `vpc-${tests}`];
  for (const instanceId of [one, two]) emulator.addInstance({ instanceId });
  emulator.addVpc({ vpcId: vpc });
  emulator.clearCalls();
  plugin.urn = URN;
  plugin.told.length = 0;
  // Another engine greets it, as at the beginning of each run.
  await plugin.call(service.handshake, new rpc.ProviderHandshakeRequest().setEngineAddress(await plugin.engine()));
  await plugin.configure(configuration());
});
afterEach(() => emulator.clearFaults());

/** What the provider of a stack is configured with. */
const configuration = (more: Props = {}): Props => ({
  region: regionId,
  accessKey: "testid",
  secretKey: secretOf(SECRET),
  endpoint: emulator.endpoint,
  ...more,
});
const link = () => ({ instanceId: one, vpcId: vpc, regionId });
const linkId = () => `${regionId}:${one}`;
const fleet = (...instanceIds: string[]): Props => ({ vpcId: vpc, instanceIds, regionId });
const linkedTo = (instanceId: string) => emulator.links().find((found) => found.instanceId === instanceId)?.vpcId;
const actions = () => emulator.calls().map(({ action }) => action);
const failing = (call: Promise<unknown>): Promise<unknown> =>
  expect(call)
    .rejects.toBeDefined()
    .then(() => call.catch((error: unknown) => error));

describe("the process", () => {
  test("prints its port and nothing else", () => {
    expect(plugin.stdout).toEqual([expect.stringMatching(/^\d+$/)]);
    expect(plugin.stderr).toEqual([]);
  });

  test("accepts secrets and resources in Handshake and in Configure, and supports previews", async () => {
    const greeted = await plugin.call(service.handshake, new rpc.ProviderHandshakeRequest());
    expect(greeted.toObject()).toMatchObject({ acceptSecrets: true, acceptResources: true, acceptOutputs: false });
    expect((await plugin.configure(configuration())).toObject()).toMatchObject({
      acceptsecrets: true,
      acceptresources: true,
      acceptoutputs: false,
      supportspreview: true,
    });
  });

  test("gives its version and its schema, and has nothing to map", async () => {
    expect((await plugin.call(service.getPluginInfo, new Empty())).getVersion()).toBe(version);
    const { schema } = (await plugin.call(service.getSchema, new rpc.GetSchemaRequest())).toObject();
    expect(JSON.parse(schema)).toMatchObject({ name: "classiclink", version });
    const mapping = await plugin.call(service.getMapping, new rpc.GetMappingRequest().setKey("terraform"));
    expect(mapping.toObject()).toMatchObject({ provider: "", data: "" });
  });

  test.each([
    ["Parameterize", () => plugin.call(service.parameterize, new rpc.ParameterizeRequest())],
    ["Construct", () => plugin.call(service.construct, new rpc.ConstructRequest())],
    ["Call", () => plugin.call(service.call, new rpc.CallRequest())],
    ["GetMappings", () => plugin.call(service.getMappings, new rpc.GetMappingsRequest())],
  ])("does not serve %s, and says why", async (name, call) => {
    expect(await failing(call())).toMatchObject({
      code: status.UNIMPLEMENTED,
      details: expect.stringMatching(new RegExp(`^classiclink does not serve ${name}: .+`)),
    });
  });

  test("refuses a type, a function and a schema version that do not exist, by name", async () => {
    const request = new rpc.CheckRequest().setUrn("urn:pulumi:dev::shop::classiclink:index:Nothing::web");
    await expect(plugin.call(service.check, request)).rejects.toThrow('no resource type "classiclink:index:Nothing"');
    await expect(plugin.invoke({}, "classiclink:index:nothing")).rejects.toThrow(
      'no function "classiclink:index:nothing"',
    );
    await expect(plugin.call(service.getSchema, new rpc.GetSchemaRequest().setVersion(7))).rejects.toThrow(
      "request version 0",
    );
  });

  test("serves a resource that is the child of another", async () => {
    plugin.urn = `urn:pulumi:dev::shop::my:index:Shop$${LINK_TYPE}::web`;
    expect((await plugin.check(link())).getFailuresList()).toEqual([]);
  });

  test("ends in order when the engine interrupts it", async () => {
    const another = await PluginProcess.start({});
    expect(await another.interrupt()).toBe(0);
    await another.close();
  });

  test("[28] ends when its engine is gone, though the engine did not end it", async () => {
    const engine = await openEngine();
    const orphan = await PluginProcess.start(emulator.environment, { engine: engine.address, greet: false });
    await engine.connected;
    engine.end();
    await orphan.ended();
    await orphan.close();
  });
});

describe("the provider's own configuration", () => {
  test("[17] comes back from CheckConfig as it was, with what is secret marked", async () => {
    const news = { region: regionId, accessKey: "id", secretKey: SECRET, securityToken: UNKNOWN, version: "1.2.3" };
    const answer = await plugin.checkConfig(news);
    expect(answer.getFailuresList()).toEqual([]);
    expect(plain(answer.getInputs())).toEqual({ ...news, secretKey: secretOf(SECRET) });
  });

  test.each<[string, Props, string, RegExp]>([
    ["half a key pair", { accessKey: "id" }, "", /^secretKey is missing, while classiclink:accessKey is set/],
    ["an endpoint with a path", { endpoint: "ecs.example.com/x" }, "endpoint", /^classiclink:endpoint has more than/],
    ["a region with an address in it", { region: "example.org/" }, "region", /^regionId: "example.org\/"/],
    ["a switch", { refreshBeforeUpdate: "perhaps" }, "refreshBeforeUpdate", /use true or false/],
    ["a number for a text", { region: 7 }, "region", /^region is of type number/],
    ["a role without its ARN", { assumeRole: {} }, "assumeRole", /^classiclink:assumeRole\.roleArn is missing/],
  ])("[15] %s is reported once, by the name of the setting", async (_, news, property, reason) => {
    const failures = (await plugin.checkConfig(news)).getFailuresList().map((failure) => failure.toObject());
    expect(failures).toEqual([{ property, reason: expect.stringMatching(reason) }]);
  });

  test("[17] Pulumi prints the value of a property that fails, so none is named that has a password", async () => {
    const [failure] = (await plugin.checkConfig({ endpoint: "https://me:hunter2@ecs.example.com" })).getFailuresList();
    expect(failure?.toObject()).toEqual({ property: "", reason: expect.not.stringContaining("hunter2") });
  });

  test("settings that are not known yet are judged when they are", async () => {
    expect((await plugin.checkConfig({ accessKey: UNKNOWN, region: regionId })).getFailuresList()).toEqual([]);
  });

  test("[24] no change of it replaces the provider, not even of the region", async () => {
    const olds = { region: regionId, accessKey: "a", secretKey: "b", endpoint: "e", refreshBeforeUpdate: "true" };
    const news = { ...olds, region: "cn-beijing", accessKey: "c", endpoint: "f", version: "9.9.9" };
    const answer = await plugin.diffConfig(olds, news);
    expect([answer.getChanges(), answer.getReplacesList()]).toEqual([DIFF_SOME, []]);
    expect([...answer.getDetaileddiffMap().keys()].sort()).toEqual([...answer.getDiffsList()].sort());
    expect(answer.getDetaileddiffMap().get("region")?.getKind()).toBe(UPDATE);
  });

  test("one setting in two spellings is no change", async () => {
    const same = await plugin.diffConfig({ refreshBeforeUpdate: "true" }, { refreshBeforeUpdate: true });
    expect(same.getChanges()).toBe(DIFF_NONE);
  });

  test("[15] Configure never fails, and eight calls that start with it all see it", async () => {
    await plugin.configure({ accessKey: "half" });
    await expect(plugin.create(link())).rejects.toThrow("secretKey is missing, while classiclink:accessKey is set");
    const configured = plugin.configure(configuration());
    const checks = Array.from({ length: 8 }, (_, n) => plugin.check({ instanceId: `i-${n}`, vpcId: vpc }));
    await configured;
    for (const check of checks) expect(plain((await check).getInputs()).regionId).toBe(regionId);
  });

  test("[10] [16] the environment alone will do, without Configure, and what is configured wins over it", async () => {
    emulator.link(one, vpc);
    const another = await PluginProcess.start(emulator.environment);
    expect((await another.read(one)).getId()).toBe(linkId());
    await another.configure({ region: "cn-beijing" });
    expect(plain((await another.check({ instanceId: one, vpcId: vpc })).getInputs()).regionId).toBe("cn-beijing");
    await another.close();
  });

  test("[17] a refused key is reported without the key", async () => {
    await plugin.configure(configuration({ secretKey: secretOf("wr0ng-secret") }));
    const error = await failing(plugin.create(link()));
    expect(error).toMatchObject({ details: expect.stringContaining("check the access key and its secret") });
    expect(JSON.stringify([error, plugin.stdout, plugin.stderr, plugin.told])).not.toMatch(/wr0ng-secret|testid/);
  });

  test("refreshBeforeUpdate is answered by all calls that can ask for it", async () => {
    await plugin.configure(configuration({ refreshBeforeUpdate: true }));
    expect((await plugin.create(link())).getRefreshBeforeUpdate()).toBe(true);
    expect((await plugin.update(link(), link())).getRefreshBeforeUpdate()).toBe(true);
    expect((await plugin.read(linkId(), link(), link())).getRefreshBeforeUpdate()).toBe(true);
  });
});

describe("Check, Diff and previews", () => {
  test("[1] Check fills in the region, lets unknowns pass, and keeps secrets secret, with olds and without", async () => {
    const news = { instanceId: UNKNOWN, vpcId: secretOf(vpc) };
    for (const answer of [await plugin.check(news), await plugin.check(news, link())]) {
      expect(plain(answer.getInputs())).toEqual({ ...news, regionId });
      expect(answer.getFailuresList()).toEqual([]);
    }
  });

  test("[1] Check names the property of each failure", async () => {
    plugin.urn = LINKS_URN;
    const failures = (await plugin.check({ instanceIds: ["i-a", "", "i-a"], regions: "x" })).getFailuresList();
    expect(failures.map((failure) => failure.getProperty())).toEqual([
      "vpcId",
      "instanceIds[1]",
      "instanceIds[2]",
      "regions",
    ]);
  });

  test("[1] Check names the resource that declares the same instance", async () => {
    await plugin.check(link());
    plugin.urn = `${URN}2`;
    const [failure] = (await plugin.check({ ...link(), vpcId: "vpc-other" })).getFailuresList();
    expect(failure?.getReason()).toContain('is declared by ClassicLink "web" already');
  });

  test("[2] [21] Diff of equal sides is none, whatever the dynamic host has left in the state", async () => {
    const state = { ...link(), __provider: "code", __timeouts: { create: 3 }, __holder: "x" };
    expect((await plugin.diff(state, link())).toObject()).toMatchObject({
      changes: DIFF_NONE,
      replacesList: [],
      diffsList: [],
      hasdetaileddiff: true,
    });
  });

  test("[2] [3] Diff replaces for each property that changes or is not known, delete before create", async () => {
    const answer = await plugin.diff(link(), { ...link(), instanceId: UNKNOWN, vpcId: "vpc-2" });
    expect(answer.toObject()).toMatchObject({
      changes: DIFF_SOME,
      replacesList: ["instanceId", "vpcId"],
      diffsList: ["instanceId", "vpcId"],
      deletebeforereplace: true,
    });
    expect(answer.getDetaileddiffMap().get("vpcId")?.toObject()).toEqual({ kind: UPDATE_REPLACE, inputdiff: false });
  });

  test("[2] Diff changes members in place, and puts back what has moved away", async () => {
    plugin.urn = LINKS_URN;
    const state = { ...fleet("i-a"), movedAway: { "i-b": "vpc-other" } };
    const answer = await plugin.diff(state, fleet("i-a", "i-b"));
    expect(answer.toObject()).toMatchObject({ changes: DIFF_SOME, replacesList: [] });
    const kinds = answer.getDetaileddiffMap();
    expect([...kinds.keys()].map((name) => [name, kinds.get(name)?.getKind()])).toEqual([
      ["instanceIds", UPDATE],
      ["movedAway", UPDATE],
    ]);
  });

  test("[6] Diff of what is partially created asks for an update, though no property differs", async () => {
    const answer = await plugin.diff({ ...link(), __halfMade: true }, link());
    expect(answer.toObject()).toMatchObject({ changes: DIFF_SOME, replacesList: [], diffsList: [] });
  });

  test("Diff takes ignored properties for unchanged", async () => {
    expect((await plugin.diff(link(), { ...link(), vpcId: "vpc-2" }, ["vpcId"])).getChanges()).toBe(DIFF_NONE);
  });

  test("[8] a preview of Create or Update knows all outputs, and calls nothing", async () => {
    const inputs = { ...link(), instanceId: UNKNOWN, vpcId: secretOf(vpc) };
    const created = await plugin.create(inputs, { preview: true });
    expect([created.getId(), plain(created.getProperties())]).toEqual(["", inputs]);
    expect(plain((await plugin.update(link(), link(), { preview: true })).getProperties())).toEqual(link());
    expect(actions()).toEqual([]);
  });

  test("[17] an output that gives a secret input away is secret too", async () => {
    plugin.urn = LINKS_URN;
    const inputs = { ...fleet(), instanceIds: secretOf(["i-a"]) };
    const created = await plugin.create(inputs, { preview: true });
    expect(plain(created.getProperties())).toEqual({ ...inputs, movedAway: secretOf({}) });
  });
});

describe("operations", () => {
  test("[4] [12] a link is created, created again, and deleted twice; adoption is a line beside the resource", async () => {
    const created = await plugin.create({ ...link(), vpcId: secretOf(vpc) });
    expect(created.toObject()).toMatchObject({ id: linkId(), refreshBeforeUpdate: false });
    expect(plain(created.getProperties())).toEqual({ ...link(), vpcId: secretOf(vpc) });
    expect(plugin.told).toEqual([]);
    await plugin.create(link());
    expect(plugin.told).toEqual([{ urn: URN, message: expect.stringContaining("adopted"), ephemeral: false }]);
    await plugin.call(service.handshake, new rpc.ProviderHandshakeRequest().setEngineAddress("127.0.0.1:1"));
    await plugin.delete(link());
    await plugin.delete({ ...link(), __provider: "code", __timeouts: {} });
    expect(linkedTo(one)).toBeUndefined();
  });

  test("a failed call carries its one sentence and nothing to keep", async () => {
    emulator.link(one, "vpc-other");
    const error = await failing(plugin.create(link()));
    expect(error).toMatchObject({
      details: expect.stringMatching(/^cannot link \S+ to \S+ in cn-hangzhou: it is linked to vpc-other/),
    });
    expect(partiallyCreatedOf(error)).toBeUndefined();
    expect(linkedTo(one)).toBe("vpc-other");
  });

  test("[6] [7] [13] a timeout leaves what is partially created with id, properties, secrets and reasons; Update finishes it", async () => {
    emulator.injectFault({ kind: "invisible", ms: 60_000 });
    const error = await failing(plugin.create({ ...link(), vpcId: secretOf(vpc) }, { timeout: 3 }));
    expect(partiallyCreatedOf(error)).toEqual({
      id: linkId(),
      properties: { ...link(), vpcId: secretOf(vpc), __halfMade: true, __attachedAt: expect.any(Number) },
      reasons: [expect.stringMatching(/^cannot link \S+ to \[secret\] in cn-hangzhou: not done within 3 s/)],
    });
    emulator.clearFaults();
    expect(plain((await plugin.update(link(), link())).getProperties())).toEqual(link());
    expect(actions().filter((action) => action === "AttachClassicLinkVpc")).toHaveLength(1);
  });

  test("[6] a fleet keeps the members that are linked, with a reason for each other", async () => {
    plugin.urn = LINKS_URN;
    emulator.link(two, "vpc-other");
    const partiallyCreated = partiallyCreatedOf(await failing(plugin.create(fleet(one, two))));
    expect(partiallyCreated).toMatchObject({
      id: `${regionId}:${vpc}`,
      properties: { ...fleet(one), movedAway: {}, __halfMade: true },
      reasons: [expect.stringMatching(new RegExp(`^${two}: it is linked to vpc-other`))],
    });
    emulator.unlink(two);
    const updated = await plugin.update(partiallyCreated?.properties ?? {}, fleet(one, two));
    expect(plain(updated.getProperties())).toEqual({ ...fleet(one, two), movedAway: {} });
  });

  test("[9] [11] Read reports drift once, keeps what it means to Delete, and shows nothing new when it reads again", async () => {
    emulator.link(one, "vpc-other");
    const drifted = { ...link(), vpcId: "vpc-other", __movedFrom: vpc };
    const answer = await plugin.read(linkId(), link(), link());
    expect([plain(answer.getProperties()), plain(answer.getInputs())]).toEqual([drifted, drifted]);
    const again = await plugin.read(linkId(), drifted, drifted);
    expect([plain(again.getProperties()), plain(again.getInputs())]).toEqual([drifted, drifted]);
    expect(plugin.told).toEqual([
      { urn: URN, message: expect.stringContaining("is linked to vpc-other, no longer to"), ephemeral: false },
    ]);
  });

  test("[17] a drift keeps a secret VPC secret, in the properties and in the report", async () => {
    emulator.link(one, "vpc-other");
    const state = { ...link(), vpcId: secretOf(vpc) };
    const answer = await plugin.read(linkId(), state, state);
    const drifted = { ...link(), vpcId: secretOf("vpc-other"), __movedFrom: secretOf(vpc) };
    expect([plain(answer.getProperties()), plain(answer.getInputs())]).toEqual([drifted, drifted]);
    expect(plugin.told.map(({ message }) => message)).toEqual([
      `drift: ${one} is linked to vpc-other, no longer to [secret]`,
    ]);
  });

  test("[9] [11] Read of a fleet names the members that drifted, and further reads show nothing new", async () => {
    plugin.urn = LINKS_URN;
    emulator.link(one, "vpc-other");
    const inputs = { ...fleet(one, two), instanceIds: secretOf([one, two]) };
    const answer = await plugin.read(`${regionId}:${vpc}`, { ...inputs, movedAway: secretOf({}) }, inputs);
    const drifted = { ...fleet(), instanceIds: secretOf([]), movedAway: secretOf({ [one]: "vpc-other" }) };
    expect(plain(answer.getProperties())).toEqual(drifted);
    const again = await plugin.read(`${regionId}:${vpc}`, drifted, plain(answer.getInputs()));
    expect([plain(again.getProperties()), plain(again.getInputs())]).toEqual([drifted, plain(answer.getInputs())]);
    expect(plugin.told.map(({ message }) => message)).toEqual([
      `drift: no longer linked to ${vpc}: [secret]`,
      `drift: no longer linked to ${vpc}, but elsewhere: [secret] to vpc-other`,
    ]);
  });

  test("[9] Read of what is gone has no id, and Read that is not allowed is an error", async () => {
    expect((await plugin.read(linkId(), link(), link())).getId()).toBe("");
    emulator.injectFault({ kind: "denied" });
    await expect(plugin.read(linkId(), link(), link())).rejects.toThrow("Forbidden");
  });

  test("[10] an import reads by the id alone, and gives the inputs that declare it", async () => {
    emulator.link(one, vpc);
    for (const id of [one, linkId()]) {
      const answer = await plugin.read(id);
      expect([answer.getId(), plain(answer.getProperties()), plain(answer.getInputs())]).toEqual([
        linkId(),
        link(),
        link(),
      ]);
    }
    plugin.urn = LINKS_URN;
    const answer = await plugin.read(vpc);
    expect([answer.getId(), plain(answer.getInputs())]).toEqual([`${regionId}:${vpc}`, fleet(one)]);
    await expect(plugin.read("a:b:c")).rejects.toThrow('"a:b:c" is not the id of links: use <regionId>:<vpcId>');
  });

  test("a wait is a status in the row of the resource, taken away at the end", async () => {
    emulator.injectFault({ kind: "locked", instanceId: one, times: 2 });
    await plugin.create(link());
    expect(plugin.told.every(({ urn, ephemeral }) => urn === URN && ephemeral)).toBe(true);
    expect(plugin.told[0]?.message).toMatch(/^locked, .+ of at most 10 min, \d+ calls?$/);
    expect(plugin.told.at(-1)?.message).toBe("");
  });

  test("a fleet reports a status a second at most, and not one for each member", async () => {
    const members = Array.from({ length: 600 }, (_, index) => `i-status-${index}`);
    emulator.injectFault({ kind: "latency", ms: 100 });
    for (const instanceId of members) emulator.addInstance({ instanceId });
    plugin.urn = LINKS_URN;
    await plugin.create(fleet(...members));
    expect(plugin.told.at(-1)?.message).toBe("");
    expect(plugin.told.length).toBeLessThan(members.length / 10);
  });

  test("[14] Cancel ends a wait, and keeps what may have been made; what comes later is refused until the next engine", async () => {
    emulator.injectFault({ kind: "invisible", ms: 60_000 });
    const creating = failing(plugin.create(link()));
    await plugin.toldOf(/not listed yet/);
    await plugin.cancel();
    const error = await creating;
    expect(error).toMatchObject({ details: expect.stringContaining("cancelled") });
    expect(partiallyCreatedOf(error)).toMatchObject({ id: linkId(), properties: link() });
    await expect(plugin.create({ ...link(), instanceId: two })).rejects.toThrow("cancelled");
    emulator.clearFaults();
    await plugin.call(service.handshake, new rpc.ProviderHandshakeRequest().setEngineAddress("127.0.0.1:1"));
    expect((await plugin.create(link())).getId()).toBe(linkId());
  });
});

describe("finding links", () => {
  const ids = Array.from({ length: 105 }, (_, index) => `i-many-${String(index).padStart(3, "0")}`);
  beforeAll(() => {
    emulator.addVpc({ vpcId: "vpc-many" });
    for (const instanceId of ids) {
      emulator.addInstance({ instanceId });
      emulator.link(instanceId, "vpc-many");
    }
  });

  test("getLinks reads all pages of a VPC, and answers a secret question in secret", async () => {
    const links = ids.map((instanceId) => ({ instanceId, vpcId: "vpc-many" }));
    expect(plain((await plugin.invoke({ vpcId: "vpc-many" })).getReturn()).links).toEqual(links);
    expect(plain((await plugin.invoke({ vpcId: secretOf("vpc-many") })).getReturn()).links).toEqual(secretOf(links));
  });

  test("getLinks without a filter is a failure of its input", async () => {
    const [failure] = (await plugin.invoke({})).getFailuresList();
    expect(failure?.toObject()).toEqual({
      property: "vpcId",
      reason: "is missing, and so is instanceIds; give one of them or both",
    });
  });

  testOfList("List gives ids that can be imported, page by page and no more than asked for", async () => {
    const listed: string[] = [];
    for (let token: string | undefined = ""; token !== undefined; ) {
      const request = new rpc.ListRequest().setToken(LINK_TYPE).setQuery(struct({ vpcId: "vpc-many" }));
      const answers = await plugin.list(request.setPageSize(40).setLimit(90).setContinuationToken(token));
      listed.push(...answers.flatMap((answer) => answer.getResult()?.getId() ?? []));
      token = answers.at(-1)?.getContinuation()?.getContinuationToken();
    }
    expect(listed).toEqual(ids.slice(0, 90).map((instanceId) => `${regionId}:${instanceId}`));
    expect((await plugin.read(listed[0] ?? "")).getId()).toBe(listed[0]);
  });

  testOfList("List cannot answer while its query is not known, and names what is missing in it", async () => {
    const request = () => new rpc.ListRequest().setToken(LINK_TYPE);
    const [computed, ...more] = await plugin.list(request().setQuery(struct({ vpcId: UNKNOWN })));
    expect([computed?.hasComputed(), more]).toEqual([true, []]);
    await expect(plugin.list(request())).rejects.toThrow("vpcId: is missing, and so is instanceIds");
    await expect(plugin.list(new rpc.ListRequest().setToken("a:b:C"))).rejects.toThrow('cannot list "a:b:C"');
  });
});

test("[17] no secret was printed, logged or answered in clear", () => {
  const all = [...plugin.stdout, ...plugin.stderr, JSON.stringify(plugin.told)].join("\n");
  expect(all).not.toContain(SECRET);
});
