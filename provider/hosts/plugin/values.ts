/** Converts property values between the protocol and plain JavaScript, with secrets and unknown values. */

import type { JavaScriptValue, Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb";
import { type Properties, UNKNOWN } from "../../resources/inputs";
import { SECRET, SIGNATURE } from "../secret";
import { Struct } from "./fromPulumi";

/** The signature of an output value, which may be unknown. Source: Pulumi's provider protocol, property values. */
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Plain property values. */
export interface Unwrapped {
  /** In clear text. An unknown value is {@link UNKNOWN}. */
  readonly values: Properties;
  /** The names of the properties that contain a secret, at any depth. */
  readonly secrets: ReadonlySet<string>;
}

/** Reads the properties of a message. */
export function unwrap(message: StructMessage | undefined): Unwrapped {
  const secrets = new Set<string>();
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message?.toJavaScript() ?? {})) {
    values[name] = plainOf(value, () => secrets.add(name));
  }
  return { values, secrets };
}

/**
 * Writes properties as a message. Undefined members are left out. An unknown value is not marked as secret, because Pulumi
 * recognizes it by its text.
 *
 * @param secrets the names of the properties to mark as secret.
 */
export function wrap(values: Properties, secrets: ReadonlySet<string> = new Set()): StructMessage {
  const members: Record<string, JavaScriptValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const plain = toMessageValue(value);
    members[name] = secrets.has(name) && value !== UNKNOWN ? { [SIGNATURE]: SECRET, value: plain } : plain;
  }
  return Struct.fromJavaScript(members);
}

/** Whether a value is unknown, or contains an unknown value. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === UNKNOWN;
  return Object.values(value).some(hasUnknown);
}

function plainOf(value: unknown, onSecret: () => void): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => plainOf(item, onSecret));
  if (typeof value !== "object" || value === null) return value;
  const members = new Map<string, unknown>(Object.entries(value));
  const kind = members.get(SIGNATURE);
  if (kind === SECRET || (kind === OUTPUT && members.get("secret") === true)) onSecret();
  if (kind === SECRET || kind === OUTPUT) {
    // An output without a value is unknown.
    return members.has("value") ? plainOf(members.get("value"), onSecret) : UNKNOWN;
  }
  return Object.fromEntries([...members].map(([name, item]) => [name, plainOf(item, onSecret)]));
}

function toMessageValue(value: unknown): JavaScriptValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(toMessageValue);
  if (typeof value !== "object" || value === null) return null;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(members.map(([name, item]) => [name, toMessageValue(item)]));
}
