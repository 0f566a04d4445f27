/** Every mode of a profile, in both formats of file, and what is told of files that will not do. */

import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { ProfileSource } from "../../provider/ecs/credentials";
import { changeProfile, regionOfProfile } from "../../provider/ecs/credentials/profileFile";
import { failureOf, makeFolder, providerOf } from "../support/credentials";
import { type Metadata, startMetadata } from "../support/metadata";
import { answering, json, type RawRequest, type RawServer, startRawServer } from "../support/rawServer";
import { type Sts, startSts } from "../support/sts";

const SECRET = "hunter2+SECRET/x=";
const keys = { access_key_id: "LTAIuser", access_key_secret: SECRET };
const later = () => Math.floor(Date.now() / 1000) + 3600;

const files = makeFolder();
let sts: Sts;
let metadata: Metadata;
let web: RawServer;
let onWeb: (request: RawRequest) => ReturnType<typeof json>;
beforeAll(async () => {
  metadata = await startMetadata("web");
  web = await startRawServer((request, response) => onWeb(request)(request, response));
});
beforeEach(async () => {
  const ecs = { accessKeyId: "STS.ecs-1", accessKeySecret: "ecs-secret-1", securityToken: "ecs-token-1" };
  const user = { accessKeyId: "LTAIuser", accessKeySecret: SECRET };
  sts = await startSts([user, { ...user, accessKeyId: "STS.user", securityToken: "user-token" }, ecs]);
});
afterEach(() => sts.close());
afterAll(async () => {
  await Promise.all([metadata.close(), web.close()]);
  files.remove();
});

const sourceOf = (file: string, name?: string): ProfileSource => ({
  kind: "profile",
  file,
  ...(name === undefined ? {} : { name }),
  sts: { sts: sts.endpoint },
  tokenOnly: false,
});
const addresses = () => ({
  metadata: metadata.endpoint,
  oauth: { CN: web.endpoint, INTL: web.endpoint },
});
/** A provider of the profile "mine", which is the current one; others may stand beside it. */
const profile = (mine: object, ...others: object[]) => {
  const profiles = [...others, { name: "mine", ...mine }];
  return providerOf(sourceOf(files.write("config.json", { current: "mine", profiles })), addresses());
};
const ini = (text: string, name?: string) => providerOf(sourceOf(files.write("credentials", text), name), addresses());
const idOf = async (provider: ReturnType<typeof profile>) => (await provider.getCredentials()).accessKeyId;

describe("a profile of the aliyun command line", () => {
  test("of mode AK has a key", async () => {
    expect(await profile({ mode: "AK", ...keys }).getCredentials()).toEqual({
      accessKeyId: "LTAIuser",
      accessKeySecret: SECRET,
    });
  });

  test("of mode AK leaves out a token that an earlier mode has left behind", async () => {
    const credentials = await profile({ mode: "AK", ...keys, sts_token: "old" }).getCredentials();
    expect(credentials).not.toHaveProperty("securityToken");
  });

  test("of mode StsToken has a key with a token", async () => {
    const credentials = await profile({ mode: "StsToken", ...keys, sts_token: "token" }).getCredentials();
    expect(credentials).toEqual({ accessKeyId: "LTAIuser", accessKeySecret: SECRET, securityToken: "token" });
  });

  test("of mode RamRoleArn takes a role on, with its external id and policy", async () => {
    const role = {
      ram_role_arn: "acs:ram::1:role/a",
      ram_session_name: "me",
      expired_seconds: 900,
      external_id: "x",
      policy: "{}",
    };
    expect(await idOf(profile({ mode: "RamRoleArn", ...keys, ...role }))).toBe("STS.1");
    expect(sts.calls[0]).toMatchObject({
      accessKeyId: "LTAIuser",
      params: {
        RoleArn: "acs:ram::1:role/a",
        RoleSessionName: "me",
        DurationSeconds: "900",
        ExternalId: "x",
        Policy: "{}",
      },
    });
  });

  test("of mode RamRoleArn may hold a temporary key", async () => {
    const temporary = { access_key_id: "STS.user", access_key_secret: SECRET, sts_token: "user-token" };
    expect(await idOf(profile({ mode: "RamRoleArn", ...temporary, ram_role_arn: "r" }))).toBe("STS.1");
  });

  test("asks the STS that it names", async () => {
    const other = await startSts([{ accessKeyId: "LTAIuser", accessKeySecret: SECRET }]);
    const sts_endpoint = new URL(other.endpoint).host;
    await idOf(profile({ mode: "RamRoleArn", ...keys, ram_role_arn: "r", sts_endpoint, sts_region: "cn-x" }));
    await other.close();
    expect([other.calls.length, sts.calls.length]).toEqual([1, 0]);
  });

  const regional: [enable_vpc: boolean, host: string][] = [
    [false, "sts.no-region.aliyuncs.com"],
    [true, "sts-vpc.no-region.aliyuncs.com"],
  ];
  test.each(regional)("asks the STS of the region that it names, within a VPC: %s", async (enable_vpc, host) => {
    const role = { mode: "RamRoleArn", ...keys, ram_role_arn: "r", sts_region: "no-region", enable_vpc };
    expect((await failureOf(profile(role))).message).toContain(host);
  });

  test("of mode EcsRamRole asks the metadata server, for the role that it names or the one there is", async () => {
    expect(await idOf(profile({ mode: "EcsRamRole", ram_role_name: "web" }))).toMatch(/^STS\.ecs/);
    expect(await idOf(profile({ mode: "EcsRamRole" }))).toMatch(/^STS\.ecs/);
    expect((await failureOf(profile({ mode: "EcsRamRole", ram_role_name: "no" }))).message).toContain("HTTP 404");
  });

  test("of mode RamRoleArnWithRoleName takes a role on with the instance's", async () => {
    const fresh = await startMetadata("web");
    const source = sourceOf(
      files.write("config.json", {
        current: "mine",
        profiles: [{ name: "mine", mode: "RamRoleArnWithRoleName", ram_role_name: "web", ram_role_arn: "r" }],
      }),
    );
    expect(await idOf(providerOf(source, { metadata: fresh.endpoint }))).toBe("STS.1");
    await fresh.close();
  });

  test("of mode OIDC takes a role on with a token", async () => {
    const oidc = { oidc_provider_arn: "p", oidc_token_file: files.write("token", "eyJ.a.b"), ram_role_arn: "r" };
    expect(await idOf(profile({ mode: "OIDC", ...oidc, duration_seconds: 1200 }))).toBe("STS.1");
    expect(sts.calls[0]).toMatchObject({
      action: "AssumeRoleWithOIDC",
      params: { OIDCToken: "eyJ.a.b", OIDCProviderArn: "p", RoleArn: "r", DurationSeconds: "1200" },
    });
  });

  test("of mode ChainableRamRoleArn takes roles on, one with the other", async () => {
    const first = { name: "first", mode: "RamRoleArn", ...keys, ram_role_arn: "r1" };
    const second = { name: "second", mode: "ChainableRamRoleArn", source_profile: "first", ram_role_arn: "r2" };
    const third = { mode: "ChainableRamRoleArn", source_profile: "second", ram_role_arn: "r3" };
    expect(await idOf(profile(third, first, second))).toBe("STS.3");
    expect(sts.calls.map(({ params }) => params.RoleArn)).toEqual(["r1", "r2", "r3"]);
  });

  test("of mode CredentialsURI asks an address", async () => {
    onWeb = () => json(200, { AccessKeyId: "STS.uri", AccessKeySecret: "s", SecurityToken: "t" });
    expect(await idOf(profile({ mode: "CredentialsURI", credentials_uri: `${web.endpoint}/x` }))).toBe("STS.uri");
  });

  test("of mode CloudSSO asks for the account and the access configuration", async () => {
    onWeb = ({ method, url, headers, text }) => {
      const wanted = { AccountId: "1", AccessConfigurationId: "ac-1" };
      const isGood =
        `${method} ${url}` === "POST /cloud-credentials" &&
        headers.authorization === "Bearer login" &&
        text === JSON.stringify(wanted);
      const CloudCredential = {
        AccessKeyId: "STS.sso",
        AccessKeySecret: "s",
        SecurityToken: "t",
        Expiration: "2099-01-01T00:00:00Z",
      };
      return isGood ? json(200, { CloudCredential }) : json(400, { ErrorCode: "Bad" });
    };
    const sso = {
      mode: "CloudSSO",
      cloud_sso_sign_in_url: `${web.endpoint}/start`,
      cloud_sso_account_id: "1",
      cloud_sso_access_config: "ac-1",
      access_token: "login",
    };
    expect(await idOf(profile({ ...sso, cloud_sso_access_token_expire: later() }))).toBe("STS.sso");
    const { message } = await failureOf(profile({ ...sso, cloud_sso_access_token_expire: later() - 7200 }));
    expect(message).toContain("its login to CloudSSO has expired; run aliyun configure for it");
  });
});

describe("a login with OAuth", () => {
  const exchanged = {
    accessKeyId: "STS.oauth",
    accessKeySecret: "s",
    securityToken: "t",
    expiration: "2099-01-01T00:00:00Z",
  };
  const login = (more: object) => ({
    mode: "OAuth",
    oauth_site_type: "CN",
    oauth_refresh_token: "refresh-1",
    oauth_access_token: "access-1",
    ...more,
  });
  const asked: string[] = [];
  beforeEach(() => {
    asked.length = 0;
    onWeb = ({ url, headers, form }) => {
      asked.push(`${url} ${form.get("refresh_token") ?? headers.authorization}`);
      if (url === "/v1/exchange") return json(200, exchanged);
      return json(200, { access_token: "access-2", refresh_token: "refresh-2", expires_in: 3600 });
    };
  });
  const written = () => JSON.parse(readFileSync(join(files.folder, "config.json"), "utf8"));

  test("is exchanged for a key, and the file stays as it is", async () => {
    const provider = profile(login({ oauth_access_token_expire: later() }));
    const before = written();
    expect(await idOf(provider)).toBe("STS.oauth");
    expect(asked).toEqual(["/v1/exchange Bearer access-1"]);
    expect(written()).toEqual(before);
  });

  test("that is about to expire is renewed, and written back, because its old tokens are spent", async () => {
    const provider = profile(login({ oauth_access_token_expire: later() - 3500 }), { name: "other", mode: "AK" });
    chmodSync(join(files.folder, "config.json"), 0o600);
    expect(await idOf(provider)).toBe("STS.oauth");
    expect(asked).toEqual(["/v1/token refresh-1", "/v1/exchange Bearer access-2"]);
    expect(written()).toEqual({
      current: "mine",
      profiles: [
        { name: "other", mode: "AK" },
        {
          name: "mine",
          ...login({ oauth_access_token: "access-2", oauth_refresh_token: "refresh-2" }),
          oauth_access_token_expire: expect.any(Number),
        },
      ],
    });
    expect(statSync(join(files.folder, "config.json")).mode & 0o777).toBe(0o600);
  });

  test("is written where a link leads to, and the link stays", () => {
    const file = files.write("real.json", { profiles: [{ name: "mine" }] });
    const link = join(files.folder, "link.json");
    symlinkSync(file, link);
    changeProfile(link, "mine", { oauth_access_token: "a" });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ profiles: [{ name: "mine", oauth_access_token: "a" }] });
  });

  test("that has ended is reported with its status, and without its tokens", async () => {
    onWeb = () => json(400, { error: "invalid_grant", refresh_token: "refresh-1" });
    const { message } = await failureOf(profile(login({})));
    expect(message).toMatch(/^profile: the current profile of .* gave no credentials \(HTTP 400 from 127/);
    expect(message).not.toMatch(/refresh-1|access-1/);
  });

  test("is not written into a profile that is not there any more", () => {
    const file = files.write("config.json", { profiles: [] });
    expect(() => changeProfile(file, "mine", {})).toThrow("there is no profile of that name");
  });
});

describe("a process", () => {
  const printing = (text: string) => ({
    mode: "External",
    process_command: `"${process.execPath}" "${files.write("print.js", `process.stdout.write(${JSON.stringify(text)})`)}"`,
  });

  test("prints a key", async () => {
    const printed = { mode: "StsToken", access_key_id: "STS.ext", access_key_secret: "s", sts_token: "t" };
    expect(await profile(printing(JSON.stringify(printed))).getCredentials()).toEqual({
      accessKeyId: "STS.ext",
      accessKeySecret: "s",
      securityToken: "t",
    });
  });

  test("is given its arguments as a shell splits them, and no shell expands them", async () => {
    const script = files.write(
      "echo.js",
      'console.log(JSON.stringify({ access_key_id: process.argv.slice(2).join("|"), access_key_secret: "s" }))',
    );
    const command = `"${process.execPath}" '${script}' a\\ b "c \\"d\\"" '' $HOME x'y z'`;
    expect(await idOf(profile({ mode: "External", process_command: command }))).toBe('a b|c "d"||$HOME|xy z');
  });

  test("is run again before what it printed expires, and not with every call", async () => {
    jest.useFakeTimers({
      doNotFake: ["setTimeout", "setInterval", "setImmediate", "nextTick", "queueMicrotask", "clearTimeout"],
    });
    try {
      const script = files.write(
        "count.js",
        `const fs = require("fs"); const n = fs.existsSync(__filename + ".n") ? 2 : 1; fs.writeFileSync(__filename + ".n", "");
         console.log(JSON.stringify({ access_key_id: "ext-" + n, access_key_secret: "s", expiration: new Date(Date.now() + 3600e3).toISOString() }))`,
      );
      const provider = profile({ mode: "External", process_command: `"${process.execPath}" "${script}"` });
      expect([await idOf(provider), await idOf(provider)]).toEqual(["ext-1", "ext-1"]);
      jest.setSystemTime(Date.now() + 50 * 60_000);
      expect(await idOf(provider)).toBe("ext-2");
    } finally {
      jest.useRealTimers();
    }
  });

  const failing: [what: string, profile: () => object, reason: string][] = [
    ["fails", () => ({ mode: "External", process_command: "/no/such/command hunter2" }), "its process_command failed"],
    [
      "has a quote without an end",
      () => ({ mode: "External", process_command: "tool 'hunter2" }),
      "its process_command has a quote",
    ],
    ["prints no JSON", () => printing(`{"access_key_secret": "${SECRET}"`), "its process_command did not print JSON"],
    [
      "prints no key",
      () => printing(`{"access_key_secret": "${SECRET}"}`),
      "its process_command did not print credentials",
    ],
  ];
  test.each(failing)("[17] that %s is reported without what it printed", async (_, made, reason) => {
    const { message } = await failureOf(profile(made()));
    expect(message).toContain(`(${reason}`);
    expect(message).not.toContain("hunter2");
  });
});

describe("a profile of the SDKs, in an INI file", () => {
  test("of type access_key has a key; the section called default counts when none is named", async () => {
    const text = `; mine\n[other]\ntype = ecs_ram_role\n\n[default]\r\nenable = true\r\ntype=access_key # key\naccess_key_id = "LTAIuser"\naccess_key_secret='${SECRET}'\n`;
    expect(await ini(text).getCredentials()).toEqual({ accessKeyId: "LTAIuser", accessKeySecret: SECRET });
    expect(await idOf(ini(text, "other"))).toMatch(/^STS\.ecs/);
  });

  test("of type ecs_ram_role asks the metadata server", async () => {
    expect(await idOf(ini("[default]\ntype = ecs_ram_role\nrole_name = web\n"))).toMatch(/^STS\.ecs/);
  });

  test("of type ram_role_arn takes a role on", async () => {
    const role = "role_arn = acs:ram::1:role/a\nrole_session_name = me\npolicy = {}\n";
    const text = `[a.b]\ntype = ram_role_arn\naccess_key_id = LTAIuser\naccess_key_secret = ${SECRET}\n${role}`;
    expect(await idOf(ini(text, "a.b"))).toBe("STS.1");
    expect(sts.calls[0]?.params).toMatchObject({ RoleArn: "acs:ram::1:role/a", RoleSessionName: "me", Policy: "{}" });
  });
});

describe("[17] an unusable profile is reported without a word of its file", () => {
  const withSecret = (rest: object) => ({ ...keys, ...rest });
  const wrong: [what: string, profile: object, reason: string][] = [
    ["no mode", withSecret({}), "it has no mode"],
    ["an unknown mode", withSecret({ mode: SECRET }), "its mode is none of AK, StsToken, RamRoleArn"],
    ["an inherited mode", withSecret({ mode: "constructor" }), "its mode is none of AK"],
    ["no key", { mode: "AK", access_key_secret: SECRET }, "it has no access_key_id"],
    ["no secret", { mode: "AK", access_key_id: SECRET }, "it has no access_key_secret"],
    [
      "a secret that is no text",
      { mode: "AK", access_key_id: SECRET, access_key_secret: 1 },
      "it has no access_key_secret",
    ],
    ["no token", withSecret({ mode: "StsToken" }), "it has no sts_token"],
    ["no role", withSecret({ mode: "RamRoleArn" }), "it has no ram_role_arn"],
    [
      "too long a session",
      withSecret({ mode: "RamRoleArn", ram_role_arn: "r", expired_seconds: 99_999 }),
      "its expired_seconds is not between 900 and 43200",
    ],
    [
      "an STS address that leads elsewhere",
      withSecret({ mode: "RamRoleArn", ram_role_arn: "r", sts_endpoint: `evil/${SECRET}` }),
      "its sts_endpoint is not a host name",
    ],
    [
      "an STS region that leads elsewhere",
      withSecret({ mode: "RamRoleArn", ram_role_arn: "r", sts_region: "evil.example/" }),
      "its sts_region is not a region",
    ],
    [
      "a source profile that is not there",
      withSecret({ mode: "ChainableRamRoleArn", source_profile: SECRET }),
      "there is no profile of the name in its source_profile",
    ],
    [
      "a source profile that is itself",
      withSecret({ mode: "ChainableRamRoleArn", source_profile: "mine", ram_role_arn: "r" }),
      "its source_profile forms a loop",
    ],
    ["another site", { mode: "OAuth", oauth_site_type: SECRET }, "its oauth_site_type is neither CN nor INTL"],
  ];
  test.each(wrong)("with %s", async (_, mine, reason) => {
    const { message, stack, isTransient } = await failureOf(profile(mine));
    expect(message).toMatch(/^profile: the current profile of .*config\.json gave no credentials \(/);
    expect(message).toContain(`(${reason}`);
    expect(message).toMatch(/; correct that, or name another source of credentials$/);
    expect(isTransient).toBe(false);
    expect(stack).not.toContain(SECRET);
  });

  const texts: [what: string, text: string, reason: string][] = [
    ["broken JSON", `{"profiles": [{"access_key_secret": "${SECRET}"`, "the file is not valid JSON"],
    ["JSON without profiles", `{"access_key_secret": "${SECRET}"}`, "it has no current profile"],
    [
      "JSON whose profiles are no list",
      `{"current": "a", "profiles": "${SECRET}"}`,
      "there is no profile of that name",
    ],
    ["nothing", "", "there is no profile of that name in it"],
    ["something else", SECRET, "there is no profile of that name in it"],
    ["an INI section without type", `[default]\naccess_key_secret = ${SECRET}`, "it has no type"],
    ["an INI section of another type", `[default]\ntype = ${SECRET}`, "its type is none of access_key, ecs_ram_role"],
  ];
  test.each(texts)("a file with %s", async (_, text, reason) => {
    const { message, stack } = await failureOf(ini(text));
    expect(message).toContain(`(${reason}`);
    expect(stack).not.toContain(SECRET);
  });

  test("a profile of another name, a file that is not there, a folder", async () => {
    const file = files.write("config.json", { profiles: [{ name: "mine", mode: "AK", ...keys }] });
    const messageOf = async (path: string) => (await failureOf(providerOf(sourceOf(path, "other")))).message;
    expect(await messageOf(file)).toContain(
      `the profile "other" of ${file} gave no credentials (there is no profile of`,
    );
    expect(await messageOf(`${file}.not`)).toContain("(there is no such file)");
    expect(await messageOf(files.folder)).toContain("(it is a folder)");
  });
});

test("a file with a mark of the byte order is read as if it had none", async () => {
  const text = `\uFEFF${JSON.stringify({ current: "a", profiles: [{ name: "a", mode: "AK", ...keys }] })}`;
  expect(await idOf(ini(text))).toBe("LTAIuser");
});

test("the region of a profile is found in both formats", () => {
  const cli = files.write("config.json", { current: "a", profiles: [{ name: "a", region_id: "cn-a" }, { name: "b" }] });
  const sdk = files.write("credentials", "[default]\nregion_id = cn-d\n[b]\ntype = access_key\n");
  const regions = [
    regionOfProfile(cli),
    regionOfProfile(cli, "a"),
    regionOfProfile(cli, "b"),
    regionOfProfile(sdk),
    regionOfProfile(sdk, "b"),
  ];
  expect(regions).toEqual(["cn-a", "cn-a", undefined, "cn-d", undefined]);
  expect(regionOfProfile("/no/such/file", "a")).toBeUndefined();
});

test("a wrong answer of the metadata server is reported by its status", async () => {
  metadata.answer(answering(500, SECRET));
  const { message, isTransient } = await failureOf(profile({ mode: "EcsRamRole", ram_role_name: "web" }));
  metadata.answer(undefined);
  expect(message).toContain("(HTTP 500 from 127.0.0.1");
  expect([isTransient, message.includes(SECRET)]).toEqual([true, false]);
});
