/** Every source of credentials, over real requests to servers that behave like STS, the metadata server and others. */

import { afterAll, afterEach, describe, expect, jest, test } from "@jest/globals";
import type { AssumedRoleSource, CredentialsProvider, CredentialsSource, Role } from "../../provider/ecs/credentials";
import { renewed } from "../../provider/ecs/credentials/renewal";
import { failureOf, holdDate, makeFolder, passMinutes, providerOf } from "../support/credentials";
import { type Metadata, startMetadata } from "../support/metadata";
import { opener } from "../support/opened";
import { answering, type Handler, json, startRawServer } from "../support/rawServer";
import { refuse, type Sts, startSts } from "../support/sts";

const open = opener();
afterEach(() => void jest.useRealTimers());
const files = makeFolder();
afterAll(() => files.remove());

const KEYS = { accessKeyId: "LTAIuser", accessKeySecret: "user-secret" };
const keys: CredentialsSource = { kind: "keys", credentials: KEYS };
const ECS = { accessKeyId: "STS.ecs-1", accessKeySecret: "ecs-secret-1", securityToken: "ecs-token-1" };
const roleAt = (sts: Sts, more: Partial<Role> = {}): Role => ({
  arn: "acs:ram::1:role/a",
  sessionName: "terraform",
  durationS: 3600,
  sts: sts.endpoint,
  ...more,
});
const assumed = (base: CredentialsSource, role: Role): AssumedRoleSource => ({ kind: "assumedRole", base, role });
const idOf = async (provider: CredentialsProvider) => (await provider.getCredentials()).accessKeyId;
const hostOf = ({ endpoint }: { readonly endpoint: string }) => new URL(endpoint).host;
const ADVICE = "; correct that, or name another source of credentials";

describe("assumeRole", () => {
  test("signs with the credentials below it, and gives those of the role", async () => {
    const sts = await open(startSts([KEYS]));
    const credentials = await providerOf(assumed(keys, roleAt(sts))).getCredentials();
    expect(credentials).toEqual({ accessKeyId: "STS.1", accessKeySecret: "secret-1", securityToken: "token-1" });
    const params = { RoleArn: "acs:ram::1:role/a", RoleSessionName: "terraform", DurationSeconds: "3600" };
    expect(sts.calls).toEqual([{ action: "AssumeRole", accessKeyId: "LTAIuser", params }]);
  });

  test("sends name, duration, policy and external id, whatever is in them", async () => {
    const sts = await open(startSts([KEYS]));
    const policy = '{"Statement":[{"Effect":"Allow","Action":"ecs:*Link*","Resource":"*"}]}';
    const externalId = "a+b/c= ä*";
    const role = roleAt(sts, { sessionName: "me@example", durationS: 900, policy, externalId });
    await providerOf(assumed(keys, role)).getCredentials();
    const sent = { RoleSessionName: "me@example", DurationSeconds: "900", Policy: policy, ExternalId: externalId };
    expect(sts.calls[0]?.params).toEqual({ RoleArn: "acs:ram::1:role/a", ...sent });
  });

  test("goes on top of another role, signed with its keys and token, and is assumed again with it before it expires", async () => {
    holdDate();
    const sts = await open(startSts([KEYS]));
    const second = roleAt(sts, { arn: "acs:ram::2:role/b" });
    const provider = providerOf(assumed(assumed(keys, roleAt(sts)), second));
    expect(await idOf(provider)).toBe("STS.2");
    expect(sts.calls.map(({ accessKeyId, params }) => [accessKeyId, params.RoleArn, params.SecurityToken])).toEqual([
      ["LTAIuser", "acs:ram::1:role/a", undefined],
      ["STS.1", "acs:ram::2:role/b", "token-1"],
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
    ["a lost answer", (_, response) => void response.destroy(), "HOST was not reached: ECONNRESET", true],
    ["a refusal", refuse(403, "NoPermission"), "HTTP 403 NoPermission from HOST", false],
    ["no such role", refuse(404, "EntityNotExist.Role"), "HTTP 404 EntityNotExist.Role from HOST", false],
    ["an answer that is no JSON", answering(200, "hunter2"), "an answer without credentials", false],
    ["an answer without keys", noKeys, "an answer without credentials", false],
    ["an endless answer", answering(200, "x".repeat(3_000_000)), "an answer of more than 1024 kB from HOST", false],
  ])(
    "[17] that meets %s names the code and nothing of the answer, and is asked anew",
    async (_, handler, reason, passes) => {
      const sts = await open(startSts([KEYS]));
      const provider = providerOf(assumed(keys, roleAt(sts)));
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

describe("assumeRoleWithOidc", () => {
  const source = (sts: Sts, token: { text: string } | { file: string }): CredentialsSource => ({
    kind: "oidc",
    role: roleAt(sts, { policy: "{}" }),
    providerArn: "acs:ram::1:oidc-provider/p",
    token,
  });

  test("sends its token, unsigned", async () => {
    const sts = await open(startSts());
    const { securityToken } = await providerOf(source(sts, { text: "eyJ.a.b" })).getCredentials();
    expect(securityToken).toBe("token-1");
    const params = {
      ...{ RoleArn: "acs:ram::1:role/a", OIDCProviderArn: "acs:ram::1:oidc-provider/p", OIDCToken: "eyJ.a.b" },
      ...{ RoleSessionName: "terraform", DurationSeconds: "3600", Policy: "{}" },
    };
    expect(sts.calls).toEqual([{ action: "AssumeRoleWithOIDC", accessKeyId: undefined, params }]);
  });

  test("reads the file of its token anew for each session, because tokens are short-lived", async () => {
    holdDate();
    const sts = await open(startSts());
    const provider = providerOf(source(sts, { file: files.write("token", "first\n") }));
    await provider.getCredentials();
    files.write("token", "second");
    passMinutes(50);
    await provider.getCredentials();
    expect(sts.calls.map(({ params }) => params.OIDCToken)).toEqual(["first", "second"]);
  });

  test("without its file says so", async () => {
    const sts = await open(startSts());
    const { message } = await failureOf(providerOf(source(sts, { file: "/no/such/token" })));
    const reason = "(the file of the token: there is no such file)";
    expect(message).toBe(`assumeRoleWithOidc: the role gave no credentials ${reason}${ADVICE}`);
  });
});

describe("the RAM role of this ECS instance", () => {
  const token = "PUT /latest/api/token";
  const path = "/latest/meta-data/ram/security-credentials/";
  const ecsRole = (roleName?: string, more: object = {}): CredentialsSource => ({
    kind: "ecsRole",
    tokenOnly: false,
    ...(roleName === undefined ? {} : { roleName }),
    ...more,
  });
  const over = ({ endpoint }: Metadata, source: CredentialsSource) => providerOf(source, { metadata: endpoint });

  test.each([1, 2, "both"] as const)("is asked for with a token first, where there is version %s", async (versions) => {
    const metadata = await open(startMetadata("web", { versions }));
    expect(await over(metadata, ecsRole("web")).getCredentials()).toEqual(ECS);
    expect(metadata.asked).toEqual([token, `GET ${path}web`]);
  });

  test("is found out when no name is given", async () => {
    const metadata = await open(startMetadata("web"));
    expect(await idOf(over(metadata, ecsRole()))).toBe("STS.ecs-1");
    expect(metadata.asked).toEqual([token, `GET ${path}`, token, `GET ${path}web`]);
  });

  test.each<[what: string, source: CredentialsSource, reason: string, asked: string[]]>([
    ["that the instance does not have", ecsRole("../evil"), "HTTP 404 from HOST", [token, `GET ${path}..%2Fevil`]],
    ["for which version 1 is switched off", ecsRole("web", { tokenOnly: true }), "HTTP 404 from HOST", [token]],
    [
      "where the metadata server is switched off",
      ecsRole("web", { metadataOff: true }),
      "ALIBABA_CLOUD_ECS_METADATA_DISABLED is true",
      [],
    ],
  ])("%s is reported, and nothing more is asked", async (_, source, reason, asked) => {
    const metadata = await open(startMetadata("web", { versions: 1 }));
    const { message } = await failureOf(over(metadata, source));
    const told = `ecsRoleName: the RAM role of this ECS instance gave no credentials (${reason})${ADVICE}`;
    expect(message).toBe(told.replace("HOST", hostOf(metadata)));
    expect(metadata.asked).toEqual(asked);
  });

  test("is renewed, and not with every call in its last hour", async () => {
    holdDate();
    const provider = over(await open(startMetadata("web", { livesS: 3600 })), ecsRole("web"));
    const ids = [];
    for (const minutes of [0, 30, 16]) {
      passMinutes(minutes);
      ids.push(await idOf(provider));
    }
    expect(ids).toEqual(["STS.ecs-1", "STS.ecs-1", "STS.ecs-2"]);
  });

  test("can be the base of a role", async () => {
    const metadata = await open(startMetadata("web"));
    const sts = await open(startSts([ECS]));
    const source = assumed(ecsRole("web"), roleAt(sts));
    expect(await idOf(over(metadata, source))).toBe("STS.1");
    const { message } = await failureOf(providerOf(source));
    expect(message).toContain("the role gave no credentials (the RAM role of this ECS instance: 127.0.0.1:1 was");
  });
});

describe("credentialsUri", () => {
  test("is asked, path and query and all, and need not say when its key expires", async () => {
    const given = { AccessKeyId: "STS.uri", AccessKeySecret: "uri-secret", SecurityToken: "uri-token" };
    const server = await open(startRawServer(json(200, { Code: "Success", ...given })));
    const credentials = await providerOf({ kind: "uri", uri: `${server.endpoint}/creds?of=me` }).getCredentials();
    const [accessKeyId, accessKeySecret, securityToken] = Object.values(given);
    expect(credentials).toEqual({ accessKeyId, accessKeySecret, securityToken });
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /creds?of=me"]);
  });

  test("[17] that answers with something else is reported without the answer and its path", async () => {
    const server = await open(startRawServer(json(200, { Code: "Failed", AccessKeySecret: "hunter2" })));
    const { message } = await failureOf(providerOf({ kind: "uri", uri: `${server.endpoint}/hunter3` }));
    expect(message).toBe(`credentialsUri: the address gave no credentials (an answer without credentials)${ADVICE}`);
  });

  test.each(["undefined", "ftp://127.0.0.1/", "https://", "/path"])("%s is no address", async (uri) => {
    expect((await failureOf(providerOf({ kind: "uri", uri }))).message).toContain("it is not an http or https address");
  });
});

describe("what the machine has", () => {
  const role = { accessKeyId: "STS.ecs-1" };
  const machine = (sts?: Sts, profile?: object): CredentialsSource => ({
    kind: "ambient",
    checked: "everything",
    candidates: [
      { name: "the OIDC variables", absent: "ALIBABA_CLOUD_ROLE_ARN is not set" },
      {
        name: "~/.aliyun/config.json",
        source: {
          kind: "profile",
          file: profile ? files.write("config.json", { current: "a", profiles: [profile] }) : "/no/such/file",
          ...(sts === undefined ? {} : { sts: { sts: sts.endpoint } }),
          tokenOnly: false,
        },
      },
      { name: "the RAM role of this ECS instance", source: { kind: "ecsRole", tokenOnly: false }, guess: true },
    ],
  });
  const ak = { name: "a", mode: "AK", access_key_id: KEYS.accessKeyId, access_key_secret: KEYS.accessKeySecret };

  test("is asked in turn", async () => {
    const metadata = await open(startMetadata("web"));
    const addresses = { metadata: metadata.endpoint };
    expect(await providerOf(machine(undefined, ak), addresses).getCredentials()).toEqual(KEYS);
    expect(metadata.asked).toEqual([]);
    expect(await providerOf(machine(), addresses).getCredentials()).toMatchObject(role);
  });

  test("is reported source by source when there is nothing, and asked again the next time", async () => {
    const metadata = await open(startMetadata("web"));
    const provider = providerOf(machine(), { metadata: metadata.endpoint });
    metadata.answer(answering(404, ""));
    const { message, isTransient } = await failureOf(provider);
    expect(message).toBe(
      "accessKey and secretKey: no credentials are configured (checked everything), and this machine has none (" +
        "the OIDC variables: ALIBABA_CLOUD_ROLE_ARN is not set, ~/.aliyun/config.json: there is no such file, " +
        `the RAM role of this ECS instance: HTTP 404 from ${hostOf(metadata)}); set one of them`,
    );
    expect(isTransient).toBe(false);
    metadata.answer(undefined);
    expect(await provider.getCredentials()).toMatchObject(role);
  });

  test("that nobody answers for the instance's role is final, since most machines are no ECS instance", async () => {
    expect((await failureOf(providerOf(machine()))).isTransient).toBe(false);
  });

  test("stays with a source that is there and fails for a moment: the next one may be of another account", async () => {
    const metadata = await open(startMetadata("web"));
    const sts = await open(startSts([KEYS]));
    const ram = { ...ak, mode: "RamRoleArn", ram_role_arn: "acs:ram::1:role/a" };
    sts.answer(refuse(503, "ServiceUnavailable"));
    const { message, isTransient } = await failureOf(providerOf(machine(sts, ram), { metadata: metadata.endpoint }));
    expect(message).toMatch(
      /^accessKey and secretKey: this machine gave no credentials \(~\/\.aliyun\/config\.json: STS: HTTP 503/,
    );
    expect(isTransient).toBe(true);
    expect(metadata.asked).toEqual([]);
  });

  test("stays with the source that answered once", async () => {
    holdDate();
    const metadata = await open(startMetadata("web"));
    const provider = providerOf(machine(), { metadata: metadata.endpoint });
    expect(await provider.getCredentials()).toMatchObject(role);
    passMinutes(50);
    expect(await provider.getCredentials()).toMatchObject({ accessKeyId: "STS.ecs-2" });
    passMinutes(70);
    metadata.answer(answering(500, ""));
    const { message, isTransient } = await failureOf(provider);
    expect(message).toMatch(/^accessKey and secretKey: this machine gave no credentials \(HTTP 500/);
    expect(isTransient).toBe(true);
  });
});

describe("a session", () => {
  /** A source that counts how often it is asked, and may fail. */
  function sourceOf(livesMinutes: number | undefined) {
    jest.useFakeTimers({ now: 0 });
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
      jest.setSystemTime(minutes * 60_000);
      return await idOf(provider);
    };
    return { source, keyAt };
  }
  const A_MOMENT = 1 / 60_000;

  test.each([
    ["of an hour is renewed a quarter of an hour before its end", 60, 45],
    ["of a quarter of an hour, the shortest, is not renewed with every call", 15, 11.25],
    ["that does not say when it ends is asked for anew after five minutes", undefined, 5],
  ])("%s", async (_, livesMinutes, renewedAfter) => {
    const { keyAt } = sourceOf(livesMinutes);
    const keysOf = [await keyAt(0), await keyAt(renewedAfter - A_MOMENT), await keyAt(renewedAfter)];
    expect(keysOf).toEqual(["key-1", "key-1", "key-2"]);
  });

  test("is kept while it is good if its renewal fails, which is tried again ten seconds later", async () => {
    const { source, keyAt } = sourceOf(60);
    await keyAt(0);
    source.fails = true;
    expect([await keyAt(50), await keyAt(50 + 10 / 60 - A_MOMENT), source.asked]).toEqual(["key-1", "key-1", 2]);
    source.fails = false;
    expect(await keyAt(50 + 10 / 60)).toBe("key-3");
  });

  test("is never given after its end, and is kept for ever if it has none", async () => {
    for (const livesMinutes of [60, undefined]) {
      const { source, keyAt } = sourceOf(livesMinutes);
      await keyAt(0);
      source.fails = true;
      if (livesMinutes === undefined) expect(await keyAt(600)).toBe("key-1");
      else await expect(keyAt(60)).rejects.toThrow("no");
    }
  });

  test("is asked for once by all who ask meanwhile, and a failure is shared and not remembered", async () => {
    const { source, keyAt } = sourceOf(60);
    source.fails = true;
    const failed = await Promise.allSettled([keyAt(0), keyAt(0), keyAt(0)]);
    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    source.fails = false;
    expect(await Promise.all([keyAt(1), keyAt(1), keyAt(1)])).toEqual(["key-2", "key-2", "key-2"]);
  });
});
