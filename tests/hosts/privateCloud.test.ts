/** Apsara Stack through the real host processes: both gateways, each way to configure, and what another scope may not do. Needs a build. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { DynamicHost } from "../support/dynamicHost";
import { type Gateway, type GatewayOptions, startGateway } from "../support/gateways";
import { PluginProcess } from "../support/pluginProcess";
import { plain, type Props } from "../support/providerProcess";
import { runCli } from "../support/cli";
import { CERTIFICATE } from "../support/tls";

const REGION = "cn-wulan-env200-d01";
const LINK = { instanceId: "i-a", vpcId: "vpc-b", regionId: REGION };

let folder = "";
let authority = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "classiclink-"));
  authority = join(folder, "authority.pem");
  writeFileSync(authority, CERTIFICATE);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((one) => one.close()));
});

async function gatewayOf(options: Partial<GatewayOptions>): Promise<Gateway> {
  const instances = { "i-a": { organizationId: "26", resourceSetId: "97" } };
  const gateway = await startGateway({ gateway: "pop", instances, vpcs: ["vpc-b", "vpc-c"], ...options });
  closing.push(gateway);
  return gateway;
}

/** The calls of an engine, the same for both hosts. */
interface Host {
  create(inputs: Props): Promise<{ id: string; properties: Props }>;
  read(id: string, state: Props): Promise<{ id: string; properties: Props }>;
  update(id: string, olds: Props, news: Props): Promise<Props>;
  delete(id: string, state: Props): Promise<void>;
  /** What it told people. */
  told(): string;
}

interface Configuration {
  readonly config: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/** Each process is of a run of its own, which has made nothing yet. */
let runs = 0;

async function dynamicHost({ config, env }: Configuration): Promise<Host> {
  runs += 1;
  const host = await DynamicHost.start({ HOME: folder, ...env }, `127.0.0.1:${runs}`);
  closing.push(host);
  await host.configure(config);
  return {
    create: (inputs) => host.create(inputs),
    read: (id, state) => host.read(id, state),
    update: (id, olds, news) => host.update(id, olds, news),
    delete: (id, state) => host.delete(id, state),
    told: () => host.told,
  };
}

/** The engine gives a plugin the keys of its own package only, without their prefix. */
async function pluginHost({ config, env }: Configuration): Promise<Host> {
  const plugin = await PluginProcess.start({ HOME: folder, ...env });
  closing.push(plugin);
  const own = Object.entries(config).filter(([key]) => key.startsWith("classiclink:"));
  await plugin.configure(Object.fromEntries(own.map(([key, value]) => [key.replace("classiclink:", ""), value])));
  return {
    create: async (inputs) => {
      const answer = await plugin.create(inputs);
      return { id: answer.getId(), properties: plain(answer.getProperties()) };
    },
    read: async (id, state) => {
      const answer = await plugin.read(id, state, LINK);
      return { id: answer.getId(), properties: plain(answer.getProperties()) };
    },
    update: async (_, olds, news) => plain((await plugin.update(olds, news)).getProperties()),
    delete: async (_, state) => void (await plugin.delete(state)),
    told: () => plugin.told.map(({ message }) => message).join("\n"),
  };
}

const HOSTS = [
  ["the dynamic host", dynamicHost],
  ["the plugin", pluginHost],
] as const;

const ourKeys = (endpoint: string, more: Readonly<Record<string, string>> = {}): Configuration => ({
  config: {
    "classiclink:region": REGION,
    "classiclink:accessKey": "testid",
    "classiclink:secretKey": "testsecret",
    "classiclink:endpoint": endpoint,
    "classiclink:organizationId": "26",
    "classiclink:resourceSetId": "97",
    ...more,
  },
  env: {},
});

const vendorsVariables = (domain: Readonly<Record<string, string>>): Configuration => ({
  config: {},
  env: {
    ALIBABACLOUDSTACK_REGION: REGION,
    ALIBABACLOUDSTACK_ACCESS_KEY: "testid",
    ALIBABACLOUDSTACK_SECRET_KEY: "testsecret",
    ALIBABACLOUDSTACK_DEPARTMENT: "26",
    ALIBABACLOUDSTACK_RESOURCE_GROUP: "97",
    ...domain,
  },
});

const notVerified = ({ endpoint }: Gateway) => ({
  ALIBABACLOUDSTACK_DOMAIN: endpoint.replace(/^https?:\/\//, ""),
  ALIBABACLOUDSTACK_PROTOCOL: "HTTPS",
  ALIBABACLOUDSTACK_INSECURE: "true",
});

const vendorsKeys = (endpoint: string): Configuration => ({
  config: {
    "alibabacloudstack:region": REGION,
    "alibabacloudstack:accessKey": "testid",
    "alibabacloudstack:secretKey": "testsecret",
    "alibabacloudstack:department": "26",
    "alibabacloudstack:resourceGroup": "97",
    "alibabacloudstack:endpoints": JSON.stringify([{ ecs: endpoint }]),
  },
  env: {},
});

type Start = (configuration: Configuration) => Promise<Host>;

/** Up, refresh, refresh with drift, refresh of what is gone, and in a run of its own, destroy. */
async function live(start: Start, configuration: Configuration, gateway: Gateway): Promise<Host> {
  const host = await start(configuration);
  const { id, properties } = await host.create(LINK);
  expect([...gateway.links]).toEqual([["i-a", "vpc-b"]]);
  expect(await host.read(id, properties)).toMatchObject({ id, properties: LINK });
  gateway.links.set("i-a", "vpc-c");
  expect((await host.read(id, properties)).properties).toMatchObject({ vpcId: "vpc-c" });
  gateway.links.delete("i-a");
  expect((await host.read(id, properties)).id).toBe("");
  gateway.links.set("i-a", "vpc-b");
  await (await start(configuration)).delete(id, properties);
  expect([...gateway.links]).toEqual([]);
  return host;
}

describe.each(HOSTS)("through %s a link lives", (_, start) => {
  test("over POP and HTTPS, by our keys, with the authority that NODE_EXTRA_CA_CERTS names", async () => {
    const gateway = await gatewayOf({ tls: true });
    const { config, env } = ourKeys(gateway.endpoint);
    await live(start, { config, env: { ...env, NODE_EXTRA_CA_CERTS: authority } }, gateway);
  });

  test("over ASAPI and HTTPS, by the vendor's variables alone, not verified, with one warning", async () => {
    const gateway = await gatewayOf({ gateway: "asapi", tls: true });
    const host = await live(start, vendorsVariables(notVerified(gateway)), gateway);
    expect(host.told().match(/insecure is true/gi)).toHaveLength(1);
  });
});

test("the vendor's keys alone suffice in the dynamic host", async () => {
  const gateway = await gatewayOf({});
  await live(dynamicHost, vendorsKeys(gateway.endpoint.replace("http://", "")), gateway);
});

describe("the commands", () => {
  test("check refuses a stack of another organization, whose links are hidden and not missing", async () => {
    const gateway = await gatewayOf({ gateway: "asapi", tls: true });
    gateway.links.set("i-a", "vpc-b");
    const outputs = { ...LINK, __scope: { organizationId: "26", resourceSetId: "97" } };
    const resource = { type: "classiclink:index:ClassicLink", urn: "urn:x::web", inputs: LINK, outputs };
    const input = JSON.stringify({ version: 3, deployment: { resources: [resource] } });
    const env = { ...vendorsVariables(notVerified(gateway)).env, HOME: folder };
    expect((await runCli(["check", "-"], { env, input })).code).toBe(0);
    const other = await runCli(["check", "-", "--organization", "27", "--resource-set", "99"], { env, input });
    expect([other.code, other.stdout]).toEqual([1, ""]);
    expect(other.stderr).toMatch(
      /organization 26 and resource set 97, but organization 27 and resource set 99 is configured/,
    );
  });

  test("check compares the links of the organization that an option names, and counts those of another one", async () => {
    const own = { organizationId: "26", resourceSetId: "97" };
    const gateway = await gatewayOf({ instances: { "i-a": own, "i-c": own } });
    gateway.links.set("i-a", "vpc-b").set("i-c", "vpc-b");
    const resourceOf = (name: string, instanceId: string, organizationId: string) => {
      const inputs = { ...LINK, instanceId };
      const outputs = { ...inputs, __scope: { ...own, organizationId } };
      return { type: "classiclink:index:ClassicLink", urn: `urn:x::${name}`, inputs, outputs };
    };
    const resources = [resourceOf("web", "i-a", "26"), resourceOf("moved", "i-c", "27")];
    const input = JSON.stringify({ version: 3, deployment: { resources } });
    const env = { ...vendorsVariables({ CLASSICLINK_ENDPOINT: gateway.endpoint }).env, HOME: folder };
    const refused = await runCli(["check", "-"], { env, input });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("check links of each scope by itself")]);
    const { code, stdout, stderr } = await runCli(["check", "-", "--organization", "26", "--resource-set", "97"], {
      env,
      input,
    });
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain(
      "1 link declared: 1 as declared; under organization 26 and resource set 97; not compared: 1 resource of organization 27 and resource set 97\n",
    );
  });

  test("warn once of connections that are not verified, except for a quiet check", async () => {
    const gateway = await gatewayOf({ gateway: "asapi", tls: true });
    gateway.links.set("i-a", "vpc-b");
    const cwd = mkdtempSync(join(folder, "project-"));
    const options = {
      cwd,
      env: { ...vendorsVariables(notVerified(gateway)).env, HOME: folder },
      input: JSON.stringify([LINK]),
    };
    const warnings = async (...args: string[]) => {
      const { code, stderr } = await runCli(args, options);
      return [code, stderr.split("\n").filter((line) => /^warning: insecure is true: /.test(line)).length];
    };
    expect(await warnings("discover", "--vpc", "vpc-b")).toEqual([0, 1]);
    expect(await warnings("adopt", "--vpc", "vpc-b")).toEqual([0, 1]);
    expect(await warnings("check", "-")).toEqual([0, 1]);
    expect(await warnings("check", "-", "--quiet")).toEqual([0, 0]);
    expect(await warnings("doctor")).toEqual([0, 1]);
  });

  test("find, adopt and check links over ASAPI and HTTPS, not verified, by the vendor's variables alone", async () => {
    const gateway = await gatewayOf({ gateway: "asapi", tls: true });
    gateway.links.set("i-a", "vpc-b");
    const cwd = mkdtempSync(join(folder, "project-"));
    const env = { ...vendorsVariables(notVerified(gateway)).env, HOME: folder };
    const found = await runCli(["discover", "--all-vpcs", "--json"], { cwd, env });
    const scope = "organization 26 and resource set 97";
    expect(found.stderr).toContain(`1 link to 1 VPC; checked 2 VPCs in ${REGION} under ${scope}\n`);
    expect(JSON.parse(found.stdout)).toEqual({ links: [{ ...LINK }] });
    expect((await runCli(["adopt", "--vpc", "vpc-b"], { cwd, env })).code).toBe(0);
    const input = JSON.stringify([LINK]);
    const checked = await runCli(["check", "-"], { cwd, env, input });
    expect(checked).toMatchObject({ code: 0, stderr: expect.stringContaining(`1 as declared; under ${scope}\n`) });
  });
});
