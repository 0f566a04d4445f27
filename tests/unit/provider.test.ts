/** The explicit provider of programs: what it registers, and what of it is secret. */

import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { SECRET_SETTINGS, SETTING_NAMES } from "../../provider/settings/places";
import { ClassicLink, Provider, type ProviderArgs } from "../../sdk";
import { known, registeredResources } from "../support/mocks";
import { settingsOf } from "../support/settings";

const registered = registeredResources();

/** What a provider is registered with, and which of that is secret. */
async function inputsOf(provider: Provider) {
  await known(provider.urn);
  const inputs = Object.entries(registered[0]?.inputs ?? {});
  const isSecret = (value: unknown) => Object.hasOwn(Object(value), "value");
  return {
    values: Object.fromEntries(inputs.map(([key, value]) => [key, isSecret(value) ? Object(value).value : value])),
    secrets: inputs.flatMap(([key, value]) => (isSecret(value) ? [key] : [])).sort(),
  };
}

/** Arguments under the names of a stack's configuration. */
const under = (family: string, args: object) =>
  Object.fromEntries(Object.entries(args).map(([name, value]) => [`${family}:${name}`, value]));

describe("a Provider", () => {
  test("is one of dynamic resources, with its settings under the keys of a stack's configuration", async () => {
    const args = { region: "cn-beijing", profile: "mine" };
    const provider = new Provider("beijing", args);
    const { values } = await inputsOf(provider);
    expect(registered[0]).toMatchObject({ type: "pulumi:providers:pulumi-nodejs", name: "beijing" });
    expect(values).toEqual(under("classiclink", args));
    await known(new ClassicLink("web", { instanceId: "i-a", vpcId: "vpc-b" }, { provider }).urn);
    expect(registered.map(({ type }) => type)).toContain(ClassicLink.__pulumiType);
  });

  test("hands objects and switches on as text, and leaves out what is undefined, whatever in them is an output", async () => {
    const later = pulumi.output<string | undefined>(undefined).apply((value) => value ?? "");
    const assumeRole = { roleArn: pulumi.output("acs:ram::1:role/a"), sessionExpiration: 900 };
    const none = { profile: later, ...JSON.parse('{"ecsRoleName": null}') };
    const args = { assumeRole, forgetRetiredLinks: pulumi.output(true), ...none };
    expect((await inputsOf(new Provider("p", args))).values).toEqual({
      "classiclink:assumeRole": '{"roleArn":"acs:ram::1:role/a","sessionExpiration":900}',
      "classiclink:forgetRetiredLinks": "true",
    });
  });

  test("[17] marks as secret what must not stand in a state in clear, and what was secret before", async () => {
    // Every setting but the one that is the plugin's is an argument: the compiler knows.
    const settings: readonly (keyof ProviderArgs)[] = SETTING_NAMES.filter((name) => name !== "refreshBeforeUpdate");
    const args = {
      ...Object.fromEntries(settings.map((name) => [name, "x"])),
      accessKey: pulumi.secret("id"),
      assumeRole: { roleArn: "r", externalId: pulumi.secret("x") },
    };
    const { values, secrets } = await inputsOf(Reflect.construct(Provider, ["p", args]));
    expect(Object.keys(values)).toEqual(settings.map((name) => `classiclink:${name}`).sort());
    const names = [...SECRET_SETTINGS, "accessKey", "assumeRole"];
    expect(secrets).toEqual(names.map((name) => `classiclink:${name}`).sort());
  });

  test.each(["acessKey", "refreshBeforeUpdate"])("has no argument %s", (name) => {
    expect(() => Reflect.construct(Provider, ["p", { [name]: "x" }])).toThrow(
      `Provider "p": "${name}" is not an argument; the arguments are region, accessKey, secretKey`,
    );
  });
});

describe("Provider.fromAlicloud", () => {
  test("takes the arguments of new alicloud.Provider as they are, and leaves out what says nothing of links", async () => {
    const plain = { region: "cn-beijing", accessKey: "id", secretKey: "s" };
    const endpoints = pulumi.output([{ vpc: "no" }, { ecs: "ecs.private.example" }, { sts: "sts.private.example" }]);
    const ignored = { skipRegionValidation: true, fc: "no", configurationSource: "x" };
    const args = { ...plain, assumeRole: { roleArn: "r" }, endpoints, ...ignored };
    const { values, secrets } = await inputsOf(Provider.fromAlicloud("beijing", args));
    const addresses = { endpoint: "ecs.private.example", stsEndpoint: "sts.private.example" };
    expect(values).toEqual(under("classiclink", { ...plain, assumeRole: '{"roleArn":"r"}', ...addresses }));
    expect(secrets).toEqual(["classiclink:secretKey"]);
  });

  test.each([[undefined], [{ endpoints: [{ vpc: "x", ecs: "" }] }]])("adds nothing to %j", async (args) => {
    expect((await inputsOf(Provider.fromAlicloud("p", args))).values).toEqual({});
  });
});

test("Provider.fromAlibabaCloudStack takes the arguments of the provider of Apsara Stack as they are", async () => {
  const keys = { region: "cn-x", accessKey: "id", secretKey: "s", proxy: "http://u:p@proxy.example:3128" };
  const plain = { ...keys, popgwDomain: "cloud.site-a.example", department: "26" };
  const endpoints = [{ ecs: "ecs.private.example" }];
  const others = { isCenterRegion: false, endpoints, insecure: true, resourceGroup: pulumi.output("97") };
  const ignored = { skipRegionValidation: true, sourceIp: "10.0.0.1" };
  const provider = Provider.fromAlibabaCloudStack("stack", { ...plain, ...others, ...ignored });
  const { values, secrets } = await inputsOf(provider);
  const asText = { isCenterRegion: "false", insecure: "true", resourceGroup: "97" };
  const written = { ...asText, endpoints: JSON.stringify(endpoints) };
  expect(values).toEqual(under("alibabacloudstack", { ...plain, ...written }));
  expect(secrets).toEqual(["alibabacloudstack:proxy", "alibabacloudstack:secretKey"]);
  const settings = settingsOf(values);
  expect(settings.endpointOf(settings.defaultRegion())).toBe("http://ecs.private.example");
  expect(settings.scope()).toEqual({ organizationId: "26", resourceSetId: "97" });
});
