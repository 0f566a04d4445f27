/** The way of one API call: authentication, the operation, quotas, injected faults, the work, the answer, the journal. */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type Answer, Refusal, type Reply, render, renderRefusal } from "./answers";
import { calledFor, type Operations, type Rules } from "./ecs";
import { actions, serviceOf } from "./errorTable";
import { type CalledFor, type Faults, wrongAnswer } from "./faults";
import type { Journal } from "./journal";
import type { Keys } from "./keys";
import { CutCall, type Pauses } from "./pausedCalls";
import { type ApiRequest, type HttpRequest, isFromProgram, readRequest } from "./request";
import { readClaim } from "./signatures";

export interface GatewayParts {
  readonly keys: Keys;
  readonly faults: Faults;
  readonly pauses: Pauses;
  readonly journal: Journal;
  readonly rules: Rules;
  readonly operations: Operations;
  readonly now: () => number;
  /** Ends every wait. */
  readonly signal: AbortSignal;
}

/** A reply, and its outcome in the journal. */
interface Outcome {
  readonly reply: Reply;
  readonly outcome: string;
}

/** Answers calls; never throws. */
export function createGateway(parts: GatewayParts): (http: HttpRequest) => Promise<Reply> {
  const { keys, faults, pauses, journal, rules, operations, now } = parts;
  const { generation } = rules;

  /** The checks before the operation's own, in the order of the real gateway. */
  function admit(request: ApiRequest): CalledFor {
    const { method, path, body, params, headers } = request;
    if (!isFromProgram(headers)) {
      throw new Refusal(
        "Forbidden.CrossSite",
        403,
        "The emulator answers programs that call it 127.0.0.1 or localhost.",
      );
    }
    if (method !== "GET" && method !== "POST") {
      throw new Refusal("UnsupportedHTTPMethod", 400, "Only GET and POST are supported.");
    }
    if (body === undefined) throw new Refusal("InvalidParameter", 413, "The request body is larger than 1 MiB.");
    if (path !== "/") throw new Refusal("InvalidApi.NotFound", 404, "The operations are at the path /.");
    keys.verify(readClaim(request));
    if (!request.action) throw new Refusal("MissingParameter", 400, "Action is required.");
    const action = actions.find((known) => known === request.action);
    if (!action || request.version !== serviceOf(action).version) {
      throw new Refusal("InvalidApi.NotFound", 404, "There is no such Action in this Version.");
    }
    const call = calledFor(action, params);
    faults.admit(call);
    return call;
  }

  return async (http) => {
    const request = readRequest(http);
    const { params, format } = request;
    const at = now();
    const requestId = randomUUID().toUpperCase();
    const record = ({ reply, outcome }: Outcome): Reply => {
      journal.add(at, request, outcome, requestId, typeof reply === "string" ? 0 : reply.status);
      return reply;
    };
    const refused = (refusal: Refusal): Answer => renderRefusal(format, requestId, refusal, generation === "C");

    /** The work, or the injected answer in its place. */
    function carryOut(call: CalledFor): Outcome {
      const { action } = call;
      const work = (): Answer => {
        const result = operations[action](params);
        return render(format, 200, `${action}Response`, { RequestId: requestId, ...result });
      };
      try {
        const rule = faults.answer(call);
        if (rule && rule.answer !== "ok") {
          const { answer, afterWork } = rule;
          if (afterWork || answer === "lost-answer") ignoringRefusals(work);
          const outcome = typeof answer === "string" ? answer : answer.code;
          return { reply: wrongAnswer(answer, refused, { action, format, requestId, generation }), outcome };
        }
        faults.authorize(call);
        return { reply: work(), outcome: "ok" };
      } catch (error) {
        if (error instanceof Refusal) return { reply: refused(error), outcome: error.code };
        throw error;
      }
    }

    try {
      const call = admit(request);
      const late = faults.latency(call);
      if (late > 0) await wait(late, undefined, { signal: parts.signal });
      const pause = pauses.of(call.action, call.instanceIds);
      if (pause && !pause.point.afterWork) await pause.wait();
      const outcome = carryOut(call);
      if (pause?.point.afterWork) await pause.wait();
      return record(outcome);
    } catch (error) {
      if (error instanceof CutCall) return record({ reply: "drop", outcome: "cut" });
      if (parts.signal.aborted) return "drop";
      const defect = new Refusal("InternalError", 500, "The emulator failed; this is a defect in it.");
      const refusal = error instanceof Refusal ? error : defect;
      return record({ reply: refused(refusal), outcome: refusal.code });
    }
  };
}

/** Work whose answer nobody gets may be refused as well. */
function ignoringRefusals(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}
