/** The members of a setting that is an object, each with the environment variables that stand in for it. */

import { quote } from "../quote";
import type { Lookup } from "./lookup";
import { SettingError } from "./settingError";

export class Members<Name extends string> {
  readonly #setting: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #variables: Readonly<Record<Name, readonly string[]>>;
  readonly #lookup: Lookup;

  /**
   * @param setting where the object was found, for errors.
   * @throws {SettingError} for a member that is misspelt, or not known yet: one that narrows a role must not get lost.
   */
  constructor(
    setting: string,
    values: Readonly<Record<string, unknown>>,
    variables: Readonly<Record<Name, readonly string[]>>,
    lookup: Lookup,
  ) {
    this.#setting = setting;
    this.#values = values;
    this.#variables = variables;
    this.#lookup = lookup;
    const misspelt = Object.keys(values).find((name) => !Object.hasOwn(variables, name));
    if (misspelt !== undefined) {
      throw new SettingError(
        `${setting} has no member "${quote(misspelt)}"; it has ${Object.keys(variables).join(", ")}`,
      );
    }
  }

  /** What the object itself says. */
  own(name: Name): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number") return String(value);
    throw new SettingError(`${this.#setting}.${name} is of type ${typeof value}; set it to a string`);
  }

  /** What the object says, else what the environment does. */
  text(name: Name): string | undefined {
    return this.own(name) ?? this.#lookup.variable(this.#variables[name])?.value;
  }

  /** @throws {SettingError} when neither says anything. */
  need(name: Name): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    const instead = this.#lookup
      .counted(this.#variables[name])
      .map((variable) => `, or ${variable}`)
      .join("");
    throw new SettingError(`${this.#setting}.${name} is missing; set it${instead}`);
  }

  /** Where {@link text} found its value. */
  place(name: Name): string {
    if (this.own(name) !== undefined) return `${this.#setting}.${name}`;
    return this.#lookup.variable(this.#variables[name])?.place ?? `${this.#setting}.${name}`;
  }
}
