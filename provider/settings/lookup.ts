/** Finds the value of a setting in its places. */

import {
  CREDENTIAL_SOURCES,
  type Family,
  familyOf,
  isConfigKey,
  SETTING_NAMES,
  VENDOR_SETTING_NAMES,
  SETTINGS,
  type SettingName,
  VENDOR_SETTINGS,
  type VendorSettingName,
} from "./places";
import { SettingError } from "./settingError";

/** Gives a configuration value by its full key, such as `classiclink:region`. Values are text; nested ones are JSON text. */
export type ConfigReader = (key: string) => string | undefined;

/** The environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a host writes a configuration key for people, or undefined where the key cannot be set in that host. */
export type KeyNames = (key: string) => string | undefined;

/** A value, and where it was. */
export interface Found {
  readonly value: string;
  /** How the key or variable that it was found under is written for people. */
  readonly place: string;
  /** That key or variable as the table of settings has it. */
  readonly key: string;
  readonly family: Family;
}

type Name = SettingName | VendorSettingName;

const VENDORS = ["alicloud", "alibabacloudstack"] as const;

/**
 * The settings that decide which vendor's names count, first group first. The address decides before the keys: the keys of
 * one cloud must not be sent to the other.
 */
const DECIDING: readonly (readonly Name[])[] = [
  ["endpoint"],
  CREDENTIAL_SOURCES,
  [...SETTING_NAMES, ...VENDOR_SETTING_NAMES],
];

/**
 * The settings of one configuration. A setting of this package (`classiclink:*`) wins by itself. All others are taken from
 * one vendor's names only: those of `@pulumi/alicloud` or those of the provider of Apsara Stack. Keys, addresses and
 * organizations of two clouds are therefore never mixed.
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

  /** The vendor whose names count; undefined as long as neither has any. */
  get vendor(): Family | undefined {
    this.#chosen ??= { vendor: this.#chooseVendor() };
    return this.#chosen.vendor;
  }

  /**
   * The first of a setting's places that has a value. An empty one is none.
   *
   * @param only reads the names of this family alone.
   * @throws {SettingError} for a value with white space around it.
   */
  find(name: Name, only?: Family): Found | undefined {
    return this.#first(PLACES[name].filter((place) => this.#counts(place, only)));
  }

  /** The first of some environment variables that has a value. */
  variable(names: readonly string[]): Found | undefined {
    return this.#first(this.counted(names));
  }

  /** Those of some environment variables that are looked at. */
  counted(names: readonly string[]): readonly string[] {
    return names.filter((name) => this.#counts(name));
  }

  /** Whether a switch of the SDKs is on. */
  isOn(variable: string): boolean {
    return this.#env[variable]?.toLowerCase() === "true";
  }

  /** The places of a setting that were looked at, as an error lists them. */
  placesOf(name: SettingName, only?: Family): string {
    return PLACES[name]
      .filter((place) => this.vendor === undefined || this.#counts(place, only))
      .flatMap((place) => this.nameOf(place) ?? [])
      .join(", ");
  }

  /** The places of this package's own for a setting, as advice names them. */
  ownPlacesOf(name: SettingName): string {
    const own = PLACES[name].filter((place) => familyOf(place) === "classiclink");
    return own.flatMap((place) => this.nameOf(place) ?? []).join(" or ");
  }

  /** How a place is written for people; undefined where it cannot be set in this host. */
  nameOf(place: string): string | undefined {
    return isConfigKey(place) ? this.#keyNames(place) : place;
  }

  #counts(place: string, only?: Family): boolean {
    const family = familyOf(place);
    return only === undefined ? family === "classiclink" || family === (this.vendor ?? "alicloud") : family === only;
  }

  #chooseVendor(): Family | undefined {
    // What the stack is configured for wins over what the machine's environment has for other stacks.
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

/** A value that is an object, written as JSON. */
export function toObject({ value, place }: Found): Readonly<Record<string, unknown>> {
  const object = fromJson(value, `${place} is not JSON; set its members with pulumi config set --path`);
  // A block of Terraform's may come as a list of one.
  const [only = object] = Array.isArray(object) && object.length === 1 ? object : [];
  if (typeof only !== "object" || only === null || Array.isArray(only)) {
    throw new SettingError(`${place} is no object; set its members with pulumi config set --path`);
  }
  return Object.fromEntries(Object.entries(only));
}

/** A member of a list of objects, such as `alicloud:endpoints`; empty where none of them has it. */
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
    // The message of the error quotes the value.
    throw new SettingError(complaint);
  }
}
