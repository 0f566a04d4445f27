/** `getLinks` of the SDK, in the program's own process. */

import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { type Emulator, startEmulator } from "../../emulator";
import { ClassicLink, getLinks, getLinksOutput, Provider } from "../../sdk";
import { known, SomeProvider } from "../support/mocks";

let cloud: Emulator;
const BOTH = { links: ["i-a", "i-b"].map((instanceId) => ({ instanceId, vpcId: "vpc-1" })) };
/** A link in another region. */
const SOUTH = { instanceId: "i-south", vpcId: "vpc-south" };
/** Where the stack's configuration points. It answers nothing. */
const NOWHERE = { "classiclink:region": "cn-hangzhou", "classiclink:endpoint": "http://127.0.0.1:1" };

beforeAll(async () => {
  cloud = await startEmulator({
    regionId: "cn-beijing",
    instances: [
      ...["i-a", "i-b", "i-late"].map((instanceId) => ({ instanceId })),
      { instanceId: "i-south", regionId: "cn-shenzhen" },
    ],
    vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-south", regionId: "cn-shenzhen" }],
    links: [...BOTH.links, SOUTH],
  });
});
afterAll(() => cloud.close());

/** Begins a program: mocks, in a preview or not. Its resources are made when the engine is ready. */
async function begin(preview = false, ready = Promise.resolve()): Promise<void> {
  const newResource = async ({ inputs }: pulumi.runtime.MockResourceArgs) => {
    await ready;
    return { id: "made", state: inputs };
  };
  await pulumi.runtime.setMocks({ call: () => ({}), newResource }, "shop", "dev", preview);
  pulumi.runtime.setAllConfig(NOWHERE, []);
}
beforeEach(() => begin());

const beijing = (accessKey = "testid") =>
  new Provider("beijing", {
    region: "cn-beijing",
    accessKey,
    secretKey: pulumi.secret("testsecret"),
    endpoint: cloud.endpoint,
  });

test("uses the provider of the options, or that of the parent, also when the arguments are outputs", async () => {
  const provider = beijing();
  const parent = new pulumi.ComponentResource("shop:index:Shop", "shop", {}, { providers: [provider] });
  expect(await getLinks({ vpcId: "vpc-1" }, { provider })).toEqual(BOTH);
  expect(await getLinks({ vpcId: "vpc-1" }, { parent })).toEqual(BOTH);
  expect(await known(getLinksOutput({ vpcId: pulumi.output("vpc-1") }, { parent }))).toEqual(BOTH);
});

test("with instances and a VPC, only links that match both are listed, by instance id", async () => {
  const provider = beijing();
  const instanceIds = ["i-b", "i-a", "i-none"];
  expect(await getLinks({ instanceIds }, { provider })).toEqual(BOTH);
  expect(await getLinks({ instanceIds, vpcId: "vpc-1" }, { provider })).toEqual(BOTH);
  expect(await getLinks({ instanceIds, vpcId: "vpc-2" }, { provider })).toEqual({ links: [] });
});

test.each([{ vpcId: "vpc-south" }, { instanceIds: ["i-a", "i-south"] }])(
  "regionId is the region that is listed: %j",
  async (filter) => {
    const provider = beijing();
    expect(await getLinks({ ...filter, regionId: "cn-shenzhen" }, { provider })).toEqual({ links: [SOUTH] });
    expect((await getLinks(filter, { provider })).links).not.toContainEqual(SOUTH);
  },
);

test("an empty list of instances gives no links, and asks nothing", async () => {
  const { length } = cloud.calls();
  expect(await getLinks({ instanceIds: [], vpcId: "vpc-1" }, { provider: beijing() })).toEqual({ links: [] });
  expect(cloud.calls()).toHaveLength(length);
});

test("the calls of a program share a connection, so that their reads become one call", async () => {
  const provider = beijing();
  const { length } = cloud.calls();
  await Promise.all(["i-a", "i-b"].map((instanceId) => getLinks({ instanceIds: [instanceId] }, { provider })));
  expect(
    cloud
      .calls()
      .slice(length)
      .map(({ action }) => action),
  ).toEqual(["DescribeClassicLinkInstances"]);
});

test.each([
  ["alicloud", /^getLinks: opts\.provider is a provider of the package "alicloud"/],
  ["pulumi-nodejs", "is not a Provider of pulumi-classiclink"],
])("a provider of %s that no class of this package made is refused", async (name, message) => {
  const call = getLinks({ vpcId: "vpc-1" }, { provider: new SomeProvider(name, "other") });
  await expect(call).rejects.toThrow(message);
});

test("an error is a RunError, which Pulumi shows without a stack", async () => {
  const wrong = beijing("no");
  const calls = [getLinks({}), getLinks({ vpcId: "vpc-1" }, { provider: wrong })];
  const errors = await Promise.all(calls.map((call) => call.catch((error) => error)));
  expect(errors.map((error) => pulumi.RunError.isInstance(error))).toEqual([true, true]);
  // A program in JavaScript may pass anything.
  await expect(getLinks(JSON.parse('{ "instanceIds": "i-a" }'))).rejects.toThrow("set it to a list of ids");
});

test("a provider whose arguments are not known yet is an error that names getLinksOutput", async () => {
  await begin(true);
  const provider = new Provider("later", { region: pulumi.output(pulumi.unknown).apply(String) });
  await expect(getLinks({ vpcId: "vpc-1" }, { provider })).rejects.toThrow("not known yet; use getLinksOutput");
});

test("a listing that depends on a resource waits for it", async () => {
  let make = () => {};
  await begin(false, new Promise((resolve) => (make = resolve)));
  const provider = beijing();
  const link = new ClassicLink("web", { instanceId: "i-late", vpcId: "vpc-1" });
  const found = getLinksOutput({ vpcId: "vpc-1" }, { provider, dependsOn: [link] });
  expect(await known(getLinksOutput({ vpcId: "vpc-1" }, { provider }))).toEqual(BOTH);
  cloud.link("i-late", "vpc-1");
  make();
  expect((await known(found)).links).toContainEqual({ instanceId: "i-late", vpcId: "vpc-1" });
});
