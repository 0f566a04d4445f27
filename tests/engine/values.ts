// Property values as the protocol has them: JSON, where an envelope marks a secret and one string stands for "not known yet".
import { isDeepStrictEqual } from "node:util";
import { Map as MapField, type Message } from "google-protobuf";
import { Struct, Value as AnyValue } from "google-protobuf/google/protobuf/struct_pb";

export type Value = null | boolean | number | string | Value[] | Values;
export interface Values {
  [key: string]: Value;
}

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isSecret = (value: unknown): boolean => isObject(value) && value[SIGNATURE] === SECRET;
export const holdsSecret = (value: unknown): boolean => JSON.stringify(value ?? null).includes(SECRET);
/** The envelope of a secret: `value` in the clear, or `ciphertext` in a state file. */
export const envelope = (content: Values): Values => ({ [SIGNATURE]: SECRET, ...content });

/** Rebuilds a value from its leaves up without undefined members; `change` sees every object. */
export function rebuild(value: unknown, change: (object: Values) => Value): Value {
  if (Array.isArray(value)) return value.map((item) => rebuild(item, change));
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return isObject(value) ? change(asValues(value, change)) : null;
}

export function asValues(value: unknown, change = (object: Values): Value => object): Values {
  const known = Object.entries(isObject(value) ? value : {}).filter(([, item]) => item !== undefined);
  return Object.fromEntries(known.map(([key, item]) => [key, rebuild(item, change)]));
}

/** Each member as `change` makes it. */
export const mapped = (values: Values, change: (value: Value, key: string) => Value): Values =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value, key)]));

const bare = (object: Values): Value => (isSecret(object) ? (object.value ?? null) : object);
/** Without envelopes: what a provider gets that does not accept secrets. */
export const reveal = (values: unknown): Values => asValues(values, bare);
export const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(rebuild(a, bare), rebuild(b, bare));

function accessor(message: Message, verb: "get" | "set", field: string): ((value?: unknown) => unknown) | undefined {
  const found: unknown = Reflect.get(message, verb + field.charAt(0).toUpperCase() + field.slice(1));
  return typeof found === "function" ? (value) => found.call(message, value) : undefined;
}

/** Sets fields of a generated message, an object as a map or a Struct. Those that an older protocol lacks are left out. */
export function fill<M extends Message>(message: M, fields: object): M {
  for (const [field, value] of Object.entries(fields)) {
    const map = accessor(message, "get", `${field}Map`)?.();
    if (map instanceof MapField) for (const [key, item] of Object.entries(asValues(value))) map.set(key, item);
    else if (value !== undefined) {
      accessor(message, "set", field)?.(isObject(value) ? Struct.fromJavaScript(asValues(value)) : value);
    }
  }
  return message;
}

/** A generated message as JSON. What the protocol promises of its members is taken on trust here, and only here. */
export function read(message: Message) {
  const fields = Object.entries(message.toObject()).map(([key, value]) => {
    const field = key.replace(/^pb_/, "");
    const struct = accessor(message, "get", field)?.();
    const isPlain = struct instanceof Struct || struct instanceof AnyValue;
    return [field, isPlain ? rebuild(struct.toJavaScript(), (object) => object) : value];
  });
  return Object.fromEntries(fields);
}
