/** Engines that have only an address. */

import { once } from "node:events";
import { createServer } from "node:net";
import { listen } from "./loopback";

/** One that providers can connect to, for tests of what they do when it ends. */
export async function openEngine() {
  const server = createServer();
  const connected = once(server, "connection");
  const { port, close } = await listen(server);
  return {
    address: `127.0.0.1:${port}`,
    /** Resolves when a provider has connected. */
    connected,
    /** Ends at once, as one that is killed. */
    end: () => void close(),
  };
}

let operations = 0;

/** An address of an engine that no other operation has on this machine. Nobody listens there. */
export function newEngineAddress(): string {
  operations += 1;
  const [high, low] = [operations >> 8, operations & 255];
  return `127.${process.pid & 255}.${high & 255}.${low}:${1 + ((process.pid >> 8) % 900)}`;
}
