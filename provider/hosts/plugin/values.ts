/** Property values between the wire and plain JavaScript: the one place that knows of secrets and of unknowns. */

import type { JavaScriptValue, Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb";
import { type Properties, UNKNOWN } from "../../resources/inputs";
import { SECRET, SIGNATURE } from "../secret";
import { Struct } from "./fromPulumi";

/** The kind of an output that may not be known yet. Source: Pulumi's provider protocol, property values. */
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Properties out of their envelopes. */
export interface Unwrapped {
  /** In clear. A value that is not known yet is {@link UNKNOWN}. */
  readonly values: Properties;
  /** The names of the properties that hold a secret, at any depth. */
  readonly secrets: ReadonlySet<string>;
}

/** Reads properties off the wire. A message that is not there has no properties. */
export function unwrap(message: StructMessage | undefined): Unwrapped {
  const secrets = new Set<string>();
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message?.toJavaScript() ?? {})) {
    values[name] = open(value, () => secrets.add(name));
  }
  return { values, secrets };
}

/**
 * Writes properties for the wire, those named by `secrets` each in an envelope.
 *
 * Members that are undefined are left out. An unknown stays bare: there is nothing in it to hide, and Pulumi knows it by
 * its text.
 */
export function wrap(values: Properties, secrets: ReadonlySet<string> = new Set()): StructMessage {
  const members: Record<string, JavaScriptValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const plain = toWire(value);
    members[name] = secrets.has(name) && value !== UNKNOWN ? { [SIGNATURE]: SECRET, value: plain } : plain;
  }
  return Struct.fromJavaScript(members);
}

/** Whether a value is, or holds, something that is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === UNKNOWN;
  return Object.values(value).some(holdsUnknown);
}

function open(value: unknown, onSecret: () => void): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => open(item, onSecret));
  if (typeof value !== "object" || value === null) return value;
  const members = new Map<string, unknown>(Object.entries(value));
  const kind = members.get(SIGNATURE);
  if (kind === SECRET || (kind === OUTPUT && members.get("secret") === true)) onSecret();
  if (kind === SECRET || kind === OUTPUT) {
    // An output without a value is one that is not known yet.
    return members.has("value") ? open(members.get("value"), onSecret) : UNKNOWN;
  }
  return Object.fromEntries([...members].map(([name, item]) => [name, open(item, onSecret)]));
}

function toWire(value: unknown): JavaScriptValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== "object" || value === null) return null;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(members.map(([name, item]) => [name, toWire(item)]));
}
