/** The signature in parameters: HMAC-SHA1, version "1.0", also called V2. Source: ECS API reference, signature. */
import { createHmac } from "node:crypto";
import { EcsFault } from "./codes";
import type { Claim } from "./keyring";
import { canonicalQuery, percentEncode } from "./percentEncoding";
import type { EcsRequest, Params } from "./request";

/** Base64 of HMAC-SHA1 over the verb and the sorted parameters without `Signature`. */
export function sign(method: string, params: Params, accessKeySecret: string): string {
  const signed = new Map([...params].filter(([name]) => name !== "Signature"));
  return createHmac("sha1", `${accessKeySecret}&`)
    .update(`${method}&%2F&${percentEncode(canonicalQuery(signed))}`)
    .digest("base64");
}

/** Throws an `EcsFault` when something is missing. */
export function readClaim({ method, params }: EcsRequest): Claim {
  const given = (name: string): string => {
    const value = params.get(name);
    if (!value) throw new EcsFault("MissingParameter", 400, `${name} is required.`);
    return value;
  };
  const accessKeyId = given("AccessKeyId");
  if (params.get("SignatureMethod") !== "HMAC-SHA1" || params.get("SignatureVersion") !== "1.0") {
    throw new EcsFault("IncompleteSignature", 400, "SignatureMethod must be HMAC-SHA1, SignatureVersion 1.0.");
  }
  const [timestamp, nonce] = [given("Timestamp"), given("SignatureNonce")];
  const signature = params.get("Signature");
  if (!signature) throw new EcsFault("IncompleteSignature", 400, "Signature is required.");
  return {
    accessKeyId,
    timestamp,
    nonce,
    securityToken: params.get("SecurityToken"),
    signature,
    expected: (accessKeySecret) => sign(method, params, accessKeySecret),
  };
}
