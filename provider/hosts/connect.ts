/** Puts the steps of the lifecycles together from settings. The one place where doors and commands meet pop-core. */

import { Agents } from "../ecs/agents";
import { LinkReader } from "../ecs/linkReader";
import type { PopCoreClientOptions } from "../ecs/popCoreClient";
import { rateLimited, rateLimitedVpcs } from "../ecs/rateLimiter";
import type { VpcClient } from "../ecs/vpcClient";
import { LinkSteps } from "../linkSteps";
import type { Settings } from "../settings";
import { Turns } from "../turns";

/**
 * Connects to ECS. No call is made and no credentials are asked for yet.
 *
 * @param turns who holds which link, as far as it is known already.
 * @returns the steps that all resources of a process share, so that they take turns on an instance and read together.
 * @throws {SettingError} when the settings of credentials are wrong.
 */
export async function connect(settings: Settings, turns = new Turns()): Promise<LinkSteps> {
  const common = await commonOptions(settings);
  const { createPopCoreClient } = await import("../ecs/popCoreClient.js");
  const client = rateLimited(
    createPopCoreClient({ ...common, endpointOf: (regionId) => settings.endpointOf(regionId) }),
  );
  const forgetRetired = () => settings.forgetRetiredLinks();
  return new LinkSteps(client, new LinkReader(client), { forgetRetired, turns });
}

/** Connects to the VPC service, as {@link connect} to ECS. */
export async function connectToVpcs(settings: Settings): Promise<VpcClient> {
  const common = await commonOptions(settings);
  const { createPopCoreVpcClient } = await import("../ecs/popCoreVpcClient.js");
  return rateLimitedVpcs(createPopCoreVpcClient({ ...common, endpointOf: (id) => settings.vpcEndpointOf(id) }));
}

/** As whom to call, and over which connections. */
async function commonOptions(settings: Settings): Promise<Omit<PopCoreClientOptions, "endpointOf">> {
  const source = settings.credentialsSource();
  // Loaded here and not above: previews and unchanged updates call nothing, so they need not wait for these libraries.
  const { createCredentialsProvider } = await import("../ecs/credentials/createProvider.js");
  const agents = new Agents((url) => settings.proxyFor(url));
  return { credentials: createCredentialsProvider(source, agents), agents };
}
