import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { CredentialsSource } from "../../provider/ecs/credentials";
import { Settings } from "../../provider/settings";
import { complaint } from "../support/errors";
import { familyOf, SETTINGS, type SettingName } from "../../provider/settings/places";

type Values = Readonly<Record<string, string | undefined>>;

/** Settings from values by configuration key (with a colon) or environment variable (without). */
function settingsOf(values: Values): Settings {
  const env = Object.fromEntries(Object.entries(values).filter(([place]) => !place.includes(":")));
  return new Settings((key) => values[key], env);
}

const keys = { "classiclink:accessKey": "LTAIkey", "classiclink:secretKey": "hunter2" };

function keyPair(settings: Settings) {
  const source = settings.credentialsSource();
  if (source.kind !== "keys") throw new Error(`no key pair, but ${source.kind}`);
  return source.credentials;
}

const SET_PLACES: readonly string[] = SETTINGS.resourceSetId;

/** How each setting is seen from outside, and how a value has to be written in a place to be seen. */
const SEEN: Readonly<Record<SettingName, Seen>> = {
  region: { see: (settings) => settings.defaultRegion() },
  accessKey: { see: (settings) => keyPair(settings).accessKeyId, with: pairAt },
  secretKey: { see: (settings) => keyPair(settings).accessKeySecret, with: pairAt },
  securityToken: { see: (settings) => String(keyPair(settings).securityToken), with: pairAt },
  profile: { see: (settings) => seen(settings, "profile").name ?? "" },
  sharedCredentialsFile: { see: (settings) => seen(settings, "profile").file },
  credentialsUri: { see: (settings) => seen(settings, "uri").uri },
  ecsRoleName: { see: (settings) => seen(settings, "ecsRole").roleName ?? "" },
  assumeRoleWithOidc: {
    see: (settings) => seen(settings, "oidc").role.arn,
    write: (roleArn) => JSON.stringify({ roleArn, oidcProviderArn: "provider", oidcToken: "token" }),
  },
  assumeRole: {
    see: (settings) => seen(settings, "assumedRole").role.arn,
    write: (roleArn, place) => (/Arn$|_ARN$/.test(place) ? roleArn : JSON.stringify({ roleArn })),
    with: () => ({ "classiclink:stsEndpoint": "sts.private.example" }),
  },
  endpoint: { see: (settings) => hostOf(settings.endpointOf("cn-x")) },
  stsEndpoint: {
    see: (settings) => hostOf(seen(settings, "assumedRole").role.sts),
    with: () => ({ "classiclink:assumeRole": '{"roleArn":"role"}' }),
  },
  vpcEndpoint: {
    see: (settings) => hostOf(settings.vpcEndpointOf("cn-x")),
    with: () => ({ "classiclink:endpoint": "ecs.private.example" }),
  },
  protocol: {
    see: (settings) => settings.endpointOf("cn-x").replace(/:.*/, ""),
    values: ["https", "http"],
    with: () => ({ "classiclink:endpoint": "ecs.private.example" }),
  },
  insecure: {
    see: (settings) => String(settings.insecure()),
    values: ["true", "false"],
    with: () => ({ "classiclink:endpoint": "ecs.private.example" }),
  },
  proxy: { see: (settings) => settings.proxyFor("http://ecs.private.example")?.replace("http://", "") ?? "" },
  organizationId: {
    see: (settings) => settings.scope().organizationId ?? "",
    with: () => ({ "classiclink:endpoint": "ecs.private.example" }),
  },
  resourceSetId: {
    see: (settings) => settings.scope().resourceSetId ?? "",
    // The organization has to be in the same place.
    with: (place) => ({
      "classiclink:endpoint": "ecs.private.example",
      ...at(SETTINGS.organizationId[SET_PLACES.indexOf(place)] ?? "", "19"),
    }),
  },
  refreshBeforeUpdate: { see: (settings) => String(settings.refreshBeforeUpdate()), values: ["true", "false"] },
  forgetRetiredLinks: { see: (settings) => String(settings.forgetRetiredLinks()), values: ["true", "false"] },
};
interface Seen {
  readonly see: (settings: Settings) => string;
  /** What else is set, for a value in this place. */
  readonly with?: (place: string) => Values;
  readonly write?: (value: string, place: string) => string;
  /** Two values that it may have. */
  readonly values?: readonly [string, string];
}

/** A host name, without the product that the domain of a POP gateway gets in front. */
const hostOf = (url: string) => new URL(url).hostname.replace(/^(ecs-internal|vpc-internal|sts)\.(?=first|second)/, "");

/** The source of credentials, which has to be of a kind. */
function seen<Kind extends CredentialsSource["kind"]>(settings: Settings, kind: Kind) {
  const source = settings.credentialsSource();
  if (!isOf(source, kind)) throw new Error(`no ${kind}, but ${source.kind}`);
  return source;
}

function isOf<Kind extends CredentialsSource["kind"]>(
  source: CredentialsSource,
  kind: Kind,
): source is Extract<CredentialsSource, { kind: Kind }> {
  return source.kind === kind;
}

const isName = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name);
const places: (readonly [SettingName, readonly string[]])[] = Object.entries(SETTINGS).flatMap(([name, from]) =>
  isName(name) ? [[name, from] as const] : [],
);

/** A value in a place, as the configuration or the environment has it. */
function at(place: string, value: string): Values {
  const [, key = place, member] = /^(.+)\[0\]\.(\w+)$/.exec(place) ?? [];
  return {
    [key]: member === undefined || value === "" ? value : JSON.stringify([{ other: "no" }, { [member]: value }]),
  };
}

describe("[16] where a setting comes from", () => {
  test.each(places)("%s is read from each of its places", (name, from) => {
    const { see, write = (value) => value, values: [value] = ["first.value"], with: others = () => ({}) } = SEEN[name];
    for (const place of from) {
      const settings = settingsOf({ ...others(place), ...at(place, write(value, place)) });
      expect([place, see(settings)]).toEqual([place, value]);
    }
  });

  test.each(places)(
    "%s: the first place that has it wins over every later one, and an empty one is none",
    (name, from) => {
      const {
        see,
        write = (value) => value,
        values: [first, second] = ["first.value", "second.value"],
        with: others = () => ({}),
      } = SEEN[name];
      for (const [index, winner] of from.entries()) {
        for (const loser of from.slice(index + 1)) {
          // An address of ECS decides whose names count: see settingsPrivate.test.ts.
          const decides = name !== "endpoint" && SETTINGS.endpoint.some((place) => place === loser);
          if (decides && familyOf(winner) !== familyOf(loser)) continue;
          const lost = at(loser, write(second, loser));
          const won = at(winner, write(first, winner));
          const both = settingsOf({ ...others(loser), ...others(winner), ...lost, ...won });
          expect([winner, loser, see(both)]).toEqual([winner, loser, first]);
          const one = settingsOf({ ...others(loser), ...at(winner, ""), ...lost });
          expect([loser, see(one)]).toEqual([loser, second]);
        }
      }
    },
  );

  test("the places of @pulumi/alicloud are among them, under its names and in its order", () => {
    const of = (name: SettingName) => SETTINGS[name].filter((place) => familyOf(place) === "alicloud");
    expect(Object.fromEntries(places.map(([name]) => [name, of(name)]).filter(([, own]) => own?.length !== 0))).toEqual(
      {
        region: ["alicloud:region", "ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"],
        accessKey: [
          "alicloud:accessKey",
          "ALICLOUD_ACCESS_KEY",
          "ALIBABA_CLOUD_ACCESS_KEY_ID",
          "ALIBABACLOUD_ACCESS_KEY_ID",
        ],
        secretKey: [
          "alicloud:secretKey",
          "ALICLOUD_SECRET_KEY",
          "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
          "ALIBABACLOUD_ACCESS_KEY_SECRET",
        ],
        securityToken: [
          "alicloud:securityToken",
          "ALICLOUD_SECURITY_TOKEN",
          "ALIBABA_CLOUD_SECURITY_TOKEN",
          "ALIBABACLOUD_SECURITY_TOKEN",
        ],
        profile: ["alicloud:profile", "ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"],
        sharedCredentialsFile: [
          "alicloud:sharedCredentialsFile",
          "ALICLOUD_SHARED_CREDENTIALS_FILE",
          "ALIBABA_CLOUD_CREDENTIALS_FILE",
        ],
        credentialsUri: ["alicloud:credentialsUri", "ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"],
        ecsRoleName: ["alicloud:ecsRoleName", "ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"],
        assumeRoleWithOidc: ["alicloud:assumeRoleWithOidc"],
        assumeRole: ["alicloud:assumeRole"],
        endpoint: ["alicloud:endpoints[0].ecs", "ALIBABA_CLOUD_ENDPOINT_ECS", "ECS_ENDPOINT"],
        stsEndpoint: ["alicloud:endpoints[0].sts", "ALIBABA_CLOUD_ENDPOINT_STS", "STS_ENDPOINT"],
        vpcEndpoint: ["alicloud:endpoints[0].vpc", "ALIBABA_CLOUD_ENDPOINT_VPC", "VPC_ENDPOINT"],
        protocol: ["alicloud:protocol"],
      },
    );
  });

  test("the configuration of @pulumi/alicloud alone suffices", () => {
    const settings = settingsOf({
      "alicloud:region": "cn-beijing",
      "alicloud:accessKey": "LTAIkey",
      "alicloud:secretKey": "hunter2",
      "alicloud:securityToken": "token",
      "alicloud:endpoints": '[{"ecs":"ecs.private.example"}]',
      "alicloud:protocol": "HTTP",
    });
    expect(settings.defaultRegion()).toBe("cn-beijing");
    expect(settings.endpointOf("cn-beijing")).toBe("http://ecs.private.example");
    expect(keyPair(settings)).toEqual({ accessKeyId: "LTAIkey", accessKeySecret: "hunter2", securityToken: "token" });
  });

  test("the configuration wins over the environment also without any classiclink key", () => {
    const settings = settingsOf({ "alicloud:region": "cn-a", ALICLOUD_REGION: "cn-b" });
    expect(settings.defaultRegion()).toBe("cn-a");
  });

  test("without configuration the environment is enough", () => {
    const env = { ALICLOUD_REGION: "cn-a", ALICLOUD_ACCESS_KEY: "a", ALICLOUD_SECRET_KEY: "s" };
    const settings = new Settings(undefined, env);
    expect(settings.defaultRegion()).toBe("cn-a");
    expect(keyPair(settings)).toEqual({ accessKeyId: "a", accessKeySecret: "s" });
  });

  test("[15] making settings asks for nothing, so it cannot fail", () => {
    const config = jest.fn(() => {
      throw new Error("not yet");
    });
    expect(new Settings(config, {})).toBeInstanceOf(Settings);
    expect(config).not.toHaveBeenCalled();
  });
});

/** A key pair beside a place: of the same family, in the configuration or in the environment as that place is. */
function pairAt(place: string): Values {
  if (place.includes(":")) {
    const family = place.split(":")[0];
    return /organization/.test(place)
      ? { [`${family}:organizationAccesskey`]: "a", [`${family}:organizationSecretkey`]: "s" }
      : { [`${family}:accessKey`]: "a", [`${family}:secretKey`]: "s" };
  }
  if (/ORGANIZATION/.test(place)) {
    return { ALIBABACLOUDSTACK_ORGANIZATION_ACCESSKEY: "a", ALIBABACLOUDSTACK_ORGANIZATION_SECRETKEY: "s" };
  }
  if (place.startsWith("ALIBABACLOUDSTACK_"))
    return { ALIBABACLOUDSTACK_ACCESS_KEY: "a", ALIBABACLOUDSTACK_SECRET_KEY: "s" };
  const [id, secret] = Object.entries({
    ALICLOUD_ACCESS_KEY: "ALICLOUD_SECRET_KEY",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    ALIBABACLOUD_ACCESS_KEY_ID: "ALIBABACLOUD_ACCESS_KEY_SECRET",
  }).find((pair) => pair.includes(place)) ?? ["ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY"];
  return { [id]: "a", [secret]: "s" };
}

describe("credentials", () => {
  const half: [present: string, missing: string][] = [
    ["classiclink:accessKey", "secretKey"],
    ["alicloud:secretKey", "accessKey"],
    ["ALIBABA_CLOUD_ACCESS_KEY_ID", "secretKey"],
    ["ALICLOUD_SECRET_KEY", "accessKey"],
  ];
  test.each(half)(
    "half a key pair, %s, is an error that names the other half and all its places",
    (present, missing) => {
      const message = complaint(() =>
        settingsOf({ [present]: "hunter2", "alicloud:profile": "x" }).credentialsSource(),
      );
      expect(message).toContain(`${missing} is missing, while ${present} is set`);
      const places = missing === "accessKey" ? SETTINGS.accessKey : SETTINGS.secretKey;
      for (const place of places) expect(message.includes(place)).toBe(familyOf(place) === familyOf(present));
      expect(message).not.toContain("hunter2");
    },
  );

  const levels: [name: string, place: string][] = [
    ["classiclink", "classiclink:securityToken"],
    ["alicloud", "alicloud:securityToken"],
    ["environment", "ALICLOUD_SECURITY_TOKEN"],
  ];
  for (const [keyLevel, keyPlace] of levels) {
    test.each(levels)(
      `a token belongs to the key of its level: key of ${keyLevel}, token of %s`,
      (tokenLevel, place) => {
        const credentials = keyPair(settingsOf({ ...pairAt(keyPlace), [place]: "token" }));
        expect(credentials.securityToken).toBe(tokenLevel === keyLevel ? "token" : undefined);
        expect(Object.keys(credentials)).toHaveLength(tokenLevel === keyLevel ? 3 : 2);
      },
    );
  }

  const oidc = JSON.stringify({ roleArn: "role", oidcProviderArn: "provider", oidcTokenFile: "/token" });
  const order: [kind: string, place: string, value: string][] = [
    ["keys", "ALICLOUD_ACCESS_KEY", "a"],
    ["profile", "alicloud:profile", "mine"],
    ["uri", "ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1/"],
    ["ecsRole", "alicloud:ecsRoleName", "role"],
    ["oidc", "alicloud:assumeRoleWithOidc", oidc],
    ["profile", "ALICLOUD_SHARED_CREDENTIALS_FILE", "/file"],
    ["ambient", "", ""],
  ];
  test.each(order.map(([kind], index) => [kind, index] as const))(
    "%s wins over every source that @pulumi/alicloud asks later",
    (kind, index) => {
      const given = Object.fromEntries(order.slice(index).map(([, place, value]) => [place, value]));
      const secret = index === 0 ? { ALICLOUD_SECRET_KEY: "s" } : {};
      expect(settingsOf({ ...given, ...secret }).credentialsSource().kind).toBe(kind);
    },
  );

  const own: [setting: string, value: string, kind: string][] = [
    ["profile", "mine", "profile"],
    ["credentialsUri", "http://127.0.0.1/", "uri"],
    ["ecsRoleName", "role", "ecsRole"],
    ["assumeRoleWithOidc", oidc, "oidc"],
  ];
  const others = {
    ...pairAt("alicloud:"),
    ALICLOUD_ACCESS_KEY: "other",
    ALICLOUD_SECRET_KEY: "other",
    "alicloud:profile": "other",
    "alicloud:assumeRole": '{"roleArn":"other"}',
  };
  test.each(own)(
    "classiclink:%s says which account is meant: nothing of others goes before it, nor a role on top",
    (setting, value, kind) => {
      expect(settingsOf({ ...others, [`classiclink:${setting}`]: value }).credentialsSource().kind).toBe(kind);
    },
  );

  test("a key pair of classiclink: is not wrapped in the role of alicloud:, but in its own", () => {
    expect(settingsOf({ ...others, ...keys }).credentialsSource().kind).toBe("keys");
    const wrapped = settingsOf({ ...others, ...keys, "classiclink:assumeRole": '{"roleArn":"own"}' });
    expect(seen(wrapped, "assumedRole")).toMatchObject({ base: { kind: "keys" }, role: { arn: "own" } });
  });

  test("a role of classiclink: is taken on with the credentials of alicloud: when it has none of its own", () => {
    const settings = settingsOf({ ...others, "classiclink:assumeRole": '{"roleArn":"own"}' });
    expect(seen(settings, "assumedRole")).toMatchObject({ base: { kind: "keys" }, role: { arn: "own" } });
  });

  test("what the machine has comes with the places that were checked before it", () => {
    const { checked } = seen(settingsOf({}), "ambient");
    expect(checked).toBe(
      "accessKey, secretKey, profile, credentialsUri, ecsRoleName, assumeRoleWithOidc: under classiclink:, under alicloud:, " +
        "under alibabacloudstack:, in the environment, as ALICLOUD_ACCESS_KEY, ALIBABACLOUDSTACK_ACCESS_KEY and so on",
    );
  });

  test("of what the machine has, the SDKs' variables switch parts off, and their absence is reported", () => {
    const { candidates } = seen(
      settingsOf({ ALIBABA_CLOUD_CLI_PROFILE_DISABLED: "TRUE", ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" }),
      "ambient",
    );
    expect(candidates).toEqual([
      { name: "the OIDC variables", absent: "ALIBABA_CLOUD_ROLE_ARN is not set" },
      { name: "~/.aliyun/config.json", absent: "ALIBABA_CLOUD_CLI_PROFILE_DISABLED is true" },
      { name: "~/.alibabacloud/credentials", source: expect.objectContaining({ kind: "profile" }) },
      { name: "the RAM role of this ECS instance", absent: "ALIBABA_CLOUD_ECS_METADATA_DISABLED is true" },
    ]);
  });

  test("a metadata server that is switched off is not asked for a named role either", () => {
    const off = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" };
    expect(seen(settingsOf({ ...off, "alicloud:ecsRoleName": "web" }), "ecsRole").metadataOff).toBe(true);
    expect(seen(settingsOf({ ...off, "alicloud:profile": "p" }), "profile").metadataOff).toBe(true);
  });

  test("the OIDC variables of a pod are enough by themselves", () => {
    const { candidates } = seen(
      settingsOf({
        ALIBABA_CLOUD_ROLE_ARN: "role",
        ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider",
        ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/token",
      }),
      "ambient",
    );
    expect(candidates[0]).toMatchObject({
      source: { kind: "oidc", role: { arn: "role" }, providerArn: "provider", token: { file: "/token" } },
    });
  });

  test("a file of credentials may be below ~", () => {
    const { file } = seen(settingsOf({ "alicloud:sharedCredentialsFile": "~/keys" }), "profile");
    expect(file).toBe(join(os.homedir(), "keys"));
  });

  test("ALIBABA_CLOUD_IMDSV1_DISABLED lets the metadata server be asked with a token only", () => {
    const role = { "alicloud:ecsRoleName": "role" };
    expect(seen(settingsOf(role), "ecsRole").tokenOnly).toBe(false);
    expect(seen(settingsOf({ ...role, ALIBABA_CLOUD_IMDSV1_DISABLED: "true" }), "ecsRole").tokenOnly).toBe(true);
  });
});

describe("a role", () => {
  const roleOf = (block: object, env: Values = {}) =>
    seen(settingsOf({ "alicloud:assumeRole": JSON.stringify(block), ...env }), "assumedRole").role;

  test("has every member of @pulumi/alicloud's assumeRole", () => {
    const block = { roleArn: "r", sessionName: "me", sessionExpiration: 900, policy: "{}", externalId: "x" };
    expect(roleOf(block)).toEqual({
      arn: "r",
      sessionName: "me",
      durationS: 900,
      policy: "{}",
      externalId: "x",
      sts: "https://sts.aliyuncs.com",
    });
  });

  test("is called terraform and lasts an hour when nothing says otherwise", () => {
    expect(roleOf({ roleArn: "r" })).toMatchObject({ sessionName: "terraform", durationS: 3600 });
  });

  const variables: [variable: string, member: string, value: string, seenAs: object][] = [
    ["ALICLOUD_ASSUME_ROLE_ARN", "roleArn", "v", { arn: "v" }],
    ["ALIBABA_CLOUD_ROLE_ARN", "roleArn", "v", { arn: "v" }],
    ["ALICLOUD_ASSUME_ROLE_SESSION_NAME", "sessionName", "v", { sessionName: "v" }],
    ["ALIBABA_CLOUD_ROLE_SESSION_NAME", "sessionName", "v", { sessionName: "v" }],
    ["ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION", "sessionExpiration", "1000", { durationS: 1000 }],
  ];
  test.each(variables)("%s stands in for a %s that the block leaves out", (variable, member, value, seenAs) => {
    const others = member === "roleArn" ? {} : { roleArn: "r" };
    expect(roleOf(others, { [variable]: value })).toMatchObject(seenAs);
    expect(roleOf({ roleArn: "r", [member]: "2000" }, { [variable]: value })).not.toMatchObject(seenAs);
  });

  test("is not made of the variables alone", () => {
    expect(settingsOf({ ...pairAt("alicloud:"), ALICLOUD_ASSUME_ROLE_ARN: "r" }).credentialsSource().kind).toBe("keys");
  });

  test("may be a list of one, as a block of Terraform's", () => {
    const list = settingsOf({ "alicloud:assumeRole": '[{"roleArn":"r"}]' });
    expect(seen(list, "assumedRole").role.arn).toBe("r");
  });

  const wrong: [text: string, complaint: RegExp][] = [
    ["acs:ram::1:role/x", /^alicloud:assumeRole is not JSON; .*--path/],
    ['"acs:ram::1:role/x"', /^alicloud:assumeRole is not an object/],
    ['[{"roleArn":"a"},{"roleArn":"b"}]', /^alicloud:assumeRole is not an object/],
    ["{}", /^alicloud:assumeRole\.roleArn is missing; set it, or ALICLOUD_ASSUME_ROLE_ARN, or ALIBABA_CLOUD_ROLE_ARN$/],
    ['{"roleArn":"r","sessionExpiration":60}', /^alicloud:assumeRole\.sessionExpiration is "60"; use 900 to 43200/],
    ['{"roleArn":"r","sessionExpiration":"1h"}', /sessionExpiration is "1h"/],
    ['{"roleArn":"r","policy":{"Statement":[]}}', /^alicloud:assumeRole\.policy is of type object; set it to a string/],
    ['{"roleArn":"r","polici":"{}"}', /^alicloud:assumeRole has no member "polici"; it has roleArn, /],
  ];
  test.each(wrong)("written as %s is an error that says how to write it", (text, expected) => {
    expect(complaint(() => settingsOf({ "alicloud:assumeRole": text }).credentialsSource())).toMatch(expected);
  });

  const oidc = { roleArn: "r", oidcProviderArn: "p" };
  const tokens: [members: object, env: Values, token: object][] = [
    [{ oidcToken: "t", oidcTokenFile: "/f" }, {}, { text: "t" }],
    [{ oidcTokenFile: "/f" }, { ALIBABA_CLOUD_OIDC_TOKEN: "t" }, { file: "/f" }],
    [{}, { ALIBABA_CLOUD_OIDC_TOKEN: "t", ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/f" }, { text: "t" }],
    [{}, { ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/f" }, { file: "/f" }],
  ];
  test.each(tokens)("for OIDC takes its token from the block %j first, then from %j", (members, env, token) => {
    const block = JSON.stringify({ ...oidc, ...members });
    const settings = settingsOf({ "alicloud:assumeRoleWithOidc": block, ...env });
    expect(seen(settings, "oidc").token).toEqual(token);
  });

  test("for OIDC without a token is an error", () => {
    const settings = settingsOf({ "alicloud:assumeRoleWithOidc": JSON.stringify(oidc) });
    expect(complaint(() => settings.credentialsSource())).toMatch(/oidcTokenFile is missing; set it, or ALIBABA/);
  });
});

describe("the address of STS", () => {
  const stsOf = (values: Values) =>
    seen(settingsOf({ "classiclink:assumeRole": '{"roleArn":"r"}', ...values }), "assumedRole").role.sts;

  const addresses: [values: Values, address: string][] = [
    [{}, "https://sts.aliyuncs.com"],
    [{ "alicloud:region": "cn-beijing" }, "https://sts.cn-beijing.aliyuncs.com"],
    [{ "alicloud:region": "cn-hangzhou-finance" }, "https://sts.aliyuncs.com"],
    [{ "alicloud:region": "private_1" }, "https://sts.aliyuncs.com"],
    [
      { ALIBABA_CLOUD_STS_REGION: "ap-southeast-1", "alicloud:region": "cn-a" },
      "https://sts.ap-southeast-1.aliyuncs.com",
    ],
    [
      { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true", "alicloud:region": "cn-beijing" },
      "https://sts-vpc.cn-beijing.aliyuncs.com",
    ],
    [
      { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true", ALIBABA_CLOUD_STS_REGION: "cn-a" },
      "https://sts-vpc.cn-a.aliyuncs.com",
    ],
    [{ STS_ENDPOINT: "sts.private.example", ALIBABA_CLOUD_STS_REGION: "cn-a" }, "https://sts.private.example"],
    [{ STS_ENDPOINT: "127.0.0.1:4010" }, "http://127.0.0.1:4010"],
    [{ STS_ENDPOINT: "sts.private.example", "alicloud:protocol": "HTTP" }, "https://sts.private.example"],
  ];
  test.each(addresses)("with %j is %s", (values, address) => {
    expect(stsOf(values)).toBe(address);
  });

  test("is never led away by a region", () => {
    expect(complaint(() => stsOf({ ALIBABA_CLOUD_STS_REGION: "evil.example/" }))).toMatch(
      /^ALIBABA_CLOUD_STS_REGION is not a region/,
    );
  });
});

describe("proxies", () => {
  const proxyFor = (url: string, env: Record<string, string>) => new Settings(undefined, env).proxyFor(url);
  const https = "https://ecs.cn-beijing.aliyuncs.com";
  const through = (NO_PROXY: string) => ({ HTTPS_PROXY: "http://p:1", HTTP_PROXY: "http://p:1", NO_PROXY });
  const wanted: [url: string, env: Record<string, string>, proxy: string | undefined][] = [
    [https, {}, undefined],
    [https, { HTTPS_PROXY: "http://p:1" }, "http://p:1"],
    [https, { https_proxy: "http://p:1" }, "http://p:1"],
    [https, { HTTP_PROXY: "http://p:1" }, undefined],
    [https, { ALL_PROXY: "http://p:1" }, "http://p:1"],
    [https, { HTTPS_PROXY: "p:1" }, "http://p:1"],
    [https, { HTTPS_PROXY: "user:password@p:1" }, "http://user:password@p:1"],
    [https, { CLASSICLINK_PROXY: "p:2", HTTPS_PROXY: "http://p:1" }, "http://p:2"],
    [https, { CLASSICLINK_PROXY: "p:2", NO_PROXY: "aliyuncs.com" }, undefined],
    ["http://ecs.private.example", { HTTP_PROXY: "http://p:1" }, "http://p:1"],
    ["http://ecs.private.example", { http_proxy: "http://p:1" }, "http://p:1"],
    ["http://127.0.0.1:4010", { HTTP_PROXY: "http://p:1" }, undefined],
    ["http://localhost:4010", { HTTP_PROXY: "http://p:1" }, undefined],
    ["http://[::1]:4010", { HTTP_PROXY: "http://p:1" }, undefined],
    ["http://127.0.0.1:4010", { CLASSICLINK_PROXY: "http://p:1" }, undefined],
  ];
  test.each(wanted)("%s with %j goes over %s", (url, env, proxy) => {
    expect(proxyFor(url, env)).toBe(proxy);
  });

  const exempt: [noProxy: string, url: string, isExempt: boolean][] = [
    ["aliyuncs.com", https, true],
    [".aliyuncs.com", https, true],
    ["*.aliyuncs.com", https, true],
    ["ECS.cn-beijing.aliyuncs.com", https, true],
    ["yuncs.com", https, false],
    ["example.org", https, false],
    ["*", https, true],
    ["example.org, aliyuncs.com", https, true],
    ["aliyuncs.com:443", https, true],
    ["aliyuncs.com:8443", https, false],
    ["10.0.0.0/8", "http://10.1.2.3:8080", true],
    ["10.0.0.0/8", "http://11.1.2.3", false],
    ["10.1.2.3", "http://10.1.2.3:8080", true],
    ["10.1.2.3:80", "http://10.1.2.3:8080", false],
    ["10.1.2.3", "http://110.1.2.3", false],
    ["fd00::/8", "http://[fd00::1]:8080", true],
    ["fd00::1", "http://[fd00::1]", true],
    ["[fd00::1]:80", "http://[fd00::1]", true],
    ["10.0.0.0/8", "http://ten.example", false],
    ["10.0.0.0/99", "http://10.1.2.3", false],
    ["nonsense/8", "http://10.1.2.3", false],
  ];
  test.each(exempt)("NO_PROXY=%s lets %s around the proxy: %s", (noProxy, url, isExempt) => {
    expect(proxyFor(url, through(noProxy))).toBe(isExempt ? undefined : "http://p:1");
  });

  test.each(["socks5://u:hunter2@p:1", "http://u:hunter2@"])(
    "[17] %s is refused without being quoted",
    (HTTPS_PROXY) => {
      const message = complaint(() => proxyFor(https, { HTTPS_PROXY }));
      expect(message).toMatch(
        /^HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is not the address of a proxy; use http:\/\/host:port/,
      );
      expect(message).not.toContain("hunter2");
    },
  );
});

describe("the region", () => {
  let home = "";
  beforeAll(() => {
    home = mkdtempSync(join(os.tmpdir(), "settings-"));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  afterEach(() => void jest.restoreAllMocks());

  const write = (text: string) => {
    mkdirSync(join(home, ".aliyun"), { recursive: true });
    writeFileSync(join(home, ".aliyun", "config.json"), text);
    jest.spyOn(os, "homedir").mockReturnValue(home);
  };
  const profiles = JSON.stringify({
    current: "other",
    profiles: [
      { name: "other", region_id: "cn-other" },
      { name: "mine", region_id: "cn-mine", access_key_secret: "hunter2" },
      { name: "none" },
      { name: "empty", region_id: "" },
      { name: "number", region_id: 1 },
    ],
  });

  test("is that of the named profile when no setting names one", () => {
    write(profiles);
    expect(settingsOf({ "alicloud:profile": "mine" }).defaultRegion()).toBe("cn-mine");
    expect(settingsOf({ "alicloud:profile": "mine", ALICLOUD_REGION: "cn-env" }).defaultRegion()).toBe("cn-env");
  });

  const useless: [name: string, text: string, profile: string | undefined][] = [
    ["no profile is named", profiles, undefined],
    ["the profile does not exist", profiles, "absent"],
    ["the profile has no region", profiles, "none"],
    ["its region is empty", profiles, "empty"],
    ["its region is no text", profiles, "number"],
    ["the profile is called like something inherited", profiles, "constructor"],
    ["the file is not JSON", 'access_key_secret = "hunter2"', "mine"],
    ["the file holds no profiles", "null", "mine"],
    ["the profiles are no list", '{"profiles":{"name":"mine"}}', "mine"],
    ["a profile is no object", '{"profiles":[null,1,"mine"]}', "mine"],
  ];
  test.each(useless)("is missing, and reported with every place, when %s", (_, text, profile) => {
    write(text);
    const message = complaint(() => settingsOf({ ALICLOUD_PROFILE: profile }).defaultRegion());
    for (const place of SETTINGS.region) {
      if (familyOf(place) !== "alibabacloudstack") expect(message).toContain(place);
    }
    expect(message).toContain("profile");
    expect(message).not.toContain("hunter2");
  });

  test("has no built-in default", () => {
    expect(complaint(() => settingsOf({}).defaultRegion())).toMatch(
      /^no region is configured; checked .*_REGION; set one of them, or name a profile that has a region$/,
    );
    // The profile is among the places only where a setting names one.
    expect(complaint(() => settingsOf({ ALICLOUD_PROFILE: "none-of-that-name" }).defaultRegion())).toMatch(
      /_REGION and the profile; set one of them$/,
    );
  });
});

describe("the address of the VPC service", () => {
  const vpcEndpointOf = (values: Values, regionId = "cn-beijing") => settingsOf(values).vpcEndpointOf(regionId);

  test("is the region's when nothing is set", () => {
    expect(vpcEndpointOf({})).toBe("https://vpc.cn-beijing.aliyuncs.com");
    expect(vpcEndpointOf({}, "cn-hangzhou")).toBe("https://vpc.aliyuncs.com");
    expect(complaint(() => vpcEndpointOf({}, "evil.example/"))).toContain("is not a region of the public cloud");
  });

  test("comes from the environment, with the protocol of ECS", () => {
    const values = { VPC_ENDPOINT: "vpc.b.example", "classiclink:protocol": "HTTP" };
    expect(vpcEndpointOf(values)).toBe("http://vpc.b.example");
    expect(vpcEndpointOf({ ...values, ALIBABA_CLOUD_ENDPOINT_VPC: "vpc.a.example" })).toBe("http://vpc.a.example");
  });

  test("has to be set where that of ECS is: what signs for a private cloud is not sent to the public one", () => {
    expect(complaint(() => vpcEndpointOf({ "classiclink:endpoint": "ecs.private.example" }))).toBe(
      "classiclink:endpoint is set, but no address of the VPC service; set classiclink:vpcEndpoint or CLASSICLINK_VPC_ENDPOINT, or name the VPCs",
    );
  });
});

describe("the endpoint", () => {
  const endpointOf = (endpoint: string | undefined, protocol?: string, regionId = "cn-beijing") =>
    settingsOf({ "classiclink:endpoint": endpoint, "classiclink:protocol": protocol }).endpointOf(regionId);

  const regional: [regionId: string, host: string][] = [
    ["cn-beijing", "ecs.cn-beijing.aliyuncs.com"],
    ["cn-hangzhou", "ecs-cn-hangzhou.aliyuncs.com"],
    ["cn-shanghai-finance-1", "ecs-cn-hangzhou.aliyuncs.com"],
    ["cn-shenzhen-finance-1", "ecs-cn-hangzhou.aliyuncs.com"],
    ["cn-north-2-gov-1", "ecs.aliyuncs.com"],
    ["cn-hangzhou-finance", "ecs.aliyuncs.com"],
    ["constructor", "ecs.constructor.aliyuncs.com"],
  ];
  test.each(regional)("of %s is https://%s when nothing is configured", (regionId, host) => {
    expect(endpointOf(undefined, undefined, regionId)).toBe(`https://${host}`);
  });

  test.each(["evil.example/", "a.b", "a/b", "a@b", "a#b", "a?b", "", "中国", "a\nb"])(
    "never leads a signed request away by way of the region %j",
    (regionId) => {
      expect(complaint(() => endpointOf(undefined, undefined, regionId))).toContain("classiclink:endpoint");
    },
  );

  const accepted: [endpoint: string, protocol: string | undefined, url: string][] = [
    ["ecs.private.example", undefined, "https://ecs.private.example"],
    ["ecs.private.example", "HTTP", "http://ecs.private.example"],
    ["ecs.private.example", "https", "https://ecs.private.example"],
    ["ecs.private.example:8443", undefined, "https://ecs.private.example:8443"],
    ["ecs.private.example:443", undefined, "https://ecs.private.example"],
    ["ecs.private.example:443", "http", "http://ecs.private.example:443"],
    ["ecs.private.example:80", undefined, "https://ecs.private.example:80"],
    ["https://ecs.private.example/", undefined, "https://ecs.private.example"],
    ["HTTPS://ecs.private.example", undefined, "https://ecs.private.example"],
    ["https://ecs.private.example", "http", "https://ecs.private.example"],
    ["http://ecs.private.example", "HTTP", "http://ecs.private.example"],
    ["10.1.2.3:8080", undefined, "https://10.1.2.3:8080"],
    ["localhost:4010", undefined, "http://localhost:4010"],
    ["127.0.0.1:4010", undefined, "http://127.0.0.1:4010"],
    ["127.9.9.9", undefined, "http://127.9.9.9"],
    ["[::1]:4010", undefined, "http://[::1]:4010"],
    ["http://127.0.0.1:4010", undefined, "http://127.0.0.1:4010"],
    ["https://127.0.0.1:4010", undefined, "https://127.0.0.1:4010"],
    ["127.0.0.1:4010", "HTTPS", "https://127.0.0.1:4010"],
  ];
  test.each(accepted)("%s with protocol %s is %s", (endpoint, protocol, url) => {
    expect(endpointOf(endpoint, protocol)).toBe(url);
  });

  const asapi: [endpoint: string, protocol: string | undefined, url: string][] = [
    ["public.asapi.cn-x.cloud.example/asapi/v3", undefined, "https://public.asapi.cn-x.cloud.example/asapi/v3"],
    [
      "http://internal.asapi.cn-x.cloud.example/asapi/v3/",
      undefined,
      "http://internal.asapi.cn-x.cloud.example/asapi/v3",
    ],
    ["server.asapi.cn-x.cloud.example", "HTTP", "http://server.asapi.cn-x.cloud.example/asapi/v3"],
    ["10.1.2.3:8080/asapi/v3", "HTTP", "http://10.1.2.3:8080/asapi/v3"],
    ["127.0.0.1:4010/asapi/v3", undefined, "http://127.0.0.1:4010/asapi/v3"],
  ];
  test.each(asapi)("%s with protocol %s is ASAPI at %s", (endpoint, protocol, url) => {
    expect(endpointOf(endpoint, protocol)).toBe(url);
  });

  test.each([undefined, "HTTPS"])("says its protocol itself, whatever protocol %s says", (protocol) => {
    expect(endpointOf("http://ecs.private.example", protocol)).toBe("http://ecs.private.example");
  });

  const refused = [
    "https://user:hunter2@ecs.example",
    "user:hunter2@ecs.example",
    "hunter2@ecs.example",
    "ecs.example/hunter2",
    "ecs.example?token=hunter2",
    "ecs.example#hunter2",
    "ftp://hunter2.example",
    "https://",
    "https://ecs.example:99999",
    "ecs example hunter2",
    "ecs.example\\@hunter2",
    "://hunter2",
  ];
  test.each(refused)("%s is refused by the name of its setting, and not repeated", (endpoint) => {
    const message = complaint(() => endpointOf(endpoint));
    expect(message).toMatch(/^classiclink:endpoint .*host name such as ecs\.cn-beijing\.aliyuncs\.com/);
    expect(message).not.toContain("hunter2");
  });

  test.each(["ftp", "HTTP/1.1", "tls"])("protocol %s is refused", (protocol) => {
    expect(complaint(() => endpointOf(undefined, protocol))).toMatch(/^classiclink:protocol .*use HTTP or HTTPS/);
  });

  describe("from alicloud:endpoints", () => {
    const of = (endpoints: string, more: Values = {}) =>
      settingsOf({ "alicloud:endpoints": endpoints, ...more }).endpointOf("cn-beijing");

    const found: [endpoints: string, url: string][] = [
      ['[{"ecs":"ecs.a.example"}]', "https://ecs.a.example"],
      ['[{"vpc":"vpc.a.example"},{"ecs":"ecs.a.example"},{"ecs":"ecs.b.example"}]', "https://ecs.a.example"],
      ['{"ecs":"ecs.a.example"}', "https://ecs.a.example"],
    ];
    test.each(found)("%s is read", (endpoints, url) => {
      expect(of(endpoints)).toBe(url);
    });

    test.each(["[]", "{}", "null", "1", '"ecs"', '[{"vpc":"x"}]', '[{"ecs":""}]', '[{"ecs":1}]', "[null,[]]"])(
      "%s names no endpoint of ecs, so the next place is asked",
      (endpoints) => {
        expect(of(endpoints)).toBe("https://ecs.cn-beijing.aliyuncs.com");
        expect(of(endpoints, { ECS_ENDPOINT: "ecs.env.example" })).toBe("https://ecs.env.example");
      },
    );

    test.each(["ecs.a.example", "[", "{hunter2}", "ecs=hunter2"])(
      "%s is not JSON, and told with the command",
      (endpoints) => {
        const message = complaint(() => of(endpoints));
        expect(message).toMatch(
          /^alicloud:endpoints is not JSON; .*pulumi config set --path 'alicloud:endpoints\[0\]\.ecs'/,
        );
        expect(message).not.toContain("hunter2");
      },
    );

    test("what is wrong in it is reported by its path", () => {
      expect(complaint(() => of('[{"ecs":"a/b"}]'))).toMatch(/^alicloud:endpoints\[0\]\.ecs /);
    });
  });
});
