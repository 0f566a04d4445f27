/** What is configured for one stack or one provider: where to call ECS, and as whom. The only reader of `process.env`. */

import type { CredentialsSource } from "../ecs/credentials";
import { regionOfProfile } from "../ecs/credentials/profileFile";
import { cloudOf, isPublic, type Scope } from "../ecs/privateCloud";
import { chooseSource, profileFile } from "./credentialsSource";
import { ecsEndpoint, isTrue, privatePlace, stsEndpoint, vpcEndpoint } from "./endpoints";
import { type ConfigReader, type Environment, type KeyNames, Lookup } from "./lookup";
import { SETTING_NAMES, type SettingName, type SWITCHES } from "./places";
import { quote } from "../quote";
import { proxyFor } from "./proxy";
import { scopeOf } from "./scope";
import { SettingError } from "./settingError";

export type { ConfigReader, KeyNames } from "./lookup";
export { SettingError } from "./settingError";

/** A setting that has a value: where it is, and the value where it may be shown; or what is wrong with it. */
export type FoundSetting =
  | { readonly name: SettingName; readonly place: string; readonly value: string | undefined; readonly problem?: never }
  | { readonly name: SettingName; readonly problem: string };

/** Settings whose value holds no secret. */
const PLAIN_SETTINGS: ReadonlySet<SettingName> = new Set<SettingName>([
  "region",
  "profile",
  "sharedCredentialsFile",
  "ecsRoleName",
  "endpoint",
  "stsEndpoint",
  "vpcEndpoint",
  "protocol",
  "insecure",
  "organizationId",
  "resourceSetId",
  "refreshBeforeUpdate",
  "forgetRetiredLinks",
]);

/** What a run says once when certificates are not verified. */
export const INSECURE_WARNING =
  "insecure is true: the certificates of ECS, VPC and STS are not verified, so anybody on the way can read and change what is sent; " +
  "prefer NODE_EXTRA_CA_CERTS with the certificate of their authority";

/** The settings of one stack. Reads lazily, so that making it never throws. */
export class Settings {
  readonly #lookup: Lookup;
  readonly #env: Environment;

  /**
   * @param config the stack's configuration; without it only the environment is read.
   * @param env the environment variables.
   * @param keyNames how this host writes a key of the configuration, for errors.
   */
  constructor(config: ConfigReader = () => undefined, env: Environment = process.env, keyNames?: KeyNames) {
    this.#lookup = new Lookup(config, env, keyNames);
    this.#env = env;
  }

  /**
   * The region of resources that name none: `region`, else that of the named profile. There is no built-in default.
   *
   * @throws {SettingError} when there is none.
   */
  defaultRegion(): string {
    const region = this.#region();
    if (region !== undefined) return region;
    throw new SettingError(
      `no region is configured; looked at ${this.#lookup.placesOf("region")} and the profile; set one of them`,
    );
  }

  /**
   * The address of ECS for a region, with its scheme, and on ASAPI with its path. https, unless it is on loopback, says
   * otherwise itself, or `protocol` does.
   *
   * @throws {SettingError} when `endpoint`, `protocol` or the region cannot be used.
   */
  endpointOf(regionId: string): string {
    return ecsEndpoint(this.#lookup, regionId);
  }

  /**
   * The address of the VPC service for a region, as {@link endpointOf} that of ECS.
   *
   * @throws {SettingError} when it cannot be used, or when only that of ECS is set.
   */
  vpcEndpointOf(regionId: string): string {
    return vpcEndpoint(this.#lookup, regionId);
  }

  /** Whether a region is one of a private cloud: its ECS endpoint is not Alibaba Cloud's public one. */
  isPrivate(regionId: string): boolean {
    return !isPublic(this.endpointOf(regionId));
  }

  /** A name for the cloud of a region: the same for two addresses of one cloud. */
  cloudOf(regionId: string): string {
    return cloudOf(this.endpointOf(regionId), regionId);
  }

  /**
   * The organization and the resource set that requests ask for on a private cloud. Empty when none is configured.
   *
   * @throws {SettingError} when they cannot be used, or are configured for the public cloud.
   */
  scope(): Scope {
    return scopeOf(this.#lookup);
  }

  /**
   * Which credentials to use: a key pair, else a named profile, else a credentials URI, else the role of this ECS instance,
   * else a role for an OIDC token, else whatever the machine has; and `assumeRole` on top.
   *
   * @throws {SettingError} when one of them is wrong, or half of a key pair is missing.
   */
  credentialsSource(): CredentialsSource {
    return chooseSource(this.#lookup, () => stsEndpoint(this.#lookup, this.#region()));
  }

  /**
   * The proxy that a request to a URL has to take, or undefined for none.
   *
   * @throws {SettingError} when the proxy cannot be used.
   */
  proxyFor(url: string): string | undefined {
    return proxyFor(url, this.#env, this.#lookup.find("proxy"));
  }

  /**
   * Whether certificates are not verified. Only those of a private cloud's own hosts: see {@link Agents}.
   *
   * @throws {SettingError} when it is neither true nor false.
   */
  insecure(): boolean {
    return this.#isOn("insecure") && privatePlace(this.#lookup) !== undefined;
  }

  /** Every setting that has a value, and where it is. Values that may hold a secret are left out. */
  found(): readonly FoundSetting[] {
    return SETTING_NAMES.flatMap((name): FoundSetting[] => {
      try {
        const found = this.#lookup.find(name);
        if (found === undefined) return [];
        const value = PLAIN_SETTINGS.has(name) ? quote(found.value) : undefined;
        return [{ name, place: found.place, value }];
      } catch (error) {
        if (error instanceof SettingError) return [{ name, problem: error.message }];
        throw error;
      }
    });
  }

  /**
   * Whether the plugin asks Pulumi to check each link before an update.
   *
   * @throws {SettingError} when it is neither true nor false.
   */
  refreshBeforeUpdate(): boolean {
    return this.#isOn("refreshBeforeUpdate");
  }

  /**
   * Whether a delete forgets a link where ECS says that it does not offer ClassicLink any more.
   *
   * @throws {SettingError} when it is neither true nor false.
   */
  forgetRetiredLinks(): boolean {
    return this.#isOn("forgetRetiredLinks");
  }

  #isOn(name: (typeof SWITCHES)[number]): boolean {
    const found = this.#lookup.find(name);
    return found !== undefined && isTrue(found);
  }

  #region(): string | undefined {
    const region = this.#lookup.find("region")?.value;
    if (region !== undefined) return region;
    const profile = this.#lookup.find("profile");
    const file = this.#lookup.find("sharedCredentialsFile");
    if (profile === undefined && file === undefined) return undefined;
    return regionOfProfile(profileFile(file, profile), profile?.value);
  }
}
