/** How ECS writes its answers: JSON and XML, results and errors. Source: ECS API reference, "Returned results". */
import type { EcsFault } from "./codes";
import type { Wire, WireFields } from "./wire";

export type Format = "JSON" | "XML";

/** One HTTP answer, ready to send. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
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

/** An error body. `recommend` adds the troubleshooting address that newer answers carry. */
export function renderFault(format: Format, requestId: string, fault: EcsFault, recommend: boolean): Answer {
  const address = `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(fault.code)}&product=Ecs`;
  const fields = {
    RequestId: requestId,
    HostId: "ecs.aliyuncs.com",
    Code: fault.code,
    Message: fault.message,
    ...(recommend ? { Recommend: address } : {}),
    ...fault.fields,
  };
  return render(format, fault.status, "Error", fields, fault.headers);
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
