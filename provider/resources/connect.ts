/** Connects to ECS as the settings say. The one place where resources and commands meet pop-core. */

import { Agents } from "../ecs/agents";
import { LinkReader } from "../ecs/linkReader";
import type { PopCoreClientOptions } from "../ecs/popCoreClient";
import { rateLimited, rateLimitedVpcs } from "../ecs/rateLimiter";
import type { VpcClient } from "../ecs/vpcClient";
import { Ledger } from "../links/ledger";
import { Links } from "../links/links";
import type { Settings } from "../settings";

/**
 * Connects to ECS. No call is made and no credentials are asked for yet.
 *
 * @param ledger of the run; without it, nothing is known of what a run declares.
 * @throws {SettingError} when the settings of credentials are wrong.
 */
export async function connect(settings: Settings, ledger = new Ledger()): Promise<Links> {
  const common = await commonOptions(settings);
  const { createPopCoreClient } = await import("../ecs/popCoreClient.js");
  const client = rateLimited(
    createPopCoreClient({ ...common, endpointOf: (regionId) => settings.endpointOf(regionId) }),
  );
  const mayForgetRetired = () => settings.forgetRetiredLinks();
  return new Links({ client, reader: new LinkReader(client), ledger, mayForgetRetired });
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
  const agents = new Agents(
    (url) => settings.proxyFor(url),
    () => settings.insecure(),
  );
  return { credentials: createCredentialsProvider(source, agents), agents, scope: () => settings.scope() };
}
