import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { SETTINGS, SettingError, Settings } from "../../provider/settings";

type Values = Readonly<Record<string, string | undefined>>;

/** Settings from values by configuration key (with a colon) or environment variable (without). */
function settingsOf(values: Values): Settings {
  const env = Object.fromEntries(Object.entries(values).filter(([place]) => !place.includes(":")));
  return new Settings((key) => values[key], env);
}

/** The message of what must be wrong with a setting. */
function complaint(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SettingError) return error.message;
    throw error;
  }
  throw new Error("nothing is wrong with it");
}

const keys = { "classiclink:accessKey": "LTAIkey", "classiclink:secretKey": "hunter2" };

function keyPair(settings: Settings) {
  const source = settings.credentialsSource();
  if (source.kind !== "keys") throw new Error(`no key pair, but ${source.kind}`);
  return source.credentials;
}

/** How each setting is seen from outside, what else has to be set for that, and how its value is written in a place. */
const SEEN: Readonly<Record<keyof typeof SETTINGS, Seen>> = {
  region: { see: (settings) => settings.defaultRegion() },
  accessKey: { see: (settings) => keyPair(settings).accessKeyId, with: { "classiclink:secretKey": "s" } },
  secretKey: { see: (settings) => keyPair(settings).accessKeySecret, with: { "classiclink:accessKey": "a" } },
  securityToken: { see: (settings) => String(keyPair(settings).securityToken), ownLevelOnly: true },
  profile: { see: (settings) => nameOf(settings.credentialsSource()) },
  ecsRoleName: { see: (settings) => nameOf(settings.credentialsSource()) },
  endpoint: {
    see: (settings) => settings.endpointOf("cn-x").replace("https://", ""),
    write: (value, place) => (place === "alicloud:endpoints" ? JSON.stringify([{ vpc: "no" }, { ecs: value }]) : value),
  },
  protocol: {
    see: (settings) => settings.endpointOf("cn-x").replace(/:.*/, ""),
    values: ["https", "http"],
  },
  refreshBeforeUpdate: { see: (settings) => String(settings.refreshBeforeUpdate()), values: ["true", "false"] },
  forgetRetiredLinks: { see: (settings) => String(settings.forgetRetiredLinks()), values: ["true", "false"] },
};
interface Seen {
  readonly see: (settings: Settings) => string;
  readonly with?: Values;
  readonly write?: (value: string, place: string) => string;
  /** Two values that it may have. */
  readonly values?: readonly [string, string];
  /** Whether a value counts only together with a key pair of its own level. */
  readonly ownLevelOnly?: boolean;
}

function nameOf(source: ReturnType<Settings["credentialsSource"]>): string {
  if (source.kind === "profile") return source.name;
  return source.kind === "ecsRole" ? source.roleName : source.kind;
}

const isName = (name: string): name is keyof typeof SETTINGS => Object.hasOwn(SETTINGS, name);
const places = Object.entries(SETTINGS).flatMap(([name, { config, env }]) =>
  isName(name) ? [[name, [...config, ...env]] as const] : [],
);

describe("[16] where a setting comes from", () => {
  test.each(places)("%s is read from each of its places", (name, from) => {
    const {
      see,
      write = (value) => value,
      values: [value] = ["first.value"],
      with: others = {},
      ownLevelOnly,
    } = SEEN[name];
    for (const place of from) {
      const pair = ownLevelOnly ? pairAt(place) : others;
      expect([place, see(settingsOf({ ...pair, [place]: write(value, place) }))]).toEqual([place, value]);
    }
  });

  const ordered = places.filter(([name]) => SEEN[name].ownLevelOnly !== true);
  test.each(ordered)(
    "%s: the first place that has it wins over every later one, and an empty one is none",
    (name, from) => {
      const { see, write = (value) => value, values = ["first.value", "second.value"], with: others = {} } = SEEN[name];
      const [first, second] = values;
      for (const [index, winner] of from.entries()) {
        for (const loser of from.slice(index + 1)) {
          const lost = { ...others, [loser]: write(second, loser) };
          expect([winner, loser, see(settingsOf({ ...lost, [winner]: write(first, winner) }))]).toEqual([
            winner,
            loser,
            first,
          ]);
          expect([loser, see(settingsOf({ ...lost, [winner]: "" }))]).toEqual([loser, second]);
        }
      }
    },
  );

  test("the places of @pulumi/alicloud are among them, under its names and in its order", () => {
    const ours = Object.fromEntries(
      places.map(([name, from]) => [name, from.filter((place) => !/classiclink/i.test(place))]),
    );
    expect(ours).toEqual({
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
      ecsRoleName: ["alicloud:ecsRoleName", "ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"],
      endpoint: ["alicloud:endpoints", "ALIBABA_CLOUD_ENDPOINT_ECS", "ECS_ENDPOINT"],
      protocol: ["alicloud:protocol"],
      refreshBeforeUpdate: [],
      forgetRetiredLinks: [],
    });
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

/** A key pair at the level of a place: the configuration of one package, or the environment. */
function pairAt(place: string): Values {
  const level = place.split(":")[0];
  if (!place.includes(":")) return { ALICLOUD_ACCESS_KEY: "a", ALICLOUD_SECRET_KEY: "s" };
  return { [`${level}:accessKey`]: "a", [`${level}:secretKey`]: "s" };
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
      const { config, env } = missing === "accessKey" ? SETTINGS.accessKey : SETTINGS.secretKey;
      for (const place of [...config, ...env]) expect(message).toContain(place);
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

  test("a key pair wins over a profile, a profile over a role, a role over what the machine has", () => {
    const role = { "alicloud:ecsRoleName": "role" };
    const profile = { ...role, ALICLOUD_PROFILE: "mine" };
    expect(settingsOf({ ...profile, ...keys }).credentialsSource().kind).toBe("keys");
    expect(settingsOf(profile).credentialsSource()).toEqual({ kind: "profile", name: "mine" });
    expect(settingsOf(role).credentialsSource()).toEqual({ kind: "ecsRole", roleName: "role" });
    expect(settingsOf({}).credentialsSource().kind).toBe("ambient");
  });

  test("what the machine has comes with the places that were looked at before it", () => {
    const source = settingsOf({}).credentialsSource();
    expect(source).toMatchObject({ lookedAt: expect.stringContaining("classiclink:accessKey, alicloud:accessKey") });
    expect(source).toMatchObject({ lookedAt: expect.stringContaining("ALICLOUD_ECS_ROLE_NAME") });
  });

  const notSupported = ["assumeRole", "assumeRoleWithOidc", "credentialsUri", "sharedCredentialsFile"];
  test.each(notSupported)("alicloud:%s is refused, since without it the calls would go to the wrong account", (key) => {
    const assumed = { [`alicloud:${key}`]: '{"roleArn":"acs:ram::1:role/secret"}' };
    const message = complaint(() => settingsOf({ ...pairAt("alicloud:"), ...assumed }).credentialsSource());
    expect(message).toMatch(new RegExp(`^alicloud:${key} is not supported; .*classiclink:accessKey`));
    expect(message).not.toContain("roleArn");
    // Credentials of our own say which account is meant.
    expect(settingsOf({ ...keys, ...assumed }).credentialsSource().kind).toBe("keys");
  });
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
  test.each(useless)("is missing, and told with every place, when %s", (_, text, profile) => {
    write(text);
    const message = complaint(() => settingsOf({ ALICLOUD_PROFILE: profile }).defaultRegion());
    for (const place of [...SETTINGS.region.config, ...SETTINGS.region.env]) expect(message).toContain(place);
    expect(message).toContain("profile");
    expect(message).not.toContain("hunter2");
  });

  test("has no built-in default", () => {
    expect(complaint(() => settingsOf({}).defaultRegion())).toMatch(/^no region is configured; looked at .*; set one/);
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

  test.each(["http://ecs.private.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example"])(
    "%s would send requests unencrypted, which is refused until the protocol says so",
    (endpoint) => {
      const message = complaint(() => endpointOf(endpoint));
      expect(message).toContain("classiclink:endpoint begins with http://");
      expect(message).toContain("classiclink:protocol to HTTP");
    },
  );

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

    test("what is wrong in it is told by its path", () => {
      expect(complaint(() => of('[{"ecs":"a/b"}]'))).toMatch(/^alicloud:endpoints\[0\]\.ecs /);
    });
  });
});

test("[17] no value that may be secret is in any message", () => {
  const secret = "hunter2";
  for (const [name, from] of places) {
    if (["protocol", "refreshBeforeUpdate", "forgetRetiredLinks", "region"].includes(name)) continue;
    for (const place of from) {
      const settings = settingsOf({ [place]: `${secret}://${secret}@${secret}` });
      const acts = [
        () => settings.defaultRegion(),
        () => settings.endpointOf("a.b"),
        () => settings.credentialsSource(),
      ];
      for (const act of acts) {
        try {
          act();
        } catch (error) {
          expect([place, String(error)]).toEqual([place, expect.not.stringContaining(secret)]);
        }
      }
    }
  }
  expect.hasAssertions();
});
