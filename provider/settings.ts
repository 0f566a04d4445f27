/** Where region, credentials and endpoint come from, and which place wins. The only reader of `process.env`. */

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { CredentialsSource } from "./ecs/credentials";
import { regionalHost } from "./ecs/endpoint";

/** Gives a configuration value by its full key, such as `classiclink:region`. Values are text; nested ones are JSON text. */
export type ConfigReader = (key: string) => string | undefined;

/** A setting is missing or wrong. The message names the setting and every place that was looked at, never a value that may be secret. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

interface Places {
  readonly config: readonly string[];
  readonly env: readonly string[];
}

/**
 * Every setting and the places it is read from, first place first. The keys and variables of `@pulumi/alicloud` work
 * unchanged; `classiclink:*` goes before them.
 */
export const SETTINGS = {
  region: {
    config: ["classiclink:region", "alicloud:region"],
    env: ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"],
  },
  accessKey: {
    config: ["classiclink:accessKey", "alicloud:accessKey"],
    env: ["ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"],
  },
  secretKey: {
    config: ["classiclink:secretKey", "alicloud:secretKey"],
    env: ["ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"],
  },
  securityToken: {
    config: ["classiclink:securityToken", "alicloud:securityToken"],
    env: ["ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"],
  },
  profile: {
    config: ["classiclink:profile", "alicloud:profile"],
    env: ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"],
  },
  ecsRoleName: {
    config: ["classiclink:ecsRoleName", "alicloud:ecsRoleName"],
    env: ["ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"],
  },
  endpoint: {
    config: ["classiclink:endpoint", "alicloud:endpoints"],
    env: ["ALIBABA_CLOUD_ENDPOINT_ECS", "ECS_ENDPOINT"],
  },
  protocol: { config: ["classiclink:protocol", "alicloud:protocol"], env: [] },
  refreshBeforeUpdate: { config: ["classiclink:refreshBeforeUpdate"], env: ["CLASSICLINK_REFRESH_BEFORE_UPDATE"] },
  forgetRetiredLinks: { config: ["classiclink:forgetRetiredLinks"], env: ["CLASSICLINK_FORGET_RETIRED_LINKS"] },
} as const satisfies Record<string, Places>;

/** Settings that are true or false, and false by default. */
export const SWITCHES = ["refreshBeforeUpdate", "forgetRetiredLinks"] as const;

/** Ways of `@pulumi/alicloud` to become someone else. Ignoring one would work in the wrong account, so each is refused. */
const NOT_SUPPORTED = [
  "alicloud:assumeRole",
  "alicloud:assumeRoleWithOidc",
  "alicloud:credentialsUri",
  "alicloud:sharedCredentialsFile",
];

type SettingName = keyof typeof SETTINGS;

interface Found {
  readonly value: string;
  /** The key or variable that it was found under. */
  readonly place: string;
  /** `classiclink`, `alicloud` or `env`. */
  readonly level: string;
}

/** The settings of one stack. Reads lazily, so that making it never throws. */
export class Settings {
  readonly #config: ConfigReader;
  readonly #env: Readonly<Record<string, string | undefined>>;

  /**
   * @param config the stack's configuration; without it only the environment is read.
   * @param env the environment variables.
   */
  constructor(config: ConfigReader = () => undefined, env = process.env) {
    this.#config = config;
    this.#env = env;
  }

  /**
   * The region of resources that name none: `region`, else that of the named profile. There is no built-in default.
   *
   * @throws {SettingError} when there is none.
   */
  defaultRegion(): string {
    const region = this.#find("region")?.value ?? this.#regionOfProfile();
    if (region === undefined) {
      throw new SettingError(
        `no region is configured; looked at ${placesOf("region")} and the profile; set one of them`,
      );
    }
    return region;
  }

  /**
   * The address of ECS for a region, with its scheme. https, unless it is on loopback or `protocol` says HTTP.
   *
   * @throws {SettingError} when `endpoint`, `protocol` or the region cannot be used.
   */
  endpointOf(regionId: string): string {
    const found = this.#findEndpoint();
    const protocol = this.#protocol();
    if (found !== undefined) return endpointUrl(found, protocol);
    const host = regionalHost(regionId);
    if (host === undefined) {
      throw new SettingError(`regionId: "${regionId}" is no region of the public cloud; set ${placesOf("endpoint")}`);
    }
    return `${protocol ?? "https"}://${host}`;
  }

  /**
   * Which credentials to use: a key pair, else a named profile, else an ECS role, else whatever the machine has.
   *
   * @throws {SettingError} when half of a key pair is missing.
   */
  credentialsSource(): CredentialsSource {
    const own = (["accessKey", "profile", "ecsRoleName"] as const).some((name) => this.#find(name, "classiclink"));
    const refused = own ? undefined : NOT_SUPPORTED.find((key) => this.#config(key));
    if (refused !== undefined) {
      throw new SettingError(
        `${refused} is not supported; set credentials of that account under classiclink:accessKey and classiclink:secretKey, or classiclink:profile`,
      );
    }
    const accessKey = this.#find("accessKey");
    const secretKey = this.#find("secretKey");
    if (accessKey !== undefined && secretKey !== undefined) {
      // A token belongs to its key: one left over in the environment must not be sent along with a configured key.
      const token = this.#find("securityToken", accessKey.level);
      const credentials = { accessKeyId: accessKey.value, accessKeySecret: secretKey.value };
      return {
        kind: "keys",
        credentials: token === undefined ? credentials : { ...credentials, securityToken: token.value },
      };
    }
    if (accessKey !== undefined || secretKey !== undefined) {
      const [missing, found] =
        accessKey === undefined ? (["accessKey", secretKey] as const) : (["secretKey", accessKey] as const);
      throw new SettingError(
        `${missing} is missing, while ${found?.place} is set; looked at ${placesOf(missing)}; set one of them`,
      );
    }
    const profile = this.#find("profile");
    if (profile !== undefined) return { kind: "profile", name: profile.value };
    const ecsRoleName = this.#find("ecsRoleName");
    if (ecsRoleName !== undefined) return { kind: "ecsRole", roleName: ecsRoleName.value };
    return {
      kind: "ambient",
      lookedAt: [placesOf("accessKey"), placesOf("profile"), placesOf("ecsRoleName")].join(", "),
    };
  }

  /**
   * Whether the plugin asks Pulumi to look at each link before an update.
   *
   * @throws {SettingError} when it is neither true nor false.
   */
  refreshBeforeUpdate(): boolean {
    return this.#isOn("refreshBeforeUpdate");
  }

  /**
   * Whether a delete lets go of a link where ECS says that it does not offer ClassicLink any more.
   *
   * @throws {SettingError} when it is neither true nor false.
   */
  forgetRetiredLinks(): boolean {
    return this.#isOn("forgetRetiredLinks");
  }

  #isOn(name: (typeof SWITCHES)[number]): boolean {
    const found = this.#find(name);
    if (found === undefined || found.value === "false") return false;
    if (found.value === "true") return true;
    throw new SettingError(`${found.place} is "${found.value}"; use true or false`);
  }

  #find(name: SettingName, onlyLevel?: string): Found | undefined {
    const { config, env }: Places = SETTINGS[name];
    const candidates = [
      ...config.map((key) => ({ value: this.#config(key), place: key, level: key.slice(0, key.indexOf(":")) })),
      ...env.map((variable) => ({ value: this.#env[variable], place: variable, level: "env" })),
    ];
    for (const { value, place, level } of candidates) {
      if (value !== undefined && value !== "" && (onlyLevel === undefined || level === onlyLevel)) {
        return { value, place, level };
      }
    }
    return undefined;
  }

  #findEndpoint(): Found | undefined {
    const found = this.#find("endpoint");
    if (found?.place !== "alicloud:endpoints") return found;
    const ecs = ecsEndpointOf(found);
    if (ecs !== undefined) return { ...found, value: ecs, place: "alicloud:endpoints[0].ecs" };
    return this.#find("endpoint", "env");
  }

  #protocol(): "http" | "https" | undefined {
    const found = this.#find("protocol");
    if (found === undefined) return undefined;
    const protocol = found.value.toLowerCase();
    if (protocol === "http" || protocol === "https") return protocol;
    throw new SettingError(`${found.place} is "${found.value}"; use HTTP or HTTPS`);
  }

  #regionOfProfile(): string | undefined {
    const profile = this.#find("profile");
    if (profile === undefined) return undefined;
    try {
      const file: unknown = JSON.parse(readFileSync(join(homedir(), ".aliyun", "config.json"), "utf8"));
      const profiles = memberOf(file, "profiles");
      const named = Array.isArray(profiles)
        ? profiles.find((one) => memberOf(one, "name") === profile.value)
        : undefined;
      const region = memberOf(named, "region_id");
      return typeof region === "string" && region !== "" ? region : undefined;
    } catch {
      // Unreadable, or not JSON: then it names no region, and the error for that lists the profile among the places.
      return undefined;
    }
  }
}

/** The places of a setting, as an error lists them. */
function placesOf(name: SettingName): string {
  const { config, env }: Places = SETTINGS[name];
  return [...config.map((key) => (key === "alicloud:endpoints" ? "alicloud:endpoints[0].ecs" : key)), ...env].join(
    ", ",
  );
}

/** `alicloud:endpoints` is an array of objects in which one names the endpoint of `ecs`. */
function ecsEndpointOf({ value, place }: Found): string | undefined {
  let endpoints: unknown;
  try {
    endpoints = JSON.parse(value);
  } catch {
    throw new SettingError(
      `${place} is not JSON; set it with pulumi config set --path 'alicloud:endpoints[0].ecs' <host>`,
    );
  }
  const list: unknown[] = Array.isArray(endpoints) ? endpoints : [endpoints];
  for (const item of list) {
    const ecs = memberOf(item, "ecs");
    if (typeof ecs === "string" && ecs !== "") return ecs;
  }
  return undefined;
}

function endpointUrl({ value, place }: Found, protocol: "http" | "https" | undefined): string {
  const wanted = "use a host name such as ecs.cn-beijing.aliyuncs.com, with a port where it needs one";
  const withScheme = /^([a-z]+):\/\//i.exec(value);
  let url: URL;
  try {
    url = new URL(withScheme === null ? `https://${value}` : value);
  } catch {
    throw new SettingError(`${place} cannot be read as an endpoint; ${wanted}`);
  }
  const plain = url.pathname === "/" && `${url.search}${url.hash}${url.username}${url.password}` === "";
  if (!plain || !["http:", "https:"].includes(url.protocol)) {
    throw new SettingError(`${place} has more than a host name and a port in it; ${wanted}`);
  }
  const authority = value.slice(withScheme?.[0].length ?? 0);
  // Read once more with the scheme that is used: it decides which port may be left out.
  const as = (scheme: string) => new URL(`${scheme}://${authority}`).origin;
  const scheme = withScheme?.[1]?.toLowerCase();
  if (isLoopback(url.hostname)) return as(scheme ?? protocol ?? "http");
  if (scheme === "http" && protocol !== "http") {
    throw new SettingError(
      `${place} begins with http://; to send requests unencrypted, set classiclink:protocol to HTTP`,
    );
  }
  return as(scheme ?? protocol ?? "https");
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
