/**
 * ASAPI, the private cloud's gateway for all products: the path, the product, and the wrapper around each answer. Source: public
 * clients of the gateway and what they record of its answers; error codes marked (1) follow the pattern of known ones.
 */
import { Refusal, type WireFields } from "./answers";
import { type Action, serviceOf } from "./errorTable";
import { type ApiRequest, header } from "./request";

/** With and without a slash at its end, as the vendor's own client adds one. */
export function isAsapiPath(path: string): boolean {
  return path === "/asapi/v3" || path === "/asapi/v3/";
}

/** Throws when the request does not name the product that the operation belongs to. */
export function checkProduct({ headers, params }: ApiRequest, action: Action): void {
  const named =
    header(headers, "x-acs-asapi-product") ?? header(headers, "x-ascm-product-name") ?? params.get("Product") ?? "";
  if (named.toLowerCase() === serviceOf(action).service) return;
  const code = "asapi.server.request.parameter.product.error"; // (1)
  throw new Refusal(code, 500, named ? "The product has no such API." : "The product is missing.");
}

/** The gateway's own refusal of a request that is not authenticated. It quotes the id of the key, as ASAPI does. */
export function asapiRefusalOf(refusal: Refusal, accessKeyId: string): Refusal {
  if (refusal.code.startsWith("InvalidAccessKeyId.")) {
    const code = "asapi.server.request.parameter.accesskeyid.error";
    return new Refusal(code, 500, `The AccessKeyId ${accessKeyId} is disabled or does not exist.`);
  }
  if (refusal.code === "SignatureDoesNotMatch") {
    const code = "asapi.server.request.parameter.signature.error"; // (1)
    return new Refusal(code, 500, "The signature does not match.");
  }
  return refusal;
}

/** What the gateway adds to a product's answer. */
export function asapiSuccess(fields: WireFields, call: AsapiCall): WireFields {
  return {
    ...fields,
    ...common(call),
    code: "200",
    asapiErrorCode: "200",
    message: "success",
    success: true,
    asapiSuccess: true,
    redirect: false,
    pureListData: false,
  };
}

/** A refusal by the gateway itself has no `Code` and no `RequestId`; one by a product has both. */
export function asapiFailure(refusal: Refusal, call: AsapiCall): WireFields {
  const { code, message } = refusal;
  const isOwn = code.startsWith("asapi.");
  const product = isOwn ? {} : { Code: code, HostId: "ecs.apsaracs.com", Message: message, RequestId: call.requestId };
  return {
    ...product,
    ...refusal.fields,
    ...common(call),
    code,
    errorCode: code,
    asapiErrorCode: code,
    message,
    asapiErrorMessage: message,
    errorType: "Business",
    suggestion: "",
    success: false,
    asapiSuccess: false,
    ...(isOwn ? { status: 500 } : {}),
  };
}

export interface AsapiCall {
  readonly requestId: string;
  /** As the request named it; ASAPI answers unknown ones too. */
  readonly action: string;
  readonly version: string;
  readonly product: string;
}

function common({ requestId, action, version, product }: AsapiCall): WireFields {
  return {
    product,
    api: `${product.toLowerCase()}:${action}:${version}`,
    asapiRequestId: requestId,
    eagleEyeTraceId: requestId.replaceAll("-", "").toLowerCase().slice(0, 30),
    serverRole: "asapi.ApiServer#",
    asapiVersion: "v4",
    domain: "asapi",
    cost: 1,
  };
}
