/**
 * ASAPI, the private cloud's gateway for all products: its path, the product of a request, and the fields that it adds to each
 * answer. Source: public clients of the gateway, and the answers that they record. Codes marked (1) follow the pattern of others.
 */
import { type ApiRequest, header, Refusal, type Fields } from "./messages";
import { type Action, serviceOf } from "./errorTable";

/** Whether a path is ASAPI's. The vendor's client adds a slash at its end. */
export function isAsapiPath(path: string): boolean {
  return path === "/asapi/v3" || path === "/asapi/v3/";
}

/** @throws {Refusal} if the request does not name the product of the operation. */
export function checkProduct({ headers, params }: ApiRequest, action: Action): void {
  const named =
    header(headers, "x-acs-asapi-product") ?? header(headers, "x-ascm-product-name") ?? params.get("Product") ?? "";
  if (named.toLowerCase() === serviceOf(action).service) return;
  const code = "asapi.server.request.parameter.product.error"; // (1)
  throw new Refusal(code, 500, named ? "The product has no such API." : "The product is missing.");
}

/** ASAPI's refusal of a request that is not authenticated. It quotes the id of the key, as ASAPI does. */
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

/** A product's answer, with the fields that ASAPI adds. */
export function asapiSuccess(fields: Fields, call: AsapiCall): Fields {
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

/** A refusal by ASAPI itself has no `Code` and no `RequestId`. A refusal by a product has both. */
export function asapiFailure(refusal: Refusal, call: AsapiCall): Fields {
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
  /** The operation in the request. It may be unknown. */
  readonly action: string;
  readonly version: string;
  readonly product: string;
}

function common({ requestId, action, version, product }: AsapiCall): Fields {
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
