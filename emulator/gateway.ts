/** The way of one ECS call: signature, action, throttle, scripted trouble, the work, the answer, the journal. */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { readClaim as readAcs3 } from "./acs3";
import { isFromProgram } from "./callers";
import { actions, type EcsAction, EcsFault, serviceOf, statusOf } from "./codes";
import { readClaim as readHmacSha1 } from "./hmacSha1";
import { CutCall, type Holds } from "./holds";
import type { Journal } from "./journal";
import type { Keyring } from "./keyring";
import { instanceIdsOf, type Operations, type Rules } from "./operations";
import { type Answer, render, renderFault } from "./render";
import { type EcsRequest, type HttpRequest, readRequest } from "./request";
import { type Outcome, type Reply, strike } from "./strike";
import type { Trouble } from "./trouble";

export interface GatewayParts {
  readonly keyring: Keyring;
  readonly trouble: Trouble;
  readonly holds: Holds;
  readonly journal: Journal;
  readonly rules: Rules;
  readonly operations: Operations;
  readonly now: () => number;
  /** Ends every wait. */
  readonly signal: AbortSignal;
}

/** Answers calls; never throws. */
export function createGateway(parts: GatewayParts): (http: HttpRequest) => Promise<Reply> {
  const { keyring, trouble, holds, journal, rules, operations, now } = parts;

  /** Checks that cost nothing, in the order of the service's own front door. */
  function admit(request: EcsRequest): EcsAction {
    const { method, path, body, params, headers, isV3 } = request;
    if (!isFromProgram(headers)) {
      throw new EcsFault(
        "Forbidden.CrossSite",
        403,
        "The emulator answers programs that call it 127.0.0.1 or localhost.",
      );
    }
    if (method !== "GET" && method !== "POST") {
      throw new EcsFault("UnsupportedHTTPMethod", 400, "Only GET and POST are supported.");
    }
    if (body === undefined) throw new EcsFault("InvalidParameter", 413, "The request body is larger than 1 MiB.");
    if (path !== "/") throw new EcsFault("InvalidApi.NotFound", 404, "The operations are at the path /.");
    keyring.verify(isV3 ? readAcs3(request) : readHmacSha1(request));
    if (!request.action) throw new EcsFault("MissingParameter", 400, "Action is required.");
    const action = actions.find((known) => known === request.action);
    if (!action || request.version !== serviceOf(action).version) {
      throw new EcsFault("InvalidApi.NotFound", 404, "There is no such Action in this Version.");
    }
    const regionId = params.get("RegionId") ?? "";
    const retired = trouble.retired(action, regionId);
    if (retired !== undefined) {
      throw new EcsFault(
        retired,
        statusOf(action, retired, rules.generation),
        "The operation is not offered any more.",
      );
    }
    trouble.throttle(action, regionId);
    return action;
  }

  return async (http) => {
    const request = readRequest(http);
    const { params, format } = request;
    const at = now();
    const requestId = randomUUID().toUpperCase();
    const note = (reply: Reply, outcome: string): Reply => {
      journal.add(at, request, outcome, requestId, typeof reply === "string" ? 0 : reply.status);
      return reply;
    };
    const refused = (fault: EcsFault) => ({
      reply: renderFault(format, requestId, fault, rules.generation === "C"),
      outcome: fault.code,
    });

    /** The work, or the trouble that strikes it. */
    function carryOut(action: EcsAction, instanceIds: readonly string[]): Outcome {
      const work = (): Answer => {
        const result = operations[action](params);
        return render(format, 200, `${action}Response`, { RequestId: requestId, ...result });
      };
      try {
        const struck = trouble.fault(action, instanceIds);
        if (struck) {
          if (struck.afterWork || struck.fault === "lost-answer") attempt(work);
          return strike(struck, format, requestId, rules);
        }
        if (trouble.denied(action)) {
          const { service } = serviceOf(action);
          const code = service === "ecs" ? "Forbidden.SubUser" : "Forbidden.RAM";
          const status = statusOf(action, code, rules.generation);
          const detail = {
            AuthAction: `${service}:${action}`,
            AuthPrincipalType: "SubUser",
            NoPermissionType: "ImplicitDeny",
          };
          const fields = rules.generation === "C" ? { AccessDeniedDetail: detail } : {};
          throw new EcsFault(code, status, "The RAM user is not authorized.", {}, fields);
        }
        return { reply: work(), outcome: "ok" };
      } catch (error) {
        if (error instanceof EcsFault) return refused(error);
        throw error;
      }
    }

    try {
      const action = admit(request);
      const instanceIds = instanceIdsOf(params);
      const late = trouble.latency(action);
      if (late > 0) await wait(late, undefined, { signal: parts.signal });
      const hold = holds.of(action, instanceIds);
      if (hold && !hold.point.afterWork) await hold.pass();
      const { reply, outcome } = carryOut(action, instanceIds);
      if (hold?.point.afterWork) await hold.pass();
      return note(reply, outcome);
    } catch (error) {
      if (error instanceof CutCall) return note("drop", "cut");
      if (parts.signal.aborted) return "drop";
      const failed = new EcsFault("InternalError", 500, "The emulator failed; this is a defect in it.");
      const { reply, outcome } = refused(error instanceof EcsFault ? error : failed);
      return note(reply, outcome);
    }
  };
}

/** Work whose answer nobody gets may be refused as well. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof EcsFault)) throw error;
  }
}
