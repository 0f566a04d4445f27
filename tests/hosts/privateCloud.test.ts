/** Apsara Stack through the real host processes: both gateways, each way to configure, and what another scope may not do. Needs a build. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { runCli } from "../support/cli";
import { DynamicHost } from "../support/dynamicHost";
import { newEngineAddress } from "../support/engine";
import { type Gateway, type GatewayOptions, startGateway } from "../support/gateways";
import { PluginProcess } from "../support/pluginProcess";
import type { Props, ProviderProcess } from "../support/providerProcess";
import { CERTIFICATE } from "../support/tls";

const REGION = "cn-wulan-env200-d01";
const LINK = { instanceId: "i-a", vpcId: "vpc-b", regionId: REGION };
const PLACE = { organizationId: "26", resourceSetId: "97" };

const folder = mkdtempSync(join(tmpdir(), "classiclink-"));
const authority = join(folder, "authority.pem");
writeFileSync(authority, CERTIFICATE);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((one) => one.close()));
});

async function gatewayOf(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const instances = { "i-a": PLACE };
  const gateway = await startGateway({ gateway: "pop", instances, vpcs: ["vpc-b", "vpc-c"], ...options });
  closing.push(gateway);
  return gateway;
}

/** The engine gives a plugin the keys of its own package only, without their prefix. */
const ownKeys = (config: Props) =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("classiclink:", ""), value]));

/** Each process is of a run of its own, which has made nothing yet. */
const HOSTS = [
  [
    "the dynamic host",
    (env: NodeJS.ProcessEnv) => DynamicHost.start(env, newEngineAddress()),
    (config: Props) => config,
  ],
  ["the plugin", (env: NodeJS.ProcessEnv) => PluginProcess.start(env), ownKeys],
] as const;

type Environment = Readonly<Record<string, string>>;

const ourKeys = (endpoint: string): Props => ({
  "classiclink:region": REGION,
  "classiclink:accessKey": "testid",
  "classiclink:secretKey": "testsecret",
  "classiclink:endpoint": endpoint,
  "classiclink:organizationId": "26",
  "classiclink:resourceSetId": "97",
});

const vendorsVariables = (domain: Environment): Environment => ({
  ALIBABACLOUDSTACK_REGION: REGION,
  ALIBABACLOUDSTACK_ACCESS_KEY: "testid",
  ALIBABACLOUDSTACK_SECRET_KEY: "testsecret",
  ALIBABACLOUDSTACK_DEPARTMENT: "26",
  ALIBABACLOUDSTACK_RESOURCE_GROUP: "97",
  ...domain,
});

const notVerified = ({ endpoint }: Gateway): Environment =>
  vendorsVariables({
    ALIBABACLOUDSTACK_DOMAIN: endpoint.replace(/^https?:\/\//, ""),
    ALIBABACLOUDSTACK_PROTOCOL: "HTTPS",
    ALIBABACLOUDSTACK_INSECURE: "true",
  });

/** Up, refresh, refresh with drift, refresh of what is gone, and in a run of its own, destroy. */
async function live(
  start: (env: NodeJS.ProcessEnv) => Promise<ProviderProcess>,
  config: Props,
  env: Environment,
  gateway: Gateway,
) {
  const startConfigured = async () => {
    const host = await start({ HOME: folder, ...env });
    closing.push(host);
    await host.configure(config);
    return host;
  };
  const host = await startConfigured();
  const { id, properties } = await host.create(LINK);
  expect([...gateway.links]).toEqual([["i-a", "vpc-b"]]);
  expect(await host.read(id, properties)).toMatchObject({ id, properties: LINK });
  gateway.links.set("i-a", "vpc-c");
  expect((await host.read(id, properties)).properties).toMatchObject({ vpcId: "vpc-c" });
  gateway.links.delete("i-a");
  expect((await host.read(id, properties)).id).toBe("");
  gateway.links.set("i-a", "vpc-b");
  await (await startConfigured()).delete(properties);
  expect([...gateway.links]).toEqual([]);
  return host;
}

describe.each(HOSTS)("through %s a link lives", (_, start, keysOf) => {
  test("over POP and HTTPS, by our keys, with the authority that NODE_EXTRA_CA_CERTS names", async () => {
    const gateway = await gatewayOf({ tls: true });
    await live(start, keysOf(ourKeys(gateway.endpoint)), { NODE_EXTRA_CA_CERTS: authority }, gateway);
  });

  test("over ASAPI and HTTPS, by the vendor's variables alone, not verified, with one warning", async () => {
    const gateway = await gatewayOf({ gateway: "asapi", tls: true });
    const { told } = await live(start, {}, notVerified(gateway), gateway);
    expect(told.filter((line) => /insecure is true/i.test(line))).toHaveLength(1);
  });
});

describe("the commands", () => {
  const exported = (...resources: object[]) => JSON.stringify({ version: 3, deployment: { resources } });
  const resourceOf = (name: string, instanceId: string, organizationId: string) => {
    const inputs = { ...LINK, instanceId };
    const outputs = { ...inputs, __scope: { ...PLACE, organizationId } };
    return { type: "classiclink:index:ClassicLink", urn: `urn:x::${name}`, inputs, outputs };
  };

  test("check refuses a stack of another organization, whose links are hidden and not missing", async () => {
    const gateway = await gatewayOf({ gateway: "asapi", tls: true });
    gateway.links.set("i-a", "vpc-b");
    const options = { env: { ...notVerified(gateway), HOME: folder }, input: exported(resourceOf("web", "i-a", "26")) };
    expect((await runCli(["check", "-"], options)).code).toBe(0);
    const other = await runCli(["check", "-", "--organization", "27", "--resource-set", "99"], options);
    expect([other.code, other.stdout]).toEqual([1, ""]);
    expect(other.stderr).toMatch(
      /organization 26 and resource set 97, but organization 27 and resource set 99 is configured/,
    );
  });

  test("check compares the links of the organization that an option names, and counts those of another one", async () => {
    const gateway = await gatewayOf({ instances: { "i-a": PLACE, "i-c": PLACE } });
    gateway.links.set("i-a", "vpc-b").set("i-c", "vpc-b");
    const env = { ...vendorsVariables({ CLASSICLINK_ENDPOINT: gateway.endpoint }), HOME: folder };
    const input = exported(resourceOf("web", "i-a", "26"), resourceOf("moved", "i-c", "27"));
    const args = ["check", "-", "--organization", "26", "--resource-set", "97"];
    expect(await runCli(args, { env, input })).toEqual({
      code: 0,
      stdout: "",
      stderr:
        "1 link declared: 1 as declared; under organization 26 and resource set 97; not compared: 1 resource of organization 27 and resource set 97\n",
    });
  });

  test("find, adopt and check links over ASAPI and HTTPS, by the vendor's variables, warning once of what is not verified", async () => {
    const gateway = await gatewayOf({ gateway: "asapi", tls: true });
    gateway.links.set("i-a", "vpc-b");
    const cwd = mkdtempSync(join(folder, "project-"));
    const options = { cwd, env: { ...notVerified(gateway), HOME: folder }, input: JSON.stringify([LINK]) };
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(args, options);
      const warnings = stderr.split("\n").filter((line) => line.startsWith("warning: insecure is true: "));
      return { code, stdout, stderr, warnings: warnings.length };
    };
    const scope = "organization 26 and resource set 97";
    const found = await run("discover", "--all-vpcs", "--json");
    expect(found).toMatchObject({ code: 0, warnings: 1 });
    expect(found.stderr).toContain(`1 link to 1 VPC; checked 2 VPCs in ${REGION} under ${scope}\n`);
    expect(JSON.parse(found.stdout)).toEqual({ links: [LINK] });
    expect(await run("adopt", "--vpc", "vpc-b")).toMatchObject({ code: 0, warnings: 1 });
    const stderr = expect.stringContaining(`1 as declared; under ${scope}\n`);
    expect(await run("check", "-")).toMatchObject({ code: 0, warnings: 1, stderr });
    expect(await run("check", "-", "--quiet")).toEqual({ code: 0, warnings: 0, stdout: "", stderr: "" });
    expect(await run("doctor")).toMatchObject({ code: 0, warnings: 1 });
  });
});
