/** Converts JSON of the control API and the state file to typed data. Errors name the wrong field. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { actions } from "./errorTable";
import {
  type AnswerName,
  answerNames,
  type ErrorAnswer,
  type FaultKind,
  type FaultRule,
  type InstanceSeed,
  instanceStatuses,
  type LinkSeed,
  networkTypes,
  type VpcSeed,
} from "./types";

/** JSON of the wrong shape. The message names the field. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** Checks the type of a value. `where` is its name in the error. */
type Read<T> = (value: unknown, where: string) => T;

function guard<T>(what: string, is: (value: unknown) => value is T): Read<T> {
  return (value, where) => {
    if (is(value)) return value;
    throw new ShapeError(`${where} must be ${what}`);
  };
}

const text = guard("a text", (value): value is string => typeof value === "string" && value !== "");
const number = guard("a number from 0", (value): value is number => typeof value === "number" && value >= 0);
const anyNumber = guard("a number", (value): value is number => typeof value === "number");
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

/** The fields of an object. In a Map, `__proto__` is a name like others. Unknown names are refused. */
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

const scopeFields = ["organizationId", "resourceSetId"];

export function parseInstance(value: unknown): InstanceSeed {
  const { get, maybe } = fieldsOf(value, "instance", [
    ...["instanceId", "regionId", "status", "networkType", "owner", "lockReason"],
    ...scopeFields,
  ]);
  return {
    instanceId: get("instanceId", text),
    regionId: maybe("regionId", text),
    status: maybe("status", oneOf(instanceStatuses)),
    networkType: maybe("networkType", oneOf(networkTypes)),
    owner: maybe("owner", text),
    lockReason: maybe("lockReason", text),
    organizationId: maybe("organizationId", text),
    resourceSetId: maybe("resourceSetId", text),
  };
}

export function parseVpc(value: unknown): VpcSeed {
  const { get, maybe } = fieldsOf(value, "vpc", [
    ...["vpcId", "regionId", "classicLinkEnabled", "owner", "name", "description", "cidrBlock"],
    ...scopeFields,
  ]);
  return {
    vpcId: get("vpcId", text),
    regionId: maybe("regionId", text),
    classicLinkEnabled: maybe("classicLinkEnabled", flag),
    owner: maybe("owner", text),
    name: maybe("name", text),
    description: maybe("description", text),
    cidrBlock: maybe("cidrBlock", text),
    organizationId: maybe("organizationId", text),
    resourceSetId: maybe("resourceSetId", text),
  };
}

export function parseLink(value: unknown): LinkSeed {
  const { get } = fieldsOf(value, "link", ["regionId", "instanceId", "vpcId"]);
  return { instanceId: get("instanceId", text), vpcId: get("vpcId", text) };
}

/** The content of a state file. */
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

const matchFields = ["action", "instanceId", "regionId", "skip", "times", "forMs"] as const;
const effectFields: Readonly<Record<FaultKind, readonly string[]>> = {
  answer: ["answer", "afterWork", "workAfterMs"],
  locked: [],
  denied: ["code"],
  retired: ["code"],
  latency: ["ms"],
  invisible: ["ms", "describes"],
  throttle: ["quota", "windowMs", "phaseMs", "retryAfter", "code", "status"],
  clock: ["ms"],
};
const kinds = ["answer", "locked", "denied", "retired", "latency", "invisible", "throttle", "clock"] as const;

export function parseRule(value: unknown): FaultRule {
  const every = ["kind", ...matchFields, ...Object.values(effectFields).flat()];
  const kind = fieldsOf(value, "rule", every).get("kind", oneOf(kinds));
  const { get, maybe } = fieldsOf(value, `${kind} rule`, ["kind", ...matchFields, ...effectFields[kind]]);
  const scope = {
    action: maybe("action", oneOf(actions)),
    instanceId: maybe("instanceId", text),
    regionId: maybe("regionId", text),
    skip: maybe("skip", number),
    times: maybe("times", number),
    forMs: maybe("forMs", number),
  };
  switch (kind) {
    case "answer": {
      const work = { afterWork: maybe("afterWork", flag), workAfterMs: maybe("workAfterMs", number) };
      return { kind, ...scope, answer: get("answer", parseAnswer), ...work };
    }
    case "locked":
      return { kind, ...scope };
    case "denied":
    case "retired":
      return { kind, ...scope, code: maybe("code", text) };
    case "latency":
      return { kind, ...scope, ms: get("ms", number) };
    case "clock":
      return { kind, ...scope, ms: get("ms", anyNumber) };
    case "invisible":
      return { kind, ...scope, ms: maybe("ms", number), describes: maybe("describes", number) };
    case "throttle":
      return {
        kind,
        ...scope,
        quota: get("quota", number),
        windowMs: maybe("windowMs", number),
        phaseMs: maybe("phaseMs", number),
        retryAfter: maybe("retryAfter", flag),
        code: maybe("code", text),
        status: maybe("status", status),
      };
  }
}

function parseAnswer(value: unknown, where: string): AnswerName | "ok" | ErrorAnswer {
  if (typeof value === "string") return oneOf([...answerNames, "ok"])(value, where);
  const { get, maybe } = fieldsOf(value, "answer", ["code", "status", "message"]);
  return { code: get("code", text), status: maybe("status", status), message: maybe("message", text) };
}

/** Reads the state file. Undefined if there is no file yet. Throws an error that names the file. */
export function readState(path: string): State | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return parseState(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new Error(`state file ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Replaces the state file as a whole, so that no reader sees a part of it. */
export function writeState(path: string, state: State): void {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(draft, path);
}
