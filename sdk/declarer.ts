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

/** Names the secret inputs. Then outputs that reveal them are secret too, and messages do not contain them. */
export function secretMark(inputs: pulumi.Inputs): pulumi.Inputs {
  const isPlain = (value: unknown) => [value].flat().every((one) => one === undefined || typeof one === "string");
  const names = Object.keys(inputs).filter((name) => !isPlain(inputs[name]));
  if (names.length === 0) return {};
  const secret = names.map(async (name) => ((await pulumi.isSecret(pulumi.output(inputs[name]))) ? [name] : []));
  return { [SECRET_KEY]: Promise.all(secret).then((found) => (found.flat().length > 0 ? found.flat() : undefined)) };
}
