/** The configuration of a stack or a provider: the addresses and the credentials. Only this file reads `process.env`. */

import type { CredentialsSource, Sts } from "../ecs/credentials";
import { regionOfProfile } from "../ecs/credentials/profileFile";
import { additionsFor, cloudOf, isPublic, type Scope } from "../ecs/privateCloud";
import { chooseSource, profileFile } from "./credentialsSource";
import { ecsEndpoint, privatePlace, stsEndpoint, vpcEndpoint } from "./endpoints";
import { type ConfigReader, type Environment, isTrue, type KeyNames, Lookup, SettingError } from "./lookup";
import { SETTING_NAMES, SETTINGS, type SettingName, type SWITCHES } from "./places";
import { quote } from "../quote";
import { proxyFor } from "./proxy";
import { ignoredSet, scopeOf } from "./scope";

export { type ConfigReader, type KeyNames, SettingError } from "./lookup";

/** A setting with a value, for `doctor`. The value is undefined if it may be secret. `problem` says that the value is wrong. */
export type FoundSetting =
  | { readonly name: SettingName; readonly place: string; readonly value: string | undefined; readonly problem?: never }
  | { readonly name: SettingName; readonly problem: string };

/** Settings whose value is not secret. */
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

/** The warning of a run that does not verify certificates. */
export const INSECURE_WARNING =
  "insecure is true: the certificates of ECS, VPC and STS are not verified, so anybody between can read and change requests; " +
  "prefer NODE_EXTRA_CA_CERTS with the certificate of their authority";

/** The settings of one stack or provider. Each method reads its setting when it is called, so the constructor never throws. */
export class Settings {
  readonly #lookup: Lookup;
  readonly #env: Environment;

  /**
   * @param config the stack's configuration. By default, only the environment is read.
   * @param env the environment variables.
   * @param keyNames how this host writes a configuration key in errors.
   */
  constructor(config: ConfigReader = () => undefined, env: Environment = process.env, keyNames?: KeyNames) {
    this.#lookup = new Lookup(config, env, keyNames);
    this.#env = env;
  }

  /** Whether these settings can be in the configuration of a stack. A command has none. */
  get hasStack(): boolean {
    return this.#lookup.nameOf(SETTINGS.region[0]) === SETTINGS.region[0];
  }

  /**
   * The default region: `region`, else the region of the profile that a setting names. There is no built-in default. The region of
   * a profile that no setting names is not used: the keys may come from another source, and belong to another account.
   *
   * @throws {SettingError} if there is none.
   */
  defaultRegion(): string {
    const region = this.#region();
    if (region !== undefined) return region;
    const checked = `no region is configured; checked ${this.#lookup.placesOf("region")}`;
    throw new SettingError(
      this.#namesProfile()
        ? `${checked} and the profile; set one of them`
        : `${checked}; set one of them, or name a profile that has a region`,
    );
  }

  /**
   * The address of ECS for a region, with its scheme. On ASAPI, it has a path too. The scheme is the one in `endpoint`, else
   * `protocol`, else http on this machine and https elsewhere.
   *
   * @throws {SettingError} if `endpoint`, `protocol` or the region is wrong.
   */
  endpointOf(regionId: string): string {
    return ecsEndpoint(this.#lookup, regionId);
  }

  /**
   * The address of the VPC service for a region, as {@link endpointOf}.
   *
   * @throws {SettingError} if it is wrong, or only the address of ECS is set.
   */
  vpcEndpointOf(regionId: string): string {
    return vpcEndpoint(this.#lookup, regionId);
  }

  /** Whether the ECS endpoint of a region is a private cloud's. @throws as {@link endpointOf}. */
  isPrivate(regionId: string): boolean {
    return !isPublic(this.endpointOf(regionId));
  }

  /** A name for the cloud of a region. All addresses of one cloud have the same name. @throws as {@link endpointOf}. */
  cloudOf(regionId: string): string {
    return cloudOf(this.endpointOf(regionId), regionId);
  }

  /**
   * The organization and the resource set of requests on a private cloud. Empty if none is configured.
   *
   * @throws {SettingError} if they are wrong, or are configured for the public cloud.
   */
  scope(): Scope {
    return scopeOf(this.#lookup);
  }

  /** A resource set that has a value and is ignored, because the organization comes from an earlier place. */
  ignoredSet(): { readonly place: string; readonly organization: string } | undefined {
    return ignoredSet(this.#lookup);
  }

  /**
   * The source of credentials: a key pair, else a named profile, else a credentials URI, else the role of this ECS instance,
   * else a role for an OIDC token, else a source of this machine. If `assumeRole` is set, its role is assumed with them.
   *
   * @throws {SettingError} if one of them is wrong, or half of a key pair is missing.
   */
  credentialsSource(): CredentialsSource {
    return chooseSource(this.#lookup, () => this.#sts());
  }

  /**
   * The address of the proxy for a URL. Undefined for a direct connection.
   *
   * @throws {SettingError} if the address is wrong.
   */
  proxyFor(url: string): string | undefined {
    return proxyFor(url, this.#env, this.#lookup.find("proxy"));
  }

  /**
   * Whether to accept any certificate of a private cloud's services. Always false for the public cloud.
   *
   * @throws {SettingError} if it is neither true nor false.
   */
  insecure(): boolean {
    return this.#isOn("insecure") && privatePlace(this.#lookup) !== undefined;
  }

  /** The settings that have a value, and their places. Values that may be secret are left out. */
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
   * Whether the plugin asks Pulumi to refresh each link before an update.
   *
   * @throws {SettingError} if it is neither true nor false.
   */
  refreshBeforeUpdate(): boolean {
    return this.#isOn("refreshBeforeUpdate");
  }

  /**
   * Whether a delete removes a link from the state if ECS no longer offers ClassicLink.
   *
   * @throws {SettingError} if it is neither true nor false.
   */
  forgetRetiredLinks(): boolean {
    return this.#isOn("forgetRetiredLinks");
  }

  #isOn(name: (typeof SWITCHES)[number]): boolean {
    const found = this.#lookup.find(name);
    return found !== undefined && isTrue(found);
  }

  /** Where a role is assumed. @throws {SettingError} if no address is set, or one is wrong. */
  #sts(): Sts {
    const region = this.#region();
    const sts = stsEndpoint(this.#lookup, region);
    return isPublic(sts) ? { sts } : { sts, additions: additionsFor(sts, "Sts", region, this.scope()) };
  }

  #region(): string | undefined {
    const region = this.#lookup.find("region")?.value;
    if (region !== undefined) return region;
    if (!this.#namesProfile()) return undefined;
    const profile = this.#lookup.find("profile");
    return regionOfProfile(profileFile(this.#lookup.find("sharedCredentialsFile"), profile), profile?.value);
  }

  /** Whether a setting names a profile, or the file of one. */
  #namesProfile(): boolean {
    return [this.#lookup.find("profile"), this.#lookup.find("sharedCredentialsFile")].some((one) => one !== undefined);
  }
}
