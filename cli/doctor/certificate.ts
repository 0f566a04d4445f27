/** The certificate of an address: is it trusted, and if not, what helps? */

import type { TLSSocket } from "node:tls";
import { codeOf, type Finding, ok, problem, warning } from "./finding";

export interface Certificate {
  /** Why it is not trusted: OpenSSL's code, or Node's. */
  readonly distrust: string | undefined;
  /** In ms since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
  /** The hosts that it is for, as in `DNS:ecs.example, IP Address:10.0.0.1`. */
  readonly names: string;
}

/** A certificate that ends sooner than this gets a warning, in ms. */
const SOON_MS = 14 * 86_400_000;

/** The certificate of a connection whose trust was not required. */
export function certificateOf(socket: TLSSocket): Certificate {
  const { valid_from: from, valid_to: to, subjectaltname = "no name" } = socket.getPeerCertificate();
  const distrust = socket.authorized ? undefined : codeOf(socket.authorizationError);
  return { distrust, validFrom: Date.parse(from), validTo: Date.parse(to), names: subjectaltname };
}

/**
 * @param isInsecure whether requests do without a trusted certificate.
 * @param now in ms since 1970.
 */
export function judgeCertificate(host: string, found: Certificate, isInsecure: boolean, now: number): Finding {
  const { distrust, validTo } = found;
  if (distrust === undefined) {
    const text = `The certificate of ${host} is trusted, until ${dayOf(validTo)}`;
    return validTo - now > SOON_MS ? ok(text) : warning(text, "ask the operator of the cloud to renew it");
  }
  const [why, advice] = reasonOf(distrust, found);
  if (isInsecure) return warning(`The certificate of ${host} is not verified: ${why}`);
  return problem(
    `The certificate of ${host} is not trusted: ${why}`,
    `${advice}; or, on a private cloud only, give --insecure`,
  );
}

function reasonOf(
  distrust: string,
  { names, validFrom, validTo }: Certificate,
): readonly [why: string, advice: string] {
  if (distrust === "ERR_TLS_CERT_ALTNAME_INVALID")
    return [`it is for ${names}`, "use one of these names in the endpoint"];
  if (distrust === "CERT_HAS_EXPIRED")
    return [`it expired on ${dayOf(validTo)}`, "ask the operator of the cloud to renew it"];
  if (distrust === "CERT_NOT_YET_VALID")
    return [`it is valid from ${dayOf(validFrom)}`, "check the clock of this machine"];
  return [
    `this machine does not know who issued it (${distrust})`,
    "set NODE_EXTRA_CA_CERTS to a file that has the certificate of your cloud's authority in PEM; Node ignores a file that " +
      "it cannot read",
  ];
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
