/** Puts a lifecycle together from settings. The one place where both doors meet pop-core. */

import { ClassicLinkLifecycle } from "../classicLink";
import { LinkReader } from "../ecs/linkReader";
import type { Settings } from "../settings";

/**
 * Connects to ECS. No call is made and no credentials are asked for yet.
 *
 * @throws {SettingError} when credentials are configured by half.
 */
export async function connect(settings: Settings): Promise<ClassicLinkLifecycle> {
  const source = settings.credentialsSource();
  // Loaded here and not above: previews and unchanged updates call nothing, so they need not wait for these libraries.
  const [{ createCredentialsProvider }, { createPopCoreClient }] = await Promise.all([
    import("../ecs/credentials.js"),
    import("../ecs/popCoreClient.js"),
  ]);
  const client = createPopCoreClient({
    endpointOf: (regionId) => settings.endpointOf(regionId),
    credentials: createCredentialsProvider(source),
  });
  return new ClassicLinkLifecycle(client, new LinkReader(client));
}
