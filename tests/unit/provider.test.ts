/** The explicit provider of programs: what it registers, and what of it is secret. */

import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { Settings } from "../../provider/settings";
import { SECRET_SETTINGS, SETTING_NAMES } from "../../provider/settings/places";
import { ClassicLink, Provider, type ProviderArgs } from "../../sdk";

const registered: pulumi.runtime.MockResourceArgs[] = [];
beforeAll(async () => {
  await pulumi.runtime.setMocks({
    call: () => ({}),
    newResource: (resource) => {
      registered.push(resource);
      return { id: "id", state: resource.inputs };
    },
  });
});
beforeEach(() => void registered.splice(0));

const known = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => void output.apply(resolve));

/** What a provider is registered with, and which of that is secret. */
async function inputsOf(provider: Provider) {
  await known(provider.urn);
  const inputs: Record<string, unknown> = registered[0]?.inputs ?? {};
  const isSecret = (value: unknown) => Object.hasOwn(Object(value), "value");
  return {
    values: Object.fromEntries(
      Object.entries(inputs).map(([key, value]) => [key, isSecret(value) ? Object(value).value : value]),
    ),
    secrets: Object.keys(inputs).filter((key) => isSecret(inputs[key])),
  };
}

describe("a Provider", () => {
  test("is one of dynamic resources, with its settings under the keys of a stack's configuration", async () => {
    const { values } = await inputsOf(new Provider("beijing", { region: "cn-beijing", profile: "mine" }));
    expect(registered[0]).toMatchObject({ type: "pulumi:providers:pulumi-nodejs", name: "beijing" });
    expect(values).toEqual({ "classiclink:region": "cn-beijing", "classiclink:profile": "mine" });
  });

  test("hands objects and switches on as text, whatever in them is an output", async () => {
    const assumeRole = { roleArn: pulumi.output("acs:ram::1:role/a"), sessionExpiration: 900 };
    const { values } = await inputsOf(new Provider("p", { assumeRole, forgetRetiredLinks: pulumi.output(true) }));
    expect(values).toEqual({
      "classiclink:assumeRole": '{"roleArn":"acs:ram::1:role/a","sessionExpiration":900}',
      "classiclink:forgetRetiredLinks": "true",
    });
  });

  test("[17] marks as secret what must not stand in a state in clear, and what was secret before", async () => {
    const args: Required<ProviderArgs> = {
      region: "cn-beijing",
      accessKey: pulumi.secret("id"),
      secretKey: "s",
      securityToken: "t",
      profile: "p",
      sharedCredentialsFile: "f",
      credentialsUri: "http://127.0.0.1/x",
      ecsRoleName: "r",
      assumeRoleWithOidc: { oidcToken: "t" },
      assumeRole: { roleArn: "r", externalId: pulumi.secret("x") },
      endpoint: "e",
      stsEndpoint: "e",
      vpcEndpoint: "e",
      protocol: "HTTP",
      insecure: true,
      proxy: "http://u:p@proxy.example",
      organizationId: "19",
      resourceSetId: "191",
      forgetRetiredLinks: false,
    };
    const { values, secrets } = await inputsOf(new Provider("p", args));
    expect(secrets.sort()).toEqual(
      [...SECRET_SETTINGS, "accessKey", "assumeRole"].map((name) => `classiclink:${name}`).sort(),
    );
    // Every setting but the one that is the plugin's.
    expect(Object.keys(values)).toHaveLength(SETTING_NAMES.length - 1);
  });

  test("leaves out what is undefined, now or later", async () => {
    const later = pulumi.output<string | undefined>(undefined).apply((value) => value ?? "");
    const args = { region: "cn-beijing", profile: later, ...JSON.parse('{"ecsRoleName": null}') };
    expect((await inputsOf(new Provider("p", args))).values).toEqual({ "classiclink:region": "cn-beijing" });
  });

  test("may have no settings, where the environment says all", async () => {
    expect((await inputsOf(new Provider("p"))).values).toEqual({});
  });

  test.each(["acessKey", "endpoints", "refreshBeforeUpdate", "version"])("has no argument %s", (name) => {
    expect(() => Reflect.construct(Provider, ["p", { [name]: "x" }])).toThrow(
      `Provider "p": "${name}" is not an argument; the arguments are region, accessKey, secretKey`,
    );
  });

  test("is taken by links", async () => {
    const provider = new Provider("beijing", { region: "cn-beijing" });
    await known(new ClassicLink("web", { instanceId: "i-a", vpcId: "vpc-b" }, { provider }).urn);
    expect(registered.map(({ type }) => type)).toContain(ClassicLink.__pulumiType);
  });
});

describe("Provider.fromAlicloud", () => {
  test("takes the arguments of new alicloud.Provider as they are", async () => {
    const args = {
      region: "cn-beijing",
      accessKey: "id",
      secretKey: "s",
      assumeRole: { roleArn: "r" },
      endpoints: pulumi.output([{ vpc: "no" }, { ecs: "ecs.private.example" }, { sts: "sts.private.example" }]),
      // These say nothing of links.
      skipRegionValidation: true,
      fc: "no",
      configurationSource: "x",
    };
    const { values, secrets } = await inputsOf(Provider.fromAlicloud("beijing", args));
    expect(values).toEqual({
      "classiclink:region": "cn-beijing",
      "classiclink:accessKey": "id",
      "classiclink:secretKey": "s",
      "classiclink:assumeRole": '{"roleArn":"r"}',
      "classiclink:endpoint": "ecs.private.example",
      "classiclink:stsEndpoint": "sts.private.example",
    });
    expect(secrets).toEqual(["classiclink:secretKey"]);
  });

  test.each([[undefined], [{}], [{ endpoints: [] }], [{ endpoints: [{ vpc: "x", ecs: "" }] }]])(
    "adds nothing to %j",
    async (args) => {
      expect((await inputsOf(Provider.fromAlicloud("p", args))).values).toEqual({});
    },
  );
});

describe("Provider.fromAlibabaCloudStack", () => {
  test("takes the arguments of the provider of Apsara Stack as they are", async () => {
    const args = {
      region: "cn-wulan-env200-d01",
      accessKey: "id",
      secretKey: "s",
      proxy: "http://u:p@proxy.example:3128",
      popgwDomain: "cloud.site-a.example",
      isCenterRegion: false,
      endpoints: [{ ecs: "ecs.private.example" }],
      insecure: true,
      department: "26",
      resourceGroup: pulumi.output("97"),
      // These say nothing of links.
      skipRegionValidation: true,
      sourceIp: "10.0.0.1",
    };
    const { values, secrets } = await inputsOf(Provider.fromAlibabaCloudStack("stack", args));
    expect(values).toEqual({
      "alibabacloudstack:region": "cn-wulan-env200-d01",
      "alibabacloudstack:accessKey": "id",
      "alibabacloudstack:secretKey": "s",
      "alibabacloudstack:proxy": "http://u:p@proxy.example:3128",
      "alibabacloudstack:popgwDomain": "cloud.site-a.example",
      "alibabacloudstack:isCenterRegion": "false",
      "alibabacloudstack:endpoints": '[{"ecs":"ecs.private.example"}]',
      "alibabacloudstack:insecure": "true",
      "alibabacloudstack:department": "26",
      "alibabacloudstack:resourceGroup": "97",
    });
    expect(secrets.sort()).toEqual(["alibabacloudstack:proxy", "alibabacloudstack:secretKey"]);
    const settings = new Settings((key) => Object(values)[key], {});
    expect(settings.endpointOf(settings.defaultRegion())).toBe("http://ecs.private.example");
    expect(settings.scope()).toEqual({ organizationId: "26", resourceSetId: "97" });
  });
});
