/** Settings of a test, and what is seen of them. */

import type { CredentialsSource } from "../../provider/ecs/credentials";
import { Settings } from "../../provider/settings";

export type Values = Readonly<Record<string, string | undefined>>;

/** Settings from values by configuration key (with a colon) or environment variable (without). */
export const settingsOf = (values: Values) => new Settings((key) => values[key], values);

/** The source of credentials, which has to be of a kind. */
export function sourceOf<Kind extends CredentialsSource["kind"]>(values: Values, kind: Kind) {
  const source = settingsOf(values).credentialsSource();
  if (!isOf(source, kind)) throw new Error(`no ${kind}, but ${source.kind}`);
  return source;
}

function isOf<Kind extends CredentialsSource["kind"]>(
  source: CredentialsSource,
  kind: Kind,
): source is Extract<CredentialsSource, { kind: Kind }> {
  return source.kind === kind;
}

/** Leaves nothing but PATH in the environment of a test file, which is a copy of the machine's. */
export function clearEnvironment(): void {
  for (const name of Object.keys(process.env)) if (name !== "PATH") delete process.env[name];
}
