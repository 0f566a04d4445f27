/** Every source of credentials with a secret of its own. It works, or fails with an answer that quotes the secret. */

import { type Emulator, startEmulator } from "../../emulator";
import { makeFolder } from "./credentials";
import { startProxy } from "./proxy";
import { answering, json, type RawServer, startRawServer } from "./rawServer";
import { refuse, startSts, type Sts, type StsKeys } from "./sts";
import { HOSTS } from "./tls";

/** One source, and an ECS that takes its keys. */
export interface SecretSource {
  readonly name: string;
  /** The settings that name it, as those of a provider. */
  readonly settings: Settings;
  readonly ecs: Emulator;
  /** What ECS takes. */
  readonly keys: StsKeys;
  /** What no message may have. */
  readonly secrets: readonly string[];
  /** Makes it fail, with its secrets in its answers. */
  spoil(): void;
  mend(): void;
}

export interface SecretSources {
  readonly sources: readonly SecretSource[];
  /** The environment for all of them: a proxy, and keys for a provider that names no source. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

type Settings = Readonly<Record<string, string>>;

interface Details {
  readonly keys?: StsKeys;
  /** Secrets besides those of the keys. */
  readonly secrets?: readonly string[];
  /** Makes it fail, or work again. By default, ECS refuses its key. */
  readonly breaks?: (isBroken: boolean) => void;
}

/** A secret that changes when it is encoded, whichever way. */
const secretOf = (name: string) => `${name}+M4RK3R/of=${name}?`;

const keysOf = (name: string) => ({
  accessKeyId: `STS.${name}`,
  accessKeySecret: secretOf(`${name}-secret`),
  securityToken: secretOf(`${name}-token`),
});

/** The keys of a source, under the names that it uses. */
const keysAs = (name: string, id: string, secret: string, token: string) => {
  const { accessKeyId, accessKeySecret, securityToken } = keysOf(name);
  return { [id]: accessKeyId, [secret]: accessKeySecret, [token]: securityToken };
};
const ownKeys = (name: string) => keysAs(name, "accessKey", "secretKey", "securityToken");
const cliKeys = (name: string) => keysAs(name, "access_key_id", "access_key_secret", "sts_token");
const served = (name: string) => ({
  ...keysAs(name, "AccessKeyId", "AccessKeySecret", "SecurityToken"),
  Expiration: "2099-01-01T00:00:00Z",
});
const cliFile = (profile: object) => JSON.stringify({ current: "mine", profiles: [{ name: "mine", ...profile }] });

/** Starts the servers and writes the files. Each source has an ECS with the instance `i-<name>` and two VPCs. */
export async function openSources(): Promise<SecretSources> {
  const closing: { close(): Promise<void> | undefined }[] = [];
  const open = async <Server extends { close(): Promise<void> | undefined }>(server: Promise<Server>) => {
    closing.push(await server);
    return await server;
  };
  const files = makeFolder();

  async function source(name: string, settings: Settings, details: Details = {}): Promise<SecretSource> {
    const { keys = keysOf(name), secrets = [] } = details;
    const vpcs = [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }];
    const ecs = await open(startEmulator({ ...keys, instances: [{ instanceId: `i-${name}` }], vpcs }));
    const refuses = (isBroken: boolean) => ecs.rotateKey(isBroken ? { accessKeySecret: "another" } : keys);
    const { breaks = refuses } = details;
    return {
      name,
      settings: { region: "cn-hangzhou", endpoint: ecs.endpoint, ...settings },
      ecs,
      keys,
      secrets: [keys.accessKeySecret, keys.securityToken ?? [], secrets].flat(),
      spoil: () => breaks(true),
      mend: () => breaks(false),
    };
  }

  /** A profile in a file, and a file that cannot be read and has its secrets. */
  function profileSource(name: string, whole: string, broken: string, keys?: StsKeys) {
    const breaks = (isBroken: boolean) => void files.write(name, isBroken ? broken : whole);
    const settings = { profile: "mine", sharedCredentialsFile: files.write(name, whole) };
    return source(name, settings, { breaks, ...(keys && { keys }) });
  }

  /** A profile whose command prints keys. */
  function printing(name: string, printed: string, code: number): string {
    const text = JSON.stringify(printed);
    const script = `process.stdout.write(${text}); process.stderr.write(${text}); process.exitCode = ${code};`;
    return cliFile({
      mode: "External",
      process_command: `"${process.execPath}" "${files.write(`${name}.js`, script)}"`,
    });
  }

  async function roleSource(name: string, settings: (sts: Sts) => Settings, secret: string) {
    const user = { accessKeyId: "LTAIuser", accessKeySecret: secret };
    const sts = await open(startSts([user], () => keysOf(name)));
    const breaks = (isBroken: boolean) => sts.answer(isBroken ? refuse(403, "NoPermission") : undefined);
    return await source(name, settings(sts), { secrets: [secret], breaks });
  }

  /** A server that gives keys, or quotes them in an error. */
  async function servedSource(name: string, settings: (server: RawServer) => Settings, answer: object, secret: string) {
    const whole = json(200, answer);
    const broken = answering(400, JSON.stringify({ Code: "Refused", Message: JSON.stringify(answer) }));
    let handler = whole;
    const server = await open(startRawServer((request, response) => handler(request, response)));
    const breaks = (isBroken: boolean) => {
      handler = isBroken ? broken : whole;
    };
    return await source(name, settings(server), { secrets: [secret], breaks });
  }

  async function proxySource(name: string, user: string, password: string) {
    const breaks = (isBroken: boolean) => proxy.answer(isBroken ? 407 : undefined);
    const settings = { endpoint: HOSTS.ecs, protocol: "HTTP", ...ownKeys(name) };
    const made = await source(name, settings, { secrets: [password], breaks });
    const ports = { [HOSTS.ecs]: Number(new URL(made.ecs.endpoint).port) };
    const proxy = await open(startProxy(ports, `${user}:${password}`));
    return { made, HTTP_PROXY: `http://${user}:${encodeURIComponent(password)}@${proxy.host}` };
  }

  const cli = cliFile({ mode: "StsToken", ...cliKeys("profile") });
  const printed = JSON.stringify(cliKeys("process"));
  const iniKeys = { accessKeyId: "LTAIini", accessKeySecret: secretOf("ini-secret") };
  const ini = (type: string) =>
    `[mine]\ntype = ${type}\naccess_key_id = LTAIini\naccess_key_secret = ${iniKeys.accessKeySecret}\n`;
  const uriPath = secretOf("uri-path");
  const roleUser = secretOf("role-user");
  const role = { accessKey: "LTAIuser", secretKey: roleUser, assumeRole: '{"roleArn":"acs:ram::1:role/a"}' };
  const oidcToken = secretOf("oidc-token");
  const oidc = JSON.stringify({ roleArn: "r", oidcProviderArn: "p", oidcToken });
  const login = secretOf("sso-login");
  const sso = { mode: "CloudSSO", cloud_sso_account_id: "1", cloud_sso_access_config: "ac", access_token: login };
  const ssoFile = ({ endpoint }: RawServer) =>
    cliFile({ ...sso, cloud_sso_sign_in_url: endpoint, cloud_sso_access_token_expire: 4_070_908_800 });
  const { made: proxied, HTTP_PROXY } = await proxySource("proxy", "me", secretOf("proxy-password"));
  const sources = await Promise.all([
    source("keys", ownKeys("keys")),
    // Its keys are in the environment.
    source("env", {}),
    profileSource("profile", cli, cli.slice(0, -4)),
    profileSource("ini", ini("access_key"), ini(iniKeys.accessKeySecret), iniKeys),
    profileSource("process", printing("good", printed, 0), printing("bad", printed.slice(0, -2), 1)),
    servedSource(
      "uri",
      ({ endpoint }) => ({ credentialsUri: `${endpoint}/${encodeURIComponent(uriPath)}` }),
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
    proxied,
  ]);
  return {
    sources,
    env: { ...keysAs("env", "ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"), HTTP_PROXY },
    async close() {
      await Promise.all(closing.map((server) => server.close()));
      files.remove();
    },
  };
}
