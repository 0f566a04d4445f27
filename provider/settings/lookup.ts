/** Finds the value of a setting in its places. */

import { type Places, SETTINGS, type SettingName, writtenKey } from "./places";
import { SettingError } from "./settingError";

/** Gives a configuration value by its full key, such as `classiclink:region`. Values are text; nested ones are JSON text. */
export type ConfigReader = (key: string) => string | undefined;

/** The environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a value may be found: in the configuration of one of two packages, or in the environment. */
export type Level = "classiclink" | "alicloud" | "env";

export const ALL_LEVELS: readonly Level[] = ["classiclink", "alicloud", "env"];

/** A value, and where it was. */
export interface Found {
  readonly value: string;
  /** The key or variable that it was found under. */
  readonly place: string;
  readonly level: Level;
}

export class Lookup {
  readonly #config: ConfigReader;
  readonly #env: Environment;

  constructor(config: ConfigReader, env: Environment) {
    this.#config = config;
    this.#env = env;
  }

  /** The first of a setting's places that has a value. An empty one is none. */
  find(name: SettingName, levels = ALL_LEVELS): Found | undefined {
    const { config, env }: Places = SETTINGS[name];
    for (const key of config) {
      const level = key.startsWith("alicloud:") ? "alicloud" : "classiclink";
      const value = levels.includes(level) ? this.#valueOf(name, key) : undefined;
      if (value !== undefined && value !== "") return { value, place: writtenKey(name, key), level };
    }
    if (!levels.includes("env")) return undefined;
    const variable = this.variable(env);
    return variable === undefined ? undefined : { ...variable, level: "env" };
  }

  /** The first of some environment variables that has a value. */
  variable(names: readonly string[]): { readonly value: string; readonly place: string } | undefined {
    const place = names.find((name) => this.#env[name] !== undefined && this.#env[name] !== "");
    return place === undefined ? undefined : { value: this.#env[place] ?? "", place };
  }

  /** Whether a switch of the SDKs is on. */
  isOn(variable: string): boolean {
    return this.#env[variable]?.toLowerCase() === "true";
  }

  #valueOf(name: SettingName, key: string): string | undefined {
    const value = this.#config(key);
    return value && key === "alicloud:endpoints" ? endpointIn(value, writtenKey(name, key)) : value;
  }
}

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

/** `alicloud:endpoints` is a list of objects, in one of which is the endpoint of the product that `written` ends with. */
function endpointIn(value: string, written: string): string | undefined {
  const product = written.slice(written.lastIndexOf(".") + 1);
  const endpoints = fromJson(
    value,
    `alicloud:endpoints is not JSON; set it with pulumi config set --path '${written}' <host>`,
  );
  const list: unknown[] = Array.isArray(endpoints) ? endpoints : [endpoints];
  for (const item of list) {
    const members = typeof item === "object" && item !== null ? Object.entries(item) : [];
    const host: unknown = members.find(([name]) => name === product)?.[1];
    if (typeof host === "string" && host !== "") return host;
  }
  return undefined;
}

function fromJson(text: string, complaint: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The message of the error quotes the value.
    throw new SettingError(complaint);
  }
}
