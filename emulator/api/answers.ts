/** The answers of the emulator: results and refusals, as JSON or XML. Source: ECS API reference, "Returned results". */

export type Format = "JSON" | "XML";

/** A value in an answer. An array is a repeated element in XML. */
export type Wire = string | number | boolean | readonly Wire[] | { readonly [field: string]: Wire };
/** The fields of an answer by wire name, in the order in which they are written. */
export type WireFields = Readonly<Record<string, Wire>>;

/** One HTTP answer, ready to send. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the emulator sends: an answer, a connection that it resets or closes, or nothing. */
export type Reply = Answer | "reset" | "drop" | "hang";

/** A refusal in the API's words. The message never quotes the caller, so it has no secrets. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    /** Fields of the body besides those that every refusal has. */
    readonly fields: WireFields = {},
  ) {
    super(message);
  }
}

const types: Readonly<Record<Format, string>> = {
  JSON: "application/json;charset=utf-8",
  XML: "text/xml;charset=utf-8",
};

/** `name` is the root element that XML needs and JSON does not have. */
export function render(
  format: Format,
  status: number,
  name: string,
  fields: WireFields,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body =
    format === "JSON" ? JSON.stringify(fields) : `<?xml version="1.0" encoding="UTF-8"?>${element(name, fields)}`;
  return { status, headers: { "content-type": types[format], ...headers }, body };
}

/** `recommend` adds the troubleshooting address that newer answers carry. */
export function renderRefusal(format: Format, requestId: string, refusal: Refusal, recommend: boolean): Answer {
  const address = `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(refusal.code)}&product=Ecs`;
  const fields = {
    RequestId: requestId,
    HostId: "ecs.aliyuncs.com",
    Code: refusal.code,
    Message: refusal.message,
    ...(recommend ? { Recommend: address } : {}),
    ...refusal.fields,
  };
  return render(format, refusal.status, "Error", fields, refusal.headers);
}

function element(name: string, value: Wire): string {
  if (typeof value !== "object") return `<${name}>${escapeXml(String(value))}</${name}>`;
  if (isList(value)) return value.map((item) => element(name, item)).join("");
  const inner = Object.entries(value).map(([field, content]) => element(field, content));
  return `<${name}>${inner.join("")}</${name}>`;
}

// Array.isArray does not narrow a readonly array.
function isList(value: Wire): value is readonly Wire[] {
  return Array.isArray(value);
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeXml(text: string): string {
  // XML 1.0 has no way at all to write the other control characters.
  return text.replace(/[\p{Cc}&<>"]/gu, (char) => entities[char] ?? "");
}
