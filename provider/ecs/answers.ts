/** What is in an answer, narrowed from what may be anything. */

/** The members of an object. */
export type Fields = Readonly<Record<string, unknown>>;

/** The id of a request, where it is one: that of ECS, else that of ASAPI, else that of the trace, which support asks for. */
export function requestIdOf(body: Fields): string | undefined {
  const ids = [body.RequestId, body.requestId, body.asapiRequestId, body.eagleEyeTraceId];
  return ids.find((id): id is string => typeof id === "string" && /^[\w.-]{1,64}$/.test(id));
}

/** A number as answers and headers carry it. `Number` alone would take an empty text for 0. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

/** An error code. What is not of the form that codes have must not reach a terminal as it is. */
export function codeOf(value: unknown): string {
  return textOf(value)
    .replace(/[^\w.:-]+/g, " ")
    .trim()
    .slice(0, 100);
}

/** Anything else in the place of a text is no answer of ECS. */
export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members of what is an object; of anything else, none. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** What services write in `Code` when all is well. Source: pop-core, ASAPI. */
const SUCCESS: ReadonlySet<string> = new Set(["", "200", "OK", "Success", "success"]);

/**
 * The code with which an answer says that it is a failure, whatever its HTTP status; undefined when it is none. Products
 * behind ASAPI have codes of their own, which say more than the gateway's: a name says more than a number.
 */
export function failureCodeOf(body: Fields): string | undefined {
  const codes = [body.Code, body.code, body.asapiErrorCode, body.errorCode, body.errorKey].map(codeOf);
  const failed = codes.filter((code) => !SUCCESS.has(code));
  const flags = [body.asapiSuccess, body.success, body.Success];
  const hasFailed = flags.some((flag) => flag === false || flag === "false") || codeOf(body.errorKey) !== "";
  const status = countOf(body.HttpStatusCode ?? body.httpStatusCode);
  const isError = status !== undefined && (status < 200 || status > 299);
  const named = codes.slice(0, 2).some((code) => !SUCCESS.has(code));
  if (!named && !hasFailed && !isError) return undefined;
  return failed.find((code) => !/^\d*$/.test(code)) ?? failed[0] ?? (isError ? String(status) : "");
}

/** What the service says with a failure. */
export function messageOf(body: Fields): string {
  const texts = [body.Message, body.message, body.asapiErrorMessage, body.errorMessage, body.errorTitle];
  return texts.map(textOf).find((text) => text !== "") ?? "";
}
