/** Apsara Stack through the real host processes: both gateways, each way to configure, and what another scope may not do. Needs a build. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../emulator";
import { runCli } from "../support/cli";
import { DynamicHost } from "../support/dynamicHost";
import { newEngineAddress } from "../support/engine";
import { opener } from "../support/opened";
import { PluginProcess } from "../support/pluginProcess";
import type { Props, ProviderProcess } from "../support/providerProcess";
import { CERTIFICATE, KEY } from "../support/tls";

const REGION = "cn-wulan-env200-d01";
const LINK = { instanceId: "i-a", vpcId: "vpc-b", regionId: REGION };
const OWNED = { organizationId: "26", resourceSetId: "97" };

const folder = mkdtempSync(join(tmpdir(), "classiclink-"));
const authority = join(folder, "authority.pem");
writeFileSync(authority, CERTIFICATE);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = opener();
const cloudOf = (options: EmulatorOptions = {}) =>
  open(
    startEmulator({
      regionId: REGION,
      instances: ["i-a", "i-c"].map((instanceId) => ({ instanceId, ...OWNED })),
      vpcs: ["vpc-b", "vpc-c"].map((vpcId) => ({ vpcId, ...OWNED })),
      tls: { key: KEY, cert: CERTIFICATE },
      asapiAlways200: true,
      ...options,
    }),
  );

/** Each process is of a run of its own, which has made nothing yet. The engine gives a plugin its own keys without their prefix. */
const HOSTS = [
  ["the dynamic host", (env: NodeJS.ProcessEnv) => DynamicHost.start(env, newEngineAddress()), "classiclink:"],
  ["the plugin", (env: NodeJS.ProcessEnv) => PluginProcess.start(env), ""],
] as const;
type Start = (env: NodeJS.ProcessEnv) => Promise<ProviderProcess>;
type Environment = Readonly<Record<string, string>>;

const VENDORS_VARIABLES: Environment = {
  ALIBABACLOUDSTACK_REGION: REGION,
  ALIBABACLOUDSTACK_ACCESS_KEY: "testid",
  ALIBABACLOUDSTACK_SECRET_KEY: "testsecret",
  ALIBABACLOUDSTACK_DEPARTMENT: "26",
  ALIBABACLOUDSTACK_RESOURCE_GROUP: "97",
  HOME: folder,
};

/** The vendor's variables for ASAPI over HTTPS. */
const notVerified = ({ endpoint }: Emulator): Environment => ({
  ...VENDORS_VARIABLES,
  ALIBABACLOUDSTACK_DOMAIN: `${endpoint.replace("https://", "")}/asapi/v3`,
  ALIBABACLOUDSTACK_PROTOCOL: "HTTPS",
  ALIBABACLOUDSTACK_INSECURE: "true",
});

/** Up, refresh, refresh with drift, refresh of what is gone, and in a run of its own, destroy. */
async function live(start: Start, config: Props, env: Environment, cloud: Emulator) {
  const startConfigured = async () => {
    const host = await open(start({ HOME: folder, ...env }));
    await host.configure(config);
    return host;
  };
  const host = await startConfigured();
  const { id, properties } = await host.create(LINK);
  expect(cloud.links()).toEqual([LINK]);
  expect(await host.read(id, properties)).toMatchObject({ id, properties: LINK });
  cloud.link("i-a", "vpc-c");
  expect((await host.read(id, properties)).properties).toMatchObject({ vpcId: "vpc-c" });
  cloud.unlink("i-a");
  expect((await host.read(id, properties)).id).toBe("");
  cloud.link("i-a", "vpc-b");
  await (await startConfigured()).delete(properties);
  expect(cloud.links()).toEqual([]);
  return host;
}

describe.each(HOSTS)("through %s a link lives", (_, start, prefix) => {
  test("over POP and HTTPS, by our keys, with the authority that NODE_EXTRA_CA_CERTS names", async () => {
    const cloud = await cloudOf();
    const keys = { region: REGION, accessKey: "testid", secretKey: "testsecret", endpoint: cloud.endpoint, ...OWNED };
    const config = Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${prefix}${key}`, value]));
    await live(start, config, { NODE_EXTRA_CA_CERTS: authority }, cloud);
  });

  test("over ASAPI and HTTPS, by the vendor's variables alone, not verified, with one warning", async () => {
    const cloud = await cloudOf();
    const { told } = await live(start, {}, notVerified(cloud), cloud);
    expect(told.filter((line) => /insecure is true/i.test(line))).toHaveLength(1);
    expect(cloud.calls().filter(({ gateway }) => gateway !== "asapi")).toEqual([]);
  });
});

describe("the commands", () => {
  const resourceOf = (name: string, instanceId: string, organizationId: string) => {
    const inputs = { ...LINK, instanceId };
    const outputs = { ...inputs, __scope: { ...OWNED, organizationId } };
    return { type: "classiclink:index:ClassicLink", urn: `urn:x::${name}`, inputs, outputs };
  };
  const exported = (...resources: object[]) => JSON.stringify({ version: 3, deployment: { resources } });

  test("check compares the links of the organization that an option names, counts those of another, and refuses these alone", async () => {
    const cloud = await cloudOf({ tls: undefined, links: [LINK, { ...LINK, instanceId: "i-c" }] });
    const web = resourceOf("web", "i-a", "26");
    const args = ["check", "-", "--organization", "26", "--resource-set", "97"];
    const env = { ...VENDORS_VARIABLES, ALIBABACLOUDSTACK_DEPARTMENT: "27", CLASSICLINK_ENDPOINT: cloud.endpoint };
    expect(await runCli(args, { env, input: exported(web, resourceOf("moved", "i-c", "27")) })).toEqual({
      code: 0,
      stdout: "",
      stderr:
        "1 link declared: 1 as declared; under organization 26 and resource set 97; not compared: 1 resource of organization 27 and resource set 97\n",
    });
    expect(await runCli(["check", "-"], { env, input: exported(web) })).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining(
        "organization 26 and resource set 97, but organization 27 and resource set 97 is configured",
      ),
    });
  });

  test("find, adopt and check links over ASAPI and HTTPS, by the vendor's variables, warning once of what is not verified", async () => {
    const cloud = await cloudOf({ links: [LINK] });
    const cwd = mkdtempSync(join(folder, "project-"));
    const options = { cwd, env: notVerified(cloud), input: JSON.stringify([LINK]) };
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
