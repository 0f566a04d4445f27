/** A setting that is an object. Members that it leaves out are read from environment variables. */

import { quote } from "../quote";
import { type Found, type Lookup, SettingError } from "./lookup";

export class ObjectSetting<Name extends string> {
  readonly #setting: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #variables: Readonly<Record<Name, readonly string[]>>;
  readonly #lookup: Lookup;

  /**
   * @param setting the place of the object, for errors.
   * @throws {SettingError} for an unknown member. It may be a misspelt `policy`. Without its policy, a role would allow too much.
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

  /** The value in the object. */
  own(name: Name): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number") return String(value);
    throw new SettingError(`${this.#setting}.${name} is of type ${typeof value}; set it to a string`);
  }

  /** The value in the object, else in the environment, and its place. */
  find(name: Name): Pick<Found, "value" | "place"> | undefined {
    const value = this.own(name);
    if (value !== undefined) return { value, place: `${this.#setting}.${name}` };
    return this.#lookup.variable(this.#variables[name]);
  }

  /** The value of {@link find}. */
  text(name: Name): string | undefined {
    return this.find(name)?.value;
  }

  /** As {@link text}. @throws {SettingError} if there is no value. */
  need(name: Name): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    const instead = this.#lookup
      .readVariables(this.#variables[name])
      .map((variable) => `, or ${variable}`)
      .join("");
    throw new SettingError(`${this.#setting}.${name} is missing; set it${instead}`);
  }
}
