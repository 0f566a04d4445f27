/** Every source of credentials, over real requests to servers that behave like STS, the metadata server and others. */

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { AssumedRoleSource, CredentialsSource, Role } from "../../provider/ecs/credentials";
import { failureOf, makeFolder, providerOf } from "../support/credentials";
import { type Metadata, startMetadata } from "../support/metadata";
import { answering, type Handler, json, type RawServer, startRawServer } from "../support/rawServer";
import { refuse, type Sts, startSts } from "../support/sts";

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  jest.useRealTimers();
  await Promise.all(closing.splice(0).map((server) => server.close()));
});
const open = async <Server extends { close(): Promise<void> }>(server: Promise<Server>): Promise<Server> => {
  closing.push(await server);
  return await server;
};

const files = makeFolder();
afterAll(() => files.remove());

const KEYS = { accessKeyId: "LTAIuser", accessKeySecret: "user-secret" };
const keys: CredentialsSource = { kind: "keys", credentials: KEYS };
const roleAt = (sts: Sts, more: Partial<Role> = {}): Role => ({
  arn: "acs:ram::1:role/a",
  sessionName: "terraform",
  durationS: 3600,
  sts: sts.endpoint,
  ...more,
});
const assumed = (base: CredentialsSource, role: Role): AssumedRoleSource => ({ kind: "assumedRole", base, role });

/** Lets the clock be set while sockets go on. */
const holdClock = () =>
  jest.useFakeTimers({
    doNotFake: [
      "setTimeout",
      "setInterval",
      "setImmediate",
      "nextTick",
      "queueMicrotask",
      "clearTimeout",
      "clearInterval",
      "clearImmediate",
      "performance",
    ],
  });

describe("assumeRole", () => {
  test("signs with the credentials below it, and gives those of the role", async () => {
    const sts = await open(startSts([KEYS]));
    const credentials = await providerOf(assumed(keys, roleAt(sts))).getCredentials();
    expect(credentials).toEqual({ accessKeyId: "STS.1", accessKeySecret: "secret-1", securityToken: "token-1" });
    expect(sts.calls).toEqual([
      {
        action: "AssumeRole",
        accessKeyId: "LTAIuser",
        params: { RoleArn: "acs:ram::1:role/a", RoleSessionName: "terraform", DurationSeconds: "3600" },
      },
    ]);
  });

  test("sends name, duration, policy and external id, whatever is in them", async () => {
    const sts = await open(startSts([KEYS]));
    const policy = '{"Statement":[{"Effect":"Allow","Action":"ecs:*Link*","Resource":"*"}]}';
    const role = roleAt(sts, { sessionName: "me@example", durationS: 900, policy, externalId: "a+b/c= ä*" });
    await providerOf(assumed(keys, role)).getCredentials();
    expect(sts.calls[0]?.params).toEqual({
      RoleArn: "acs:ram::1:role/a",
      RoleSessionName: "me@example",
      DurationSeconds: "900",
      Policy: policy,
      ExternalId: "a+b/c= ä*",
    });
  });

  test("goes on top of another role, signed with that role's keys and token", async () => {
    const sts = await open(startSts([KEYS]));
    const first = assumed(keys, roleAt(sts));
    const credentials = await providerOf(assumed(first, roleAt(sts, { arn: "acs:ram::2:role/b" }))).getCredentials();
    expect(credentials.accessKeyId).toBe("STS.2");
    expect(sts.calls.map(({ accessKeyId, params }) => [accessKeyId, params.RoleArn, params.SecurityToken])).toEqual([
      ["LTAIuser", "acs:ram::1:role/a", undefined],
      ["STS.1", "acs:ram::2:role/b", "token-1"],
    ]);
  });

  test("is taken on again before it expires, and its base with it", async () => {
    holdClock();
    const sts = await open(startSts([KEYS]));
    const provider = providerOf(assumed(assumed(keys, roleAt(sts)), roleAt(sts)));
    expect((await provider.getCredentials()).accessKeyId).toBe("STS.2");
    jest.setSystemTime(Date.now() + 44 * 60_000);
    expect((await provider.getCredentials()).accessKeyId).toBe("STS.2");
    jest.setSystemTime(Date.now() + 60_000);
    expect((await provider.getCredentials()).accessKeyId).toBe("STS.4");
  });

  const passing: [what: string, handler: Handler, reason: string][] = [
    ["a fault of the service", refuse(500, "InternalError"), "HTTP 500 InternalError from HOST"],
    [
      "a gateway's page",
      answering(503, "<html>503</html>"),
      "HTTP 503 from HOST, with an HTML page, probably from a gateway or a proxy",
    ],
    ["throttling", refuse(400, "Throttling.User"), "HTTP 400 Throttling.User from HOST"],
    ["a lost answer", (_, response) => void response.destroy(), "HOST was not reached: ECONNRESET"],
  ];
  test.each(passing)(
    "that meets %s says so as what may pass, and the next attempt is a new one",
    async (_, handler, reason) => {
      const sts = await open(startSts([KEYS]));
      const provider = providerOf(assumed(keys, roleAt(sts)));
      sts.answer(handler);
      const { message, isTransient } = await failureOf(provider);
      expect(message).toBe(
        `assumeRole: the role gave no credentials (STS: ${reason.replace("HOST", new URL(sts.endpoint).host)})`,
      );
      expect(isTransient).toBe(true);
      sts.answer(undefined);
      expect((await provider.getCredentials()).accessKeyId).toMatch(/^STS/);
    },
  );

  const final: [what: string, handler: Handler, reason: string][] = [
    ["a refusal", refuse(403, "NoPermission"), "HTTP 403 NoPermission from HOST"],
    ["no such role", refuse(404, "EntityNotExist.Role"), "HTTP 404 EntityNotExist.Role from HOST"],
    ["an answer that is no JSON", answering(200, "hunter2"), "an answer without credentials"],
    ["an answer without keys", json(200, { Credentials: { AccessKeyId: "hunter2" } }), "an answer without credentials"],
    ["an endless answer", answering(200, "x".repeat(3_000_000)), "an answer of more than 1024 kB from HOST"],
  ];
  test.each(final)("[17] that meets %s names the code and nothing of the answer", async (_, handler, reason) => {
    const sts = await open(startSts([KEYS]));
    sts.answer(handler);
    const { message, isTransient, stack } = await failureOf(providerOf(assumed(keys, roleAt(sts))));
    const host = new URL(sts.endpoint).host;
    expect(message).toBe(
      `assumeRole: the role gave no credentials (STS: ${reason.replace("HOST", host)}); correct that, or name another source of credentials`,
    );
    expect(isTransient).toBe(false);
    expect(stack).not.toMatch(/hunter2|user-secret|LTAIuser/);
  });
});

describe("assumeRoleWithOidc", () => {
  const source = (sts: Sts, token: { text: string } | { file: string }): CredentialsSource => ({
    kind: "oidc",
    role: roleAt(sts, { policy: "{}" }),
    providerArn: "acs:ram::1:oidc-provider/p",
    token,
  });

  test.each(["text", "file"])("sends the token of a %s, unsigned", async (kind) => {
    const sts = await open(startSts());
    const token = kind === "text" ? { text: "eyJ.a.b" } : { file: files.write("token", "eyJ.a.b\n") };
    expect((await providerOf(source(sts, token)).getCredentials()).securityToken).toBe("token-1");
    expect(sts.calls).toEqual([
      {
        action: "AssumeRoleWithOIDC",
        accessKeyId: undefined,
        params: {
          RoleArn: "acs:ram::1:role/a",
          OIDCProviderArn: "acs:ram::1:oidc-provider/p",
          OIDCToken: "eyJ.a.b",
          RoleSessionName: "terraform",
          DurationSeconds: "3600",
          Policy: "{}",
        },
      },
    ]);
  });

  test("reads its file anew for each session, because tokens are short-lived", async () => {
    holdClock();
    const sts = await open(startSts());
    const provider = providerOf(source(sts, { file: files.write("token", "first") }));
    await provider.getCredentials();
    files.write("token", "second");
    jest.setSystemTime(Date.now() + 50 * 60_000);
    await provider.getCredentials();
    expect(sts.calls.map(({ params }) => params.OIDCToken)).toEqual(["first", "second"]);
  });

  test("without its file says so", async () => {
    const sts = await open(startSts());
    expect((await failureOf(providerOf(source(sts, { file: "/no/such/token" })))).message).toBe(
      "assumeRoleWithOidc: the role gave no credentials (the file of the token: there is no such file); correct that, or name another source of credentials",
    );
  });
});

describe("the RAM role of this ECS instance", () => {
  const token = "PUT /latest/api/token";
  const path = "/latest/meta-data/ram/security-credentials/";
  const ecsRole = (roleName?: string, tokenOnly = false): CredentialsSource => ({
    kind: "ecsRole",
    tokenOnly,
    ...(roleName === undefined ? {} : { roleName }),
  });
  const ask = (metadata: Metadata, source: CredentialsSource) =>
    providerOf(source, { metadata: metadata.endpoint }).getCredentials();

  test.each([2, "both"] as const)("is asked for with a token, of version %s", async (versions) => {
    const metadata = await open(startMetadata("web", { versions }));
    expect(await ask(metadata, ecsRole("web"))).toEqual({
      accessKeyId: "STS.ecs-1",
      accessKeySecret: "ecs-secret-1",
      securityToken: "ecs-token-1",
    });
    expect(metadata.asked).toEqual([token, `GET ${path}web`]);
  });

  test("is asked for without a token where there is version 1 only", async () => {
    const metadata = await open(startMetadata("web", { versions: 1 }));
    expect((await ask(metadata, ecsRole("web"))).accessKeyId).toBe("STS.ecs-1");
  });

  test("is not asked for without a token when version 1 is switched off", async () => {
    const metadata = await open(startMetadata("web", { versions: 1 }));
    const error = await failureOf(providerOf(ecsRole("web", true), { metadata: metadata.endpoint }));
    expect(error.message).toContain(`(HTTP 404 from ${new URL(metadata.endpoint).host})`);
    expect(metadata.asked).toEqual([token]);
  });

  test("is found out when no name is given", async () => {
    const metadata = await open(startMetadata("web"));
    expect((await ask(metadata, ecsRole())).accessKeyId).toBe("STS.ecs-1");
    expect(metadata.asked).toEqual([token, `GET ${path}`, token, `GET ${path}web`]);
  });

  test("that the instance does not have is reported", async () => {
    const metadata = await open(startMetadata("web"));
    const error = await failureOf(providerOf(ecsRole("../evil"), { metadata: metadata.endpoint }));
    expect(error.message).toBe(
      `ecsRoleName: the RAM role of this ECS instance gave no credentials (HTTP 404 from ${new URL(metadata.endpoint).host}); correct that, or name another source of credentials`,
    );
    expect(metadata.asked.at(-1)).toBe(`GET ${path}..%2Fevil`);
  });

  test("is not asked for where the metadata server is switched off", async () => {
    const metadata = await open(startMetadata("web"));
    const source: CredentialsSource = { kind: "ecsRole", tokenOnly: false, metadataOff: true };
    const error = await failureOf(providerOf(source, { metadata: metadata.endpoint }));
    expect(error.message).toContain("(ALIBABA_CLOUD_ECS_METADATA_DISABLED is true)");
    expect(metadata.asked).toEqual([]);
  });

  test("is renewed, and not with every call in its last hour", async () => {
    holdClock();
    const metadata = await open(startMetadata("web", { livesS: 3600 }));
    const provider = providerOf(ecsRole("web"), { metadata: metadata.endpoint });
    const idAfter = async (minutes: number) => {
      jest.setSystemTime(Date.now() + minutes * 60_000);
      return (await provider.getCredentials()).accessKeyId;
    };
    expect([await idAfter(0), await idAfter(30), await idAfter(16)]).toEqual(["STS.ecs-1", "STS.ecs-1", "STS.ecs-2"]);
  });

  test("can be the base of a role", async () => {
    const metadata = await open(startMetadata("web"));
    const ecs = { accessKeyId: "STS.ecs-1", accessKeySecret: "ecs-secret-1", securityToken: "ecs-token-1" };
    const sts = await open(startSts([ecs]));
    expect((await ask(metadata, assumed(ecsRole("web"), roleAt(sts)))).accessKeyId).toBe("STS.1");
    const error = await failureOf(providerOf(assumed(ecsRole("web"), roleAt(sts))));
    expect(error.message).toContain("the role gave no credentials (the RAM role of this ECS instance: 127.0.0.1:1 was");
  });
});

describe("credentialsUri", () => {
  const good = {
    Code: "Success",
    AccessKeyId: "STS.uri",
    AccessKeySecret: "uri-secret",
    SecurityToken: "uri-token",
    Expiration: "2099-01-01T00:00:00Z",
  };
  const serve = async (handler: Handler): Promise<RawServer> => await open(startRawServer(handler));

  test("is asked, path and query and all", async () => {
    const server = await serve(json(200, good));
    const provider = providerOf({ kind: "uri", uri: `${server.endpoint}/creds?of=me` });
    expect(await provider.getCredentials()).toEqual({
      accessKeyId: "STS.uri",
      accessKeySecret: "uri-secret",
      securityToken: "uri-token",
    });
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /creds?of=me"]);
  });

  test("[17] that answers with something else is reported without the answer and its path", async () => {
    const server = await serve(json(200, { Code: "Failed", AccessKeySecret: "hunter2" }));
    const { message } = await failureOf(providerOf({ kind: "uri", uri: `${server.endpoint}/hunter3` }));
    expect(message).toBe(
      "credentialsUri: the address gave no credentials (an answer without credentials); correct that, or name another source of credentials",
    );
  });

  test.each(["undefined", "ftp://127.0.0.1/", "https://", "/path"])("%s is no address", async (uri) => {
    expect((await failureOf(providerOf({ kind: "uri", uri }))).message).toContain("it is not an http or https address");
  });
});

describe("what the machine has", () => {
  let sts: Sts;
  beforeAll(async () => {
    sts = await startSts([KEYS]);
  });
  afterEach(() => sts.answer(undefined));
  afterAll(() => sts.close());

  const role = { accessKeyId: "STS.ecs-1" };
  const machine = (...profiles: object[]): CredentialsSource => ({
    kind: "ambient",
    checked: "everything",
    candidates: [
      { name: "the OIDC variables", absent: "ALIBABA_CLOUD_ROLE_ARN is not set" },
      {
        name: "~/.aliyun/config.json",
        source: {
          kind: "profile",
          file: profiles.length === 0 ? "/no/such/file" : files.write("config.json", { current: "a", profiles }),
          sts: { sts: sts.endpoint },
          tokenOnly: false,
        },
      },
      { name: "the RAM role of this ECS instance", source: { kind: "ecsRole", tokenOnly: false }, guess: true },
    ],
  });
  const ak = { name: "a", mode: "AK", access_key_id: KEYS.accessKeyId, access_key_secret: KEYS.accessKeySecret };
  const ram = { ...ak, mode: "RamRoleArn", ram_role_arn: "acs:ram::1:role/a" };

  test("is asked in turn", async () => {
    const metadata = await open(startMetadata("web"));
    const addresses = { metadata: metadata.endpoint };
    expect(await providerOf(machine(ak), addresses).getCredentials()).toEqual(KEYS);
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
        `the RAM role of this ECS instance: HTTP 404 from ${new URL(metadata.endpoint).host}); set one of them`,
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
    const provider = providerOf(machine(ram), { metadata: metadata.endpoint });
    sts.answer(refuse(503, "ServiceUnavailable"));
    const { message, isTransient } = await failureOf(provider);
    expect(message).toMatch(
      /^accessKey and secretKey: this machine gave no credentials \(~\/\.aliyun\/config\.json: STS: HTTP 503/,
    );
    expect(isTransient).toBe(true);
    expect(metadata.asked).toEqual([]);
  });

  test("stays with the source that answered once", async () => {
    holdClock();
    const metadata = await open(startMetadata("web"));
    const provider = providerOf(machine(), { metadata: metadata.endpoint });
    expect(await provider.getCredentials()).toMatchObject(role);
    jest.setSystemTime(Date.now() + 50 * 60_000);
    expect(await provider.getCredentials()).toMatchObject({ accessKeyId: "STS.ecs-2" });
    jest.setSystemTime(Date.now() + 70 * 60_000);
    metadata.answer(answering(500, ""));
    const { message, isTransient } = await failureOf(provider);
    expect(message).toMatch(/^accessKey and secretKey: this machine gave no credentials \(HTTP 500/);
    expect(isTransient).toBe(true);
  });
});
