/** Keys out of the answers of services. */

import { fieldsOf } from "../answers";
import { SourceFailure } from "./failure";
import type { Session } from "./renewal";

/** @throws {SourceFailure} when there are none. It quotes nothing of the answer, which may have a part of them. */
export function toSession(answer: unknown): Session {
  const given = new Map(Object.entries(fieldsOf(answer)).map(([name, value]) => [name.toLowerCase(), value]));
  const text = (name: string) => {
    const value = given.get(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [accessKeyId, accessKeySecret, securityToken] = ["accesskeyid", "accesskeysecret", "securitytoken"].map(text);
  if (accessKeyId === undefined || accessKeySecret === undefined || securityToken === undefined) {
    throw new SourceFailure("an answer without credentials");
  }
  const credentials = { accessKeyId, accessKeySecret, securityToken };
  const expiresAt = Date.parse(text("expiration") ?? "");
  return Number.isNaN(expiresAt) ? { credentials } : { credentials, expiresAt };
}
