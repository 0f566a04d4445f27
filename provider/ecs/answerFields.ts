/** Reads the fields of an answer. Their types are not known, so each function checks its value. */

/** The fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** The request id for the vendor's support: that of ECS, else that of ASAPI, else the id of the trace. */
export function requestIdOf(body: Fields): string | undefined {
  const ids = [body.RequestId, body.requestId, body.asapiRequestId, body.eagleEyeTraceId];
  return ids.find((id): id is string => typeof id === "string" && /^[\w.-]{1,64}$/.test(id));
}

/** A count: a number, or a string of digits. `Number` alone would read an empty string as 0. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

/** An error code, without characters that could control a terminal. Empty if the value is no text. */
export function codeOf(value: unknown): string {
  return textOf(value)
    .replace(/[^\w.:-]+/g, " ")
    .trim()
    .slice(0, 100);
}

/** A string or a number, as text. Empty for other types, because ECS does not send them there. */
export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The fields of an object. Empty for other types. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** Whether the text of an answer is a page for a browser. Services answer with JSON or XML. */
export function isHtml(text: string): boolean {
  return /<(!doctype html|html|head|body)\b/i.test(text.slice(0, 1_000));
}

/** What an answer has if {@link isHtml}, for a message. */
export const HTML_PAGE = "an HTML page, probably from a gateway or a proxy";

/** The values of `Code` in successful answers. Source: pop-core, ASAPI. */
const SUCCESS: ReadonlySet<string> = new Set(["", "200", "OK", "Success", "success"]);

/**
 * The error code of an answer. Undefined if the answer is a success, empty if the answer failed without a code. The HTTP
 * status of the response does not count: ASAPI may send a failure with status 200.
 *
 * A failure from ASAPI may have two codes: a number from the gateway, and a name from the product. The name says more, so it
 * wins.
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

/** The error message of an answer. Empty if there is none. */
export function messageOf(body: Fields): string {
  const texts = [body.Message, body.message, body.asapiErrorMessage, body.errorMessage, body.errorTitle];
  return texts.map(textOf).find((text) => text !== "") ?? "";
}
