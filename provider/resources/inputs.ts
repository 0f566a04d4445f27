/** Checks of a program's properties, which may be wrong, missing, or unknown. */

import { isHidden } from "./hidden";
import { faultOfId } from "./ids";

/** Stands in for a value that is not known during a preview. Source: Pulumi's provider protocol. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Properties as the engine passes them. */
export type Properties = Readonly<Record<string, unknown>>;

/** One thing that is wrong with the inputs. */
export interface CheckFailure {
  /** The property that is wrong. */
  readonly property: string;
  /** What is wrong with it, and what to do. */
  readonly reason: string;
}

/** The answer of `check`. */
export interface CheckResult {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

/** What is wrong with an id, or undefined. Unknown values pass. */
export function checkId(property: string, value: unknown, example: string): CheckFailure | undefined {
  if (value === UNKNOWN) return undefined;
  if (value === undefined || value === null) {
    return { property, reason: `is missing; set ${property} to an id such as "${example}"` };
  }
  if (typeof value !== "string") {
    const type = Array.isArray(value) ? "a list" : `of type ${typeof value}`;
    return { property, reason: `is ${type}; set it to a string such as "${example}"` };
  }
  const fault = faultOfId(value);
  return fault === undefined ? undefined : { property, reason: `${fault}; set it to one id such as "${example}"` };
}

/** The failures among the answers of checks. */
export function failuresOf(...checked: readonly (CheckFailure | undefined)[]): CheckFailure[] {
  return checked.filter((failure) => failure !== undefined);
}

/** Failures for properties that do not exist. Hidden ones belong to Pulumi and to the hosts. */
export function checkNames(inputs: Properties, known: readonly string[]): CheckFailure[] {
  return Object.keys(inputs)
    .filter((property) => !known.includes(property) && !isHidden(property))
    .map((property) => ({ property, reason: `does not exist; the properties are ${known.join(", ")}` }));
}

/**
 * The region in the inputs, or the configured one. So each resource keeps its region.
 *
 * @param defaultRegion gives the region if none is named. Its error becomes a failure of `regionId`.
 */
export function checkRegion(
  given: unknown,
  defaultRegion: () => string,
): { readonly inputs: Properties; readonly failure: CheckFailure | undefined } {
  try {
    const regionId = given ?? defaultRegion();
    return { inputs: { regionId }, failure: checkId("regionId", regionId, "cn-hangzhou") };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { inputs: {}, failure: { property: "regionId", reason } };
  }
}
