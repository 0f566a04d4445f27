/** Hidden inputs for the dynamic host. They carry facts that Pulumi does not pass to it. */

import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { DECLARER_KEY, SECRET_KEY } from "../provider/hosts/dynamic/inputKeys";

/**
 * The identity of a resource. The check of the final inputs uses it to find an instance that two resources declare. The check
 * removes it, so it is never in a state.
 */
export function declarerOf(name: string): pulumi.Inputs {
  return { [DECLARER_KEY]: `${randomBytes(6).toString("base64url")}:${name}` };
}

/** Marks secret members. Outputs that are derived from them are then secret too. */
export function secretMark(instanceIds: pulumi.Input<pulumi.Input<string>[]>): pulumi.Inputs {
  const isPlain = Array.isArray(instanceIds) && instanceIds.every((id) => typeof id === "string");
  if (isPlain) return {};
  const isSecret = pulumi.isSecret(pulumi.output(instanceIds));
  return { [SECRET_KEY]: isSecret.then((secret) => (secret ? true : undefined)) };
}
