/** What only the plugin has: its own protocol calls, its configuration, secrets on the wire, and what it logs. */

import { status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { type Emulator, startEmulator } from "../../../emulator";
import { version } from "../../../package.json";
import { Session } from "../../../provider/hosts/plugin/session";
import type { CallContext } from "../../../provider/links/operation";
import { PluginProcess, UNKNOWN } from "../../support/pluginProcess";
import { errorOf, LINK_TYPE, LINKS_URN, type Props, secretOf, URN } from "../../support/providerProcess";
import { clearEnvironment } from "../../support/settings";

clearEnvironment();

const SECRET = "s3cr3t+MARKER/with=chars";
const regionId = "cn-hangzhou";
const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
const { ADD, DELETE, UPDATE_REPLACE, UPDATE } = rpc.PropertyDiff.Kind;
/** The oldest @pulumi/pulumi that is supported has no call of this name yet. */
const testOfList = "ListRequest" in rpc ? test : test.skip;

let emulator: Emulator;
let plugin: PluginProcess;
let [one, vpc] = ["", "vpc-1"];
let tests = 0;

beforeAll(async () => {
  emulator = await startEmulator({ vpcs: [{ vpcId: vpc }, { vpcId: "vpc-other" }], accessKeySecret: SECRET });
  plugin = await PluginProcess.here();
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
afterEach(() => {
  // [17] Nothing that it logged or answered has the secret in clear.
  expect(plugin.everything).not.toContain(SECRET);
  emulator.clearFaults();
});

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

describe("the service", () => {
  test("accepts secrets and resources in Handshake and in Configure, and supports previews", async () => {
    expect(await plugin.greet()).toMatchObject({ acceptSecrets: true, acceptResources: true, acceptOutputs: false });
    const accepts = { acceptsecrets: true, acceptresources: true, acceptoutputs: false, supportspreview: true };
    expect(await plugin.call("configure", { args: configuration() })).toMatchObject(accepts);
  });

  test("gives its version and its schema, and has nothing to map", async () => {
    expect(await plugin.call("getPluginInfo")).toMatchObject({ version });
    expect(JSON.parse((await plugin.call("getSchema")).schema)).toMatchObject({ name: "classiclink", version });
    expect(await plugin.call("getMapping", { key: "terraform" })).toMatchObject({ provider: "", data: "" });
  });

  const { UNIMPLEMENTED, INVALID_ARGUMENT } = status;
  test.each([
    ["parameterize", {}, UNIMPLEMENTED, "serve Parameterize: the package takes"],
    ["construct", {}, UNIMPLEMENTED, "serve Construct: the package has"],
    ["call", {}, UNIMPLEMENTED, "serve Call: its resources have"],
    ["getMappings", {}, UNIMPLEMENTED, "serve GetMappings: there is no"],
    ["check", { urn: "urn:pulumi:dev::shop::a:b:C::web" }, INVALID_ARGUMENT, 'no resource type "a:b:C"'],
    ["check", { urn: "web" }, INVALID_ARGUMENT, 'no resource type ""'],
    ["invoke", { tok: "a:b:c" }, INVALID_ARGUMENT, 'no function "a:b:c"'],
    ["getSchema", { version: 7 }, INVALID_ARGUMENT, "request version 0"],
  ])("refuses a %s of %j, which it does not have, with code %s: %s", async (name, fields, code, words) => {
    expect(await errorOf(plugin.call(name, fields))).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test("takes messages of any size, because the engine sends such", async () => {
    const olds = { ...link(), instanceId: "i".repeat(5_000_000) };
    expect((await plugin.check(link(), olds)).inputs).toEqual(link());
  });

  test("runs a call that no engine has started, and logs nothing", async () => {
    const work = async ({ report, warn, progress }: CallContext) => {
      for (const say of [report, warn, progress]) say?.("said to nobody");
      return "done";
    };
    expect(await new Session().run("", 0, work)).toBe("done");
  });

  test("serves a resource that is the child of another", async () => {
    plugin.urn = `urn:pulumi:dev::shop::my:index:Shop$${LINK_TYPE}::web`;
    expect((await plugin.check(link())).failures).toEqual([]);
  });
});

describe("the provider's own configuration", () => {
  const failuresOf = async (news: Props) => (await plugin.call("checkConfig", { news })).failuresList;

  test("[17] comes back from CheckConfig as it was, with what is secret marked", async () => {
    const news = { region: regionId, accessKey: "id", secretKey: "new", securityToken: UNKNOWN, version: "1.2.3" };
    const { failuresList, inputs } = await plugin.call("checkConfig", { news });
    expect([failuresList, inputs]).toEqual([[], { ...news, secretKey: secretOf("new") }]);
  });

  test.each<[string, Props, string, RegExp]>([
    ["half a key pair", { accessKey: "id" }, "", /^secretKey is missing, while classiclink:accessKey is set/],
    ["an endpoint with a path", { endpoint: "ecs.example.com/x" }, "endpoint", /^classiclink:endpoint has more than/],
    ["a region with an address in it", { region: "example.org/" }, "region", /^regionId: "example.org\/"/],
    ["a switch", { refreshBeforeUpdate: "perhaps" }, "refreshBeforeUpdate", /use true or false/],
    ["another switch", { forgetRetiredLinks: "perhaps" }, "forgetRetiredLinks", /use true or false/],
    ["a third switch", { insecure: "perhaps" }, "insecure", /use true or false/],
    ["a VPC endpoint with a path", { vpcEndpoint: "vpc.example.com/x" }, "vpcEndpoint", /^classiclink:vpcEndpoint has/],
    ["a proxy of another protocol", { proxy: "ftp://proxy.example" }, "", /^classiclink:proxy/],
    ["an unknown protocol", { protocol: "FTP" }, "protocol", /^classiclink:protocol/],
    ["a scope of the public cloud", { resourceSetId: "7" }, "resourceSetId", /the public cloud's, which has no/],
    ["a role without its ARN", { assumeRole: {} }, "assumeRole", /^classiclink:assumeRole\.roleArn is missing/],
    ["a misspelt member", { assumeRole: { role: "r" } }, "assumeRole", /^classiclink:assumeRole has no member "role"/],
    ["a role without a token", { assumeRoleWithOidc: { roleArn: "r" } }, "", /oidcProviderArn is missing/],
    ["a number for a text", { region: 7 }, "region", /^region is of type number/],
    ["a boolean for a text", { region: true }, "region", /^region is of type boolean/],
    ["an object for a text", { region: {} }, "region", /^region is of type object/],
    ["a number for an object", { assumeRole: 7 }, "assumeRole", /^assumeRole is of type number/],
    ["a number for a secret", { secretKey: 7 }, "", /^secretKey is of type number/],
    // Pulumi prints the value of a property that fails, so none is named that has a password.
    ["a password", { endpoint: "https://me:hunter2@ecs.example.com" }, "", /^(?!.*hunter2)/],
  ])("[15] [17] %s is reported once, by the name of the setting", async (_, news, property, reason) => {
    expect(await failuresOf(news)).toEqual([{ property, reason: expect.stringMatching(reason) }]);
  });

  test("a missing region is reported without keys that a plugin is never given", async () => {
    await plugin.configure({});
    const { failures } = await plugin.check({ instanceId: one, vpcId: vpc });
    expect(failures[0]?.reason).toContain("classiclink:region");
    expect(failures[0]?.reason).not.toContain("alicloud:region");
  });

  test.each<[string, Props]>([
    ["that are not known yet, because they are checked when they are known", { accessKey: UNKNOWN, region: regionId }],
    ["that are null, as if they were not set", { region: null, vpcEndpoint: null, insecure: null, assumeRole: null }],
    ["that are switches, as booleans", { insecure: true, refreshBeforeUpdate: false, forgetRetiredLinks: true }],
  ])("takes settings %s", async (_, news) => {
    expect(await failuresOf(news)).toEqual([]);
  });

  test("[24] no change of it replaces the provider, not even of the region; another spelling is no change", async () => {
    const olds = { region: regionId, accessKey: "a", proxy: "p", secretKey: "b", refreshBeforeUpdate: "true" };
    const diffConfig = (news: Props, ignorechangesList: string[] = []) =>
      plugin.call("diffConfig", { olds, oldInputs: olds, news, ignorechangesList });
    const { proxy, ...others } = olds;
    const changed = { region: "cn-beijing", accessKey: "c", endpoint: "f" };
    const answer = await diffConfig({ ...others, ...changed, version: "9.9.9" });
    expect(answer).toMatchObject({ changes: DIFF_SOME, replacesList: [] });
    const kinds = Object.fromEntries(answer.detaileddiffMap.map(([name, { kind }]: [string, Props]) => [name, kind]));
    expect(kinds).toEqual({ region: UPDATE, accessKey: UPDATE, endpoint: ADD, proxy: DELETE });
    expect([...answer.diffsList].sort()).toEqual(Object.keys(kinds).sort());
    const ignoring = await diffConfig({ ...olds, ...changed }, ["region", "endpoint"]);
    expect(ignoring).toMatchObject({ diffsList: ["accessKey"] });
    expect(await diffConfig({ ...olds, refreshBeforeUpdate: true })).toMatchObject({ changes: DIFF_NONE });
  });

  test("refreshBeforeUpdate is answered by all calls that can ask for it", async () => {
    await plugin.configure(configuration({ refreshBeforeUpdate: true }));
    const properties = link();
    for (const call of ["create", "update", "read"]) {
      const fields = { id: linkId(), properties, olds: properties, news: properties };
      expect(await plugin.call(call, fields)).toMatchObject({ refreshBeforeUpdate: true });
    }
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

  test("[2] Diff says what happens to each property, and counts ignored ones as unchanged", async () => {
    const news = { ...link(), instanceId: UNKNOWN, vpcId: "vpc-2" };
    const answer = await plugin.diff(link(), news);
    const names = ["instanceId", "vpcId"];
    expect(answer).toMatchObject({ diffsList: names, replacesList: names, hasdetaileddiff: true });
    // An instance cannot have two links.
    expect(answer.deletebeforereplace).toBe(true);
    expect(answer.detaileddiffMap).toContainEqual(["vpcId", { kind: UPDATE_REPLACE, inputdiff: false }]);
    expect(await plugin.diff(link(), news, ["vpcId", "instanceId"])).toMatchObject({ changes: DIFF_NONE });
    const partial = { ...link(), __halfMade: true };
    expect(await plugin.diff(partial, link())).toMatchObject({ changes: DIFF_SOME, diffsList: [] });
  });

  test("[8] a preview of Create or Update knows all outputs, and calls nothing", async () => {
    const inputs = { ...link(), instanceId: UNKNOWN, vpcId: secretOf(vpc) };
    expect(await plugin.create(inputs, { preview: true })).toEqual({ id: "", properties: inputs });
    expect(await plugin.update(link(), link(), { preview: true })).toEqual(link());
    expect(emulator.calls()).toEqual([]);
  });

  test("[17] the error of a delete, and of an update that cannot remove a member, has no secret of the state", async () => {
    emulator.injectFault({ kind: "denied" });
    const { message } = await errorOf(plugin.delete({ ...link(), vpcId: secretOf(vpc) }));
    expect(message).toContain(`cannot unlink ${one} from [secret] in cn-hangzhou`);
    plugin.urn = LINKS_URN;
    const state = { ...fleet(), instanceIds: secretOf([one]), movedAway: {} };
    const { reasons } = Object(await errorOf(plugin.update(state, { ...fleet(), instanceIds: secretOf([]) })));
    expect(reasons).toEqual([expect.stringMatching(/^\[secret\]: .*Forbidden\.SubUser/)]);
  });

  test("[17] an output that gives a secret input away is secret too, and a drift keeps it so", async () => {
    emulator.link(one, "vpc-other");
    const state = { ...link(), vpcId: secretOf(vpc) };
    const drifted = { ...link(), vpcId: secretOf("vpc-other"), __movedFrom: secretOf(vpc) };
    const line = `drift: ${one} is linked to vpc-other, no longer to [secret]`;
    for (const [outputs, inputs] of [
      [state, state],
      [link(), state],
      [state, link()],
    ]) {
      expect(await plugin.read(linkId(), outputs, inputs)).toMatchObject({ properties: drifted, inputs: drifted });
      expect(plugin.told.at(-1)).toBe(line);
    }
    const clear = { ...link(), vpcId: "vpc-other", __movedFrom: vpc };
    expect(await plugin.read(linkId(), link())).toMatchObject({ properties: clear, inputs: clear });
  });
});

test("[9] a refresh gives the inputs that the program sets, and an import all of them", async () => {
  emulator.link(one, vpc);
  const { regionId: _, ...declared } = link();
  expect((await plugin.read(linkId(), link(), declared)).inputs).toEqual(declared);
  expect((await plugin.read(linkId())).inputs).toEqual(link());
});

describe("what it logs", () => {
  test("[4] an adoption is a line for its resource, and any other create logs nothing", async () => {
    await plugin.create(link());
    expect(plugin.logged).toEqual([]);
    await plugin.create(link());
    const message = expect.stringContaining("adopted");
    expect(plugin.logged).toEqual([{ urn: URN, message, ephemeral: false, isWarning: false }]);
  });

  test("[17] a retired link that a delete drops is a warning for its resource, without what is secret", async () => {
    await plugin.configure(configuration({ forgetRetiredLinks: true }));
    // This code is not retried, so the test waits for nothing.
    emulator.injectFault({ kind: "retired", code: "InvalidInstanceId.LimitedRegion" });
    await plugin.delete({ ...link(), vpcId: secretOf(vpc) });
    const message = expect.stringMatching(/offers no ClassicLink .* dropped 1 link .*: i-one\d+ to \[secret\]$/);
    expect(plugin.logged).toContainEqual({ urn: URN, message, ephemeral: false, isWarning: true });
  });

  test("insecure connections are one warning in a run, for the first resource", async () => {
    await plugin.configure(configuration({ insecure: true }));
    for (const urn of [URN, `${URN}2`]) {
      plugin.urn = urn;
      await plugin.read(linkId(), link());
    }
    const message = expect.stringContaining("certificates of ECS, VPC and STS are not verified");
    const warnings = plugin.logged.filter(({ isWarning }) => isWarning);
    expect(warnings).toEqual([{ urn: URN, message, ephemeral: false, isWarning: true }]);
  });

  test("[17] no line goes to a proxy of the environment: the engine is on this machine", async () => {
    const { no_proxy: none } = process.env;
    Object.assign(process.env, { grpc_proxy: "http://127.0.0.1:9", no_proxy: "" });
    await plugin.greet();
    delete process.env.grpc_proxy;
    Object.assign(process.env, { no_proxy: none });
    emulator.link(one, vpc);
    await plugin.create(link());
    expect(plugin.told).toEqual([expect.stringContaining("adopted")]);
  });

  test("a wait is a status in the row of the resource, and is removed at the end", async () => {
    emulator.injectFault({ kind: "locked", instanceId: one, times: 1 });
    await plugin.create(link());
    expect(plugin.logged.every(({ urn, ephemeral }) => urn === URN && ephemeral)).toBe(true);
    expect(plugin.told[0]).toMatch(/^locked, .+ of at most 10 min, \d+ calls?$/);
    expect(plugin.told.at(-1)).toBe("");
  });

  test("a fleet reports a status a second at most, and not one for each member", async () => {
    const members = Array.from({ length: 60 }, (_, index) => `i-status-${index}`);
    emulator.injectFault({ kind: "latency", ms: 50 });
    for (const instanceId of members) emulator.addInstance({ instanceId });
    plugin.urn = LINKS_URN;
    const from = performance.now();
    await plugin.create(fleet(...members));
    const seconds = (performance.now() - from) / 1_000;
    expect(plugin.told.at(-1)).toBe("");
    // However slow the machine is: one at once, one in each second, and one that clears the row.
    expect(plugin.told.length).toBeLessThanOrEqual(2 + seconds);
  });
});

test("[14] Cancel ends a wait, and keeps what may have been made; what comes later is refused until the next engine", async () => {
  emulator.injectFault({ kind: "invisible", ms: 60_000 });
  const creating = errorOf(plugin.create(link()));
  await plugin.toldOf("not listed yet");
  await plugin.call("cancel");
  const message = expect.stringContaining("cancelled");
  expect(await creating).toMatchObject({ message, id: linkId(), properties: link() });
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
    const ask = (args: Props) => plugin.call("invoke", { tok: "classiclink:index:getLinks", args });
    const links = ids.map((instanceId) => ({ instanceId, vpcId: "vpc-many" }));
    expect((await ask({ vpcId: "vpc-many" })).return).toEqual({ links });
    expect((await ask({ vpcId: secretOf("vpc-many") })).return).toEqual({ links: secretOf(links) });
    const failure = { property: "vpcId", reason: "is missing, and so is instanceIds; give one of them or both" };
    expect((await ask({})).failuresList).toEqual([failure]);
  });

  testOfList.each([
    [{ pageSize: 40, limit: 90 }, [40, 40, 10]],
    [{ pageSize: 35 }, [35, 35, 35]],
    [{ limit: 3 }, [3]],
    [{}, [105]],
  ])("List of %j gives ids that can be imported, in pages of %j", async (most, pages) => {
    const listed: string[][] = [];
    const question = { token: LINK_TYPE, query: { vpcId: "vpc-many" }, ...most };
    for (let continuationToken: string | undefined = ""; continuationToken !== undefined; ) {
      const answers = await plugin.list({ ...question, continuationToken });
      listed.push(answers.flatMap(({ result }) => result?.id ?? []));
      continuationToken = answers.at(-1)?.continuation?.continuationToken;
    }
    expect(listed.map(({ length }) => length)).toEqual(pages);
    const found = listed.flat();
    expect(found).toEqual(ids.slice(0, found.length).map((instanceId) => `${regionId}:${instanceId}`));
    expect((await plugin.read(found[0] ?? "")).id).toBe(found[0]);
  });

  testOfList("List cannot answer while its query is not known, and names what is wrong with it", async () => {
    const answers = await plugin.list({ token: LINK_TYPE, query: { vpcId: UNKNOWN } });
    expect(answers).toMatchObject([{ computed: {} }]);
    await expect(plugin.list({ token: LINK_TYPE })).rejects.toThrow("vpcId: is missing, and so is instanceIds");
    await expect(plugin.list({ token: "a:b:C" })).rejects.toThrow('cannot list "a:b:C"');
    for (const continuationToken of ["x1:i-a", "1:", "i-a"]) {
      const call = plugin.list({ token: LINK_TYPE, query: { vpcId: "vpc-many" }, continuationToken });
      await expect(call).rejects.toThrow("the continuation token is not one of classiclink");
    }
  });
});
