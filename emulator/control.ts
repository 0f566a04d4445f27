/** The control API under `/-/`: the emulator's methods over HTTP, for other processes. */
import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "./api/messages";
import type { Faults } from "./faults/faults";
import type { Journal } from "./journal";
import { parseInstance, parseLink, parseRule, parseVpc, ShapeError } from "./parse";
import { UnknownIdError, type World } from "./cloud/world";

export const CONTROL_PATH = "/-/";

export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Undefined if it was too large. */
  readonly body: string | undefined;
}

export interface ControlParts {
  readonly world: World;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clearFaults: () => void;
  readonly isFromProgram: (headers: IncomingHttpHeaders) => boolean;
}

/** Answers control calls. Bodies and answers are JSON. Never throws. */
export function createControl(parts: ControlParts): (request: ControlRequest) => Answer {
  const { world, faults, journal, clearFaults, isFromProgram } = parts;
  const routes: Readonly<Record<string, (body: unknown, id: string) => unknown>> = {
    "GET state": () => world.snapshot(),
    "GET links": () => world.links(),
    "POST links": (body) => {
      const { instanceId, vpcId } = parseLink(body);
      world.link(instanceId, vpcId);
    },
    "DELETE links": (_, instanceId) => world.unlink(instanceId),
    "POST instances": (body) => world.putInstance(parseInstance(body)),
    "DELETE instances": (_, instanceId) => world.removeInstance(instanceId),
    "POST vpcs": (body) => world.putVpc(parseVpc(body)),
    "DELETE vpcs": (_, vpcId) => world.removeVpc(vpcId),
    "GET calls": () => journal.calls(),
    "DELETE calls": () => journal.clear(),
    "POST faults": (body) => faults.add(parseRule(body)),
    "DELETE faults": () => clearFaults(),
  };

  return ({ method, path, headers, body }) => {
    if (!isFromProgram(headers)) return json(403, { error: "only programs on this machine may use the control API" });
    world.settle();
    if (body === undefined) return json(413, { error: "the body is larger than 1 MiB" });
    const [collection = "", id = "", ...rest] = path.slice(CONTROL_PATH.length).split("/");
    const name = `${method} ${collection}`;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    const perItem = method === "DELETE" && ["links", "instances", "vpcs"].includes(collection);
    if (!route || rest.length > 0 || perItem !== (id !== "")) {
      return json(404, { error: "no such route", routes: Object.keys(routes) });
    }
    if (method === "POST" && !/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) {
      return json(415, { error: "content-type must be application/json" });
    }
    try {
      return json(200, route(method === "POST" ? JSON.parse(body) : undefined, decodeURIComponent(id)) ?? {});
    } catch (error) {
      const known = [ShapeError, UnknownIdError, SyntaxError, URIError].some((type) => error instanceof type);
      if (known && error instanceof Error) return json(400, { error: error.message });
      return json(500, { error: "the emulator failed; this is a defect in it" });
    }
  };
}

function json(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json;charset=utf-8" }, body: `${JSON.stringify(value)}\n` };
}
