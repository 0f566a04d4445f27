/** What comes of a call that a fault strikes. */
import { EcsFault, statusOf } from "./codes";
import type { Rules } from "./operations";
import { type Answer, type Format, render, renderFault } from "./render";
import type { FaultRule } from "./troubleRules";

/** What leaves the emulator: an answer, a connection cut, or nothing for ever. */
export type Reply = Answer | "reset" | "drop" | "hang";

/** A reply, and how the journal calls it. */
export interface Outcome {
  readonly reply: Reply;
  readonly outcome: string;
}

const html = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

/** Carries a fault out. The work, if it is to be done, is not done here. */
export function strike(rule: FaultRule, format: Format, requestId: string, rules: Rules): Outcome {
  const { fault } = rule;
  if (typeof fault !== "string") {
    const status = fault.status ?? statusOf(rule.on, fault.code, rules.generation);
    const told = new EcsFault(fault.code, status, fault.message ?? "Scripted trouble.");
    return { reply: renderFault(format, requestId, told, rules.generation === "C"), outcome: fault.code };
  }
  const unavailable = new EcsFault("ServiceUnavailable", 503, "The service is not available for the moment.");
  const replies: Record<typeof fault, Reply> = {
    "reset-before": "reset",
    "lost-answer": "drop",
    timeout: "hang",
    "gateway-html": { status: 502, headers: { "content-type": "text/html" }, body: html },
    "unavailable-503": renderFault(format, requestId, unavailable, false),
    "internal-500-without-code": render(format, 500, "Error", { RequestId: requestId, Message: "Something broke." }),
    "empty-body": { status: 200, headers: { "content-type": "application/json;charset=utf-8" }, body: "" },
    "truncated-json": { ...render("JSON", 200, "", {}), body: `{"RequestId":"${requestId}","TotalCount":1,"Li` },
    "xml-error": renderFault("XML", requestId, unavailable, false),
    "lower-case-error": render("JSON", 503, "", { requestId, code: unavailable.code, message: unavailable.message }),
  };
  return { reply: replies[fault], outcome: fault };
}
