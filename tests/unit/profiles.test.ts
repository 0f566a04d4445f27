/** What a profile stands for, in both formats of file, and what is reported of files that will not do. */

import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { Agents } from "../../provider/ecs/agents";
import type { ProfileSource } from "../../provider/ecs/credentials";
import { inspectCredentials } from "../../provider/ecs/credentials/createProvider";
import { readProfile } from "../../provider/ecs/credentials/profile";
import { regionOfProfile } from "../../provider/ecs/credentials/profileFile";
import { failureOf, makeFolder, providerOf } from "../support/credentials";
import { opener } from "../support/opened";
import { type Handler, json, startRawServer } from "../support/rawServer";

const SECRET = "hunter2+SECRET/x=";
const keys = { access_key_id: "LTAIuser", access_key_secret: SECRET };
const role = { mode: "RamRoleArn", ...keys, ram_role_arn: "r" };
const DEFAULT_STS = "https://sts.default.example";

const files = makeFolder();
const open = opener();
afterAll(() => files.remove());

type More = Partial<ProfileSource>;

/** The source of a profile in a file. */
const read = (content: string | object, more: More = {}) =>
  readProfile({
    kind: "profile",
    file: files.write("profiles", content),
    tokenOnly: false,
    ...(more.privateCloud ? {} : { sts: { sts: DEFAULT_STS } }),
    ...more,
  });
/** The source of the profile "mine", which is the current one. Another one is beside it. */
const readMine = (mine: object, more: More = {}) =>
  read(
    {
      current: "mine",
      profiles: [
        { ...role, name: "other" },
        { name: "mine", ...mine },
      ],
    },
    more,
  );

const ofKeys = { kind: "keys", credentials: { accessKeyId: "LTAIuser", accessKeySecret: SECRET } };
const withToken = { kind: "keys", credentials: { ...ofKeys.credentials, securityToken: "token" } };
const ofRole = (arn: string, more: object = {}) => ({
  ...{ arn, sessionName: "terraform", durationS: 3600, sts: DEFAULT_STS },
  ...more,
});
const assumed = (base: object, assumedRole: object) => ({ kind: "assumedRole", base, role: assumedRole });

describe("a profile of the aliyun command line", () => {
  const settings = { ram_session_name: "me", expired_seconds: 900, external_id: "x", policy: "{}" };
  const roleWithAll = ofRole("r", { sessionName: "me", durationS: 900, externalId: "x", policy: "{}" });
  const instance = { kind: "ecsRole", roleName: "web", tokenOnly: false };
  const oidc = { oidc_provider_arn: "p", oidc_token_file: "/token", duration_seconds: "1200" };
  const ofOidc = { kind: "oidc", providerArn: "p", token: { file: "/token" }, role: ofRole("r", { durationS: 1200 }) };
  test.each<[mode: string, mine: object, source: object]>([
    ["AK", { ...keys, sts_token: "left by an earlier mode" }, ofKeys],
    ["StsToken", { ...keys, sts_token: "token" }, withToken],
    ["RamRoleArn", { ...role, ...settings }, assumed(ofKeys, roleWithAll)],
    ["RamRoleArn", { ...role, sts_token: "token" }, assumed(withToken, ofRole("r"))],
    ["EcsRamRole", { ram_role_name: "web" }, instance],
    ["EcsRamRole", {}, { kind: "ecsRole", tokenOnly: false }],
    ["RamRoleArnWithRoleName", { ram_role_name: "web", ram_role_arn: "r" }, assumed(instance, ofRole("r"))],
    ["OIDC", { ...oidc, ram_role_arn: "r" }, ofOidc],
    [
      "ChainableRamRoleArn",
      { source_profile: "other", ram_role_arn: "r2" },
      assumed(assumed(ofKeys, ofRole("r")), ofRole("r2")),
    ],
    ["CredentialsURI", { credentials_uri: "http://a.example/x" }, { kind: "uri", uri: "http://a.example/x" }],
    ["External", { process_command: "tool" }, { kind: "process", command: "tool" }],
  ])("of mode %s stands for one source: %j", (mode, mine, source) => {
    expect(readMine({ ...mine, mode })).toEqual(source);
  });

  test.each([
    [{ sts_endpoint: "sts.b.example", sts_region: "cn-x" }, "https://sts.b.example"],
    [{ sts_endpoint: "127.0.0.1:4010" }, "http://127.0.0.1:4010"],
    [{ sts_region: "cn-x" }, "https://sts.cn-x.aliyuncs.com"],
    [{ sts_region: "cn-x", enable_vpc: true }, "https://sts-vpc.cn-x.aliyuncs.com"],
  ])("with %j assumes its role at %s", (mine, sts) => {
    expect(readMine({ ...role, ...mine })).toMatchObject({ role: { sts } });
  });
});

describe("a profile of the SDKs, in an INI file", () => {
  const key = `type=access_key # key\naccess_key_id = "LTAIuser"\naccess_key_secret='${SECRET}'\n`;
  const text = `; mine\n[other]\ntype = ecs_ram_role\nrole_name = web\n\n[default]\r\nenable = true\r\n${key}`;
  const roleText = "role_arn = acs:ram::1:role/a\nrole_session_name = me\npolicy = {}\n";
  const inRole = `[a.b]\n${key.replace("type=access_key", "type = ram_role_arn")}${roleText}`;
  const ofNamed = assumed(ofKeys, ofRole("acs:ram::1:role/a", { sessionName: "me", policy: "{}" }));
  const use = { tokenOnly: true, metadataOff: true } as const;
  const inJson = JSON.stringify({ current: "", profiles: [{ name: "default", mode: "AK", ...keys }] });
  test.each<[what: string, content: string, more: More, source: object]>([
    ["is the one called default when none is named", text, {}, ofKeys],
    ["may be of type ecs_ram_role", text, { name: "other", ...use }, { kind: "ecsRole", roleName: "web", ...use }],
    ["may be of type ram_role_arn", inRole, { name: "a.b" }, ofNamed],
    ["may be in JSON that names no current one, after a mark of the byte order", `\uFEFF${inJson}`, {}, ofKeys],
  ])("%s", (_, content, more, source) => {
    expect(read(content, more)).toEqual(source);
  });
});

describe("a profile for a private cloud", () => {
  const inCloud = { privateCloud: { regionId: "cn-x", scope: { organizationId: "26" } } };
  const sso = { mode: "CloudSSO", cloud_sso_sign_in_url: "https://sso.example" };
  const oauth = { mode: "OAuth", oauth_site_type: "CN", oauth_refresh_token: "t" };
  const noSts = "no address of STS is set; give it an sts_endpoint, or set CLASSICLINK_STS_ENDPOINT";
  const publicSts = "its sts_endpoint is an address of the public cloud";
  test.each<[what: string, mine: object, message: string]>([
    ["a login to CloudSSO", sso, "its mode CloudSSO calls the public cloud"],
    ["a login with OAuth", oauth, "its mode OAuth calls the public cloud"],
    ["a role whose address of STS would be its region's", { ...role, sts_region: "cn-hangzhou" }, noSts],
    ["an address of STS of the public cloud", { ...role, sts_endpoint: "sts.aliyuncs.com" }, publicSts],
  ])("is refused: %s", (_, mine, message) => {
    expect(() => readMine(mine, inCloud)).toThrow(message);
  });

  test("assumes its role at the configured address of STS, or at the profile's own with the scope", () => {
    const configured = readMine({ ...role, sts_region: "cn-hangzhou" }, { ...inCloud, sts: { sts: DEFAULT_STS } });
    expect(configured).toMatchObject({ role: { sts: DEFAULT_STS } });
    const additions = { headers: { "x-acs-organizationid": "26" } };
    const own = readMine({ ...role, sts_endpoint: "sts.cloud.example" }, inCloud);
    expect(own).toMatchObject({ role: { sts: "https://sts.cloud.example", additions } });
  });
});

describe("[17] an unusable profile is reported without a word of its file", () => {
  const chained = { ...role, mode: "ChainableRamRoleArn" };
  const iniOfType = `[default]\ntype = ${SECRET}`;
  test.each<[what: string, mine: string | object, reason: string]>([
    ["no mode", keys, "it has no mode"],
    ["an unknown mode", { ...keys, mode: SECRET }, "its mode is none of AK, StsToken, RamRoleArn"],
    ["a mode that every object has", { ...keys, mode: "constructor" }, "its mode is none of AK"],
    ["no key", { mode: "AK", access_key_secret: SECRET }, "it has no access_key_id"],
    ["no secret", { mode: "AK", access_key_id: SECRET }, "it has no access_key_secret"],
    ["a secret that is not text", { mode: "AK", ...keys, access_key_secret: 1 }, "it has no access_key_secret"],
    ["no token", { ...keys, mode: "StsToken" }, "it has no sts_token"],
    ["no role", { ...keys, mode: "RamRoleArn" }, "it has no ram_role_arn"],
    ["white space", { mode: "AK", ...keys, access_key_secret: `${SECRET}\n` }, "its access_key_secret has white space"],
    ["too long a session", { ...role, expired_seconds: 99_999 }, "its expired_seconds is not between 900 and 43200"],
    ["another STS address", { ...role, sts_endpoint: `evil/${SECRET}` }, "its sts_endpoint is not a host name"],
    ["an STS region that is none", { ...role, sts_region: "evil.example/" }, "its sts_region is not a region"],
    ["a source that is not there", { ...chained, source_profile: SECRET }, "there is no profile of the name in its"],
    ["a source that is itself", { ...chained, source_profile: "mine" }, "its source_profile forms a loop"],
    ["another site", { mode: "OAuth", oauth_site_type: SECRET }, "its oauth_site_type is neither CN nor INTL"],
    ["broken JSON", `{"profiles": [{"access_key_secret": "${SECRET}"`, "the file is not valid JSON"],
    ["JSON without profiles", `{"access_key_secret": "${SECRET}"}`, "it has no current profile"],
    ["no profile at all", SECRET, "there is no profile of that name in it"],
    ["an INI section without a type", `[default]\naccess_key_secret = ${SECRET}`, "it has no type"],
    ["an INI section of another type", iniOfType, "its type is none of access_key, ecs_ram_role"],
  ])("with %s", async (_, mine, reason) => {
    const content = typeof mine === "string" ? mine : { current: "mine", profiles: [{ name: "mine", ...mine }] };
    const file = files.write("profiles", content);
    const { message, stack, isTransient } = await failureOf(providerOf({ kind: "profile", file, tokenOnly: false }));
    expect(message).toContain(`profile: the current profile of ${file} gave no credentials (${reason}`);
    expect(stack).not.toContain("hunter2");
    expect(isTransient).toBe(false);
  });

  test("another name, a folder, and a file that is not there, with what to do", async () => {
    const file = files.write("config.json", { profiles: [{ name: "mine", mode: "AK", ...keys }] });
    const failureIn = async (path: string, name: object) =>
      (await failureOf(providerOf({ kind: "profile", tokenOnly: false, file: path, ...name }))).message;
    const advice = "correct that, or name another source of credentials";
    expect(await failureIn(file, { name: "other" })).toBe(
      `profile: the profile "other" of ${file} gave no credentials (there is no profile of that name in it); ${advice}`,
    );
    expect(await failureIn(files.folder, {})).toContain("(it is a folder); ");
    expect(await failureIn(`${file}.not`, {})).toContain("(there is no such file); ");
  });
});

test("the region of a profile is found in both formats", () => {
  const cli = files.write("config.json", { current: "a", profiles: [{ name: "a", region_id: "cn-a" }, { name: "b" }] });
  const sdk = files.write("credentials", "[default]\nregion_id = cn-d\n[b]\ntype = access_key\n");
  const asked = [[cli], [cli, "a"], [cli, "b"], [sdk], [sdk, "b"], ["/no/such/file", "a"]];
  const regions = asked.map(([file = "", name]) => regionOfProfile(file, name));
  expect(regions).toEqual(["cn-a", "cn-a", undefined, "cn-d", undefined, undefined]);
});

const later = () => Math.floor(Date.now() / 1000) + 3600;
const EXPIRATION = "2099-01-01T00:00:00Z";
const idOf = async (provider: ReturnType<typeof providerOf>) => (await provider.getCredentials()).accessKeyId;

test("a login to CloudSSO asks for the account and the access configuration, until it expires", async () => {
  const CloudCredential = { AccessKeyId: "STS.sso", AccessKeySecret: "s", SecurityToken: "t", Expiration: EXPIRATION };
  const web = await open(startRawServer(json(200, { CloudCredential })));
  const login = (cloud_sso_access_token_expire: number) =>
    readMine({
      mode: "CloudSSO",
      cloud_sso_sign_in_url: `${web.endpoint}/start`,
      cloud_sso_account_id: "1",
      cloud_sso_access_config: "ac-1",
      access_token: "login",
      cloud_sso_access_token_expire,
    });
  expect(await idOf(providerOf(login(later())))).toBe("STS.sso");
  const [{ method, url, headers, text = "" } = {}] = web.requests;
  expect([method, url, headers?.authorization]).toEqual(["POST", "/cloud-credentials", "Bearer login"]);
  expect(JSON.parse(text)).toEqual({ AccountId: "1", AccessConfigurationId: "ac-1" });
  const { message } = await failureOf(providerOf(login(later() - 7200)));
  expect(message).toContain("its login to CloudSSO has expired; run aliyun configure for it");
});

describe("a login with OAuth", () => {
  const login = {
    mode: "OAuth",
    oauth_site_type: "CN",
    oauth_refresh_token: "refresh-1",
    oauth_access_token: "access-1",
    oauth_access_token_expire: 0,
  };
  // Its file is a link to another one.
  const file = join(files.folder, "login.json");
  symlinkSync(files.write("real.json", ""), file);
  const written = () => JSON.parse(readFileSync(file, "utf8"));
  const given = { accessKeyId: "STS.oauth", accessKeySecret: "s", securityToken: "t", expiration: EXPIRATION };
  const renewed = { access_token: "access-2", refresh_token: "refresh-2", expires_in: 3600 };
  const answer: Handler = (request, response) =>
    json(200, request.url === "/v1/exchange" ? given : renewed)(request, response);
  /** A login in the file, beside another profile. */
  async function openLogin(more: object = {}, handler = answer) {
    const { requests, endpoint } = await open(startRawServer(handler));
    const profiles = [{ name: "other" }, { name: "mine", ...login, ...more }];
    files.write("login.json", { current: "mine", profiles });
    const asked = () =>
      requests.map(({ url, form, headers }) => `${url} ${form.get("refresh_token") ?? headers.authorization}`);
    const source: ProfileSource = { kind: "profile", file, tokenOnly: false };
    return { asked, profiles, provider: providerOf(source, { oauth: { CN: endpoint, INTL: endpoint } }) };
  }

  test("is exchanged for a key, and the file stays as it is", async () => {
    const { provider, asked, profiles } = await openLogin({ oauth_access_token_expire: later() });
    expect(await idOf(provider)).toBe("STS.oauth");
    expect(asked()).toEqual(["/v1/exchange Bearer access-1"]);
    expect(written().profiles).toEqual(profiles);
  });

  test("that is about to expire is renewed, and written back, because its old tokens are spent", async () => {
    const { provider, asked } = await openLogin({ oauth_access_token_expire: later() - 3500 });
    chmodSync(file, 0o600);
    expect(await idOf(provider)).toBe("STS.oauth");
    expect(asked()).toEqual(["/v1/token refresh-1", "/v1/exchange Bearer access-2"]);
    const tokens = { oauth_access_token: "access-2", oauth_refresh_token: "refresh-2" };
    const mine = { name: "mine", ...login, ...tokens, oauth_access_token_expire: expect.any(Number) };
    expect(written()).toEqual({ current: "mine", profiles: [{ name: "other" }, mine] });
    expect([statSync(file).mode & 0o777, lstatSync(file).isSymbolicLink()]).toEqual([0o600, true]);
  });

  test("that is renewed while its profile is removed is an error, because the new tokens are saved nowhere", async () => {
    const { provider } = await openLogin({}, (request, response) => {
      files.write("login.json", { profiles: [] });
      answer(request, response);
    });
    const reason = "its login was renewed, but the file cannot be written; log in again";
    expect((await failureOf(provider)).message).toContain(`gave no credentials (${reason})`);
    expect(written()).toEqual({ profiles: [] });
  });

  test("that has ended is reported with its status, and without its tokens", async () => {
    const ended = json(400, { error: "invalid_grant", refresh_token: "refresh-1" });
    const { message } = await failureOf((await openLogin({}, ended)).provider);
    expect(message).toContain("gave no credentials (HTTP 400 from 127");
    expect(message).not.toMatch(/refresh-1|access-1/);
  });
});

describe("a process", () => {
  const commandOf = (script: string, ...given: string[]) =>
    [`"${process.execPath}" '${files.write("print.js", script)}'`, ...given].join(" ");
  const printing = (text: string) => commandOf(`process.stdout.write(${JSON.stringify(text)})`);
  const running = (command: string) => providerOf({ kind: "process", command });

  test("prints a key, and is given its arguments as a shell splits them, which no shell expands", async () => {
    const echo = 'const access_key_id = process.argv.slice(2).join("|");';
    const printed = '{ access_key_id, access_key_secret: "s", sts_token: "t", expiration: "2099-01-01T00:00:00Z" }';
    const command = commandOf(`${echo} console.log(JSON.stringify(${printed}))`, `a\\ b "c \\"d\\"" '' $HOME x'y z'`);
    const credentials = { accessKeyId: 'a b|c "d"||$HOME|xy z', accessKeySecret: "s", securityToken: "t" };
    expect(await running(command).getCredentials()).toEqual(credentials);
    const { expiresAt } = await inspectCredentials({ kind: "process", command }, new Agents());
    expect(expiresAt).toBe(Date.parse(EXPIRATION));
  });

  test.each<[what: string, command: () => string, reason: string]>([
    ["fails", () => "/no/such/command hunter2", "failed"],
    ["has a quote without an end", () => "tool 'hunter2", "has a quote"],
    ["prints no JSON", () => printing(`{"access_key_secret": "${SECRET}"`), "did not print JSON"],
    ["prints no key", () => printing(`{"access_key_secret": "${SECRET}"}`), "did not print credentials"],
  ])("[17] that %s is reported without what it printed", async (_, command, reason) => {
    const { message, stack } = await failureOf(running(command()));
    expect(message).toContain(`(its process_command ${reason}`);
    expect(stack).not.toContain("hunter2");
  });
});
