/** Every source of credentials with a secret of its own, whole or broken in a way that quotes it. */

import { type Emulator, startEmulator } from "../../emulator";
import { makeFolder } from "./credentials";
import { type ProxyServer, startProxy } from "./proxy";
import { answering, type Handler, json, type RawServer, startRawServer } from "./rawServer";
import { refuse, startSts, type Sts, type StsKeys } from "./sts";
import { HOSTS } from "./tls";

/** One source, and an ECS that takes its keys. */
export interface SecretSource {
  readonly name: string;
  /** The settings that name it, as those of a provider. */
  readonly settings: Readonly<Record<string, string>>;
  readonly ecs: Emulator;
  /** What ECS takes. */
  readonly keys: StsKeys;
  /** What nobody may be told. */
  readonly secrets: readonly string[];
  /** Lets it fail from now on, with its secrets in whatever it answers. */
  spoil(): void;
  mend(): void;
}

export interface SecretSources {
  readonly sources: readonly SecretSource[];
  /** The environment of what is to use them: a proxy, and keys for whoever names no source. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A secret that changes when it is encoded, whichever way. */
const secretOf = (name: string) => `${name}+M4RK3R/of=${name}?`;

/** Starts the servers and writes the files. Each source has an ECS with the instance `i-<name>` and two VPCs. */
export async function openSources(): Promise<SecretSources> {
  const closing: { close(): Promise<void> | undefined }[] = [];
  const open = async <Server extends { close(): Promise<void> | undefined }>(server: Promise<Server>) => {
    closing.push(await server);
    return await server;
  };
  const files = makeFolder();

  const keysOf = (name: string): Required<StsKeys> => ({
    accessKeyId: `STS.${name}`,
    accessKeySecret: secretOf(`${name}-secret`),
    securityToken: secretOf(`${name}-token`),
  });
  const ecsFor = (name: string, keys: StsKeys): Promise<Emulator> => {
    const vpcs = [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }];
    return open(startEmulator({ ...keys, instances: [{ instanceId: `i-${name}` }], vpcs }));
  };
  const secretsOf = ({ accessKeySecret, securityToken }: StsKeys) =>
    [accessKeySecret, securityToken].filter((secret) => secret !== undefined);

  async function source(
    name: string,
    settings: Readonly<Record<string, string>>,
    more: Partial<Pick<SecretSource, "spoil" | "mend">> & { readonly secrets?: readonly string[] } = {},
    keys: StsKeys = keysOf(name),
  ): Promise<SecretSource> {
    const ecs = await ecsFor(name, keys);
    return {
      name,
      settings: { region: "cn-hangzhou", endpoint: ecs.endpoint, ...settings },
      ecs,
      keys,
      secrets: [...secretsOf(keys), ...(more.secrets ?? [])],
      // Without a way of its own, ECS refuses its key.
      spoil: more.spoil ?? (() => ecs.rotateKey({ accessKeySecret: "another" })),
      mend: more.mend ?? (() => ecs.rotateKey(keys)),
    };
  }

  const ownKeys = (name: string) => {
    const { accessKeyId, accessKeySecret, securityToken } = keysOf(name);
    return { accessKey: accessKeyId, secretKey: accessKeySecret, securityToken };
  };
  const cliKeys = (name: string) => {
    const { accessKeyId, accessKeySecret, securityToken } = keysOf(name);
    return { access_key_id: accessKeyId, access_key_secret: accessKeySecret, sts_token: securityToken };
  };
  const served = (name: string) => {
    const { accessKeyId, accessKeySecret, securityToken } = keysOf(name);
    const keys = { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret, SecurityToken: securityToken };
    return { ...keys, Expiration: "2099-01-01T00:00:00Z" };
  };

  /** A profile in a file, and the file broken in the middle of its secrets. */
  async function profileSource(name: string, whole: string, broken: string, keys: StsKeys = keysOf(name)) {
    const settings = { profile: "mine", sharedCredentialsFile: files.write(name, whole) };
    const spoil = () => void files.write(name, broken);
    return await source(name, settings, { spoil, mend: () => void files.write(name, whole) }, keys);
  }

  const cliFile = (profile: object) => JSON.stringify({ current: "mine", profiles: [{ name: "mine", ...profile }] });
  const printing = (name: string, text: string, code: number) => {
    const script = `process.stdout.write(${JSON.stringify(text)}); process.stderr.write(${JSON.stringify(text)}); process.exitCode = ${code};`;
    const file = files.write(`${name}.js`, script);
    return { mode: "External", process_command: `"${process.execPath}" "${file}"` };
  };

  async function roleSource(name: string, settings: (sts: Sts) => Readonly<Record<string, string>>, secret: string) {
    const user = { accessKeyId: "LTAIuser", accessKeySecret: secret };
    const sts = await open(startSts([user], () => keysOf(name)));
    return await source(name, settings(sts), {
      secrets: [secret],
      spoil: () => sts.answer(refuse(403, "NoPermission")),
      mend: () => sts.answer(undefined),
    });
  }

  /** A server that gives keys, and that quotes them when it is spoilt. */
  async function servedSource(
    name: string,
    settings: (server: RawServer) => Readonly<Record<string, string>>,
    answer: object,
    secret: string,
  ) {
    let handler: Handler = json(200, answer);
    const server = await open(startRawServer((request, response) => handler(request, response)));
    return await source(name, settings(server), {
      secrets: [secret],
      spoil: () => {
        handler = answering(400, JSON.stringify({ Code: "Refused", Message: JSON.stringify(answer) }));
      },
      mend: () => {
        handler = json(200, answer);
      },
    });
  }

  const proxied = await ecsFor("proxy", keysOf("proxy"));
  const password = secretOf("proxy-password");
  const proxy: ProxyServer = await open(
    startProxy({ [HOSTS.ecs]: Number(new URL(proxied.endpoint).port) }, `me:${password}`),
  );

  const cli = cliFile({ mode: "StsToken", ...cliKeys("profile") });
  const printed = JSON.stringify(cliKeys("process"));
  const iniKeys = { accessKeyId: "LTAIini", accessKeySecret: secretOf("ini-secret") };
  const ini = `access_key_id = LTAIini\naccess_key_secret = ${iniKeys.accessKeySecret}\n`;
  const uriPath = secretOf("uri-path");
  const roleUser = secretOf("role-user");
  const oidcToken = secretOf("oidc-token");
  const login = secretOf("sso-login");
  const oidc = JSON.stringify({ roleArn: "r", oidcProviderArn: "p", oidcToken });
  const role = { accessKey: "LTAIuser", secretKey: roleUser, assumeRole: '{"roleArn":"acs:ram::1:role/a"}' };
  const sso = { mode: "CloudSSO", cloud_sso_account_id: "1", cloud_sso_access_config: "ac", access_token: login };
  const ssoFile = ({ endpoint }: RawServer) =>
    cliFile({ ...sso, cloud_sso_sign_in_url: endpoint, cloud_sso_access_token_expire: 4_070_908_800 });
  const sources = await Promise.all([
    source("keys", ownKeys("keys")),
    // Its keys are in the environment.
    source("env", {}),
    profileSource("profile", cli, cli.slice(0, -4)),
    profileSource(
      "ini",
      `[mine]\ntype = access_key\n${ini}`,
      `[mine]\ntype = ${iniKeys.accessKeySecret}\n${ini}`,
      iniKeys,
    ),
    profileSource("process", cliFile(printing("good", printed, 0)), cliFile(printing("bad", printed.slice(0, -2), 1))),
    servedSource(
      "uri",
      (it) => ({ credentialsUri: `${it.endpoint}/${encodeURIComponent(uriPath)}` }),
      served("uri"),
      uriPath,
    ),
    roleSource("role", (sts) => ({ ...role, stsEndpoint: sts.endpoint }), roleUser),
    roleSource("oidc", (sts) => ({ assumeRoleWithOidc: oidc, stsEndpoint: sts.endpoint }), oidcToken),
    servedSource(
      "sso",
      (server) => ({ profile: "mine", sharedCredentialsFile: files.write("sso", ssoFile(server)) }),
      { CloudCredential: served("sso") },
      login,
    ),
  ]);
  const env = {
    ALICLOUD_ACCESS_KEY: keysOf("env").accessKeyId,
    ALICLOUD_SECRET_KEY: keysOf("env").accessKeySecret,
    ALICLOUD_SECURITY_TOKEN: keysOf("env").securityToken,
    HTTP_PROXY: `http://me:${encodeURIComponent(password)}@${proxy.host}`,
  };
  return {
    sources: [
      ...sources,
      {
        name: "proxy",
        settings: { region: "cn-hangzhou", endpoint: HOSTS.ecs, protocol: "HTTP", ...ownKeys("proxy") },
        ecs: proxied,
        keys: keysOf("proxy"),
        secrets: [...secretsOf(keysOf("proxy")), password],
        spoil: () => proxy.answer(407),
        mend: () => proxy.answer(undefined),
      },
    ],
    env,
    async close() {
      await Promise.all(closing.map((server) => server.close()));
      files.remove();
    },
  };
}
