/** Reads the members of one profile. */

import {
  type CredentialsSource,
  DEFAULT_SESSION_NAME,
  DURATION_S,
  type OAuthSource,
  type ProfileSource,
  type Role,
  type Sts,
} from ".";
import type { Fields } from "../answerFields";
import { isLoopback, regionalStsHost } from "../endpoint";
import { additionsFor, isPublic } from "../privateCloud";
import { SourceFailure } from "./sourceFailure";
import type { ProfileFile } from "./profileFile";

/** For each value of `mode` or `type`, the function that makes its source. */
export type Kinds = Readonly<Record<string, (profile: ProfileReader) => CredentialsSource>>;

/** One profile. All its methods throw a {@link SourceFailure} that names a member, and never quotes a value. */
export class ProfileReader {
  readonly #source: ProfileSource;
  readonly #file: ProfileFile;
  readonly #profile: Fields;
  /** The names of the profiles that refer to each other. The last one is this profile. */
  readonly #path: readonly string[];

  constructor(source: ProfileSource, file: ProfileFile, path: readonly string[]) {
    this.#source = source;
    this.#file = file;
    this.#path = path;
    this.#profile = file.profiles.get(path.at(-1) ?? "") ?? {};
  }

  /** The source of this profile. @param member the member that names its kind. */
  as(member: string, kinds: Kinds): CredentialsSource {
    const kind = this.need(member);
    const make = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (make === undefined) throw new SourceFailure(`its ${member} is none of ${Object.keys(kinds).join(", ")}`);
    return make(this);
  }

  /** The profile that a member names. */
  other(member: string): ProfileReader {
    const name = this.need(member);
    if (this.#path.includes(name)) throw new SourceFailure(`its ${member} forms a loop`);
    if (!this.#file.profiles.has(name)) throw new SourceFailure(`there is no profile of the name in its ${member}`);
    return new ProfileReader(this.#source, this.#file, [...this.#path, name]);
  }

  text(member: string): string | undefined {
    const value = this.#profile[member];
    if (typeof value !== "string" || value === "") return undefined;
    if (value !== value.trim()) throw new SourceFailure(`its ${member} has white space before or after its value`);
    return value;
  }

  need(member: string): string {
    const value = this.text(member);
    if (value === undefined) throw new SourceFailure(`it has no ${member}`);
    return value;
  }

  number(member: string): number | undefined {
    const value = this.#profile[member];
    const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
    // For a number that is not set, the aliyun command line writes 0.
    return typeof number === "number" && Number.isSafeInteger(number) && number > 0 ? number : undefined;
  }

  keys(securityToken?: string): CredentialsSource {
    const credentials = {
      accessKeyId: this.need("access_key_id"),
      accessKeySecret: this.need("access_key_secret"),
      ...(securityToken === undefined ? {} : { securityToken }),
    };
    return { kind: "keys", credentials };
  }

  ecsRole(member: string): CredentialsSource {
    const roleName = this.text(member);
    const { tokenOnly, metadataOff } = this.#source;
    return {
      kind: "ecsRole",
      tokenOnly,
      ...(metadataOff ? { metadataOff } : {}),
      ...(roleName === undefined ? {} : { roleName }),
    };
  }

  role({ arn = "ram_role_arn", sessionName = "ram_session_name" } = {}): Role {
    const durationS = this.number("expired_seconds") ?? this.number("duration_seconds") ?? DURATION_S.default;
    if (durationS < DURATION_S.least || durationS > DURATION_S.most) {
      throw new SourceFailure(`its expired_seconds is not between ${DURATION_S.least} and ${DURATION_S.most}`);
    }
    const policy = this.text("policy");
    const externalId = this.text("external_id");
    return {
      arn: this.need(arn),
      sessionName: this.text(sessionName) ?? DEFAULT_SESSION_NAME,
      durationS,
      ...(policy === undefined ? {} : { policy }),
      ...(externalId === undefined ? {} : { externalId }),
      ...this.#sts(),
    };
  }

  /**
   * Refuses a mode that calls a service of the public cloud, if the keys are for a private cloud.
   *
   * @param address the service's address, if the profile names it. An address on this machine is allowed.
   */
  onPublicCloud(mode: string, address = ""): this {
    const isHere = URL.canParse(address) && isLoopback(new URL(address).hostname);
    if (!this.#source.privateCloud || isHere) return this;
    throw new SourceFailure(`its mode ${mode} calls the public cloud, but the endpoint is a private cloud's`);
  }

  oauth(): OAuthSource {
    const site = this.need("oauth_site_type").toUpperCase();
    if (site !== "CN" && site !== "INTL") throw new SourceFailure("its oauth_site_type is neither CN nor INTL");
    return {
      kind: "oauth",
      site,
      refreshToken: this.need("oauth_refresh_token"),
      accessToken: this.text("oauth_access_token") ?? "",
      accessTokenExpire: this.number("oauth_access_token_expire") ?? 0,
      file: this.#source.file,
      profile: this.#path.at(-1) ?? "",
    };
  }

  #sts(): Sts {
    const endpoint = this.text("sts_endpoint");
    if (endpoint !== undefined) {
      if (!/^[\w.-]+(:\d+)?$/.test(endpoint)) throw new SourceFailure("its sts_endpoint is not a host name");
      const { hostname } = new URL(`https://${endpoint}`);
      const sts = this.#checked("sts_endpoint", `${isLoopback(hostname) ? "http" : "https"}://${endpoint}`);
      const { privateCloud } = this.#source;
      if (privateCloud === undefined) return { sts };
      return { sts, additions: additionsFor(sts, "Sts", privateCloud.regionId, privateCloud.scope) };
    }
    const region = this.text("sts_region");
    if (region === undefined || this.#source.privateCloud) {
      if (this.#source.sts !== undefined) return this.#source.sts;
      throw new SourceFailure(
        "it assumes a role, but no address of STS is set; give it an sts_endpoint, or set CLASSICLINK_STS_ENDPOINT",
      );
    }
    const host = regionalStsHost(region, this.#profile.enable_vpc === true);
    if (host === undefined) throw new SourceFailure("its sts_region is not a region");
    return { sts: `https://${host}` };
  }

  #checked(member: string, url: string): string {
    if (!this.#source.privateCloud || !isPublic(url)) return url;
    throw new SourceFailure(`its ${member} is an address of the public cloud, but the endpoint is a private cloud's`);
  }
}
