/** Serves an API call: authenticates it, applies faults, makes the change, answers, and adds it to the journal. */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
  type Answer,
  asapiFailure,
  asapiSuccess,
  type Fields,
  Refusal,
  type Reply,
  render,
  renderRefusal,
  wrongAnswer,
} from "./answers";
import { type Keys, readClaim } from "./authentication";
import { calledFor, type Operation, type OperationCall, scopeOf, WorldView } from "./call";
import { type Action, actions, type Generation, serviceOf } from "./errorTable";
import { CutCall, type Faults, type Pauses } from "./faults";
import type { Journal } from "./journal";
import { asapiRefusalOf, checkProduct, type HttpRequest, isAsapiPath, type ApiRequest, readRequest } from "./requests";
import type { Hiding } from "./types";
import type { World } from "./world";

export interface GatewayParts {
  readonly world: World;
  readonly keys: Keys;
  readonly faults: Faults;
  readonly pauses: Pauses;
  readonly journal: Journal;
  readonly operations: Readonly<Record<Action, Operation>>;
  readonly generation: Generation;
  readonly hiding: Hiding;
  /** Whether ASAPI sends failures with HTTP status 200. */
  readonly asapiAlways200: boolean;
  readonly isFromProgram: (headers: HttpRequest["headers"]) => boolean;
  readonly now: () => number;
  /** Ends all waits. */
  readonly signal: AbortSignal;
}

/** A reply, and its outcome in the journal. */
interface Outcome {
  readonly reply: Reply;
  readonly outcome: string;
}

/** Returns the function that answers calls. It never throws. */
export function createGateway(parts: GatewayParts): (http: HttpRequest) => Promise<Reply> {
  const { world, keys, faults, pauses, journal, operations, generation, hiding, now } = parts;

  /** The checks before the operation, in the order of the real gateway. */
  function admit(request: ApiRequest, isAsapi: boolean): OperationCall {
    const { method, path, body, params } = request;
    if (!parts.isFromProgram(request.headers)) {
      throw new Refusal(
        "Forbidden.CrossSite",
        403,
        "The emulator answers only programs that name it 127.0.0.1, localhost, or one of its hosts.",
      );
    }
    if (method !== "GET" && method !== "POST") {
      throw new Refusal("UnsupportedHTTPMethod", 400, "Only GET and POST are supported.");
    }
    if (body === undefined) throw new Refusal("InvalidParameter", 413, "The request body is larger than 1 MiB.");
    if (path !== "/" && !isAsapi) throw new Refusal("InvalidApi.NotFound", 404, "The operations are at the path /.");
    const key = keys.verify(readClaim(request));
    if (!request.action) throw new Refusal("MissingParameter", 400, "Action is required.");
    const action = actions.find((known) => known === request.action);
    if (!action || request.version !== serviceOf(action).version) {
      throw new Refusal("InvalidApi.NotFound", 404, "There is no such Action in this Version.");
    }
    if (isAsapi) checkProduct(request, action);
    const called = calledFor(action, params);
    faults.admit(called);
    const view = new WorldView(world, scopeOf(request, key), hiding);
    return { ...called, params, key, view, commit: (change) => change() };
  }

  return async (http) => {
    world.settle();
    const request = readRequest(http);
    const { action: asked, version } = request;
    const isAsapi = isAsapiPath(request.path);
    const format = isAsapi ? "JSON" : request.format;
    const at = now();
    const requestId = randomUUID().toUpperCase();
    const product = actions.find((known) => known === asked);
    const asapiCall = { requestId, action: asked, version, product: product ? serviceOf(product).service : "" };
    const record = ({ reply, outcome }: Outcome): Reply => {
      const status = typeof reply === "string" ? 0 : reply.status;
      journal.add(request, { at, outcome, requestId, status, gateway: isAsapi ? "asapi" : "pop" });
      return reply;
    };
    const answered = (action: Action, result: Fields): Answer => {
      const fields = { RequestId: requestId, ...result };
      return render(format, 200, `${action}Response`, isAsapi ? asapiSuccess(fields, asapiCall) : fields);
    };
    const refused = (refusal: Refusal): Answer => {
      if (!isAsapi) return renderRefusal(format, requestId, refusal, generation === "C");
      const status = parts.asapiAlways200 ? 200 : refusal.status;
      return render("JSON", status, "Error", asapiFailure(refusal, asapiCall), refusal.headers);
    };
    const refusedAs = (refusal: Refusal): Outcome => ({ reply: refused(refusal), outcome: refusal.code });

    /** Runs the operation, or replies with an injected answer. */
    function execute(call: OperationCall): Outcome {
      const { action } = call;
      const work = () => operations[action](call);
      try {
        const rule = faults.answer(call);
        const workAfterMs = rule?.workAfterMs;
        if (rule && rule.answer !== "ok") {
          const { answer } = rule;
          if (workAfterMs !== undefined) world.later(workAfterMs, () => ignoringRefusals(work));
          else if (rule.afterWork || answer === "lost-answer") ignoringRefusals(work);
          const outcome = typeof answer === "string" ? answer : answer.code;
          return { reply: wrongAnswer(answer, refused, { action, format, requestId, generation }), outcome };
        }
        faults.authorize(call);
        if (workAfterMs === undefined) return { reply: answered(action, work()), outcome: "ok" };
        const result = operations[action]({ ...call, commit: () => {} });
        world.later(workAfterMs, () => ignoringRefusals(work));
        return { reply: answered(action, result), outcome: "ok" };
      } catch (error) {
        if (error instanceof Refusal) return refusedAs(error);
        throw error;
      }
    }

    try {
      const call = admit(request, isAsapi);
      const late = faults.latency(call);
      if (late > 0) await wait(late, undefined, { signal: parts.signal });
      const pause = pauses.of(call.action, call.instanceIds);
      if (pause && !pause.point.afterWork) await pause.wait();
      const outcome = execute(call);
      if (pause?.point.afterWork) await pause.wait();
      return record(outcome);
    } catch (error) {
      if (error instanceof CutCall) return record({ reply: "drop", outcome: "cut" });
      if (parts.signal.aborted) return "drop";
      const defect = new Refusal("InternalError", 500, "The emulator failed; this is a defect in it.");
      const refusal = error instanceof Refusal ? error : defect;
      return record(refusedAs(isAsapi ? asapiRefusalOf(refusal, request.params.get("AccessKeyId") ?? "") : refusal));
    }
  };
}

/** Runs an operation whose answer is not sent. So a refusal does not matter. */
function ignoringRefusals(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}
