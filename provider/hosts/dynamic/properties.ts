/** The properties that the dynamic host adds and removes. */

import type { Declarer } from "../../links/ledger";
import { CANCEL_WAITS, type CallContext } from "../../links/operation";
import { hidden, isHidden } from "../../resources/hidden";
import type { Properties } from "../../resources/inputs";
import type { Resource } from "../../resources/resource";
import { type Mask, toSecret, withRevealing } from "../secret";
import { DECLARER_KEY, SECRET_KEY, TIMEOUTS_KEY } from "./inputKeys";

/** Pulumi's own: the stored line. */
export const PROVIDER_KEY = "__provider";

/** The hidden inputs that the outputs repeat for later calls. */
const FROM_INPUTS = [TIMEOUTS_KEY, SECRET_KEY];

/** Which resource declares inputs. Undefined in states, and for programs with an older SDK. */
export function declarerOf(news: Properties, single: boolean): Declarer | undefined {
  const key = news[DECLARER_KEY];
  if (typeof key !== "string") return undefined;
  const kind = single ? "ClassicLink" : "ClassicLinks";
  return { key, label: `${kind} "${key.slice(key.indexOf(":") + 1)}"`, single };
}

/** The hidden properties of one resource. */
export interface HiddenProperties {
  readonly inputs: Properties;
  readonly outputs: Properties;
}

export function withoutDeclarer({ [DECLARER_KEY]: _, ...others }: Properties): Properties {
  return others;
}

/** The hidden properties of this host: those of inputs, and those that only a state has, such as `__holder` of version 0.1.0. */
export function hiddenOf(properties: Properties): HiddenProperties {
  const isManaged = (name: string) =>
    [PROVIDER_KEY, DECLARER_KEY].includes(name) || Object.values<string>(hidden).includes(name);
  const found = Object.entries(properties).filter(
    ([name, value]) => isHidden(name) && !isManaged(name) && value !== undefined,
  );
  return {
    inputs: Object.fromEntries(found.filter(([name]) => FROM_INPUTS.includes(name))),
    outputs: Object.fromEntries(found.filter(([name]) => !FROM_INPUTS.includes(name))),
  };
}

/** The names of secret inputs, and of the outputs that reveal them. Pulumi marks an output that is named as its input itself. */
export function secretsOf(properties: Properties, reveals: Resource["reveals"]): ReadonlySet<string> {
  const names: unknown = properties[SECRET_KEY];
  return withRevealing(new Set(Array.isArray(names) ? names.map(String) : []), reveals);
}

/** Marks secret outputs. Leaves out undefined members, which cannot be encoded. */
export function withSecrets(outputs: Properties, secrets: ReadonlySet<string>): Record<string, unknown> {
  const given = Object.entries(outputs).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, secrets.has(name) ? toSecret(value) : value]));
}

/** The context of a call: its timeout, and its reports. */
export function contextOf(
  call: "create" | "read" | "update" | "delete",
  properties: Properties,
  mask: Mask,
): CallContext {
  const seconds: unknown = Object.entries(properties[TIMEOUTS_KEY] ?? {}).find(([name]) => name === call)?.[1];
  const subject = String(properties.instanceId ?? properties.vpcId ?? "classiclink");
  return {
    ...(typeof seconds === "number" && seconds > 0 ? { timeoutMs: seconds * 1000 } : {}),
    report: (message) => console.log(mask(withSubject(subject, message))),
    warn: (message) => console.log(mask(withSubject(subject, `warning: ${message}`))),
    // Pulumi passes neither the signal nor its cancellation on to dynamic providers.
    ignoresCancel: true,
  };
}

/** Pulumi prints the host's output under the stack, so each line names its resource. The words about ^C stay first. */
function withSubject(subject: string, message: string): string {
  if (message.includes(subject)) return message;
  const end = message.startsWith(CANCEL_WAITS) ? message.indexOf("; ") + 2 : 0;
  return `${message.slice(0, end)}${subject}: ${message.slice(end)}`;
}
