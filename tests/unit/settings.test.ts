/** Where settings come from, and what their values mean. Private clouds: settingsPrivate.test.ts. */
import os from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, jest, test } from "@jest/globals";
import { Lookup } from "../../provider/settings/lookup";
import { familyOf, isOrganizationKey, SETTING_NAMES, SETTINGS } from "../../provider/settings/places";
import { makeFolder } from "../support/credentials";
import { complaint } from "../support/errors";
import { settingsOf, sourceOf, type Values } from "../support/settings";

const keyPair = (values: Values) => sourceOf(values, "keys").credentials;
const kindOf = (values: Values) => settingsOf(values).credentialsSource().kind;
const PRIVATE = { "classiclink:endpoint": "ecs.private.example" };
const PAIR = { accessKey: "a", secretKey: "s" };

/** Values under the keys of a family. */
const under = (family: string, values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${family}:${name}`, value]));
const STACK_PAIR = under("alicloud", PAIR);
const VARIABLES_PAIR = { ALICLOUD_ACCESS_KEY: "a", ALICLOUD_SECRET_KEY: "s" };

/** A value in a place, as the configuration or the environment has it. */
function at(place: string, value: string): Values {
  const [, key = place, member] = /^(.+)\[0\]\.(\w+)$/.exec(place) ?? [];
  return { [key]: member === undefined || value === "" ? value : JSON.stringify([{ no: "no" }, { [member]: value }]) };
}

// docs/configuration.md is made of the same table. For the keys of organizations, see settingsPrivate.test.ts.
test.each(SETTING_NAMES)(
  "[16] %s: the first place that has it wins over every later one, and an empty one is none",
  (name) => {
    const found = (values: Values) => new Lookup((key) => values[key], values).find(name);
    const places = SETTINGS[name].filter((place) => !isOrganizationKey(place));
    for (const [index, winner] of places.entries()) {
      expect(winner).toMatch(/^[a-z]+:\w+(\[0\]\.\w+)?$|^[A-Z_]+$/);
      for (const loser of places.slice(index + 1)) {
        // An address of ECS decides whose names count.
        const decides = name !== "endpoint" && SETTINGS.endpoint.some((place) => place === loser);
        if (decides && familyOf(winner) !== familyOf(loser)) continue;
        const lost = at(loser, "second");
        expect(found({ ...at(winner, "first"), ...lost })).toMatchObject({ value: "first", key: winner });
        expect(found({ ...lost, ...at(winner, "") })).toMatchObject({ value: "second", key: loser });
      }
    }
  },
);

describe("credentials", () => {
  test.each([
    ["classiclink:accessKey", "secretKey"],
    ["ALICLOUD_SECRET_KEY", "accessKey"],
  ] as const)("half a key pair, %s, is an error that names %s and all its places", (present, missing) => {
    const message = complaint(() => kindOf({ [present]: "hunter2", "alicloud:profile": "x" }));
    const places = SETTINGS[missing].filter((place) => familyOf(place) === familyOf(present));
    expect(message).toBe(
      `${missing} is missing, while ${present} is set; checked ${places.join(", ")}; set one of them`,
    );
  });

  const levels: [token: string, pair: Values][] = [
    ["classiclink:securityToken", under("classiclink", PAIR)],
    ["alicloud:securityToken", STACK_PAIR],
    ["ALICLOUD_SECURITY_TOKEN", VARIABLES_PAIR],
  ];
  test.each(levels)("a token belongs to the key of its level: the key beside %s", (own, pair) => {
    for (const [place] of levels) {
      const credentials = { accessKeyId: "a", accessKeySecret: "s", ...(place === own ? { securityToken: "t" } : {}) };
      expect(keyPair({ ...pair, [place]: "t" })).toEqual(credentials);
    }
  });

  const oidc = JSON.stringify({ roleArn: "role", oidcProviderArn: "provider", oidcTokenFile: "/token" });
  const order: [source: object, values: Values][] = [
    [{ kind: "keys", credentials: { accessKeyId: "a" } }, PAIR],
    [{ kind: "profile", name: "mine" }, { profile: "mine" }],
    [{ kind: "uri", uri: "http://127.0.0.1/" }, { credentialsUri: "http://127.0.0.1/" }],
    [{ kind: "ecsRole", roleName: "role" }, { ecsRoleName: "role" }],
    [{ kind: "oidc", role: { arn: "role" } }, { assumeRoleWithOidc: oidc }],
  ];
  test("are of the first source in the order of @pulumi/alicloud", () => {
    const file: (typeof order)[number] = [{ kind: "profile", file: "/file" }, { sharedCredentialsFile: "/file" }];
    const all = [...order, file, [{ kind: "ambient" }, {}]];
    const given = all.map((_, index) => Object.assign({}, ...all.slice(index).map(([, values]) => values)));
    const sources = given.map((values) => settingsOf(under("alicloud", values)).credentialsSource());
    expect(sources).toMatchObject(all.map(([source]) => source));
  });

  const others = under("alicloud", { accessKey: "o", secretKey: "s", profile: "o", assumeRole: '{"roleArn":"other"}' });
  test("under classiclink: decide the account: no source and no role of another family is used", () => {
    const own = order.map(([, values]) => ({ ...others, ...VARIABLES_PAIR, ...under("classiclink", values) }));
    const sources = own.map((values) => settingsOf(values).credentialsSource());
    expect(sources).toMatchObject(order.map(([source]) => source));
  });

  test("are the base of a role under classiclink:, and those of alicloud: if classiclink: has none", () => {
    for (const [own, accessKeyId] of [[under("classiclink", PAIR), "a"] as const, [{}, "o"] as const]) {
      const values = { ...others, ...own, "classiclink:assumeRole": '{"roleArn":"own"}' };
      expect(sourceOf(values, "assumedRole")).toMatchObject({
        base: { credentials: { accessKeyId } },
        role: { arn: "own" },
      });
    }
  });

  test("of a profile are read from the file of another family, and at the configured address of STS", () => {
    const values = under("classiclink", { profile: "p", stsEndpoint: "sts.example" });
    const source = sourceOf({ ...values, ...VARIABLES_PAIR, "alicloud:sharedCredentialsFile": "/a~/file" }, "profile");
    const sts = { sts: "https://sts.example", additions: expect.anything() };
    expect(source).toEqual({ kind: "profile", name: "p", file: "/a~/file", sts, tokenOnly: false });
  });

  test("of the machine are its OIDC variables, its files and its role, and come with the places that were checked", () => {
    const pod = {
      ALIBABA_CLOUD_ROLE_ARN: "role",
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider",
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: "~/token",
    };
    const oidcRole = { role: { arn: "role" }, providerArn: "provider", token: { file: join(os.homedir(), "token") } };
    const fileOf = (file: string) => ({ kind: "profile", file: join(os.homedir(), file), tokenOnly: false });
    expect(sourceOf(pod, "ambient")).toMatchObject({
      candidates: [
        { name: "the OIDC variables", source: { kind: "oidc", ...oidcRole } },
        { name: "~/.aliyun/config.json", source: fileOf(".aliyun/config.json") },
        { name: "~/.alibabacloud/credentials", source: fileOf(".alibabacloud/credentials") },
        { name: "the RAM role of this ECS instance", source: { kind: "ecsRole", tokenOnly: false }, guess: true },
      ],
      checked:
        "accessKey, secretKey, profile, credentialsUri, ecsRoleName, assumeRoleWithOidc: under classiclink:, under alicloud:, " +
        "under alibabacloudstack:, in the environment, as ALICLOUD_ACCESS_KEY, ALIBABACLOUDSTACK_ACCESS_KEY and so on",
    });
  });

  test("of the machine are switched off in parts by the SDKs' variables, and their absence is reported", () => {
    const off = { ALIBABA_CLOUD_CLI_PROFILE_DISABLED: "TRUE", ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" };
    expect(sourceOf(off, "ambient").candidates).toMatchObject([
      { absent: "ALIBABA_CLOUD_ROLE_ARN is not set" },
      { absent: "ALIBABA_CLOUD_CLI_PROFILE_DISABLED is true" },
      { source: { kind: "profile" } },
      { absent: "ALIBABA_CLOUD_ECS_METADATA_DISABLED is true" },
    ]);
    const use = { tokenOnly: true, metadataOff: true };
    const more = { ...off, ALIBABA_CLOUD_IMDSV1_DISABLED: "true" };
    expect(sourceOf({ ...more, "alicloud:ecsRoleName": "web" }, "ecsRole")).toMatchObject(use);
    expect(sourceOf({ ...more, "alicloud:profile": "p" }, "profile")).toMatchObject(use);
  });
});

test.each(["refreshBeforeUpdate", "forgetRetiredLinks", "insecure"] as const)("the switch %s is on or off", (name) => {
  const isOn = (value: string) => settingsOf({ ...PRIVATE, [`classiclink:${name}`]: value })[name]();
  expect(["true", "TRUE", "1", "false", "0", ""].map(isOn)).toEqual([true, true, true, false, false, false]);
  expect(complaint(() => isOn("yes"))).toBe(`classiclink:${name} is "yes"; use true or false`);
});

describe("a role", () => {
  const roleOf = (block: object, env: Values = {}) =>
    sourceOf({ "alicloud:assumeRole": JSON.stringify(block), ...env }, "assumedRole").role;

  test("has every member of @pulumi/alicloud's assumeRole, and its defaults, and may be a list of one", () => {
    const same = { sessionName: "me", policy: "{}", externalId: "x" };
    const role = { arn: "r", durationS: 900, sts: "https://sts.aliyuncs.com", ...same };
    expect(roleOf({ roleArn: "r", sessionExpiration: 900, ...same })).toEqual(role);
    expect(roleOf([{ roleArn: "r" }])).toMatchObject({ arn: "r", sessionName: "terraform", durationS: 3600 });
  });

  test.each([
    ["ALICLOUD_ASSUME_ROLE_ARN", "roleArn", { arn: "1000" }],
    ["ALIBABA_CLOUD_ROLE_ARN", "roleArn", { arn: "1000" }],
    ["ALICLOUD_ASSUME_ROLE_SESSION_NAME", "sessionName", { sessionName: "1000" }],
    ["ALIBABA_CLOUD_ROLE_SESSION_NAME", "sessionName", { sessionName: "1000" }],
    ["ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION", "sessionExpiration", { durationS: 1000 }],
  ])("%s stands in for a %s that the block leaves out", (variable, member, seenAs) => {
    const block = member === "roleArn" ? {} : { roleArn: "r" };
    expect(roleOf(block, { [variable]: "1000" })).toMatchObject(seenAs);
    expect(roleOf({ roleArn: "r", [member]: "2000" }, { [variable]: "1000" })).not.toMatchObject(seenAs);
  });

  test("is not made of the variables alone, nor of an empty ARN", () => {
    const empty = { "alicloud:assumeRole": '{"roleArn":"","sessionName":"x"}' };
    const kinds = [{ ALICLOUD_ASSUME_ROLE_ARN: "r" }, empty].map((values) => kindOf({ ...STACK_PAIR, ...values }));
    expect(kinds).toEqual(["keys", "keys"]);
  });

  test.each<[text: string, complaint: RegExp]>([
    ["acs:ram::1:role/x", /^alicloud:assumeRole is not JSON; .*--path/],
    ['"acs:ram::1:role/x"', /^alicloud:assumeRole is not an object/],
    ['[{"roleArn":"a"},{"roleArn":"b"}]', /^alicloud:assumeRole is not an object/],
    ["{}", /^alicloud:assumeRole\.roleArn is missing; set it, or ALICLOUD_ASSUME_ROLE_ARN, or ALIBABA_CLOUD_ROLE_ARN$/],
    ['{"roleArn":"r","sessionExpiration":60}', /^alicloud:assumeRole\.sessionExpiration is "60"; use 900 to 43200/],
    ['{"roleArn":"r","policy":{"Statement":[]}}', /^alicloud:assumeRole\.policy is of type object; set it to a string/],
    ['{"roleArn":"r","polici":"{}"}', /^alicloud:assumeRole has no member "polici"; it has roleArn, /],
    ['{"roleArn":"r","sessionExpiration":1000.5}', /^alicloud:assumeRole\.sessionExpiration is "1000.5"; use 900/],
    ['{"roleArn":"r","sessionExpiration":43201}', /^alicloud:assumeRole\.sessionExpiration is "43201"; use 900/],
  ])("written as %s is an error that says how to write it", (text, expected) => {
    expect(complaint(() => kindOf({ "alicloud:assumeRole": text }))).toMatch(expected);
  });

  test("with a wrong value in a variable is an error that names the variable", () => {
    const variable = "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION";
    expect(complaint(() => roleOf({ roleArn: "r" }, { [variable]: "60" }))).toBe(
      `${variable} is "60"; use 900 to 43200 seconds`,
    );
  });

  const withOidc = (members: object, env: Values) => {
    const block = JSON.stringify({ roleArn: "r", oidcProviderArn: "p", ...members });
    return sourceOf({ "alicloud:assumeRoleWithOidc": block, ...env }, "oidc").token;
  };
  test.each<[members: object, env: Values, token: object]>([
    [{ oidcToken: "t", oidcTokenFile: "/f" }, {}, { text: "t" }],
    [{ oidcTokenFile: "/f" }, { ALIBABA_CLOUD_OIDC_TOKEN: "t" }, { file: "/f" }],
    [{}, { ALIBABA_CLOUD_OIDC_TOKEN: "t", ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/f" }, { text: "t" }],
    [{}, { ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/f" }, { file: "/f" }],
  ])("for OIDC takes its token from the block %j first, then from %j, and needs one", (members, env, token) => {
    expect(withOidc(members, env)).toEqual(token);
    expect(complaint(() => withOidc({}, {}))).toMatch(/oidcTokenFile is missing; set it, or ALIBABA/);
  });
});

describe("the address of STS", () => {
  const stsOf = (values: Values) =>
    sourceOf({ "classiclink:assumeRole": '{"roleArn":"r"}', ...values }, "assumedRole").role.sts;
  const inVpc = { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true" };

  test.each<[values: Values, address: string]>([
    [{}, "https://sts.aliyuncs.com"],
    [{ "alicloud:region": "cn-beijing" }, "https://sts.cn-beijing.aliyuncs.com"],
    [{ "alicloud:region": "cn-hangzhou-finance" }, "https://sts.aliyuncs.com"],
    [{ "alicloud:region": "private_1" }, "https://sts.aliyuncs.com"],
    [{ ALIBABA_CLOUD_STS_REGION: "cn-b", "alicloud:region": "cn-a" }, "https://sts.cn-b.aliyuncs.com"],
    [{ ...inVpc, "alicloud:region": "cn-beijing" }, "https://sts-vpc.cn-beijing.aliyuncs.com"],
    [{ STS_ENDPOINT: "127.0.0.1:4010" }, "http://127.0.0.1:4010"],
    [{ STS_ENDPOINT: "sts.private.example", "alicloud:protocol": "HTTP" }, "https://sts.private.example"],
  ])("with %j is %s", (values, address) => {
    expect(stsOf(values)).toBe(address);
  });

  test("is not made of what is no region", () => {
    expect(complaint(() => stsOf({ ALIBABA_CLOUD_STS_REGION: "evil.example/" }))).toMatch(
      /^\w+_STS_REGION is not a region/,
    );
  });
});

describe("proxies", () => {
  const https = "https://ecs.cn-beijing.aliyuncs.com";
  const proxyFor = (url: string, values: Values) => settingsOf(values).proxyFor(url);

  test.each<[url: string, values: Values, proxy: string | undefined]>([
    [https, {}, undefined],
    [https, { HTTPS_PROXY: "http://p:1" }, "http://p:1"],
    [https, { https_proxy: "http://p:1" }, "http://p:1"],
    [https, { HTTP_PROXY: "http://p:1" }, undefined],
    [https, { ALL_PROXY: "http://p:1" }, "http://p:1"],
    [https, { HTTPS_PROXY: "p:1" }, "http://p:1"],
    [https, { CLASSICLINK_PROXY: "p:2", HTTPS_PROXY: "http://p:1" }, "http://p:2"],
    [https, { CLASSICLINK_PROXY: "p:2", NO_PROXY: "aliyuncs.com" }, undefined],
    ["http://ecs.private.example", { http_proxy: "http://p:1" }, "http://p:1"],
    ["http://localhost:4010", { HTTP_PROXY: "http://p:1" }, undefined],
  ])("%s with %j goes over %s", (url, values, proxy) => {
    expect(proxyFor(url, values)).toBe(proxy);
  });

  test.each<[noProxy: string, url: string, isExempt: boolean]>([
    [".aliyuncs.com", https, true],
    ["*.aliyuncs.com", https, true],
    ["example.org, ECS.cn-beijing.aliyuncs.com:443", https, true],
    ["yuncs.com", https, false],
    ["*", https, true],
    ["aliyuncs.com:8443", https, false],
    ["10.0.0.0/8", "http://10.1.2.3:8080", true],
    ["10.1.2.3:80", "http://10.1.2.3", true],
    ["1.2.3", "http://10.1.2.3", false],
    ["fd00:1:2::/48", "http://[fd00:1:2::1]:8080", true],
    ["fd00::1", "http://[fd00::1]", true],
    ["[fd00::1]:80", "http://[fd00::1]", true],
    ["10.0.0.0/8", "http://ten.example", false],
    ["10.0.0.0/99", "http://10.1.2.3", false],
    ["nonsense/8", "http://10.1.2.3", false],
    ["nonsense/8", "http://ten.example", false],
    ["10.0.0.0/8x", "http://10.1.2.3", false],
    [", ,", "http://ten.example", false],
  ])("NO_PROXY=%s lets %s around the proxy: %s", (noProxy, url, isExempt) => {
    const proxies = { HTTPS_PROXY: "http://p:1", HTTP_PROXY: "http://p:1", NO_PROXY: noProxy };
    expect(proxyFor(url, proxies)).toBe(isExempt ? undefined : "http://p:1");
  });

  test.each(["socks5://u:hunter2@p:1", "http://u:hunter2@"])("[17] %s is refused without being quoted", (address) => {
    expect(complaint(() => proxyFor(https, { HTTPS_PROXY: address }))).toBe(
      "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is not the address of a proxy; use http://host:port or https://host:port",
    );
  });
});

describe("the region", () => {
  const files = makeFolder();
  afterAll(() => files.remove());
  const regionWith = (values: Values) => {
    const profiles = [{ name: "mine", region_id: "cn-mine" }, { name: "none" }];
    const file = files.write("config.json", { current: "mine", profiles });
    return settingsOf({ "alicloud:sharedCredentialsFile": file, ...values }).defaultRegion();
  };

  test("is that of the profile that a setting names, also by its file, when no setting names one", () => {
    expect(regionWith({ "alicloud:profile": "mine" })).toBe("cn-mine");
    expect(regionWith({})).toBe("cn-mine");
    expect(regionWith({ "alicloud:profile": "mine", ALICLOUD_REGION: "cn-env" })).toBe("cn-env");
  });

  test("is not that of a profile that no setting names, whose keys may be of another account", () => {
    files.write(".aliyun/config.json", { current: "mine", profiles: [{ name: "mine", region_id: "cn-mine" }] });
    const home = jest.spyOn(os, "homedir").mockReturnValue(files.folder);
    expect(settingsOf({ "alicloud:profile": "mine" }).defaultRegion()).toBe("cn-mine");
    expect(complaint(() => settingsOf({}).defaultRegion())).toContain("no region is configured");
    home.mockRestore();
  });

  test("that is missing is reported with every place", () => {
    const message = (places: readonly string[]) => `no region is configured; checked ${places.join(", ")}`;
    const ofAlicloud = SETTINGS.region.filter((place) => familyOf(place) !== "alibabacloudstack");
    const advice = `${message(ofAlicloud)} and the profile; set one of them`;
    expect(complaint(() => regionWith({ "alicloud:profile": "none" }))).toBe(advice);
    expect(complaint(() => settingsOf({}).defaultRegion())).toBe(
      `${message(SETTINGS.region)}; set one of them, or name a profile that has a region`,
    );
  });
});

test("the address of the VPC service is that of the region, or the configured one with the protocol of ECS", () => {
  const plain = settingsOf({});
  expect(plain.vpcEndpointOf("cn-beijing")).toBe("https://vpc.cn-beijing.aliyuncs.com");
  expect(plain.vpcEndpointOf("cn-hangzhou")).toBe("https://vpc.aliyuncs.com");
  const configured = settingsOf({ VPC_ENDPOINT: "vpc.b.example", "classiclink:protocol": "HTTP" });
  expect(configured.vpcEndpointOf("cn-beijing")).toBe("http://vpc.b.example");
  const publicEcs = settingsOf({ ECS_ENDPOINT: "ecs.aliyuncs.com" });
  for (const settings of [plain, publicEcs]) {
    expect(complaint(() => settings.vpcEndpointOf("evil.example/"))).toMatch(
      /^regionId: "evil\.example\/" is not a region of the public cloud/,
    );
  }
});

test("doctor is given each setting with its place, no value that may be secret, and what is wrong", () => {
  const values = Object.fromEntries(SETTING_NAMES.map((name) => [`classiclink:${name}`, `of ${name}`]));
  const found = Object.fromEntries(
    settingsOf(values)
      .found()
      .map((setting) => [setting.name, setting]),
  );
  expect(Object.keys(found)).toEqual(SETTING_NAMES);
  const kept = [
    "accessKey",
    "secretKey",
    "securityToken",
    "credentialsUri",
    "assumeRole",
    "assumeRoleWithOidc",
    "proxy",
  ];
  for (const name of kept) expect(found[name]).toEqual({ name, place: `classiclink:${name}`, value: undefined });
  const places = [
    "region",
    "profile",
    "sharedCredentialsFile",
    "ecsRoleName",
    "endpoint",
    "stsEndpoint",
    "vpcEndpoint",
  ];
  const scope = ["organizationId", "resourceSetId"];
  for (const name of [...places, ...scope, "protocol", "insecure", "refreshBeforeUpdate", "forgetRetiredLinks"]) {
    expect(found[name]).toEqual({ name, place: `classiclink:${name}`, value: `of ${name}` });
  }
  const problem = "classiclink:region has white space before or after its value; set it without";
  expect(settingsOf({ "classiclink:region": " x" }).found()).toEqual([{ name: "region", problem }]);
});

describe("the endpoint", () => {
  const endpointOf = (endpoint?: string, protocol?: string, regionId = "cn-beijing") =>
    settingsOf({ "classiclink:endpoint": endpoint, "classiclink:protocol": protocol }).endpointOf(regionId);

  test.each([
    ["cn-beijing", "ecs.cn-beijing.aliyuncs.com"],
    ["cn-hangzhou", "ecs-cn-hangzhou.aliyuncs.com"],
    ["cn-shanghai-finance-1", "ecs-cn-hangzhou.aliyuncs.com"],
    ["cn-shenzhen-finance-1", "ecs-cn-hangzhou.aliyuncs.com"],
    ["cn-north-2-gov-1", "ecs.aliyuncs.com"],
    ["cn-hangzhou-finance", "ecs.aliyuncs.com"],
    ["constructor", "ecs.constructor.aliyuncs.com"],
  ])("of %s is https://%s when nothing is configured", (regionId, host) => {
    expect(endpointOf(undefined, undefined, regionId)).toBe(`https://${host}`);
  });

  test("of what is no region of the public cloud has to be configured", () => {
    expect(complaint(() => endpointOf(undefined, undefined, "a.b"))).toBe(
      'regionId: "a.b" is not a region of the public cloud; set classiclink:endpoint or CLASSICLINK_ENDPOINT',
    );
    expect(complaint(() => endpointOf(undefined, undefined, "é".repeat(200)))).toContain(`"${"é".repeat(128)}…" is`);
  });

  test.each<[endpoint: string, protocol: string | undefined, url: string]>([
    ["ecs.private.example", undefined, "https://ecs.private.example"],
    ["ecs.private.example", "HTTP", "http://ecs.private.example"],
    ["ecs.private.example:443", "http", "http://ecs.private.example:443"],
    ["ecs.private.example:80", undefined, "https://ecs.private.example:80"],
    ["HTTPS://ecs.private.example/", "http", "https://ecs.private.example"],
    ["http://ecs.private.example", "HTTPS", "http://ecs.private.example"],
    ["localhost:4010", undefined, "http://localhost:4010"],
    ["127.19.200.9", undefined, "http://127.19.200.9"],
    ["127.0.0.1.example", undefined, "https://127.0.0.1.example"],
    ["[::1]:4010", undefined, "http://[::1]:4010"],
    ["127.0.0.1:4010", "HTTPS", "https://127.0.0.1:4010"],
    ["http://server.asapi.cn-x.cloud.example/asapi/v3/", undefined, "http://server.asapi.cn-x.cloud.example/asapi/v3"],
    ["server.asapi.cn-x.cloud.example", "HTTP", "http://server.asapi.cn-x.cloud.example/asapi/v3"],
    ["asapi.cloud.example", undefined, "https://asapi.cloud.example/asapi/v3"],
    ["10.1.2.3:8080/asapi/v3", "HTTP", "http://10.1.2.3:8080/asapi/v3"],
  ])("%s with protocol %s is %s", (endpoint, protocol, url) => {
    expect(endpointOf(endpoint, protocol)).toBe(url);
  });

  test.each([
    "https://user:hunter2@ecs.example",
    "ecs.example/hunter2",
    "ecs.example?token=hunter2",
    "ecs.example#hunter2",
    "ftp://hunter2.example",
    "ecs example hunter2",
    "https://ecs.example:99999",
  ])("%s is refused by the name of its setting, and not repeated", (endpoint) => {
    const message = complaint(() => endpointOf(endpoint));
    expect(message).toMatch(/^classiclink:endpoint .*host name such as ecs\.cn-beijing\.aliyuncs\.com/);
    expect(message).not.toContain("hunter2");
  });

  test("has a protocol of HTTP or HTTPS", () => {
    expect(complaint(() => endpointOf(undefined, "ftp"))).toBe('classiclink:protocol is "ftp"; use HTTP or HTTPS');
  });

  const inList = (endpoints: string, more: Values = {}) =>
    settingsOf({ "alicloud:endpoints": endpoints, ...more }).endpointOf("cn-beijing");

  test.each([
    ['{"ecs":"ecs.a.example"}', "https://ecs.a.example"],
    ['[{"vpc":"x"},{"ecs":""},{"ecs":1},null,{"ecs":"ecs.a.example"},{"ecs":"b"}]', "https://ecs.a.example"],
    ["[]", "https://ecs.env.example"],
    ["null", "https://ecs.env.example"],
    ['"ecs"', "https://ecs.env.example"],
  ])("of alicloud:endpoints %s, beside a variable, is %s", (endpoints, url) => {
    expect(inList(endpoints, { ECS_ENDPOINT: "ecs.env.example" })).toBe(url);
  });

  test.each<[endpoints: string, expected: RegExp]>([
    ["hunter2", /^alicloud:endpoints is not JSON; (?!.*hunter2).*config set --path 'alicloud:endpoints\[0\]\.ecs'/],
    ['[{"ecs":"a/b"}]', /^alicloud:endpoints\[0\]\.ecs /],
  ])("is wrong in alicloud:endpoints, %s, which is reported by its path", (endpoints, expected) => {
    expect(complaint(() => inList(endpoints))).toMatch(expected);
  });
});
