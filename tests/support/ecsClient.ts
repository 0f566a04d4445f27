/** Clients of ECS over the real pop-core. */

import { createServer, type Socket } from "node:net";
import type { EcsClient } from "../../provider/ecs/client";
import type { Credentials } from "../../provider/ecs/credentials";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";
import { type Listening, listen } from "./loopback";

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

/** A server that is not one of HTTP, but answers whatever it is sent in its own way. */
export async function speaking(speak: (socket: Socket) => void): Promise<Listening> {
  return await listen(
    createServer((socket) => {
      socket.on("error", () => {}).once("data", () => speak(socket));
    }),
  );
}
