/** Every mode of a profile, in both formats of file, and what is reported of files that will not do. */

import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { ProfileSource } from "../../provider/ecs/credentials";
import { readProfile } from "../../provider/ecs/credentials/profile";
import { changeProfile, regionOfProfile } from "../../provider/ecs/credentials/profileFile";
import { failureOf, holdDate, makeFolder, passMinutes, providerOf } from "../support/credentials";
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
  web = await startRawServer((request, response) => onWeb(request)(request, response));
});
beforeEach(async () => {
  metadata = await startMetadata("web");
  const ecs = { accessKeyId: "STS.ecs-1", accessKeySecret: "ecs-secret-1", securityToken: "ecs-token-1" };
  const user = { accessKeyId: "LTAIuser", accessKeySecret: SECRET };
  sts = await startSts([user, { ...user, accessKeyId: "STS.user", securityToken: "user-token" }, ecs]);
});
afterEach(async () => {
  jest.useRealTimers();
  await Promise.all([sts.close(), metadata.close()]);
});
afterAll(async () => {
  await web.close();
  files.remove();
});

const sourceOf = (file: string, name?: string): ProfileSource => ({
  kind: "profile",
  file,
  ...(name === undefined ? {} : { name }),
  sts: { sts: sts.endpoint },
  tokenOnly: false,
});
/** A provider of what is written in a file. */
const providerFor = (file: string, name?: string) =>
  providerOf(sourceOf(file, name), { metadata: metadata.endpoint, oauth: { CN: web.endpoint, INTL: web.endpoint } });
/** A provider of the profile "mine", which is the current one; others may stand beside it. */
const profile = (mine: object, ...others: object[]) => {
  const profiles = [...others, { name: "mine", ...mine }];
  return providerFor(files.write("config.json", { current: "mine", profiles }));
};
const ini = (text: string, name?: string) => providerFor(files.write("credentials", text), name);
const idOf = async (provider: ReturnType<typeof profile>) => (await provider.getCredentials()).accessKeyId;

describe("a profile of the aliyun command line", () => {
  const own = { accessKeyId: "LTAIuser", accessKeySecret: SECRET };
  test.each([
    ["AK has a key", { mode: "AK", ...keys }, own],
    ["AK leaves out a token that an earlier mode has left", { mode: "AK", ...keys, sts_token: "old" }, own],
    ["StsToken has a token too", { mode: "StsToken", ...keys, sts_token: "t" }, { ...own, securityToken: "t" }],
  ])("of mode %s", async (_, mine, credentials) => {
    expect(await profile(mine).getCredentials()).toEqual(credentials);
  });

  const temporary = { access_key_id: "STS.user", access_key_secret: SECRET, sts_token: "user-token" };
  const settings = { ram_session_name: "me", expired_seconds: 900, external_id: "x", policy: "{}" };
  const sent = { RoleSessionName: "me", DurationSeconds: "900", ExternalId: "x", Policy: "{}" };
  const oidc = () => ({ oidc_provider_arn: "p", oidc_token_file: files.write("token", "eyJ.a.b") });
  test.each<[what: string, mine: () => object, call: object]>([
    [
      "RamRoleArn assumes a role, with its external id and policy",
      () => ({ mode: "RamRoleArn", ...keys, ram_role_arn: "acs:ram::1:role/a", ...settings }),
      { accessKeyId: "LTAIuser", params: { RoleArn: "acs:ram::1:role/a", ...sent } },
    ],
    [
      "RamRoleArn may hold a temporary key",
      () => ({ mode: "RamRoleArn", ...temporary, ram_role_arn: "r" }),
      { accessKeyId: "STS.user", params: { SecurityToken: "user-token" } },
    ],
    [
      "RamRoleArnWithRoleName assumes a role with the instance's",
      () => ({ mode: "RamRoleArnWithRoleName", ram_role_name: "web", ram_role_arn: "r" }),
      { accessKeyId: "STS.ecs-1", params: { RoleArn: "r" } },
    ],
    [
      "OIDC assumes a role with a token",
      () => ({ mode: "OIDC", ...oidc(), ram_role_arn: "r", duration_seconds: 1200 }),
      {
        action: "AssumeRoleWithOIDC",
        params: { OIDCToken: "eyJ.a.b", OIDCProviderArn: "p", RoleArn: "r", DurationSeconds: "1200" },
      },
    ],
  ])("of mode %s", async (_, mine, call) => {
    expect(await idOf(profile(mine()))).toBe("STS.1");
    expect(sts.calls[0]).toMatchObject(call);
  });

  test("of mode ChainableRamRoleArn assumes roles, one with the other", async () => {
    const first = { name: "first", mode: "RamRoleArn", ...keys, ram_role_arn: "r1" };
    const second = { name: "second", mode: "ChainableRamRoleArn", source_profile: "first", ram_role_arn: "r2" };
    const third = { mode: "ChainableRamRoleArn", source_profile: "second", ram_role_arn: "r3" };
    expect(await idOf(profile(third, first, second))).toBe("STS.3");
    expect(sts.calls.map(({ params }) => params.RoleArn)).toEqual(["r1", "r2", "r3"]);
  });

  test("asks the STS that it names", async () => {
    const other = await startSts([{ accessKeyId: "LTAIuser", accessKeySecret: SECRET }]);
    const sts_endpoint = new URL(other.endpoint).host;
    await idOf(profile({ mode: "RamRoleArn", ...keys, ram_role_arn: "r", sts_endpoint, sts_region: "cn-x" }));
    await other.close();
    expect([other.calls.length, sts.calls.length]).toEqual([1, 0]);
  });

  test.each([
    [false, "sts.no-region.aliyuncs.com"],
    [true, "sts-vpc.no-region.aliyuncs.com"],
  ])("asks the STS of the region that it names, within a VPC: %s", async (enable_vpc, host) => {
    const role = { mode: "RamRoleArn", ...keys, ram_role_arn: "r", sts_region: "no-region", enable_vpc };
    expect((await failureOf(profile(role))).message).toContain(host);
  });

  test("of mode EcsRamRole asks the metadata server, for the role that it names or the one there is", async () => {
    expect(await idOf(profile({ mode: "EcsRamRole", ram_role_name: "web" }))).toMatch(/^STS\.ecs/);
    expect(await idOf(profile({ mode: "EcsRamRole" }))).toMatch(/^STS\.ecs/);
    metadata.answer(answering(500, SECRET));
    const { message, isTransient } = await failureOf(profile({ mode: "EcsRamRole", ram_role_name: "web" }));
    expect(message).toContain("(HTTP 500 from 127.0.0.1");
    expect([isTransient, message.includes(SECRET)]).toEqual([true, false]);
  });

  const given = {
    AccessKeyId: "STS.web",
    AccessKeySecret: "s",
    SecurityToken: "t",
    Expiration: "2099-01-01T00:00:00Z",
  };
  test("of mode CredentialsURI asks an address, which need not say when the key expires", async () => {
    onWeb = () => json(200, { ...given, Expiration: undefined });
    expect(await idOf(profile({ mode: "CredentialsURI", credentials_uri: `${web.endpoint}/x` }))).toBe("STS.web");
  });

  test("of mode CloudSSO asks for the account and the access configuration", async () => {
    onWeb = () => json(200, { CloudCredential: given });
    const sso = {
      mode: "CloudSSO",
      cloud_sso_sign_in_url: `${web.endpoint}/start`,
      cloud_sso_account_id: "1",
      cloud_sso_access_config: "ac-1",
      access_token: "login",
    };
    expect(await idOf(profile({ ...sso, cloud_sso_access_token_expire: later() }))).toBe("STS.web");
    const { method, url, headers, text = "" } = web.requests.at(-1) ?? {};
    expect([method, url, headers?.authorization]).toEqual(["POST", "/cloud-credentials", "Bearer login"]);
    expect(JSON.parse(text)).toEqual({ AccountId: "1", AccessConfigurationId: "ac-1" });
    const { message } = await failureOf(profile({ ...sso, cloud_sso_access_token_expire: later() - 7200 }));
    expect(message).toContain("its login to CloudSSO has expired; run aliyun configure for it");
  });
});

describe("a login with OAuth", () => {
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
      if (url !== "/v1/exchange") {
        return json(200, { access_token: "access-2", refresh_token: "refresh-2", expires_in: 3600 });
      }
      const expiration = "2099-01-01T00:00:00Z";
      return json(200, { accessKeyId: "STS.oauth", accessKeySecret: "s", securityToken: "t", expiration });
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
    const renewed = { oauth_access_token: "access-2", oauth_refresh_token: "refresh-2" };
    expect(written()).toEqual({
      current: "mine",
      profiles: [
        { name: "other", mode: "AK" },
        { name: "mine", ...login(renewed), oauth_access_token_expire: expect.any(Number) },
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
    expect(() => changeProfile(link, "other", {})).toThrow("there is no profile of that name");
  });

  test("that has ended is reported with its status, and without its tokens", async () => {
    onWeb = () => json(400, { error: "invalid_grant", refresh_token: "refresh-1" });
    const { message } = await failureOf(profile(login({})));
    expect(message).toMatch(/^profile: the current profile of .* gave no credentials \(HTTP 400 from 127/);
    expect(message).not.toMatch(/refresh-1|access-1/);
  });
});

describe("a process", () => {
  const running = (script: string, ...given: string[]) => ({
    mode: "External",
    process_command: [`"${process.execPath}" '${files.write("print.js", script)}'`, ...given].join(" "),
  });
  const printing = (text: string) => running(`process.stdout.write(${JSON.stringify(text)})`);

  test("prints a key", async () => {
    const printed = { mode: "StsToken", access_key_id: "STS.ext", access_key_secret: "s", sts_token: "t" };
    const credentials = { accessKeyId: "STS.ext", accessKeySecret: "s", securityToken: "t" };
    expect(await profile(printing(JSON.stringify(printed))).getCredentials()).toEqual(credentials);
  });

  test("is given its arguments as a shell splits them, and no shell expands them", async () => {
    const echo = 'const access_key_id = process.argv.slice(2).join("|");';
    const script = `${echo} console.log(JSON.stringify({ access_key_id, access_key_secret: "s" }))`;
    const given = `a\\ b "c \\"d\\"" '' $HOME x'y z'`;
    expect(await idOf(profile(running(script, given)))).toBe('a b|c "d"||$HOME|xy z');
  });

  test("is run again before what it printed expires, and not with every call", async () => {
    holdDate();
    const expiration = new Date(Date.now() + 3_600_000).toISOString();
    const members = `access_key_id: String(process.pid), access_key_secret: "s", expiration: "${expiration}"`;
    const provider = profile(running(`console.log(JSON.stringify({ ${members} }))`));
    const first = await idOf(provider);
    expect(await idOf(provider)).toBe(first);
    passMinutes(50);
    expect(await idOf(provider)).not.toBe(first);
  });

  test.each<[what: string, mine: () => object, reason: string]>([
    ["fails", () => ({ mode: "External", process_command: "/no/such/command hunter2" }), "failed"],
    ["has a quote without an end", () => ({ mode: "External", process_command: "tool 'hunter2" }), "has a quote"],
    ["prints no JSON", () => printing(`{"access_key_secret": "${SECRET}"`), "did not print JSON"],
    ["prints no key", () => printing(`{"access_key_secret": "${SECRET}"}`), "did not print credentials"],
  ])("[17] that %s is reported without what it printed", async (_, mine, reason) => {
    const { message } = await failureOf(profile(mine()));
    expect(message).toContain(`(its process_command ${reason}`);
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

  test("of type ram_role_arn assumes a role", async () => {
    const role = "role_arn = acs:ram::1:role/a\nrole_session_name = me\npolicy = {}\n";
    const text = `[a.b]\ntype = ram_role_arn\naccess_key_id = LTAIuser\naccess_key_secret = ${SECRET}\n${role}`;
    expect(await idOf(ini(text, "a.b"))).toBe("STS.1");
    expect(sts.calls[0]?.params).toMatchObject({ RoleArn: "acs:ram::1:role/a", RoleSessionName: "me", Policy: "{}" });
  });

  test("may be JSON, and may begin with a mark of the byte order", async () => {
    const text = `\uFEFF${JSON.stringify({ current: "a", profiles: [{ name: "a", mode: "AK", ...keys }] })}`;
    expect(await idOf(ini(text))).toBe("LTAIuser");
  });
});

describe("[17] an unusable profile is reported without a word of its file", () => {
  const role = { mode: "RamRoleArn", ...keys, ram_role_arn: "r" };
  const chained = { mode: "ChainableRamRoleArn", ...keys, ram_role_arn: "r" };
  test.each<[what: string, profile: object, reason: string]>([
    ["no mode", keys, "it has no mode"],
    ["an unknown mode", { ...keys, mode: SECRET }, "its mode is none of AK, StsToken, RamRoleArn"],
    ["an inherited mode", { ...keys, mode: "constructor" }, "its mode is none of AK"],
    ["no key", { mode: "AK", access_key_secret: SECRET }, "it has no access_key_id"],
    ["no secret", { mode: "AK", access_key_id: SECRET }, "it has no access_key_secret"],
    ["a secret that is no text", { mode: "AK", ...keys, access_key_secret: 1 }, "it has no access_key_secret"],
    [
      "white space around a secret",
      { mode: "AK", ...keys, access_key_secret: `${SECRET}\n` },
      "its access_key_secret has white space before or after its value",
    ],
    ["no token", { ...keys, mode: "StsToken" }, "it has no sts_token"],
    ["no role", { ...keys, mode: "RamRoleArn" }, "it has no ram_role_arn"],
    ["too long a session", { ...role, expired_seconds: 99_999 }, "its expired_seconds is not between 900 and 43200"],
    ["another STS address", { ...role, sts_endpoint: `evil/${SECRET}` }, "its sts_endpoint is not a host name"],
    ["an STS region that is none", { ...role, sts_region: "evil.example/" }, "its sts_region is not a region"],
    [
      "a source profile that is not there",
      { ...chained, source_profile: SECRET },
      "there is no profile of the name in its source_profile",
    ],
    ["a source profile that is itself", { ...chained, source_profile: "mine" }, "its source_profile forms a loop"],
    ["another site", { mode: "OAuth", oauth_site_type: SECRET }, "its oauth_site_type is neither CN nor INTL"],
  ])("with %s", async (_, mine, reason) => {
    const { message, stack, isTransient } = await failureOf(profile(mine));
    expect(message).toMatch(/^profile: the current profile of .*config\.json gave no credentials \(/);
    expect(message).toContain(`(${reason}`);
    expect(message).toMatch(/; correct that, or name another source of credentials$/);
    expect(isTransient).toBe(false);
    expect(stack).not.toContain(SECRET);
  });

  test.each([
    ["broken JSON", `{"profiles": [{"access_key_secret": "${SECRET}"`, "the file is not valid JSON"],
    ["JSON without profiles", `{"access_key_secret": "${SECRET}"}`, "it has no current profile"],
    ["profiles that are no list", `{"current": "a", "profiles": "${SECRET}"}`, "there is no profile of that name"],
    ["nothing", "", "there is no profile of that name in it"],
    ["something else", SECRET, "there is no profile of that name in it"],
    ["an INI section without type", `[default]\naccess_key_secret = ${SECRET}`, "it has no type"],
    ["an INI section of another type", `[default]\ntype = ${SECRET}`, "its type is none of access_key, ecs_ram_role"],
  ])("a file with %s", async (_, text, reason) => {
    const { message, stack } = await failureOf(ini(text));
    expect(message).toContain(`(${reason}`);
    expect(stack).not.toContain(SECRET);
  });

  test("a profile of another name, a file that is not there, a folder", async () => {
    const file = files.write("config.json", { profiles: [{ name: "mine", mode: "AK", ...keys }] });
    const messageOf = async (path: string) => (await failureOf(providerFor(path, "other"))).message;
    expect(await messageOf(file)).toContain(
      `the profile "other" of ${file} gave no credentials (there is no profile of`,
    );
    expect(await messageOf(`${file}.not`)).toContain("(there is no such file)");
    expect(await messageOf(files.folder)).toContain("(it is a folder)");
  });
});

test("the region of a profile is found in both formats", () => {
  const cli = files.write("config.json", { current: "a", profiles: [{ name: "a", region_id: "cn-a" }, { name: "b" }] });
  const sdk = files.write("credentials", "[default]\nregion_id = cn-d\n[b]\ntype = access_key\n");
  const asked = [[cli], [cli, "a"], [cli, "b"], [sdk], [sdk, "b"], ["/no/such/file", "a"]];
  const regions = asked.map(([file = "", name]) => regionOfProfile(file, name));
  expect(regions).toEqual(["cn-a", "cn-a", undefined, "cn-d", undefined, undefined]);
});

describe("as it is read", () => {
  const role = { mode: "RamRoleArn", ...keys, ram_role_arn: "arn" };
  const inCloud = { privateCloud: { regionId: "cn-x", scope: { organizationId: "26" } } };
  function read(mine: object, more: Partial<ProfileSource> = {}, content: object = {}) {
    const file = files.write("config.json", { ...content, profiles: [{ name: "default", ...mine }] });
    return readProfile({ kind: "profile", file, tokenOnly: false, ...more });
  }

  test.each([{}, { current: "" }])("a file that names no current profile, %j, means default", (content) => {
    expect(read({ mode: "AK", ...keys }, {}, content)).toMatchObject({ credentials: { accessKeyId: "LTAIuser" } });
  });

  test.each<[what: string, mine: object, message: RegExp]>([
    [
      "a login to CloudSSO",
      { mode: "CloudSSO", cloud_sso_sign_in_url: "https://sso.example" },
      /its mode CloudSSO calls the public cloud/,
    ],
    [
      "a login with OAuth",
      { mode: "OAuth", oauth_site_type: "CN", oauth_refresh_token: "t" },
      /its mode OAuth calls the public cloud/,
    ],
    [
      "a role without an address of STS, which its sts_region does not give",
      { ...role, sts_region: "cn-hangzhou" },
      /no address of STS is set; give it an sts_endpoint, or set CLASSICLINK_STS_ENDPOINT/,
    ],
    [
      "an address of STS of the public cloud",
      { ...role, sts_endpoint: "sts.aliyuncs.com" },
      /its sts_endpoint is an address of the public cloud/,
    ],
  ])("for a private cloud, %s is refused", (_, mine, message) => {
    expect(() => read(mine, inCloud)).toThrow(message);
  });

  const address = "https://sts.cloud.example";
  test("for a private cloud, the role has the configured address of STS, or the profile's own with the scope", () => {
    const configured = read({ ...role, sts_region: "cn-hangzhou" }, { ...inCloud, sts: { sts: address } });
    expect(configured).toMatchObject({ role: { sts: address } });
    const additions = { headers: { "x-acs-organizationid": "26" } };
    expect(read({ ...role, sts_endpoint: "sts.cloud.example" }, inCloud)).toMatchObject({
      role: { sts: address, additions },
    });
  });
});
