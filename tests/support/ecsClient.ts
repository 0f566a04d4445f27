/** Clients of ECS over the real pop-core. */

import type { EcsClient } from "../../provider/ecs/client";
import type { Credentials } from "../../provider/ecs/credentials";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";

/** The key that the emulator knows. */
export const KEYS: Credentials = { accessKeyId: "testid", accessKeySecret: "testsecret" };

export const LINK = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };

/** What a client is made of: one endpoint for all regions, and one key. */
export const optionsOf = (endpoint: string, credentials = KEYS) => ({
  endpointOf: () => endpoint,
  credentials: { getCredentials: async () => credentials },
});

export const clientOf = (endpoint: string, credentials = KEYS): EcsClient =>
  createPopCoreClient(optionsOf(endpoint, credentials));
