/** What both dynamic resources share in a process: the configured provider. */

import type * as pulumi from "@pulumi/pulumi";
import { Run } from "../../links/run";
import { Provider } from "../../resources/provider";
import { Settings } from "../../settings";
import { endWithEngine, engineAddress } from "../engine";

const engine = engineAddress();
const run = new Run(engine);
let current = new Provider(new Settings(), run);
let isConfigured = false;

if (engine !== undefined) endWithEngine(engine);

/**
 * Takes the whole configuration of the stack. The call that needs a wrong setting reports it. The host calls this for both
 * resources, with the same configuration, so the second call keeps the connection of the first.
 */
export function configure({ config }: pulumi.dynamic.ConfigureRequest): void {
  if (isConfigured) return;
  isConfigured = true;
  const settings = new Settings((key) => {
    try {
      return config.get(key);
    } catch {
      // If the engine configures nothing, the host passes a configuration that throws.
      return undefined;
    }
  });
  current = new Provider(settings, run);
}

/** The provider. Some operations have no configuration. Then only the environment counts. */
export function provider(): Provider {
  return current;
}
