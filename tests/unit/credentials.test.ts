/** Every source of credentials, over real requests to servers that behave like STS, the metadata server and others. */

import { afterAll, afterEach, describe, expect, jest, test } from "@jest/globals";
import { startEmulator } from "../../emulator";
import type { CredentialsProvider, CredentialsSource } from "../../provider/ecs/credentials";
import { renewed } from "../../provider/ecs/credentials/renewal";
import { failureOf, makeFolder, passMinutes, providerOf } from "../support/credentials";
import { startMetadata } from "../support/metadata";
import { opener } from "../support/opened";
import { answering, type Handler, json, startRawServer } from "../support/rawServer";
import { refuse, startSts } from "../support/sts";
import { CERTIFICATE, KEY } from "../support/tls";

const open = opener();
afterEach(() => void jest.restoreAllMocks());
const files = makeFolder();
afterAll(() => files.remove());

const KEYS = { accessKeyId: "LTAIuser", accessKeySecret: "user-secret" };
const keys: CredentialsSource = { kind: "keys", credentials: KEYS };
const ROLE = { arn: "acs:ram::1:role/a", sessionName: "terraform", durationS: 3600 };
const SENT_OF_ROLE = { RoleArn: "acs:ram::1:role/a", RoleSessionName: "terraform", DurationSeconds: "3600" };
const assumed = (base: CredentialsSource, sts: string, more: object = {}): CredentialsSource => ({
  kind: "assumedRole",
  base,
  role: { ...ROLE, sts, ...more },
});
const ecsRole = (more: object = {}): CredentialsSource => ({ kind: "ecsRole", tokenOnly: false, ...more });
const withOidc = (token: { file: string } | { text: string }, sts: string): CredentialsSource => ({
  kind: "oidc",
  role: { ...ROLE, sts, policy: "{}" },
  providerArn: "acs:ram::1:oidc-provider/p",
  token,
});
const idOf = async (provider: CredentialsProvider) => (await provider.getCredentials()).accessKeyId;
const hostOf = ({ endpoint }: { readonly endpoint: string }) => new URL(endpoint).host;
const ADVICE = "; correct that, or name another source of credentials";
const lost: Handler = (_, response) => void response.destroy();

describe("assumeRole", () => {
  test("is signed with the keys of its base, sends each member, and is renewed before it ends", async () => {
    const sts = await open(startSts([KEYS]));
    const policy = '{"Statement":[{"Effect":"Allow","Action":"ecs:*Link*","Resource":"*"}]}';
    const externalId = "a+b/c= ä*";
    const first = assumed(keys, sts.endpoint, { sessionName: "me@example", durationS: 900, policy, externalId });
    const provider = providerOf(assumed(first, sts.endpoint, { arn: "acs:ram::2:role/b" }));
    const credentials = { accessKeyId: "STS.2", accessKeySecret: "secret-2", securityToken: "token-2" };
    expect(await provider.getCredentials()).toEqual(credentials);
    const ofFirst = { RoleSessionName: "me@example", DurationSeconds: "900", Policy: policy, ExternalId: externalId };
    const ofSecond = { RoleArn: "acs:ram::2:role/b", SecurityToken: "token-1" };
    expect(sts.calls).toEqual([
      { action: "AssumeRole", accessKeyId: "LTAIuser", params: { ...SENT_OF_ROLE, ...ofFirst } },
      { action: "AssumeRole", accessKeyId: "STS.1", params: { ...SENT_OF_ROLE, ...ofSecond } },
    ]);
    passMinutes(44);
    expect(await idOf(provider)).toBe("STS.2");
    passMinutes(1);
    expect(await idOf(provider)).toBe("STS.4");
  });

  const page = "HTTP 503 from HOST, with an HTML page, probably from a gateway or a proxy";
  const noKeys = json(200, { Credentials: { AccessKeyId: "hunter2" } });
  test.each<[what: string, handler: Handler, reason: string, passes: boolean]>([
    ["a fault of the service", refuse(500, "InternalError"), "HTTP 500 InternalError from HOST", true],
    ["a gateway's page", answering(503, "<html>503</html>"), page, true],
    ["throttling", refuse(400, "Throttling.User"), "HTTP 400 Throttling.User from HOST", true],
    ["a lost answer", lost, "HOST was not reached: ECONNRESET", true],
    ["a refusal", refuse(403, "NoPermission"), "HTTP 403 NoPermission from HOST", false],
    ["an answer that is no JSON", answering(200, "hunter2"), "an answer without credentials", false],
    ["an answer without keys", noKeys, "an answer without credentials", false],
    ["an endless answer", answering(200, "x".repeat(3_000_000)), "an answer of more than 1024 kB from HOST", false],
  ])(
    "[17] that meets %s names the code and nothing of the answer, and is asked anew",
    async (_, handler, reason, passes) => {
      const sts = await open(startSts([KEYS]));
      const provider = providerOf(assumed(keys, sts.endpoint));
      sts.answer(handler);
      const { message, isTransient, stack } = await failureOf(provider);
      const told = `assumeRole: the role gave no credentials (STS: ${reason.replace("HOST", hostOf(sts))})`;
      expect(message).toBe(passes ? told : told + ADVICE);
      expect(isTransient).toBe(passes);
      expect(stack).not.toMatch(/hunter2|user-secret|LTAIuser/);
      sts.answer(undefined);
      expect(await idOf(provider)).toMatch(/^STS/);
    },
  );
});

test("an STS whose certificate is not trusted is not asked again, and the error says what helps", async () => {
  const { endpoint } = await open(startEmulator({ tls: { key: KEY, cert: CERTIFICATE } }));
  expect(await failureOf(providerOf(assumed(keys, endpoint)))).toMatchObject({
    message: expect.stringMatching(/was not reached: \w+; for a private authority, set NODE_EXTRA_CA_CERTS/),
    isTransient: false,
  });
});

test("assumeRoleWithOidc is unsigned, and reads the file of its token anew for each session", async () => {
  const sts = await open(startSts());
  const provider = providerOf(withOidc({ file: files.write("token", "first\n") }, sts.endpoint));
  expect(await idOf(provider)).toBe("STS.1");
  const params = { ...SENT_OF_ROLE, Policy: "{}", OIDCProviderArn: "acs:ram::1:oidc-provider/p", OIDCToken: "first" };
  expect(sts.calls).toEqual([{ action: "AssumeRoleWithOIDC", accessKeyId: undefined, params }]);
  // Tokens are short-lived.
  files.write("token", "second");
  passMinutes(50);
  await provider.getCredentials();
  expect(sts.calls[1]?.params.OIDCToken).toBe("second");
});

test("assumeRoleWithOidc sends a token that is given as a text, unsigned and as it is", async () => {
  const sts = await open(startSts());
  const text = "ey+J/h=.e30.c2ln";
  expect(await idOf(providerOf(withOidc({ text }, sts.endpoint)))).toBe("STS.1");
  expect(sts.calls).toMatchObject([{ accessKeyId: undefined, params: { OIDCToken: text } }]);
});

describe("the RAM role of this ECS instance", () => {
  const token = "PUT /latest/api/token";
  const path = "/latest/meta-data/ram/security-credentials/";
  const web = { roleName: "web" };

  test.each<[where: string, named: object, version: 1 | 2, asked: string[]]>([
    ["there is version 1 only", web, 1, [token, `GET ${path}web`]],
    ["there is version 2 only", web, 2, [token, `GET ${path}web`]],
    ["no role is named", {}, 2, [token, `GET ${path}`, token, `GET ${path}web`]],
  ])("is asked for with a token first, where %s", async (_, named, version, asked) => {
    const metadata = await open(startMetadata("web", version));
    const credentials = { accessKeyId: "STS.ecs-1", accessKeySecret: "ecs-secret-1", securityToken: "ecs-token-1" };
    const provider = providerOf(ecsRole(named), { metadata: metadata.endpoint });
    expect(await provider.getCredentials()).toEqual(credentials);
    expect(metadata.asked).toEqual(asked);
  });

  test.each<[what: string, more: object, asked: string[]]>([
    ["that it does not have", { roleName: "../evil" }, [token, `GET ${path}..%2Fevil`]],
    ["for which version 1 is switched off", { ...web, tokenOnly: true }, [token]],
  ])("%s is reported, and nothing more is asked", async (_, more, asked) => {
    const metadata = await open(startMetadata("web", 1));
    const { message } = await failureOf(providerOf(ecsRole(more), { metadata: metadata.endpoint }));
    const reason = `(HTTP 404 from ${hostOf(metadata)})`;
    expect(message).toBe(`ecsRoleName: the RAM role of this ECS instance gave no credentials ${reason}${ADVICE}`);
    expect(metadata.asked).toEqual(asked);
  });
});

test("credentialsUri is called with its path and query, and its answer needs no expiration", async () => {
  const given = { AccessKeyId: "STS.uri", AccessKeySecret: "uri-secret", SecurityToken: "uri-token" };
  const server = await open(startRawServer(json(200, { Code: "Success", ...given })));
  const credentials = await providerOf({ kind: "uri", uri: `${server.endpoint}/creds?of=me` }).getCredentials();
  const [accessKeyId, accessKeySecret, securityToken] = Object.values(given);
  expect(credentials).toEqual({ accessKeyId, accessKeySecret, securityToken });
  expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /creds?of=me"]);
});

const noAddress = "it is not an http or https address";
test.each<[named: string, source: CredentialsSource, reason: string]>([
  ["credentialsUri: the address", { kind: "uri", uri: "ftp://127.0.0.1/hunter2" }, noAddress],
  ["credentialsUri: the address", { kind: "uri", uri: "https://" }, noAddress],
  [
    "ecsRoleName: the RAM role of this ECS instance",
    ecsRole({ metadataOff: true }),
    "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
  ],
  ["assumeRole: the role", assumed(ecsRole(), ""), "the RAM role of this ECS instance: 127.0.0.1:1 was not reached"],
  [
    "assumeRoleWithOidc: the role",
    withOidc({ file: "/no/such/token" }, ""),
    "the file of the token: there is no such file",
  ],
])(
  "[17] a source that cannot be asked is named with the reason, and its address is not: %s",
  async (named, source, reason) => {
    const { message } = await failureOf(providerOf(source));
    expect(message).toContain(`${named} gave no credentials (${reason}`);
    expect(message).not.toContain("hunter2");
  },
);

describe("what the machine has", () => {
  const ak = { name: "a", mode: "AK", access_key_id: KEYS.accessKeyId, access_key_secret: KEYS.accessKeySecret };
  const ram = { ...ak, mode: "RamRoleArn", ram_role_arn: "acs:ram::1:role/a" };

  /** A machine with a metadata server, and perhaps a profile. */
  async function machineWith(profile?: object, sts = "") {
    const metadata = await open(startMetadata("web"));
    const file = profile ? files.write("config.json", { current: "a", profiles: [profile] }) : "/no/such/file";
    const source: CredentialsSource = {
      kind: "ambient",
      checked: "everything",
      candidates: [
        { name: "the OIDC variables", absent: "ALIBABA_CLOUD_ROLE_ARN is not set" },
        { name: "~/.aliyun/config.json", source: { kind: "profile", file, sts: { sts }, tokenOnly: false } },
        { name: "the RAM role of this ECS instance", source: { kind: "ecsRole", tokenOnly: false }, guess: true },
      ],
    };
    return { metadata, provider: providerOf(source, { metadata: metadata.endpoint }) };
  }

  test("gives the keys of the first source that has some", async () => {
    const { metadata, provider } = await machineWith(ak);
    expect(await provider.getCredentials()).toEqual(KEYS);
    expect(metadata.asked).toEqual([]);
  });

  test("is reported source by source when it gives no keys, is asked again, and then stays with the source that answers", async () => {
    const { metadata, provider } = await machineWith();
    // Most machines are no ECS instance, so nobody answers there. That is final.
    metadata.answer(lost);
    expect(await failureOf(provider)).toMatchObject({
      message:
        "accessKey and secretKey: no credentials are configured (checked everything), and this machine has none (" +
        "the OIDC variables: ALIBABA_CLOUD_ROLE_ARN is not set, ~/.aliyun/config.json: there is no such file, " +
        `the RAM role of this ECS instance: ${hostOf(metadata)} was not reached: ECONNRESET); set one of them`,
      isTransient: false,
    });
    metadata.answer(undefined);
    expect(await idOf(provider)).toBe("STS.ecs-1");
    passMinutes(61);
    metadata.answer(answering(500, ""));
    expect(await failureOf(provider)).toMatchObject({
      message: expect.stringMatching(/^accessKey and secretKey: this machine gave no credentials \(HTTP 500/),
      isTransient: true,
    });
  });

  test("stays with a source that is there and fails for a moment: the next one may be of another account", async () => {
    const sts = await open(startSts([KEYS]));
    sts.answer(refuse(503, "ServiceUnavailable"));
    const { metadata, provider } = await machineWith(ram, sts.endpoint);
    expect(await failureOf(provider)).toMatchObject({
      message: expect.stringContaining("this machine gave no credentials (~/.aliyun/config.json: STS: HTTP 503"),
      isTransient: true,
    });
    expect(metadata.asked).toEqual([]);
  });
});

describe("a session", () => {
  /** A source that counts how often it is asked, and may fail. */
  function sourceOf(livesMinutes: number | undefined) {
    const source = { asked: 0, fails: false };
    const provider = renewed(async () => {
      source.asked += 1;
      if (source.fails) throw new Error("no");
      const credentials = { accessKeyId: `key-${source.asked}`, accessKeySecret: "secret" };
      return livesMinutes === undefined
        ? { credentials }
        : { credentials, expiresAt: Date.now() + livesMinutes * 60_000 };
    });
    const keyAt = async (minutes: number) => {
      jest.spyOn(Date, "now").mockReturnValue(minutes * 60_000);
      return await idOf(provider);
    };
    return { source, keyAt };
  }
  const A_MOMENT = 1 / 60_000;
  const TEN_SECONDS = 10 / 60;

  test.each([
    ["of an hour is renewed a quarter of an hour before its end", 60, 45],
    ["of a quarter of an hour, the shortest, is not renewed with every call", 15, 11.25],
    ["that does not say when it ends is asked for anew after five minutes", undefined, 5],
  ])("%s", async (_, livesMinutes, renewedAfter) => {
    const { keyAt } = sourceOf(livesMinutes);
    const keysOf = [await keyAt(0), await keyAt(renewedAfter - A_MOMENT), await keyAt(renewedAfter)];
    expect(keysOf).toEqual(["key-1", "key-1", "key-2"]);
  });

  test("is used until it ends if its renewal fails, with a try every ten seconds, and for ever if it has no end", async () => {
    const { source, keyAt } = sourceOf(60);
    await keyAt(0);
    source.fails = true;
    expect([await keyAt(50), await keyAt(50 + TEN_SECONDS - A_MOMENT), source.asked]).toEqual(["key-1", "key-1", 2]);
    expect([await keyAt(50 + TEN_SECONDS), source.asked]).toEqual(["key-1", 3]);
    await expect(keyAt(60)).rejects.toThrow("no");
    const endless = sourceOf(undefined);
    await endless.keyAt(0);
    endless.source.fails = true;
    expect(await endless.keyAt(600)).toBe("key-1");
  });

  test("is requested once for all callers that wait; they share a failure, and the next call tries again", async () => {
    const { source, keyAt } = sourceOf(60);
    source.fails = true;
    const failed = await Promise.allSettled([keyAt(0), keyAt(0), keyAt(0)]);
    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    source.fails = false;
    expect(await Promise.all([keyAt(1), keyAt(1), keyAt(1)])).toEqual(["key-2", "key-2", "key-2"]);
  });
});
