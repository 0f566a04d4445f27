/** Puts a lifecycle together from settings. The one place where both doors meet pop-core. */

import { ClassicLinkLifecycle } from "../classicLink";
import type { EcsClient } from "../ecs/client";
import { LinkReader } from "../ecs/linkReader";
import { paced } from "../ecs/pace";
import { LinkSteps } from "../linkSteps";
import type { Settings } from "../settings";

/**
 * Connects to ECS. No call is made and no credentials are asked for yet.
 *
 * @throws {SettingError} when credentials are configured by half.
 */
export async function connect(settings: Settings): Promise<LinkSteps> {
  return stepsOver(await connectClient(settings));
}

/** The steps over a client. One for a whole process, so that its reads can be gathered. */
export function stepsOver(client: EcsClient): LinkSteps {
  return new LinkSteps(client, new LinkReader(client));
}

/** The lifecycle of links over a client. One for a whole process, so that its reads can be gathered. */
export function lifecycleOver(client: EcsClient): ClassicLinkLifecycle {
  return new ClassicLinkLifecycle(stepsOver(client));
}

/** As {@link connect}, for what lists links. */
export async function connectClient(settings: Settings): Promise<EcsClient> {
  const source = settings.credentialsSource();
  // Loaded here and not above: previews and unchanged updates call nothing, so they need not wait for these libraries.
  const [{ createCredentialsProvider }, { createPopCoreClient }] = await Promise.all([
    import("../ecs/credentials.js"),
    import("../ecs/popCoreClient.js"),
  ]);
  return paced(
    createPopCoreClient({
      endpointOf: (regionId) => settings.endpointOf(regionId),
      credentials: createCredentialsProvider(source),
    }),
  );
}
