/** Hidden inputs that give the dynamic host what Pulumi does not pass to it. */

import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { DECLARER_KEY, SECRET_KEY } from "../provider/hosts/dynamic/inputKeys";

/**
 * Distinguishes the resources of a program, so that the check of final inputs can find an instance that two of them declare.
 * The check takes it out again: it never gets into a state.
 */
export function declarerOf(name: string): pulumi.Inputs {
  return { [DECLARER_KEY]: `${randomBytes(6).toString("base64url")}:${name}` };
}

/** Says that members are secret, because what is derived from them is then secret too. */
export function secretMark(instanceIds: pulumi.Input<pulumi.Input<string>[]>): pulumi.Inputs {
  const isPlain = Array.isArray(instanceIds) && instanceIds.every((id) => typeof id === "string");
  if (isPlain) return {};
  const isSecret = pulumi.isSecret(pulumi.output(instanceIds));
  return { [SECRET_KEY]: isSecret.then((secret) => (secret ? true : undefined)) };
}
