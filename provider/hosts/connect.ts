/** Puts the steps of the lifecycles together from settings. The one place where both doors meet pop-core. */

import { Agents } from "../ecs/agents";
import { LinkReader } from "../ecs/linkReader";
import { paced } from "../ecs/pace";
import { LinkSteps } from "../linkSteps";
import type { Settings } from "../settings";

/**
 * Connects to ECS. No call is made and no credentials are asked for yet.
 *
 * @returns the steps that all resources of a process share, so that they take turns on an instance and read together.
 * @throws {SettingError} when the settings of credentials are wrong.
 */
export async function connect(settings: Settings): Promise<LinkSteps> {
  const source = settings.credentialsSource();
  // Loaded here and not above: previews and unchanged updates call nothing, so they need not wait for these libraries.
  const [{ createCredentialsProvider }, { createPopCoreClient }] = await Promise.all([
    import("../ecs/credentials/createProvider.js"),
    import("../ecs/popCoreClient.js"),
  ]);
  const agents = new Agents((url) => settings.proxyFor(url));
  const client = paced(
    createPopCoreClient({
      endpointOf: (regionId) => settings.endpointOf(regionId),
      credentials: createCredentialsProvider(source, agents),
      agents,
    }),
  );
  return new LinkSteps(client, new LinkReader(client), () => settings.forgetRetiredLinks());
}
