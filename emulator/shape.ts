/** The edge where JSON from outside (state files, the control API) becomes typed data, or a sentence that says why not. */
import { actions } from "./codes";
import { type CodeFault, type FaultName, faultNames, type TroubleRule } from "./troubleRules";
import { type InstanceSeed, instanceStatuses, type LinkSeed, networkTypes, type VpcSeed } from "./world";

/** JSON that is not what it should be; the message names the field. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** Gives the value its type, or throws; `where` is how to call it then. */
type Read<T> = (value: unknown, where: string) => T;

function guard<T>(what: string, is: (value: unknown) => value is T): Read<T> {
  return (value, where) => {
    if (is(value)) return value;
    throw new ShapeError(`${where} must be ${what}`);
  };
}

const text = guard("a text", (value): value is string => typeof value === "string" && value !== "");
const number = guard("a number from 0", (value): value is number => typeof value === "number" && value >= 0);
const flag = guard("true or false", (value): value is boolean => typeof value === "boolean");
const array = guard("a list", (value): value is unknown[] => Array.isArray(value));
const status = guard(
  "an HTTP status from 200 to 599",
  (value): value is number => Number.isInteger(value) && Number(value) >= 200 && Number(value) < 600,
);

function oneOf<T extends string>(allowed: readonly T[]): Read<T> {
  const is = (value: unknown): value is T => allowed.some((one) => one === value);
  return guard(`one of ${allowed.join(", ")}`, is);
}

/** The fields of an object by name; a Map, so that `__proto__` is only a name. A name that is not known is refused. */
function fieldsOf(value: unknown, what: string, known: readonly string[]) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ShapeError(`${what} must be an object`);
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const name of fields.keys()) {
    if (!known.includes(name)) throw new ShapeError(`${what} has no field ${JSON.stringify(name)}`);
  }
  const get = <T>(name: string, read: Read<T>): T => read(fields.get(name), `${what}.${name}`);
  const maybe = <T>(name: string, read: Read<T>): T | undefined => (fields.has(name) ? get(name, read) : undefined);
  return { get, maybe };
}

export function parseInstance(value: unknown): InstanceSeed {
  const { get, maybe } = fieldsOf(value, "instance", ["instanceId", "regionId", "status", "networkType", "owner"]);
  return {
    instanceId: get("instanceId", text),
    regionId: maybe("regionId", text),
    status: maybe("status", oneOf(instanceStatuses)),
    networkType: maybe("networkType", oneOf(networkTypes)),
    owner: maybe("owner", text),
  };
}

export function parseVpc(value: unknown): VpcSeed {
  const { get, maybe } = fieldsOf(value, "vpc", ["vpcId", "regionId", "classicLinkEnabled", "owner"]);
  return {
    vpcId: get("vpcId", text),
    regionId: maybe("regionId", text),
    classicLinkEnabled: maybe("classicLinkEnabled", flag),
    owner: maybe("owner", text),
  };
}

export function parseLink(value: unknown): LinkSeed {
  const { get } = fieldsOf(value, "link", ["regionId", "instanceId", "vpcId"]);
  return { instanceId: get("instanceId", text), vpcId: get("vpcId", text) };
}

/** What a state file holds. */
export interface State {
  readonly instances: readonly InstanceSeed[];
  readonly vpcs: readonly VpcSeed[];
  readonly links: readonly LinkSeed[];
}

export function parseState(value: unknown): State {
  const { maybe } = fieldsOf(value, "state", ["instances", "vpcs", "links"]);
  return {
    instances: (maybe("instances", array) ?? []).map(parseInstance),
    vpcs: (maybe("vpcs", array) ?? []).map(parseVpc),
    links: (maybe("links", array) ?? []).map(parseLink),
  };
}

const ruleFields: Readonly<Record<TroubleRule["kind"], readonly string[]>> = {
  locked: ["instanceId", "tries", "forMs"],
  throttle: ["quota", "windowMs", "action", "retryAfter", "code", "status"],
  latency: ["ms", "action"],
  invisible: ["ms", "describes"],
  retired: ["code", "action", "regionId"],
  denied: ["action"],
  fault: ["on", "instanceId", "times", "skip", "fault", "afterWork"],
};
const kinds = ["locked", "throttle", "latency", "invisible", "retired", "denied", "fault"] as const;

export function parseRule(value: unknown): TroubleRule {
  const kind = fieldsOf(value, "rule", ["kind", ...Object.values(ruleFields).flat()]).get("kind", oneOf(kinds));
  const { get, maybe } = fieldsOf(value, `${kind} rule`, ["kind", ...ruleFields[kind]]);
  const action = maybe("action", oneOf(actions));
  switch (kind) {
    case "locked":
      return {
        kind,
        instanceId: get("instanceId", text),
        tries: maybe("tries", number),
        forMs: maybe("forMs", number),
      };
    case "throttle": {
      const rest = {
        retryAfter: maybe("retryAfter", flag),
        code: maybe("code", text),
        status: maybe("status", status),
      };
      return { kind, action, quota: get("quota", number), windowMs: maybe("windowMs", number), ...rest };
    }
    case "latency":
      return { kind, action, ms: get("ms", number) };
    case "invisible": {
      const describes = maybe("describes", number);
      return describes === undefined ? { kind, ms: get("ms", number) } : { kind, describes };
    }
    case "retired":
      return { kind, action, code: maybe("code", text), regionId: maybe("regionId", text) };
    case "denied":
      return { kind, action };
    case "fault":
      return {
        kind,
        on: get("on", oneOf(actions)),
        instanceId: maybe("instanceId", text),
        times: maybe("times", number),
        skip: maybe("skip", number),
        fault: get("fault", parseFault),
        afterWork: maybe("afterWork", flag),
      };
  }
}

function parseFault(value: unknown, where: string): FaultName | CodeFault {
  if (typeof value === "string") return oneOf(faultNames)(value, where);
  const { get, maybe } = fieldsOf(value, "fault", ["code", "status", "message"]);
  return { code: get("code", text), status: maybe("status", status), message: maybe("message", text) };
}
