/** What only the plugin has: its own protocol calls, its configuration, secrets on the wire, and what it tells the engine. */

import { status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ResourceProviderService as service } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Emulator, startEmulator } from "../../emulator";
import { version } from "../../package.json";
import { PluginProcess, UNKNOWN } from "../support/pluginProcess";
import { errorOf, LINK_TYPE, LINKS_URN, plain, type Props, secretOf, struct, URN } from "../support/providerProcess";

const SECRET = "s3cr3t+MARKER/with=chars";
const regionId = "cn-hangzhou";
const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
const { UPDATE_REPLACE, UPDATE } = rpc.PropertyDiff.Kind;
/** The oldest @pulumi/pulumi that is supported has no call of this name yet. */
const testOfList = "ListRequest" in rpc ? test : test.skip;

let emulator: Emulator;
let plugin: PluginProcess;
let [one, vpc] = ["", "vpc-1"];
let tests = 0;

beforeAll(async () => {
  emulator = await startEmulator({ vpcs: [{ vpcId: vpc }, { vpcId: "vpc-other" }], accessKeySecret: SECRET });
  plugin = await PluginProcess.start({});
});
afterAll(() => Promise.all([plugin.close(), emulator.close()]));
beforeEach(async () => {
  tests += 1;
  one = `i-one${tests}`;
  emulator.addInstance({ instanceId: one });
  emulator.clearCalls();
  plugin.urn = URN;
  plugin.logged.length = 0;
  await plugin.greet();
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

describe("the process", () => {
  test("prints its port and nothing else, and ends in order when the engine interrupts it", async () => {
    const another = await PluginProcess.start({});
    expect(await another.interrupt()).toBe(0);
    expect([another.stdout, another.stderr]).toEqual([[expect.stringMatching(/^\d+$/)], []]);
    await another.close();
  });

  test("accepts secrets and resources in Handshake and in Configure, and supports previews", async () => {
    const accepts = { acceptSecrets: true, acceptResources: true, acceptOutputs: false };
    expect((await plugin.greet()).toObject()).toMatchObject(accepts);
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

  const nothing = new rpc.CheckRequest().setUrn("urn:pulumi:dev::shop::classiclink:index:Nothing::web");
  test.each<[number, string, () => Promise<unknown>]>([
    [
      status.UNIMPLEMENTED,
      "serve Parameterize: ",
      () => plugin.call(service.parameterize, new rpc.ParameterizeRequest()),
    ],
    [status.UNIMPLEMENTED, "serve Construct: ", () => plugin.call(service.construct, new rpc.ConstructRequest())],
    [status.UNIMPLEMENTED, "serve Call: ", () => plugin.call(service.call, new rpc.CallRequest())],
    [status.UNIMPLEMENTED, "serve GetMappings: ", () => plugin.call(service.getMappings, new rpc.GetMappingsRequest())],
    [
      status.INVALID_ARGUMENT,
      'no resource type "classiclink:index:Nothing"',
      () => plugin.call(service.check, nothing),
    ],
    [
      status.INVALID_ARGUMENT,
      'no function "classiclink:index:nothing"',
      () => plugin.invoke({}, "classiclink:index:nothing"),
    ],
    [
      status.INVALID_ARGUMENT,
      "request version 0",
      () => plugin.call(service.getSchema, new rpc.GetSchemaRequest().setVersion(7)),
    ],
  ])("refuses what it does not have with code %s, and says so: %s", async (code, words, call) => {
    expect(await errorOf(call())).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test("serves a resource that is the child of another", async () => {
    plugin.urn = `urn:pulumi:dev::shop::my:index:Shop$${LINK_TYPE}::web`;
    expect((await plugin.check(link())).failures).toEqual([]);
  });
});

describe("the provider's own configuration", () => {
  test("[17] comes back from CheckConfig as it was, with what is secret marked", async () => {
    const news = { region: regionId, accessKey: "id", secretKey: "new", securityToken: UNKNOWN, version: "1.2.3" };
    const answer = await plugin.checkConfig(news);
    expect(answer.getFailuresList()).toEqual([]);
    expect(plain(answer.getInputs())).toEqual({ ...news, secretKey: secretOf("new") });
  });

  test.each<[string, Props, string, RegExp]>([
    ["half a key pair", { accessKey: "id" }, "", /^secretKey is missing, while classiclink:accessKey is set/],
    ["an endpoint with a path", { endpoint: "ecs.example.com/x" }, "endpoint", /^classiclink:endpoint has more than/],
    ["a region with an address in it", { region: "example.org/" }, "region", /^regionId: "example.org\/"/],
    ["a switch", { refreshBeforeUpdate: "perhaps" }, "refreshBeforeUpdate", /use true or false/],
    ["a number for a text", { region: 7 }, "region", /^region is of type number/],
    ["a role without its ARN", { assumeRole: {} }, "assumeRole", /^classiclink:assumeRole\.roleArn is missing/],
    // Pulumi prints the value of a property that fails, so none is named that has a password.
    ["a password", { endpoint: "https://me:hunter2@ecs.example.com" }, "", /^(?!.*hunter2)/],
  ])("[15] [17] %s is reported once, by the name of the setting", async (_, news, property, reason) => {
    const failures = (await plugin.checkConfig(news)).getFailuresList().map((failure) => failure.toObject());
    expect(failures).toEqual([{ property, reason: expect.stringMatching(reason) }]);
  });

  test("settings that are not known yet are judged when they are", async () => {
    expect((await plugin.checkConfig({ accessKey: UNKNOWN, region: regionId })).getFailuresList()).toEqual([]);
  });

  test("[24] no change of it replaces the provider, not even of the region; another spelling is no change", async () => {
    const olds = { region: regionId, accessKey: "a", secretKey: "b", endpoint: "e", refreshBeforeUpdate: "true" };
    const news = { ...olds, region: "cn-beijing", accessKey: "c", endpoint: "f", version: "9.9.9" };
    const answer = await plugin.diffConfig(olds, news);
    expect([answer.getChanges(), answer.getReplacesList()]).toEqual([DIFF_SOME, []]);
    expect([...answer.getDetaileddiffMap().keys()].sort()).toEqual([...answer.getDiffsList()].sort());
    expect(answer.getDetaileddiffMap().get("region")?.getKind()).toBe(UPDATE);
    expect((await plugin.diffConfig(olds, { ...olds, refreshBeforeUpdate: true })).getChanges()).toBe(DIFF_NONE);
  });

  test("[16] what is configured wins over the environment", async () => {
    const another = await PluginProcess.start(emulator.environment);
    await another.configure({ region: "cn-beijing" });
    expect((await another.check({ instanceId: one, vpcId: vpc })).inputs.regionId).toBe("cn-beijing");
    await another.close();
  });

  test("refreshBeforeUpdate is answered by all calls that can ask for it", async () => {
    await plugin.configure(configuration({ refreshBeforeUpdate: true }));
    const [urn, id, props] = [URN, linkId(), struct(link())];
    const answers = [
      await plugin.call(service.create, new rpc.CreateRequest().setUrn(urn).setProperties(props)),
      await plugin.call(service.update, new rpc.UpdateRequest().setUrn(urn).setId(id).setOlds(props).setNews(props)),
      await plugin.call(service.read, new rpc.ReadRequest().setUrn(urn).setId(id).setProperties(props)),
    ];
    expect(answers.map((answer) => answer.getRefreshBeforeUpdate())).toEqual([true, true, true]);
  });
});

test("[25] the read of an import names its resource, so that the update leaves what only the import has found", async () => {
  plugin.urn = LINKS_URN;
  emulator.addVpc({ vpcId: "vpc-import" });
  emulator.addInstance({ instanceId: "i-others" });
  for (const instanceId of [one, "i-others"]) emulator.link(instanceId, "vpc-import");
  const { properties } = await plugin.read(`${regionId}:vpc-import`);
  const declared = { ...fleet(one), vpcId: "vpc-import" };
  await plugin.check(declared, properties);
  await plugin.update(properties, declared);
  expect(emulator.links().filter(({ vpcId }) => vpcId === "vpc-import")).toHaveLength(2);
});

describe("Check, Diff and previews", () => {
  test("[1] Check keeps secrets secret, with olds and without, and names the resource that declares the instance", async () => {
    const news = { instanceId: one, vpcId: secretOf(vpc) };
    for (const olds of [{}, link()]) {
      expect(await plugin.check(news, olds)).toEqual({ inputs: { ...news, regionId }, failures: [] });
    }
    plugin.urn = `${URN}2`;
    const { failures } = await plugin.check({ ...link(), vpcId: "vpc-other" });
    expect(failures[0]?.reason).toContain('is declared by ClassicLink "web" already');
  });

  test("[2] Diff says of each property what becomes of it, and takes ignored ones for unchanged", async () => {
    const news = { ...link(), instanceId: UNKNOWN, vpcId: "vpc-2" };
    const answer = await plugin.diff(link(), news);
    expect(answer.toObject()).toMatchObject({ diffsList: ["instanceId", "vpcId"], hasdetaileddiff: true });
    expect(answer.getDetaileddiffMap().get("vpcId")?.toObject()).toEqual({ kind: UPDATE_REPLACE, inputdiff: false });
    expect((await plugin.diff(link(), news, ["vpcId", "instanceId"])).getChanges()).toBe(DIFF_NONE);
  });

  test("[2] Diff changes members in place, and puts back what has moved away", async () => {
    plugin.urn = LINKS_URN;
    const answer = await plugin.diff({ ...fleet("i-a"), movedAway: { "i-b": "vpc-other" } }, fleet("i-a", "i-b"));
    expect(answer.toObject()).toMatchObject({ changes: DIFF_SOME, replacesList: [] });
    const kinds = [...answer.getDetaileddiffMap().toArray()].map(([name]) => name);
    expect(kinds).toEqual(["instanceIds", "movedAway"]);
    expect(answer.getDetaileddiffMap().get("instanceIds")?.getKind()).toBe(UPDATE);
  });

  test("[8] a preview of Create or Update knows all outputs, and calls nothing", async () => {
    const inputs = { ...link(), instanceId: UNKNOWN, vpcId: secretOf(vpc) };
    expect(await plugin.create(inputs, { preview: true })).toEqual({ id: "", properties: inputs });
    expect(await plugin.update(link(), link(), { preview: true })).toEqual(link());
    expect(emulator.calls()).toEqual([]);
  });

  test("[17] an output that gives a secret input away is secret too, and a drift keeps it so", async () => {
    emulator.link(one, "vpc-other");
    const state = { ...link(), vpcId: secretOf(vpc) };
    const drifted = { ...link(), vpcId: secretOf("vpc-other"), __movedFrom: secretOf(vpc) };
    expect(await plugin.read(linkId(), state)).toMatchObject({ properties: drifted, inputs: drifted });
    expect(plugin.told).toEqual([`drift: ${one} is linked to vpc-other, no longer to [secret]`]);
    plugin.urn = LINKS_URN;
    const inputs = { ...fleet(), instanceIds: secretOf(["i-a"]) };
    const { properties } = await plugin.create(inputs, { preview: true });
    expect(properties).toEqual({ ...inputs, movedAway: secretOf({}) });
  });
});

describe("what it tells the engine", () => {
  test("[4] adoption is a line beside the resource, and a create without it none", async () => {
    await plugin.create(link());
    expect(plugin.logged).toEqual([]);
    await plugin.create(link());
    expect(plugin.logged).toEqual([{ urn: URN, message: expect.stringContaining("adopted"), ephemeral: false }]);
  });

  test("a wait is a status in the row of the resource, taken away at the end", async () => {
    emulator.injectFault({ kind: "locked", instanceId: one, times: 2 });
    await plugin.create(link());
    expect(plugin.logged.every(({ urn, ephemeral }) => urn === URN && ephemeral)).toBe(true);
    expect(plugin.told[0]).toMatch(/^locked, .+ of at most 10 min, \d+ calls?$/);
    expect(plugin.told.at(-1)).toBe("");
  });

  test("a fleet reports a status a second at most, and not one for each member", async () => {
    const members = Array.from({ length: 600 }, (_, index) => `i-status-${index}`);
    emulator.injectFault({ kind: "latency", ms: 100 });
    for (const instanceId of members) emulator.addInstance({ instanceId });
    plugin.urn = LINKS_URN;
    await plugin.create(fleet(...members));
    expect(plugin.told.at(-1)).toBe("");
    expect(plugin.told.length).toBeLessThan(members.length / 10);
  });
});

test("[14] Cancel ends a wait, and keeps what may have been made; what comes later is refused until the next engine", async () => {
  emulator.injectFault({ kind: "invisible", ms: 60_000 });
  const creating = errorOf(plugin.create(link()));
  await plugin.toldOf("not listed yet");
  await plugin.cancel();
  expect(await creating).toMatchObject({
    message: expect.stringContaining("cancelled"),
    partiallyCreated: { id: linkId(), properties: link() },
  });
  await expect(plugin.create({ ...link(), instanceId: "i-later" })).rejects.toThrow("cancelled");
  emulator.clearFaults();
  await plugin.greet();
  expect((await plugin.create(link())).id).toBe(linkId());
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

  test("getLinks reads all pages of a VPC, answers a secret question in secret, and needs a filter", async () => {
    const links = ids.map((instanceId) => ({ instanceId, vpcId: "vpc-many" }));
    expect(plain((await plugin.invoke({ vpcId: "vpc-many" })).getReturn()).links).toEqual(links);
    expect(plain((await plugin.invoke({ vpcId: secretOf("vpc-many") })).getReturn()).links).toEqual(secretOf(links));
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
    expect((await plugin.read(listed[0] ?? "")).id).toBe(listed[0]);
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
  expect(plugin.everything.length).toBeGreaterThan(5_000);
  expect(plugin.everything).not.toContain(SECRET);
});
