/** What both dynamic resources share in a process: the configured provider. */

import type * as pulumi from "@pulumi/pulumi";
import { Run } from "../../links/ledger";
import { Provider } from "../../resources/provider";
import { Settings } from "../../settings";
import { endWithEngine, engineAddress } from "../engine";

const engine = engineAddress();
const run = new Run(engine);
let current = new Provider(new Settings(), run);
let isConfigured = false;

if (engine !== undefined) endWithEngine(engine);

/**
 * Takes the whole configuration of the stack. A setting that is wrong is reported by the call that needs it. The host
 * calls this for each of the two resources, with the same configuration, which must not cut off the other's connection.
 */
export function configure({ config }: pulumi.dynamic.ConfigureRequest): void {
  if (isConfigured) return;
  isConfigured = true;
  const settings = new Settings((key) => {
    try {
      return config.get(key);
    } catch {
      // Where the engine configures nothing, the host passes on a configuration that throws instead of being empty.
      return undefined;
    }
  });
  current = new Provider(settings, run);
}

/** The provider. Some operations come without a configuration: then the environment alone counts. */
export function provider(): Provider {
  return current;
}
