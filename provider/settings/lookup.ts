/** Finds the value of a setting in its places. */

import {
  CREDENTIAL_SOURCES,
  type Family,
  familyOf,
  isConfigKey,
  isOrganizationKey,
  isPopDomain,
  SETTING_NAMES,
  VENDOR_SETTING_NAMES,
  SETTINGS,
  type SettingName,
  VENDOR_SETTINGS,
  type VendorSettingName,
} from "./places";
import { quote } from "../quote";

/** A setting is missing or wrong. The message names the setting and the checked places. It quotes no value that may be secret. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

/** Returns a configuration value by its full key, such as `classiclink:region`. Objects and lists are JSON text. */
export type ConfigReader = (key: string) => string | undefined;

/** The environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a host writes a configuration key in messages. Undefined if the key cannot be set in that host. */
export type KeyNames = (key: string) => string | undefined;

/** The value of a setting, and the place that has it. */
export interface Found {
  readonly value: string;
  /** The configuration key or environment variable, as messages write it. */
  readonly place: string;
  /** The configuration key or environment variable, as in the table of settings. */
  readonly key: string;
  readonly family: Family;
}

type Name = SettingName | VendorSettingName;

const VENDORS = ["alicloud", "alibabacloudstack"] as const;

/**
 * The groups of settings that decide which vendor's names are read. The first group with a value decides. The endpoint comes
 * before the keys, because the keys of one cloud must not be sent to another.
 */
const DECIDING: readonly (readonly Name[])[] = [
  ["endpoint"],
  CREDENTIAL_SOURCES,
  [...SETTING_NAMES, ...VENDOR_SETTING_NAMES],
];

/**
 * The settings of one configuration. This package's own names (`classiclink:*`) win. Of the other names, only those of one
 * vendor are read: `@pulumi/alicloud` or the provider of Apsara Stack. So keys, addresses and organizations of two clouds are
 * never mixed.
 */
export class Lookup {
  readonly #config: ConfigReader;
  readonly #env: Environment;
  readonly #keyNames: KeyNames;
  #chosen: { readonly vendor: Family | undefined } | undefined;

  constructor(config: ConfigReader, env: Environment, keyNames: KeyNames = (key) => key) {
    this.#config = config;
    this.#env = env;
    this.#keyNames = keyNames;
  }

  /** The vendor whose names are read. Undefined if neither vendor's names have a value. */
  get vendor(): Family | undefined {
    this.#chosen ??= { vendor: this.#chooseVendor() };
    return this.#chosen.vendor;
  }

  /**
   * The first value in the places of a setting. An empty value counts as none.
   *
   * @param only the only family whose names are read.
   * @param accept which of the places are read.
   * @throws {SettingError} for a value with white space before or after it.
   */
  find(name: Name, only?: Family, accept: (place: string) => boolean = () => true): Found | undefined {
    return this.#first(PLACES[name].filter((place) => this.#isRead(place, only) && accept(place)));
  }

  /** The first value in some environment variables. */
  variable(names: readonly string[]): Found | undefined {
    return this.#first(this.readVariables(names));
  }

  /** The environment variables, of those given, that are read. */
  readVariables(names: readonly string[]): readonly string[] {
    return names.filter((name) => this.#isRead(name));
  }

  /** Whether an environment variable of the SDKs is `true`. */
  isOn(variable: string): boolean {
    return this.#env[variable]?.toLowerCase() === "true";
  }

  /** The places of a setting that were checked, for an error. */
  placesOf(name: SettingName, only?: Family): string {
    return PLACES[name]
      .filter((place) => this.vendor === undefined || this.#isRead(place, only))
      .flatMap((place) => this.nameOf(place) ?? [])
      .join(", ");
  }

  /** This package's own places for a setting, for advice. */
  ownPlacesOf(name: SettingName): string {
    const own = PLACES[name].filter((place) => familyOf(place) === "classiclink");
    return own.flatMap((place) => this.nameOf(place) ?? []).join(" or ");
  }

  /** A place as messages write it. Undefined if it cannot be set in this host. */
  nameOf(place: string): string | undefined {
    return isConfigKey(place) ? this.#keyNames(place) : place;
  }

  #isRead(place: string, only?: Family): boolean {
    const family = familyOf(place);
    const isOfFamily =
      only === undefined ? family === "classiclink" || family === (this.vendor ?? "alicloud") : family === only;
    return isOfFamily && !this.#isIgnored(place);
  }

  /** Whether the provider of Apsara Stack ignores a place because of its other settings. */
  #isIgnored(place: string): boolean {
    if (isOrganizationKey(place)) return !this.#hasOrganizationPair();
    if (!isPopDomain(place)) return false;
    const force = this.find("forceUseAsapi");
    return force !== undefined && isTrue(force);
  }

  #hasOrganizationPair(): boolean {
    return (["accessKey", "secretKey"] as const).every((name) =>
      PLACES[name].some((place) => isOrganizationKey(place) && this.#valueOf(place) !== ""),
    );
  }

  #chooseVendor(): Family | undefined {
    // The stack's configuration wins over the environment, which may be for other stacks.
    for (const ofConfig of [true, false]) {
      for (const names of DECIDING) {
        const places = names.flatMap((name) => PLACES[name]).filter((place) => isConfigKey(place) === ofConfig);
        const set = places.filter((place) => this.#valueOf(place) !== "").map(familyOf);
        const vendor = VENDORS.find((one) => set.includes(one));
        if (vendor !== undefined) return vendor;
      }
    }
    return undefined;
  }

  #first(places: readonly string[]): Found | undefined {
    for (const place of places) {
      const value = this.#valueOf(place);
      if (value === "") continue;
      const name = this.nameOf(place) ?? place;
      if (value !== value.trim() && !/^\s*[[{]/.test(value)) {
        throw new SettingError(`${name} has white space before or after its value; set it without`);
      }
      return { value, place: name, key: place, family: familyOf(place) };
    }
    return undefined;
  }

  #valueOf(place: string): string {
    if (!isConfigKey(place)) return this.#env[place] ?? "";
    const [, key = place, member] = /^(.+)\[0\]\.(\w+)$/.exec(place) ?? [];
    const value = this.#config(key) ?? "";
    return value === "" || member === undefined ? value : memberOf(value, key, member);
  }
}

const PLACES: Readonly<Record<Name, readonly string[]>> = {
  ...SETTINGS,
  ...VENDOR_SETTINGS,
};

/**
 * The value of a boolean setting: true, false, or Terraform's 1 and 0.
 *
 * @throws {SettingError} for another value.
 */
export function isTrue({ value, place }: Found): boolean {
  if (/^(true|1)$/i.test(value)) return true;
  if (/^(false|0)$/i.test(value)) return false;
  throw new SettingError(`${place} is "${quote(value)}"; use true or false`);
}

/** A value that is an object, written as JSON. */
export function toObject({ value, place }: Found): Readonly<Record<string, unknown>> {
  const object = fromJson(value, `${place} is not JSON; set its members with pulumi config set --path`);
  // A block of Terraform may be a list with one object.
  const [only = object] = Array.isArray(object) && object.length === 1 ? object : [];
  if (typeof only !== "object" || only === null || Array.isArray(only)) {
    throw new SettingError(`${place} is not an object; set its members with pulumi config set --path`);
  }
  return Object.fromEntries(Object.entries(only));
}

/** A member of a list of objects, such as `alicloud:endpoints`. Empty if none has it. */
function memberOf(value: string, key: string, member: string): string {
  const complaint = `${key} is not JSON; set it with pulumi config set --path '${key}[0].${member}' <host>`;
  const list = fromJson(value, complaint);
  for (const item of Array.isArray(list) ? list : [list]) {
    const members = typeof item === "object" && item !== null ? Object.entries(item) : [];
    const found: unknown = members.find(([name]) => name === member)?.[1];
    if (typeof found === "string" && found !== "") return found;
  }
  return "";
}

function fromJson(text: string, complaint: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The original message quotes the value.
    throw new SettingError(complaint);
  }
}
