/** An engine of which nothing is there but its address, for tests of what becomes of its providers when it ends. */

import { once } from "node:events";
import { createServer } from "node:net";
import { listen } from "./loopback";

export async function openEngine() {
  const server = createServer();
  const connected = once(server, "connection");
  const { port, close } = await listen(server);
  return {
    address: `127.0.0.1:${port}`,
    /** Resolves when a provider has found it. */
    connected,
    /** Ends without a word to anyone, as one that is killed. */
    end: () => void close(),
  };
}
