/** Reads request parameters, and refuses those that cannot be read. */
import { EcsFault } from "./codes";
import type { Params } from "./request";

/** A parameter that must be there. */
export function required(params: Params, name: string): string {
  const value = params.get(name);
  if (!value) throw new EcsFault("MissingParameter", 400, `${name} is required.`);
  return value;
}

/** A number from 1 to `max`, or the fallback when it is not given. */
export function wholeNumber(params: Params, name: string, fallback: number, max: number): number {
  const text = params.get(name);
  if (!text) return fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw new EcsFault("InvalidParameter", 400, `${name} is out of its range.`);
  return value;
}
