/** Connects to ECS as the settings say. The one place where resources and commands meet pop-core. */

import { Agents } from "../ecs/agents";
import { LinkReader } from "../ecs/linkReader";
import type { PopCoreClientOptions } from "../ecs/popCoreClient";
import { rateLimited, rateLimitedVpcs } from "../ecs/rateLimiter";
import type { EcsClient } from "../ecs/client";
import type { InspectedCredentials } from "../ecs/credentials/createProvider";
import type { InspectionClient } from "../ecs/inspectionClient";
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
  const { createVpcClient } = await import("../ecs/vpcClient.js");
  return rateLimitedVpcs(createVpcClient({ ...common, endpointOf: (id) => settings.vpcEndpointOf(id) }));
}

/** What `doctor` asks with: each call is one request, without the rate limiter and without retries. */
export interface Inspector {
  readonly agents: Agents;
  readonly ecs: EcsClient;
  readonly vpcs: VpcClient;
  readonly details: InspectionClient;
  /** @throws {CredentialsError} when the source gives no keys. */
  credentials(): Promise<InspectedCredentials>;
}

/** Connects as {@link connect} does, to find out what is wrong. */
export async function connectInspector(settings: Settings): Promise<Inspector> {
  const common = await commonOptions(settings);
  const { agents = new Agents() } = common;
  const ofEcs = { ...common, endpointOf: (regionId: string) => settings.endpointOf(regionId) };
  const ofVpcs = { ...common, endpointOf: (regionId: string) => settings.vpcEndpointOf(regionId) };
  const { createPopCoreClient } = await import("../ecs/popCoreClient.js");
  const { createVpcClient } = await import("../ecs/vpcClient.js");
  const { createInspectionClient } = await import("../ecs/inspectionClient.js");
  const { inspectCredentials } = await import("../ecs/credentials/createProvider.js");
  return {
    agents,
    ecs: createPopCoreClient(ofEcs),
    vpcs: createVpcClient(ofVpcs),
    details: createInspectionClient(ofEcs, ofVpcs),
    credentials: () => inspectCredentials(settings.credentialsSource(), agents),
  };
}

/** The credentials and connections of calls. */
async function commonOptions(settings: Settings): Promise<Omit<PopCoreClientOptions, "endpointOf">> {
  const source = settings.credentialsSource();
  // Loaded late: previews and unchanged updates call nothing, so they need not wait for these libraries.
  const { createCredentialsProvider } = await import("../ecs/credentials/createProvider.js");
  const agents = new Agents(
    (url) => settings.proxyFor(url),
    () => settings.insecure(),
  );
  return {
    credentials: createCredentialsProvider(source, agents),
    agents,
    scope: () => settings.scope(),
    isCommand: !settings.hasStack,
  };
}
